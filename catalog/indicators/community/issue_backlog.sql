with open_issues as (
  select framework, median(value) as value, max(end_at) as observed_at, list(distinct payload_sha256) as payloads
  from observed('bestof.github_issues_open') as seen
  where end_at > (select max(end_at) from observed('bestof.github_issues_open')) - interval 13 week
    -- A contaminated level is no level: inside a registered break the indicator leaves, and coverage says so.
    and not exists (
      select 1
      from source_break
      where source_break.source = seen.source
        and source_break.metric = seen.metric
        and coalesce(source_break.framework, seen.framework) = seen.framework
        and seen.end_at >= starts_on
        and seen.end_at < ends_on + interval 1 day
    )
  group by framework
)
select
  framework,
  open_issues.value / closed.value as value,
  open_issues.observed_at,
  list_distinct(list_concat(open_issues.payloads, closed.payloads)) as payloads,
  closed.samples
from open_issues
join yearly_flow('bestof.github_issues_closed') as closed using (framework)
where closed.value > 0;
