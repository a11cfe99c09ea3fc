from latest_max('stackexchange.time_to_first_answer');
