from bench('bench.infer_step', 'lstm');
