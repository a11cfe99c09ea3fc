-- What people and tools read. Nothing here depends on variables of the connection.

create view scorecard as
    select
        contrast.comparison,
        contrast.as_of,
        comparison_dimension.position,
        contrast.dimension,
        dimension.title_en,
        dimension.title_zh,
        score.framework,
        claim.score as opinion,
        claim.out_of as opinion_out_of,
        score.value as score,
        score.low90 as score_low90,
        score.high90 as score_high90,
        contrast.first,
        contrast.second,
        contrast.value as contrast,
        contrast.low90 as contrast_low90,
        contrast.high90 as contrast_high90,
        contrast.coverage,
        contrast.families,
        contrast.families_planned,
        contrast.status,
        contrast.dated,
        contrast.verdict,
        contrast.size,
        contrast.ahead,
        contrast.provisional,
        contrast.frame
    from contrast
    join score using (comparison, dimension, as_of)
    join dimension on dimension.id = contrast.dimension
    join comparison_dimension using (comparison, dimension)
    join comparison_framework using (comparison, framework)
    left join claim using (comparison, dimension, framework)
    order by comparison, comparison_dimension.position, comparison_framework.position;
comment on view scorecard is 'The table: opinion beside evidence, one row per comparison, dimension and framework.';
comment on column scorecard.comparison is 'Comparison id.';
comment on column scorecard.as_of is 'Day of the score.';
comment on column scorecard.position is 'Order of the dimension, from 0.';
comment on column scorecard.dimension is 'Dimension id.';
comment on column scorecard.title_en is 'Dimension, English.';
comment on column scorecard.title_zh is 'Dimension, Chinese.';
comment on column scorecard.framework is 'Framework id.';
comment on column scorecard.opinion is 'Score that was claimed; null when nobody did.';
comment on column scorecard.opinion_out_of is 'The most that could be claimed.';
comment on column scorecard.score is 'Evidence score, 0 to 10; null where nothing is measured.';
comment on column scorecard.score_low90 is 'Lower bound of its 90 % interval.';
comment on column scorecard.score_high90 is 'Upper bound of its 90 % interval.';
comment on column scorecard.first is 'First framework of the contrast.';
comment on column scorecard.second is 'Second framework of the contrast.';
comment on column scorecard.contrast is 'Score of the first minus score of the second.';
comment on column scorecard.contrast_low90 is 'Lower bound of the contrast''s 90 % interval.';
comment on column scorecard.contrast_high90 is 'Upper bound of the contrast''s 90 % interval.';
comment on column scorecard.coverage is 'Measured share of the planned evidence.';
comment on column scorecard.families is 'Families measured for both.';
comment on column scorecard.families_planned is 'Families planned.';
comment on column scorecard.status is 'reported, provisional, insufficient or none.';
comment on column scorecard.dated is 'Day of the oldest evidence past its age.';
comment on column scorecard.verdict is 'What the evidence says of the opinion.';
comment on column scorecard.size is 'compatible, overstated, understated, or empty.';
comment on column scorecard.ahead is 'Framework ahead; null when neither.';
comment on column scorecard.provisional is 'Whether the verdict is only provisional.';
comment on column scorecard.frame is 'Hash of the definitions that made the score.';

