select framework, value, observed_at, payloads
from latest_sum('git.authors_year');
