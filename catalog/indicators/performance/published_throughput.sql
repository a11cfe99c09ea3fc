from published_speed('published.throughput');
