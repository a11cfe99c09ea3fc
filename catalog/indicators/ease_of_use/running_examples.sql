from probe('probe.running_examples', 'docstring_examples');
