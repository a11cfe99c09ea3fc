from latest_max('bestof.github_forks');
