from window_mean('clickpy.downloads');