create view evidence as
    with rests_on as (
        select
            comparison, dimension, as_of, indicator, framework, raw, score, observed_at,
            unnest(payloads) as payload_sha256
        from contribution_value
    ),
    facts as (
        select rests_on.comparison, rests_on.dimension, rests_on.as_of, rests_on.indicator, rests_on.framework,
            rests_on.payload_sha256, list(distinct payload_fact.metric order by payload_fact.metric) as metrics,
            sum(payload_fact.facts)::bigint as facts, min(payload_fact.licence) as licence, min(payload_fact.ref) as ref
        from rests_on
        join indicator on indicator.id = rests_on.indicator
        join payload_fact
            on payload_fact.payload_sha256 = rests_on.payload_sha256
           and payload_fact.framework = rests_on.framework
        where list_contains(indicator.needs, payload_fact.metric)
        group by all
        union all
        select rests_on.comparison, rests_on.dimension, rests_on.as_of, rests_on.indicator, rests_on.framework,
            rests_on.payload_sha256, list(distinct measurement.metric order by measurement.metric) as metrics,
            count(*) as facts, null as licence, null as ref
        from rests_on
        join measurement on measurement.line_sha256 = rests_on.payload_sha256
        group by all
    ),
    bytes as (
        select sha256, framework, min_by(
            {url: url, requested_at: requested_at, run: run, location: location, source: source, bytes: bytes},
            {requested_at: requested_at, run: run}
        ) as first_seen
        from payload
        group by sha256, framework
    )
    select
        rests_on.comparison,
        rests_on.dimension,
        rests_on.as_of,
        rests_on.framework,
        score.value as score,
        contrast.value as contrast,
        rests_on.indicator,
        contribution.criterion,
        contribution.family,
        contribution.grade,
        contribution.weight,
        contribution.contribution,
        rests_on.raw,
        indicator.unit,
        rests_on.score as indicator_score,
        rests_on.observed_at,
        facts.metrics,
        facts.facts,
        coalesce(mine.first_seen.source, shared.first_seen.source) as source,
        coalesce(facts.licence, source.licence) as licence,
        facts.ref,
        rests_on.payload_sha256,
        coalesce(mine.first_seen.url, shared.first_seen.url) as url,
        coalesce(mine.first_seen.requested_at, shared.first_seen.requested_at) as requested_at,
        coalesce(mine.first_seen.run, shared.first_seen.run) as run,
        coalesce(mine.first_seen.bytes, shared.first_seen.bytes) as bytes,
        coalesce(mine.first_seen.location, shared.first_seen.location) as location
    from rests_on
    join contribution using (comparison, dimension, as_of, indicator)
    join indicator on indicator.id = rests_on.indicator
    join contrast using (comparison, dimension, as_of)
    join score using (comparison, dimension, as_of, framework)
    left join facts using (comparison, dimension, as_of, indicator, framework, payload_sha256)
    left join bytes as mine on mine.sha256 = rests_on.payload_sha256 and mine.framework = rests_on.framework
    left join (
        select sha256, min_by(first_seen, framework) as first_seen from bytes group by sha256
    ) as shared on shared.sha256 = rests_on.payload_sha256
    left join source on source.id = coalesce(mine.first_seen.source, shared.first_seen.source);
comment on view evidence is 'The chain: score, contribution, indicator value, facts, bytes. One row per payload behind a value of a framework.';
comment on column evidence.comparison is 'Comparison id.';
comment on column evidence.dimension is 'Dimension id.';
comment on column evidence.as_of is 'Day of the score.';
comment on column evidence.framework is 'Framework id.';
comment on column evidence.score is 'Score of the framework in the dimension.';
comment on column evidence.contrast is 'Contrast of the dimension.';
comment on column evidence.indicator is 'Indicator id.';
comment on column evidence.criterion is 'Criterion id.';
comment on column evidence.family is 'Family of the indicator.';
comment on column evidence.grade is 'Grade of the indicator.';
comment on column evidence.weight is 'Its share of the measured evidence.';
comment on column evidence.contribution is 'Points it adds to the contrast.';
comment on column evidence.raw is 'Raw value for the framework.';
comment on column evidence.unit is 'Unit of the raw value.';
comment on column evidence.indicator_score is 'Score of the raw value, 0 to 10.';
comment on column evidence.observed_at is 'Time of the newest observation behind the value.';
comment on column evidence.metrics is 'Metrics read from this payload.';
comment on column evidence.facts is 'Observations or result lines read from this payload.';
comment on column evidence.source is 'Source of the payload.';
comment on column evidence.licence is 'Licence of the figures.';
comment on column evidence.ref is 'Where the figure was published, where that is not the source.';
comment on column evidence.payload_sha256 is 'SHA-256 of the bytes.';
comment on column evidence.url is 'What was asked, the first time these bytes came.';
comment on column evidence.requested_at is 'When it was asked.';
comment on column evidence.run is 'Run in which it was asked.';
comment on column evidence.bytes is 'Size of the bytes, uncompressed.';
comment on column evidence.location is 'Where the bytes lie: a path below the archive, or file:line.';

