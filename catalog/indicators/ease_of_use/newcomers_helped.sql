from latest_share('stackexchange.sampled_newcomer_questions_helped', 'stackexchange.sampled_newcomer_questions');
