with totals as (
  select end_at, max(value) as total
  from observed('published.mlperf_training_results_nlp_total')
  group by end_at
  order by end_at desc
  limit 4
),
results as (
  select framework, end_at, value, payload_sha256
  from observed('published.mlperf_training_results_nlp')
)
select
  framework,
  sum(results.value) / sum(totals.total) as value,
  sum(results.value)::bigint as successes,
  sum(totals.total)::bigint as trials,
  max(totals.end_at) as observed_at,
  list(distinct results.payload_sha256) as payloads
from totals
join results using (end_at)
group by framework
having count(*) = (select count(*) from totals);
