select framework, value, observed_at, payloads, samples
from window_mean('arxiv.abstracts_cv');
