from probe('probe.export_text', 'export');
