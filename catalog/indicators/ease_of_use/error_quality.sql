select framework, variant, value, successes, trials, observed_at, payloads
from probe('probe.error_quality', 'error_quality');
