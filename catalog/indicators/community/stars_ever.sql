select framework, value, observed_at, payloads
from latest_max('bestof.github_stars');
