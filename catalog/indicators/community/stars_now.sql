with recent as (
  select framework, name, value, end_at, payload_sha256
  from observed('github_rest.stars_gained')
  where end_at > (
    select least(max(end_at) filter (framework = getvariable('first')), max(end_at) filter (framework = getvariable('second')))
    from observed('github_rest.stars_gained')
  ) - to_days(7 * window_length())
)
select
  framework,
  sum(value) * 52 / window_length() as value,
  max(end_at) as observed_at,
  list(distinct payload_sha256) as payloads
from recent
group by framework
having count(distinct end_at) >= 0.5 * window_length();
