select framework, variant, value, successes, trials, observed_at, payloads
from probe('probe.typed_parameters', 'documentation');
