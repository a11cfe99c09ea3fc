from probe('probe.custom_code_tokens', 'program_size');
