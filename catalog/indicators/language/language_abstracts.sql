from window_mean('arxiv.abstracts_cl');
