from bench('bench.input_rate', 'image_pipeline');
