select * replace (least(value, 1) as value)
from bench_phase('bench.data_parallel_efficiency', 'bert_mini', 'train');
