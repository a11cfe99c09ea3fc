from bench_phase('bench.warm_up', 'mlp', 'train');
