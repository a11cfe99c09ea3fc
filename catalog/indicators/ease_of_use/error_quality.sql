from probe('probe.error_quality', 'error_quality');
