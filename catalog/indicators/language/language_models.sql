select framework, value, observed_at, payloads, samples
from yearly_flow('huggingface.language_models');
