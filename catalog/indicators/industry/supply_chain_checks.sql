with newest as (
  select framework, name, value, observed_at, payload_sha256
  from latest('scorecard.check')
  where value >= 0
),
both_checked as (
  select name
  from newest
  where framework in (getvariable('first'), getvariable('second'))
  group by name
  having count(distinct framework) = 2
)
select
  framework,
  avg(value order by name) / 10 as value,
  min(observed_at) as observed_at,
  list(distinct payload_sha256) as payloads
from newest
join both_checked using (name)
group by framework
having count(*) = (select count(*) from both_checked);
