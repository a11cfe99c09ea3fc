with open_issues as (
  select framework, median(value) as value, max(end_at) as observed_at, list(distinct payload_sha256) as payloads
  from observed('bestof.github_issues_open')
  where end_at > (select max(end_at) from observed('bestof.github_issues_open')) - interval 13 week
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
