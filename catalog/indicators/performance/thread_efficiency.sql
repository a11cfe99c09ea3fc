select framework, value, observed_at, payloads
from probe('bench.thread_efficiency', 'bert_mini')
where variant = '';
