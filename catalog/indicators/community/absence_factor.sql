select framework, value, observed_at, payloads
from latest_max('git.absence_factor');
