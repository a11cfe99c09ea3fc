select
  part.framework,
  part.value / whole.value as value,
  part.value::bigint as successes,
  whole.value::bigint as trials,
  part.observed_at,
  list_distinct(list_concat(part.payloads, whole.payloads)) as payloads
from latest_sum('github.sampled_issues_resolved') as part
join latest_sum('github.sampled_issues') as whole using (framework)
where whole.value > 0;
