from pooled_share('mlperf.language_results', 'mlperf.language_results_total', 4);
