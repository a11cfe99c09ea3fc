from probe('probe.program_tokens', 'program_size');
