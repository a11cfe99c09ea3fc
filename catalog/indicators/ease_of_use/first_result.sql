from bench('bench.first_result', 'first_result');
