-- What each answer gave: counted once, so that no reader walks through all facts for it.
insert into payload_fact by name
select
    payload_sha256,
    source,
    framework,
    metric,
    count(*) as facts,
    count(*) filter (superseded_at is null) as standing,
    max(end_at) filter (superseded_at is null) as newest,
    min(licence) as licence,
    min(ref) as ref
from observation
group by payload_sha256, source, framework, metric
order by payload_sha256, source, framework, metric;
