select framework, value, observed_at, payloads, samples
from bench('bench.import_memory', 'first_result');
