select * replace (least(value, 1) as value)
from bench_phase('bench.roofline_share', 'mlp', 'train');
