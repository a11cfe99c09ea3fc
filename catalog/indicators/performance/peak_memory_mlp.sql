select framework, value, observed_at, payloads, samples
from bench('bench.peak_memory', 'mlp');
