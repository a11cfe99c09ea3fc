with recent as (
  select framework, value, end_at, payload_sha256
  from observed('osv.days_to_fix')
  where end_at > as_of_end() - interval 3 year
)
select
  framework,
  greatest(median(value), 1) as value,
  max(end_at) as observed_at,
  list(distinct payload_sha256) as payloads
from recent
group by framework
having count(*) >= 5;
