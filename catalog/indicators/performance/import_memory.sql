from bench('bench.import_memory', 'first_result');
