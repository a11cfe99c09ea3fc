from probe('bench.batch_gain', 'bert_mini')
where variant = '';
