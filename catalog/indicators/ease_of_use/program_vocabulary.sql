from probe('probe.program_vocabulary', 'program_size');
