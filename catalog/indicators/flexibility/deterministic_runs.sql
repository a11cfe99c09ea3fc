from probe('probe.deterministic_runs', 'determinism');
