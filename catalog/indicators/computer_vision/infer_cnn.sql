from bench('bench.infer_step', 'cnn_small');
