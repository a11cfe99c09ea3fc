insert into increment by name
with standing as (
    select
        source,
        framework,
        metric,
        scope,
        name,
        end_at as known_at,
        payload_sha256,
        max(retrieved_at) over (
            partition by source, framework, metric, scope, name order by end_at
        ) as retrieved_at
    from observation
    where metric in (select distinct metric from grown)
      and retrieved_at <= $known_by
      and (superseded_at is null or superseded_at > $known_by)
)
select grown.* exclude (content), standing.retrieved_at, standing.payload_sha256
from grown
left join standing using (source, framework, metric, scope, name, known_at)
order by metric, framework, scope, name, source, week_start;
