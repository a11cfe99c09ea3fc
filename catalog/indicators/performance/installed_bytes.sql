from probe('probe.installed_bytes', 'footprint');
