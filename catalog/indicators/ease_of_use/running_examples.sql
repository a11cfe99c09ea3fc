select framework, variant, value, successes, trials, observed_at, payloads
from probe('probe.running_examples', 'docstring_examples');
