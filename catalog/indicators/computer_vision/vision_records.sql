from pooled_share('published.mlperf_training_results_cv', 'published.mlperf_training_results_cv_total', 4);
