from latest_max('bestof.github_pull_requests');
