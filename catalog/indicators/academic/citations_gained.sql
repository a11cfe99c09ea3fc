select framework, value, observed_at, payloads, samples
from yearly_flow('semantic_scholar.citations');
