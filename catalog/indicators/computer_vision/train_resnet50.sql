select framework, value, observed_at, payloads, samples
from bench('bench.train_step', 'resnet50');