create view observation_latest as
    with newest as (
        select source, framework, metric, scope, name, max_by(
            {start_at: start_at, end_at: end_at, value: value, retrieved_at: retrieved_at,
             payload_sha256: payload_sha256, licence: licence, ref: ref},
            {ended: end_at, started: start_at}
        ) as found
        from observation
        where superseded_at is null
        group by source, framework, metric, scope, name
    )
    select
        newest.source, newest.framework, newest.metric, newest.scope, newest.name, metric.unit,
        found.start_at, found.end_at, found.value, found.retrieved_at, found.payload_sha256, found.licence, found.ref
    from newest
    join metric on metric.id = newest.metric;
comment on view observation_latest is 'Newest observation of every series, in its newest vintage.';
comment on column observation_latest.source is 'Source id.';
comment on column observation_latest.framework is 'Framework id.';
comment on column observation_latest.metric is 'Metric id.';
comment on column observation_latest.scope is 'Narrowest scope of the name.';
comment on column observation_latest.name is 'What the source calls the thing.';
comment on column observation_latest.unit is 'Unit of the value.';
comment on column observation_latest.start_at is 'Start of the interval; the instant of a stock.';
comment on column observation_latest.end_at is 'End of the interval; the instant of a stock.';
comment on column observation_latest.value is 'The value.';
comment on column observation_latest.retrieved_at is 'When it was first asked for with this value.';
comment on column observation_latest.payload_sha256 is 'The bytes it was read from.';
comment on column observation_latest.licence is 'Licence of this figure where it is not the source''s.';
comment on column observation_latest.ref is 'Where this figure was published, where that is not the source.';

create view metric_weekly as
    with weekly as (
        select
            observation.source,
            observation.framework,
            observation.metric,
            observation.scope,
            observation.name,
            date_trunc('week', start_at) as week_start,
            case when any_value(metric.kind) = 'flow' then sum(value) else max_by(value, end_at) end as value,
            count(*) as observations
        from observation
        join metric on metric.id = observation.metric
        where superseded_at is null
        group by observation.source, observation.framework, observation.metric, observation.scope,
            observation.name, date_trunc('week', start_at)
    )
    select
        weekly.source, weekly.framework, weekly.metric, weekly.scope, weekly.name, metric.unit, weekly.week_start,
        weekly.value, observations, increment, suspect, reason
    from weekly
    join metric on metric.id = weekly.metric
    left join increment
        on increment.source = weekly.source
       and increment.framework = weekly.framework
       and increment.metric = weekly.metric
       and increment.name = weekly.name
       and increment.week_start = weekly.week_start;
comment on view metric_weekly is 'Every series by ISO week: a flow summed, a stock as last seen, with its growth inside one regime.';
comment on column metric_weekly.source is 'Source id.';
comment on column metric_weekly.framework is 'Framework id.';
comment on column metric_weekly.metric is 'Metric id.';
comment on column metric_weekly.scope is 'Narrowest scope of the name.';
comment on column metric_weekly.name is 'What the source calls the thing.';
comment on column metric_weekly.unit is 'Unit of value and increment.';
comment on column metric_weekly.week_start is 'Monday 00:00 UTC.';
comment on column metric_weekly.value is 'Sum of the flows that start in the week, or the last stock in it.';
comment on column metric_weekly.observations is 'Observations in the week.';
comment on column metric_weekly.increment is 'Growth of the counter in the week; null where it is not known.';
comment on column metric_weekly.suspect is 'Whether the source behaved as no counter does.';
comment on column metric_weekly.reason is 'What it did.';

create view attempts as
    select
        attempt.*,
        source.title as source_title,
        framework.title as framework_title,
        row_number() over (
            partition by attempt.source, attempt.framework order by attempt.started_at desc, attempt.run desc
        ) = 1 as is_latest
    from attempt
    left join source on source.id = attempt.source
    left join framework on framework.id = attempt.framework
    order by attempt.started_at desc, attempt.source, attempt.framework;
