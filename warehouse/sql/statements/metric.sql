select
    observation.framework,
    observation.scope,
    observation.name,
    observation.start_at,
    observation.end_at as day,
    observation.value,
    metric.unit,
    increment.increment,
    increment.suspect,
    increment.reason,
    observation.source,
    observation.retrieved_at,
    coalesce(observation.licence, source.licence) as licence,
    observation.ref,
    observation.payload_sha256
from observation
join metric on metric.id = observation.metric
left join source on source.id = observation.source
left join increment
    on increment.source = observation.source
   and increment.framework = observation.framework
   and increment.metric = observation.metric
   and increment.name = observation.name
   and increment.known_at = observation.end_at
where observation.metric = $metric
  and list_contains($frameworks, observation.framework)
  and observation.superseded_at is null
order by observation.framework, observation.scope, observation.name, observation.end_at, observation.source;
