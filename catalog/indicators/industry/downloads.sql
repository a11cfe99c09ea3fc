from window_mean('bestof.pypi_downloads_month');