comment on view attempts is 'The ledger of what was asked and what came of it, newest first.';
comment on column attempts.run is 'Run id.';
comment on column attempts.source is 'Source id.';
comment on column attempts.framework is 'Framework id.';
comment on column attempts.outcome is 'ok, absent, failed, not_applicable or capped.';
comment on column attempts.reason is 'Why it is not ok.';
comment on column attempts.started_at is 'When it started.';
comment on column attempts.requests is 'Requests it cost.';
comment on column attempts.bytes is 'Bytes it received.';
comment on column attempts.seconds is 'Seconds it took.';
comment on column attempts.source_title is 'Source, for people.';
comment on column attempts.framework_title is 'Framework, for people.';
comment on column attempts.is_latest is 'Whether it is the newest attempt of this source and framework.';

create view freshness as
    with answered as (
        select source, framework, max(requested_at) as last_answer
        from payload
        group by source, framework
    ),
    seen as (
        select source, framework, max(newest) as newest, sum(standing)::bigint as observations
        from payload_fact
        group by source, framework
        having sum(standing) > 0
        union all
        select metric.source, framework_name.framework, max(measurement.started_at), count(*)
        from measurement
        join metric on metric.id = measurement.metric
        join source on source.id = metric.source
        join framework_name on framework_name.key = source.needs and framework_name.name = measurement.framework
        where measurement.status = 'ok'
        group by metric.source, framework_name.framework
    ),
    asked as (
        select
            source,
            framework,
            max_by({outcome: outcome, reason: reason, tried_at: started_at}, {started_at: started_at, run: run}) as found,
            max(started_at) filter (outcome = 'ok') as last_ok
        from attempt
        group by source, framework
    )
    select
        source.id as source,
        source.title as source_title,
        framework.id as framework,
        exists (
            select 1 from framework_name
            where framework_name.framework = framework.id and framework_name.key = source.needs
        ) as applies,
        asked.found.outcome as last_outcome,
        asked.found.reason as reason,
        asked.found.tried_at as last_attempt,
        asked.last_ok,
        answered.last_answer,
        seen.newest,
        coalesce(seen.observations, 0) as observations,
        source.cadence_days as expected_days,
        source.token_env
    from source
    cross join framework
    left join asked on asked.source = source.id and asked.framework = framework.id
    left join answered on answered.source = source.id and answered.framework = framework.id
    left join seen on seen.source = source.id and seen.framework = framework.id
    order by source.id, framework.position;
comment on view freshness is 'How fresh each source is for each framework.';
comment on column freshness.source is 'Source id.';
comment on column freshness.source_title is 'Source, for people.';
comment on column freshness.framework is 'Framework id.';
comment on column freshness.applies is 'Whether the source has a name for the framework.';
comment on column freshness.last_outcome is 'Outcome of the newest attempt; null when never asked.';
comment on column freshness.reason is 'Why it is not ok.';
comment on column freshness.last_attempt is 'When it was last asked.';
comment on column freshness.last_ok is 'When it last answered fully.';
comment on column freshness.last_answer is 'When the newest archived answer was asked for.';
comment on column freshness.newest is 'Time of its newest observation.';
comment on column freshness.observations is 'Observations or measured lines held.';
comment on column freshness.expected_days is 'Days after which a new answer is due.';
comment on column freshness.token_env is 'Environment variable that holds its token.';

