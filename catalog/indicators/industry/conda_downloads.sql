select framework, value, observed_at, payloads, samples
from yearly_flow('bestof.conda_downloads_total');
