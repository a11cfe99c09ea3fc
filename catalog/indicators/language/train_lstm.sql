from bench('bench.train_step', 'lstm');
