with both_listed as (
  select end_at
  from observed('published.cncf_authors')
  where framework in (getvariable('first'), getvariable('second'))
  group by end_at
  having count(distinct framework) = 2
  order by end_at desc
  limit 1
)
select framework, value, end_at as observed_at, [payload_sha256] as payloads
from observed('published.cncf_authors')
join both_listed using (end_at);
