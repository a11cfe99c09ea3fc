-- A number without its unit is no fact.
select 'observation' as what, seen.metric, metric.unit
from (select distinct metric from observation) as seen
left join metric on metric.id = seen.metric
where coalesce(trim(metric.unit), '') = ''
union all
select distinct 'measurement', measurement.metric, measurement.unit
from measurement
left join metric on metric.id = measurement.metric
where metric.unit is distinct from measurement.unit or trim(measurement.unit) = ''
union all
select 'indicator', id, unit
from indicator
where trim(unit) = ''
order by all;
