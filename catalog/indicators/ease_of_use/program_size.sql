select framework, variant, value, observed_at, payloads
from probe('probe.program_tokens', 'program_size');
