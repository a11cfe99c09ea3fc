from pooled_share('mlperf.results', 'mlperf.results_total', 4);
