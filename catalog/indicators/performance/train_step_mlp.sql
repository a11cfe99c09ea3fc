from bench('bench.train_step', 'mlp');
