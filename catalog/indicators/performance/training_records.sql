from pooled_share('published.mlperf_training_results', 'published.mlperf_training_results_total', 4);
