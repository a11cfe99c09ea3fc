from probe('probe.transforms', 'transforms');
