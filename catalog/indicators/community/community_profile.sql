select framework, value / 100 as value, observed_at, payloads
from latest_max('github_rest.health_percent');
