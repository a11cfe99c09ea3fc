select
  part.framework,
  part.value / whole.value as value,
  part.value::bigint as successes,
  whole.value::bigint as trials,
  part.observed_at,
  list_distinct(list_concat(part.payloads, whole.payloads)) as payloads
from latest_sum('stackexchange.sampled_questions_answered') as part
join latest_sum('stackexchange.sampled_questions') as whole using (framework)
where whole.value > 0;
