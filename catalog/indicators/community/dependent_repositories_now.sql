select framework, value, observed_at, payloads
from latest_max('ecosystems.dependent_repositories');
