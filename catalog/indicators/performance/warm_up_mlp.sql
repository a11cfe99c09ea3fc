select framework, value, observed_at, payloads, samples
from bench_phase('bench.warm_up', 'mlp', 'train');
