from window_mean('pypistats.downloads');
