-- From a score to the bytes it rests on: every fact behind every indicator of one dimension.
with payload as (
    -- Bytes that came more than once: the first time.
    select distinct on (sha256) * from main.payload order by sha256, requested_at, run, framework
)
select
    score.framework,
    score.value as score,
    contribution.indicator,
    contribution.weight,
    contribution_value.raw,
    indicator.unit,
    contribution_value.score as points,
    contribution.contribution,
    coalesce(observation.metric, measurement.metric) as metric,
    coalesce(observation.value, measurement.value) as value,
    coalesce(observation.end_at, measurement.started_at) as observed_at,
    coalesce(observation.licence, source.licence) as licence,
    payload.url,
    payload.requested_at,
    payload.sha256,
    payload.location
from score
join contribution using (comparison, dimension, as_of)
join contribution_value using (comparison, dimension, as_of, indicator, framework)
join indicator on indicator.id = contribution.indicator
join payload on list_contains(contribution_value.payloads, payload.sha256)
join source on source.id = payload.source
left join observation
    on observation.payload_sha256 = payload.sha256
   and observation.framework = score.framework
   and list_contains(indicator.needs, observation.metric)
left join measurement on measurement.line_sha256 = payload.sha256
where score.comparison = (select id from comparison limit 1)
  and score.dimension = (select dimension from comparison_dimension order by position limit 1)
  and coalesce(observation.metric, measurement.metric) is not null
order by score.framework, abs(contribution.contribution) desc, contribution.indicator, observed_at desc;
