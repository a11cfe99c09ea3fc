from latest_max('bestof.github_stars');
