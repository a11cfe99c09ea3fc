-- A number without its unit is no fact.
select distinct 'observation' as what, observation.metric, null as unit
from observation
left join metric on metric.id = observation.metric
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
