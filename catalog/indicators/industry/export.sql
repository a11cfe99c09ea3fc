from probe('probe.export', 'export');
