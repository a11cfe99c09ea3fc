from latest_share('github.sampled_issues_resolved', 'github.sampled_issues');
