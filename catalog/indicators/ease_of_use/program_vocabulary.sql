select framework, variant, value, observed_at, payloads
from probe('probe.program_vocabulary', 'program_size');
