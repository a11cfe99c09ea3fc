from probe('probe.export_vision', 'export');
