with months as (
  select end_at, max(value) as posts
  from observed('hn_hiring.posts')
  group by end_at
  order by end_at desc
  limit 12
)
select
  framework,
  sum(named.value) / sum(months.posts) as value,
  max(months.end_at) as observed_at,
  list(distinct named.payload_sha256) as payloads
from months
join observed('hn_hiring.mentions') as named using (end_at)
group by framework
having count(*) >= (select count(*) from months);
