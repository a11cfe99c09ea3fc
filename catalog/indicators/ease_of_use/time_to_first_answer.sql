select framework, value, observed_at, payloads
from latest_max('stackexchange.time_to_first_answer');
