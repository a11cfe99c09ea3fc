from latest_sum('git.authors_year');
