insert into refused by name
select
    found.source,
    any_value(payload.location) as place,
    found.payload_sha256 as sha256,
    'no source declares ' || string_agg(distinct found.metric, ', ' order by found.metric) || ' any more' as reason
from (
    select distinct source, payload_sha256, metric
    from read_parquet($parts)
    where metric not in (select id from metric)
) as found
join payload on payload.sha256 = found.payload_sha256 and payload.source = found.source
group by found.source, found.payload_sha256
order by found.source, found.payload_sha256;
