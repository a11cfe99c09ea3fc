from bench('bench.infer_step', 'bert_mini');
