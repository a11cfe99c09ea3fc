with newest as (
  -- The newest finished year that both have: a year that is still going on has no end yet.
  select end_at
  from observed('openalex.naming_works')
  where framework in (getvariable('first'), getvariable('second'))
  group by end_at
  having count(distinct framework) = 2
  order by end_at desc
  limit 1
)
select
  framework,
  sum(value) as value,
  end_at as observed_at,
  list(distinct payload_sha256) as payloads
from observed('openalex.naming_works')
join newest using (end_at)
group by framework, end_at;
