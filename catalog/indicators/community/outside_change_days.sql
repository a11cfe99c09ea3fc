from latest_max('github.outside_pull_request_time_to_land');
