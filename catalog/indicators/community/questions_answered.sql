from latest_share('stackexchange.sampled_questions_answered', 'stackexchange.sampled_questions');
