select framework, value, observed_at, payloads
from probe('bench.batch_gain', 'bert_mini')
where variant = '';
