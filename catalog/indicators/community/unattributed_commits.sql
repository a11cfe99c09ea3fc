select
  framework,
  part.value / whole.value as value,
  part.observed_at,
  list_distinct(list_concat(part.payloads, whole.payloads)) as payloads
from yearly_sum('git.unattributed_commits') as part
join yearly_sum('git.all_commits') as whole using (framework)
where whole.value > 0;
