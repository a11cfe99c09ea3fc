select framework, value, observed_at, payloads, samples
from bench('bench.warm_up', 'mlp');
