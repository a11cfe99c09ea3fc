from bench('bench.train_step', 'gpt_nano');
