select framework, variant, value, observed_at, payloads
from probe('probe.custom_code_tokens', 'program_size');
