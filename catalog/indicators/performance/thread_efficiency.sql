select * replace (least(value, 1) as value)
from probe('bench.thread_efficiency', 'bert_mini')
where variant = '';
