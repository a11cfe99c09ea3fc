from latest_share('github.sampled_outside_pull_requests_landed', 'github.sampled_outside_pull_requests');
