select framework, value, observed_at, payloads, samples
from bench_phase('bench.peak_memory', 'mlp', 'train');
