with lines as (
  select
    framework,
    start_at > as_of_end() - interval 4 year and start_at <= as_of_end() - interval 1 year as had_time,
    max(value) as days,
    max(end_at) as newest,
    list(distinct payload_sha256) as payloads
  from observed('pypi.support_days')
  where scope = 'core'
  group by framework, start_at
)
select
  framework,
  greatest(median(days) filter (where had_time), 1) * 12 / 365.25 as value,
  max(newest) as observed_at,
  list_distinct(flatten(list(payloads))) as payloads
from lines
group by framework
having count(*) filter (where had_time) >= 3;
