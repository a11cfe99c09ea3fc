-- The bytes behind given values, for any pair and day: view `evidence` knows only what was published.
with rests_on as (
    select
        unnest($indicators::varchar[]) as indicator,
        unnest($frameworks::varchar[]) as framework,
        unnest($hashes::varchar[]) as payload_sha256
),
figures as (
    select rests_on.indicator, rests_on.framework, rests_on.payload_sha256, min(payload_fact.licence) as licence
    from rests_on
    join indicator on indicator.id = rests_on.indicator
    join payload_fact
        on payload_fact.payload_sha256 = rests_on.payload_sha256
       and payload_fact.framework = rests_on.framework
    where list_contains(indicator.needs, payload_fact.metric)
    group by all
),
bytes as (
    -- Bytes that came more than once: the first time, for this framework where they were asked for it.
    select rests_on.framework, payload.sha256, min_by(
        {url: payload.url, requested_at: payload.requested_at, location: payload.location, source: payload.source,
         bytes: payload.bytes},
        {other: payload.framework <> rests_on.framework, framework: payload.framework,
         requested_at: payload.requested_at, run: payload.run}
    ) as first_seen
    from payload
    join (select distinct framework, payload_sha256 from rests_on) as rests_on
        on rests_on.payload_sha256 = payload.sha256
    group by rests_on.framework, payload.sha256
)
select
    rests_on.indicator,
    rests_on.framework,
    first_seen.source,
    coalesce(figures.licence, source.licence) as licence,
    first_seen.url,
    first_seen.requested_at,
    rests_on.payload_sha256,
    first_seen.bytes,
    first_seen.location
from rests_on
join bytes on bytes.sha256 = rests_on.payload_sha256 and bytes.framework = rests_on.framework
left join figures
    on figures.indicator = rests_on.indicator
   and figures.framework = rests_on.framework
   and figures.payload_sha256 = rests_on.payload_sha256
left join source on source.id = first_seen.source
order by rests_on.indicator, rests_on.framework, first_seen.requested_at, rests_on.payload_sha256;
