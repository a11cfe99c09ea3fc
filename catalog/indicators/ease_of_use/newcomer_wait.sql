from latest_max('stackexchange.newcomer_time_to_first_answer');
