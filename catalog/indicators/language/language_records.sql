from pooled_share('published.mlperf_training_results_nlp', 'published.mlperf_training_results_nlp_total', 4);
