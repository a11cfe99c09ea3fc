from probe('probe.compiles_as_is', 'compiles_as_is');
