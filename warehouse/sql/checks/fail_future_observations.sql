-- Nothing can be known before it happens. A day is allowed for clocks that differ and for time zones.
with built as (
    select max(value)::timestamptz at time zone 'UTC' + interval 1 day as latest from meta where key = 'built_at'
)
select 'observation' as what, source, framework, metric, start_at, retrieved_at
from observation, built
where start_at > retrieved_at + interval 1 day or retrieved_at > built.latest
union all
select 'measurement', 'benchmarks', framework, metric, started_at, started_at
from measurement, built
where started_at > built.latest
union all
select 'payload', source, framework, url, requested_at, requested_at
from payload, built
where requested_at > built.latest
order by all
limit 100;
