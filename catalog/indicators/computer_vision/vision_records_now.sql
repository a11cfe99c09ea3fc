with totals as (
  select end_at, max(value) as total
  from observed('mlperf.vision_results_total')
  group by end_at
  order by end_at desc
  limit 4
),
results as (
  select framework, end_at, sum(value) as value, list(distinct payload_sha256) as payloads
  from observed('mlperf.vision_results')
  group by framework, end_at
)
select
  framework,
  least(sum(results.value) / sum(totals.total), 1) as value,
  least(sum(results.value), sum(totals.total))::bigint as successes,
  sum(totals.total)::bigint as trials,
  max(totals.end_at) as observed_at,
  list_distinct(flatten(list(results.payloads))) as payloads
from totals
join results using (end_at)
group by framework
having count(*) = (select count(*) from totals);
