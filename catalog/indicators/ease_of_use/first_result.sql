select framework, value, observed_at, payloads, samples
from bench('bench.first_result', 'first_result');
