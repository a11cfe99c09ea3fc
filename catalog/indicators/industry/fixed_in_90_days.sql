with ripe as (
  select advisory.framework, advisory.end_at, coalesce(fix.value <= 90, false) as in_time,
    list_filter([advisory.payload_sha256, fix.payload_sha256], lambda sha: sha is not null) as payloads
  from observed('osv.advisory') as advisory
  left join observed('osv.days_to_fix') as fix using (framework, scope, name, start_at)
  where advisory.end_at > as_of_end() - interval 3 year
    and advisory.end_at <= as_of_end() - interval 90 day
)
select
  framework,
  count(*) filter (where in_time) / count(*) as value,
  count(*) filter (where in_time) as successes,
  count(*) as trials,
  max(end_at) as observed_at,
  list_distinct(flatten(list(payloads))) as payloads
from ripe
group by framework
having count(*) >= 5;
