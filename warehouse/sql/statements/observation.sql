-- A vintage is kept only where its value differs from that of the vintage before.
insert into observation by name
with vintages as (
    select *
    from read_parquet($parts)
    where metric in (select id from metric)
    qualify value is distinct from lag(value) over (
        partition by source, framework, metric, scope, name, start_at, end_at
        order by retrieved_at, payload_sha256
    )
)
select
    *,
    lead(retrieved_at) over (
        partition by source, framework, metric, scope, name, start_at, end_at
        order by retrieved_at, payload_sha256
    ) as superseded_at
from vintages
order by metric, framework, scope, name, source, start_at, end_at, retrieved_at, payload_sha256;
