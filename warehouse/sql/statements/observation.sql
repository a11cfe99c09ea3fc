-- A vintage is kept only where its value differs from that of the vintage before. Most facts were received
-- once: only those that share the hash of their key with another row are looked at closely.
insert into observation by name
with facts as materialized (
    select *, hash(source, framework, metric, scope, name, start_at, end_at) as key
    from read_parquet($parts)
    where metric in (select id from metric)
),
received_again as (
    select key
    from facts
    group by key
    having count(*) > 1
),
vintages as (
    select *
    from facts
    semi join received_again using (key)
    qualify value is distinct from lag(value) over (
        partition by source, framework, metric, scope, name, start_at, end_at
        order by retrieved_at, payload_sha256
    )
),
standing as (
    select
        *,
        lead(retrieved_at) over (
            partition by source, framework, metric, scope, name, start_at, end_at
            order by retrieved_at, payload_sha256
        ) as superseded_at
    from vintages
    union all by name
    select *, null::timestamp as superseded_at
    from facts
    anti join received_again using (key)
)
select * exclude (key)
from standing
order by metric, framework, scope, name, source, start_at, end_at, retrieved_at, payload_sha256;
