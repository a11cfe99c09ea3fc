from window_mean('bestof.pypi_dependents');
