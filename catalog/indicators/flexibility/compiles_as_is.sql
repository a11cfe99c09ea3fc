select framework, variant, value, successes, trials, observed_at, payloads
from probe('probe.compiles_as_is', 'compiles_as_is');
