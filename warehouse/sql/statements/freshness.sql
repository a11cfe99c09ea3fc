select
    *,
    date_diff('day', last_answer::date, $today::date) as age_days,
    case
        when applies and (last_answer + to_seconds(86400 * expected_days))::date < $today::date
            then (last_answer + to_seconds(86400 * expected_days))::date
    end as stale_since
from freshness
order by source, framework;
