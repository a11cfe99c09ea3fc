from pooled_share('mlperf.vision_results', 'mlperf.vision_results_total', 4);
