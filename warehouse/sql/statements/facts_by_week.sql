-- A fingerprint of all facts of a metric, by the week in which an as-of question first knows them. What the
-- benchmarks measured stands together: a time counts only with the proof that is a metric of its own.
with facts as (
    select
        metric,
        date_trunc('week', case when end_at > start_at then end_at - interval 1 microsecond else end_at end)::date
            as monday,
        bit_xor(hash(source, framework, scope, name, start_at, end_at, value, payload_sha256)) as print,
        count(*) as facts
    from observation
    where superseded_at is null
    group by metric, monday
),
measured as (
    select date_trunc('week', started_at)::date as monday, bit_xor(hash(line_sha256)) as print, count(*) as facts
    from measurement
    group by monday
)
select metric, monday, print::varchar || ' ' || facts as print
from facts
union all
select metric.id, monday, print::varchar || ' ' || facts
from measured
cross join metric
where metric.source = 'benchmarks'
order by metric, monday;
