select framework, value, observed_at, payloads
from latest_max('github.issue_first_response');
