select
  have.framework,
  have.value / plan.value as value,
  have.observed_at,
  list_distinct(list_concat(have.payloads, plan.payloads)) as payloads
from latest_max('pypi.cells_with_wheel') as have
join latest_max('pypi.cells_planned') as plan using (framework);
