from latest_max('github.outside_pull_request_first_response');
