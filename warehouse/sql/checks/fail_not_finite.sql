-- Not a number and infinity are faults of a parser or of a division, never facts.
select 'observation' as what, metric as id, framework, value
from observation where not isfinite(value)
union all
select 'increment', metric, framework, increment from increment where not isfinite(increment)
union all
select 'measurement', metric, framework, value from measurement where not isfinite(value)
union all
select 'sample', metric, framework, sample
from (select metric, framework, unnest(samples) as sample from measurement) where not isfinite(sample)
union all
select 'indicator_value', indicator, framework, value from indicator_value where not isfinite(value)
union all
select 'score', dimension, framework, value from score where not isfinite(value)
union all
select 'contrast', dimension, first, value from contrast where not isfinite(value)
order by all
limit 100;
