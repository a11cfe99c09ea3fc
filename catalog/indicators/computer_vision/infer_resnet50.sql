from bench('bench.infer_step', 'resnet50');
