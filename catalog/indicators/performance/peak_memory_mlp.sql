from bench_phase('bench.peak_memory', 'mlp', 'train');
