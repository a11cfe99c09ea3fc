from probe('probe.determinism_cost', 'determinism');
