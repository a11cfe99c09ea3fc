select
  stayed.framework,
  stayed.value / came.value as value,
  stayed.value::bigint as successes,
  came.value::bigint as trials,
  stayed.observed_at,
  list_distinct(list_concat(stayed.payloads, came.payloads)) as payloads
from latest_sum('git.retained_authors') as stayed
join latest_sum('git.first_time_authors') as came using (framework)
where came.value > 0;
