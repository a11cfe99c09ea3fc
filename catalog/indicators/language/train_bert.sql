from bench('bench.train_step', 'bert_mini');
