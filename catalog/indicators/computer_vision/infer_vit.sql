from bench('bench.infer_step', 'vit_s16');
