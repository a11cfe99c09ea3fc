from bench('bench.train_step', 'resnet50');
