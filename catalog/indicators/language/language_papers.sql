with papers as (
  select name, end_at, max(value) as total
  from observed('published.conference_papers')
  where name in ('ACL', 'EMNLP', 'NAACL')
  group by name, end_at
  qualify row_number() over (partition by name order by end_at desc) = 1
),
recent as (
  select * from papers where end_at > (select max(end_at) from papers) - interval 1 year
),
named as (
  select framework, name, end_at, value, payload_sha256
  from observed('published.conference_papers_mentioning')
)
select
  framework,
  sum(named.value) / sum(recent.total) as value,
  sum(named.value)::bigint as successes,
  sum(recent.total)::bigint as trials,
  max(recent.end_at) as observed_at,
  list(distinct named.payload_sha256) as payloads
from recent
join named using (name, end_at)
group by framework
having count(*) = (select count(*) from recent);
