select framework, value, observed_at, payloads, samples
from bench('bench.infer_step', 'vit_s16');
