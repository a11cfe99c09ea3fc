select
  framework,
  sum(value) as value,
  max(end_at) as observed_at,
  list(distinct payload_sha256) as payloads
from observed('osv.advisory')
where end_at > as_of_end() - interval 3 year
group by framework;
