with arrived as (
  select framework, value, end_at, payload_sha256
  from observed('pypi.python_lag_days')
  where scope = 'core'
),
awaited as (
  select framework, max(value) as value, max(observed_at) as end_at, any_value(payload_sha256) as payload_sha256
  from latest('pypi.python_waiting_days')
  group by framework
  having max(value) > 0
),
recent as (
  select *
  from (from arrived union all by name from awaited)
  qualify row_number() over (partition by framework order by end_at desc) <= 4
)
select
  framework,
  greatest(median(value), 1) as value,
  max(end_at) as observed_at,
  list(distinct payload_sha256) as payloads
from recent
group by framework
having count(*) >= 2;
