with recent as (
  select framework, name, value, end_at, payload_sha256
  from observed('pypi.python_lag_days')
  where scope = 'core'
  qualify row_number() over (partition by framework, name order by end_at desc) <= 4
)
select
  framework,
  greatest(median(value), 1) as value,
  max(end_at) as observed_at,
  list(distinct payload_sha256) as payloads
from recent
group by framework
having count(*) >= 2;
