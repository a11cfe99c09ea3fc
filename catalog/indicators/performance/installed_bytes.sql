select framework, variant, value, observed_at, payloads
from probe('probe.installed_bytes', 'footprint');
