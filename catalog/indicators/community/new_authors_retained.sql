from latest_share('git.retained_authors', 'git.first_time_authors');