create view benchmark_summary as
    with proofs as (
        select distinct subject, framework, code_hash
        from measurement
        where metric = 'equivalence' and status = 'ok'
    )
    select
        measurement.run,
        measurement.origin,
        measurement.category,
        measurement.subject,
        measurement.metric,
        measurement.framework,
        measurement.variant,
        measurement.phase,
        measurement.mode,
        measurement.precision,
        measurement.device,
        measurement.batch_size,
        measurement.unit,
        count(*) as lines,
        count(*) filter (measurement.status = 'ok') as ok_lines,
        count(*) filter (measurement.quality = 'noisy') as noisy_lines,
        median(measurement.value) filter (measurement.quality = 'ok') as value,
        quantile_cont(measurement.value, 0.25) filter (measurement.quality = 'ok') as low50,
        quantile_cont(measurement.value, 0.75) filter (measurement.quality = 'ok') as high50,
        sum(measurement.successes) as successes,
        sum(measurement.trials) as trials,
        max_by(measurement.status, measurement.started_at) as status,
        max_by(measurement.reason, measurement.started_at) as reason,
        bool_or(proofs.subject is not null) as is_equivalent,
        max(measurement.started_at) as started_at,
        any_value(measurement.versions) as versions,
        any_value(measurement.machine) as machine,
        measurement.code_hash
    from measurement
    left join proofs using (subject, framework, code_hash)
    group by measurement.run, measurement.origin, measurement.category, measurement.subject, measurement.metric,
        measurement.framework, measurement.variant, measurement.phase, measurement.mode, measurement.precision,
        measurement.device, measurement.batch_size, measurement.unit, measurement.code_hash
    order by max(measurement.started_at) desc, measurement.subject, measurement.metric, measurement.framework;
comment on view benchmark_summary is 'Every benchmark and probe of every run: median and spread over rounds. Runs stand side by side and are never pooled.';
comment on column benchmark_summary.run is 'Run id.';
comment on column benchmark_summary.origin is 'committed or own.';
comment on column benchmark_summary.category is 'Category of the workload.';
comment on column benchmark_summary.subject is 'Workload or probe.';
comment on column benchmark_summary.metric is 'Metric id.';
comment on column benchmark_summary.framework is 'What the benchmarks call the framework.';
comment on column benchmark_summary.variant is 'Protocol variant; empty for the declared one.';
comment on column benchmark_summary.phase is 'train or infer.';
comment on column benchmark_summary.mode is 'Execution mode.';
comment on column benchmark_summary.precision is 'Precision class.';
comment on column benchmark_summary.device is 'Device.';
comment on column benchmark_summary.batch_size is 'Items per step.';
comment on column benchmark_summary.unit is 'Unit of value.';
comment on column benchmark_summary.lines is 'Result lines: rounds, as a rule.';
comment on column benchmark_summary.ok_lines is 'Lines with a value.';
comment on column benchmark_summary.noisy_lines is 'Lines measured while the machine was disturbed.';
comment on column benchmark_summary.value is 'Median of the undisturbed lines.';
comment on column benchmark_summary.low50 is 'First quartile of the undisturbed lines.';
comment on column benchmark_summary.high50 is 'Third quartile of the undisturbed lines.';
comment on column benchmark_summary.successes is 'Successes, where the value is a share.';
comment on column benchmark_summary.trials is 'Trials, where the value is a share.';
comment on column benchmark_summary.status is 'Status of the newest line.';
comment on column benchmark_summary.reason is 'Reason of the newest line.';
comment on column benchmark_summary.is_equivalent is 'Whether this program was proved to compute what the reference computes.';
comment on column benchmark_summary.started_at is 'When the newest line was measured.';
comment on column benchmark_summary.versions is 'Versions of what was measured.';
comment on column benchmark_summary.machine is 'Machine it was measured on.';
comment on column benchmark_summary.code_hash is 'Hash of the measured program.';

create view suspects as
    select
        increment.source,
        source.title as source_title,
        increment.framework,
        increment.metric,
        increment.scope,
        increment.name,
        increment.week_start,
        increment.increment,
        metric.unit,
        increment.reason,
        case increment.reason
            when 'collapsed' then 'fell within a week below a quarter of its own pace'
            when 'frozen' then 'stood still for weeks'
            when 'caught up' then 'moved for the first time after it had stood still: several weeks in one'
            when 'flip-flopping' then 'went back and forth between two definitions; growth is taken inside one'
        end as meaning,
        increment.known_at,
        increment.retrieved_at,
        increment.payload_sha256,
        any_value(source_break.reason) as known_cause,
        any_value(source_break.link) as known_cause_link
    from increment
    join source on source.id = increment.source
    join metric on metric.id = increment.metric
    left join source_break
        on source_break.source = increment.source
       and source_break.metric = increment.metric
       and coalesce(source_break.framework, increment.framework) = increment.framework
       and increment.week_start
           between source_break.starts_on - interval 1 week and source_break.ends_on + interval 1 week
    where increment.suspect
    group by all
    order by increment.week_start desc, increment.metric, increment.framework, increment.name;
