from bench('bench.infer_step', 'mlp');
