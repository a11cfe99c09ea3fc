from pooled_share('published.mlperf_inference_systems', 'published.mlperf_inference_systems_total', 1);
