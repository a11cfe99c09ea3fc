select framework, value / 10 as value, observed_at, payloads
from latest_max('scorecard.score');
