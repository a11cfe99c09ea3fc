from latest_max('github.issue_first_response');
