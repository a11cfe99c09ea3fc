from latest_max('git.absence_factor');