comment on view suspects is 'Every week in which a counter behaved as no counter of the world does, with the rule that says so, newest first. No list of dates stands behind it: evidence/regimes.py reads the counter alone.';
comment on column suspects.source is 'Source id.';
comment on column suspects.source_title is 'Source, for people.';
comment on column suspects.framework is 'Framework id.';
comment on column suspects.metric is 'Metric id.';
comment on column suspects.scope is 'Narrowest scope of the name.';
comment on column suspects.name is 'What the source calls the thing.';
comment on column suspects.week_start is 'Monday 00:00 UTC of the week.';
comment on column suspects.increment is 'Growth that the counter shows in the week.';
comment on column suspects.unit is 'Unit of the increment.';
comment on column suspects.reason is 'collapsed, frozen, caught up or flip-flopping.';
comment on column suspects.meaning is 'What the counter did, in words.';
comment on column suspects.known_at is 'Time of the observation that completed the week.';
comment on column suspects.retrieved_at is 'When the last of the answers it rests on was asked for.';
comment on column suspects.payload_sha256 is 'The bytes of that observation.';
comment on column suspects.known_cause is 'What the register of breaks says of that week; null when it says nothing.';
comment on column suspects.known_cause_link is 'Where the cause is documented.';

create view download_reconciliation as
    with daily as (
        select framework, scope, name, date_trunc('week', start_at) as week_start, sum(value) as downloads, count(*) as days
        from observation
        where metric = 'pypistats.downloads' and source = 'pypistats' and superseded_at is null
        group by framework, scope, name, date_trunc('week', start_at)
    ),
    weekly as (
        select framework, scope, name, start_at as week_start, value as downloads
        from observation
        where metric = 'clickpy.downloads' and source = 'clickpy' and superseded_at is null
    ),
    beside as (
        select
            framework,
            scope,
            name,
            week_start,
            case when daily.days = 7 then daily.downloads end as pypistats,
            weekly.downloads as clickpy,
            coalesce(daily.days, 0) as pypistats_days,
            clickpy / nullif(pypistats, 0) as ratio
        from daily
        full join weekly using (framework, scope, name, week_start)
    ),
    usual as (
        select *, median(ratio) over (partition by framework, scope, name) as usual_ratio
        from beside
    )
    select
        *,
        case
            when pypistats is null and clickpy is null then 'neither whole'
            when clickpy is null then 'only PyPI Stats'
            when pypistats is null then 'only ClickPy'
            -- A quarter is the smallest difference of an engineering count that is worth acting on (SCORING 2.4).
            when abs(ln(ratio / usual_ratio)) > ln(1.25) then 'apart'
            else 'together'
        end as flag
    from usual
    order by framework, scope, name, week_start;
comment on view download_reconciliation is 'The two counts of one download log beside each other, by project and ISO week (ClickPy tells whole weeks). They are never spliced: ClickPy counts mirrors and leaves out clients that name no Python version, PyPI Stats leaves out mirrors and clients that name no installer.';
comment on column download_reconciliation.framework is 'Framework id.';
comment on column download_reconciliation.scope is 'Narrowest scope of the project.';
comment on column download_reconciliation.name is 'The project on the index.';
comment on column download_reconciliation.week_start is 'Monday 00:00 UTC.';
comment on column download_reconciliation.pypistats is 'Downloads by PyPI Stats; null when a day of the week is missing.';
comment on column download_reconciliation.clickpy is 'Downloads by ClickPy; null when it has no whole week.';
comment on column download_reconciliation.pypistats_days is 'Days of the week that PyPI Stats has.';
comment on column download_reconciliation.ratio is 'ClickPy over PyPI Stats; null when either is missing.';
comment on column download_reconciliation.usual_ratio is 'Median of the ratio over all weeks of the project.';
comment on column download_reconciliation.flag is 'together; apart when the ratio is off its median by more than a quarter; only PyPI Stats, only ClickPy, neither whole.';
