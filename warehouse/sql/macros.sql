-- What the indicators are written in. Every macro reads these variables of the connection:
--   as_of         nothing observed from this instant on is used (the end of the day asked for)
--   known_by      nothing retrieved after this instant is used
--   scope         core (the framework itself) or broad (with the official packages around it)
--   window_weeks  length of the window
--   first, second the pair that is compared
-- Without them: everything known, core, 52 weeks, no pair. Times are UTC.

create macro as_of_end() as coalesce(getvariable('as_of')::timestamp, timestamp '9999-01-01');
comment on macro as_of_end is 'First instant that must not be used: the end of the day asked for.';

create macro known_by_end() as coalesce(getvariable('known_by')::timestamp, timestamp '9999-01-01');
comment on macro known_by_end is 'Last instant of retrieval that may be used.';

create macro is_in_scope(scope) as scope = 'core' or coalesce(getvariable('scope') = 'broad', false);
comment on macro is_in_scope is 'Whether names of a scope count under the scope asked for.';

create macro window_length() as coalesce(getvariable('window_weeks')::integer, 52);
comment on macro window_length is 'Length of the window in weeks.';

create macro pair() as list_filter([getvariable('first')::varchar, getvariable('second')::varchar], lambda id: id is not null);
comment on macro pair is 'The frameworks that are compared.';

create macro iso_week(instant) as strftime(instant, '%G-W%V');
comment on macro iso_week is 'ISO week of an instant, such as 2026-W07.';

create macro observed(metric_id) as table
    select *
    from observation
    where metric = metric_id
      and is_in_scope(scope)
      -- A stock counts until the end of the day; an interval only when it is over by then.
      and start_at < as_of_end()
      and end_at <= as_of_end()
      and retrieved_at <= known_by_end()
      and (superseded_at is null or superseded_at > known_by_end());
comment on macro table observed is 'Observations of a metric as of the day: one row per value, in its newest vintage known.';

create macro latest(metric_id) as table
    with newest as (
        select
            framework,
            name,
            max_by(
                {value: value, observed_at: end_at, payload_sha256: payload_sha256},
                {ended: end_at, known: retrieved_at, source: source}
            ) as found
        from observed(metric_id)
        group by framework, name
    )
    select framework, name, found.value, found.observed_at, found.payload_sha256
    from newest;
comment on macro table latest is 'Newest value of a metric per framework and name.';

create macro counted(metric_id) as table
    with planned as (
        select framework_name.framework, list(distinct framework_name.name) as names
        from metric
        join source on source.id = metric.source
        join framework_name on framework_name.key = source.needs
        where metric.id = metric_id
          and is_in_scope(framework_name.scope)
        group by framework_name.framework
    ),
    by_source as (
        select framework, name, source, max(end_at) as newest
        from observed(metric_id)
        group by framework, name, source
    ),
    seen as (
        select framework, name, max_by(source, {ended: newest, source: source}) as source, max(newest) as newest
        from by_source
        group by framework, name
    ),
    marked as (
        select
            framework,
            name,
            seen.source,
            newest,
            list_contains(coalesce(names, []), name) as is_planned,
            len(names) as parts
        from seen
        left join planned using (framework)
    ),
    kept as (
        select *, max(newest) over (partition by framework) as own_end
        from marked
        qualify is_planned or not bool_or(is_planned) over (partition by framework)
    )
    select
        framework,
        name,
        source,
        case when is_planned then parts end as parts,
        least(own_end, coalesce(min(own_end) filter (list_contains(pair(), framework)) over (), own_end)) as window_end
    from kept;
comment on macro table counted is 'The names of a metric that count, each from the one source with the newest observation; how many there must be; and where the window ends: at the newest instant that both frameworks of the pair have, so that both are seen over the same weeks. A name that the catalog no longer plans is left out; where the source has names of its own (a conference, a survey), all count and parts is null.';

create macro whole_sum(part, name, parts) as
    case when count(part) = coalesce(any_value(parts), count(*)) then sum(part order by name) end;
comment on macro whole_sum is 'Sum over names; null when one is missing, so that a failed part never makes a sum smaller.';

create macro latest_sum(metric_id) as table
    select
        framework,
        whole_sum(value, name, parts) as value,
        min(observed_at) as observed_at,
        list(distinct payload_sha256) as payloads
    from latest(metric_id)
    join counted(metric_id) using (framework, name)
    group by framework;
comment on macro table latest_sum is 'Newest values of a metric summed over the names of a framework; observed_at is that of the oldest part.';

create macro latest_max(metric_id) as table
    select
        framework,
        max(value) as value,
        max_by(observed_at, {value: value, name: name}) as observed_at,
        [max_by(payload_sha256, {value: value, name: name})] as payloads
    from latest(metric_id)
    join counted(metric_id) using (framework, name)
    group by framework;
comment on macro table latest_max is 'Largest of the newest values over the names of a framework; for things that count each other, such as packages that install one another.';

create macro series(metric_id) as table
    select observed.*, counted.parts, counted.window_end
    from observed(metric_id) as observed
    join counted(metric_id) as counted using (framework, name, source);
comment on macro table series is 'Observations that count of a metric, with the number of names that there must be and the end of the window.';

create macro yearly_sum(metric_id) as table
    with by_name as (
        select
            framework,
            name,
            any_value(parts) as parts,
            case
                when count(distinct date_trunc('week', start_at)) >= 0.5 * window_length()
                    then sum(value order by end_at) * 52 / window_length()
            end as value,
            max(end_at) as observed_at,
            list(distinct payload_sha256) as payloads
        from series(metric_id)
        where end_at > window_end - to_days(7 * window_length())
          and end_at <= window_end
        group by framework, name
    )
    select
        framework,
        whole_sum(value, name, parts) as value,
        min(observed_at) as observed_at,
        list_distinct(flatten(list(payloads))) as payloads
    from by_name
    group by framework;
comment on macro table yearly_sum is 'A weekly flow added up over the window and over names, per 52 weeks; null when less than half of the weeks are known.';

create macro window_mean(metric_id) as table
    with weekly as (
        select
            framework,
            name,
            date_trunc('week', start_at) as week_start,
            sum(value) as total, -- of rows that come in order of time: the same bits every time
            count(*) as observations,
            max(end_at) as observed_at,
            list(payload_sha256) as payloads
        from series(metric_id)
        where end_at > window_end - to_days(7 * window_length())
          and end_at <= window_end
        group by framework, name, week_start
    ),
    means as (
        select
            framework,
            name,
            sum(total order by week_start) / sum(observations) as value,
            max(observed_at) as observed_at,
            list_distinct(flatten(list(payloads))) as payloads,
            list({block: '', key: iso_week(week_start), x: total / observations} order by week_start) as samples
        from weekly
        group by framework, name
    )
    select framework, value, observed_at, payloads, samples
    from means
    qualify row_number() over (partition by framework order by value desc, name) = 1;
comment on macro table window_mean is 'Mean of a level over the window, of the name of the framework for which it is largest, with its weekly means as replicates.';

create macro weekly_growth(metric_id) as table
    select
        increment.*,
        counted.parts,
        date_trunc('week', counted.window_end) as window_end,
        -- What a standing counter kept back arrives when it moves again: those weeks count together.
        -- While it still stands, they are not known. A collapse hits all that its source counts, and cancels.
        coalesce(
            bool_or(reason = 'caught up') over (
                partition by framework, name, source
                order by week_start
                rows between 1 following and unbounded following
            ),
            false
        ) as moved_again
    from increment
    join counted(metric_id) as counted using (framework, name, source)
    where metric = metric_id
      and is_in_scope(scope)
      and known_at < as_of_end()
      and retrieved_at <= known_by_end()
      and week_start >= date_trunc('week', counted.window_end) - to_days(7 * window_length());
comment on macro table weekly_growth is 'Weekly increments that count of a metric, from the start of the window on, with the end of its last whole week.';

create macro yearly_flow(metric_id) as table
    with within_window as (
        select *
        from weekly_growth(metric_id)
        where week_start < window_end
          and (reason <> 'frozen' or moved_again)
    ),
    parts as (
        select
            framework,
            name,
            any_value(parts) as parts,
            case when count(*) >= 0.5 * window_length() then 52 * avg(increment order by week_start) end as value,
            max(known_at) as observed_at,
            list(payload_sha256) as payloads
        from within_window
        group by framework, name
    ),
    totals as (
        select
            framework,
            whole_sum(value, name, parts) as value,
            min(observed_at) as observed_at,
            list_distinct(flatten(list(payloads))) as payloads,
            count(*) as found
        from parts
        group by framework
    ),
    weekly as (
        select framework, week_start, sum(increment order by name) as x, count(*) as found
        from within_window
        group by framework, week_start
    ),
    replicates as (
        select framework, list({block: '', key: iso_week(week_start), x: x} order by week_start) as samples
        from weekly
        join totals using (framework, found)
        group by framework
    )
    select framework, value, observed_at, payloads, coalesce(samples, []) as samples
    from totals
    left join replicates using (framework);
comment on macro table yearly_flow is 'Growth of a counter per 52 weeks, from its weekly increments in the window; null when less than half of the weeks are known. Replicates are the weeks that all names have, in units per week.';

create macro measured(metric_id, subject_id) as table
    select framework_name.framework, measurement.* exclude (framework)
    from measurement
    join metric on metric.id = measurement.metric
    join source on source.id = metric.source
    join framework_name
        on framework_name.key = source.needs
       and framework_name.name = measurement.framework
       and framework_name.scope = 'core'
    where measurement.metric = metric_id
      and measurement.subject = subject_id
      and measurement.status = 'ok'
      and measurement.quality = 'ok'
      and measurement.started_at < as_of_end()
      and measurement.started_at <= known_by_end();
comment on macro table measured is 'Undisturbed result lines of a metric and subject as of the day, by framework id.';

create macro in_newest_common_run(metric_id, subject_id, device_id, phase_id) as table
    with lines as (
        select *
        from measured(metric_id, subject_id)
        where (device_id is null or device = device_id)
          and (phase_id is null or phase = phase_id)
    ),
    proofs as (
        select framework, code_hash, list(line_sha256) as proofs
        from measured('equivalence', subject_id)
        group by framework, code_hash
    ),
    -- A computation counts only when it is proved to compute what the others compute; a start has no phase.
    counted as (
        select lines.*, coalesce(proofs.proofs, []) as proofs
        from lines
        left join proofs using (framework, code_hash)
        where lines.phase = '' or proofs.proofs is not null
    ),
    cells as (
        select run, variant, phase, precision, batch_size, code_hash, max(started_at) as started_at
        from counted
        group by run, variant, phase, precision, batch_size, code_hash
        having list_has_all(list(framework), pair())
        qualify row_number() over (
            partition by variant
            order by max(started_at) desc, run desc, phase, precision, batch_size, code_hash
        ) = 1
    )
    select counted.*
    from counted
    join cells
        on cells.run = counted.run
       and cells.variant = counted.variant
       and cells.phase = counted.phase
       and cells.precision = counted.precision
       and cells.batch_size is not distinct from counted.batch_size
       and cells.code_hash = counted.code_hash;
comment on macro table in_newest_common_run is 'Result lines of the newest single run that measured both frameworks of the pair, per protocol variant. Runs are never pooled.';

create macro bench_cells(metric_id, subject_id, device_id, phase_id) as table
    with rounds as (
        select
            framework,
            variant,
            coalesce(round, 0) as round,
            median(value) as value,
            max(started_at) as started_at,
            list_concat(list(line_sha256), flatten(list(proofs))) as payloads
        from in_newest_common_run(metric_id, subject_id, device_id, phase_id)
        group by framework, variant, coalesce(round, 0)
    )
    select
        framework,
        variant,
        median(value) as value,
        max(started_at) as observed_at,
        list_distinct(flatten(list(payloads))) as payloads,
        list({block: subject_id, key: round::varchar, x: ln(value)} order by round) as samples,
        device_id as device
    from rounds
    group by framework, variant;
comment on macro table bench_cells is 'Median over rounds of a benchmark on a device in a phase (train, infer; null for any), from the newest single run that measured both frameworks of the pair, undisturbed and proved equivalent; one row per framework and protocol variant. Replicates: natural log of each round.';

create macro bench_on(metric_id, subject_id, device_id) as table
    from bench_cells(metric_id, subject_id, device_id, null);
comment on macro table bench_on is 'bench_cells in whatever phase was measured last.';

create macro bench_phase(metric_id, subject_id, phase_id) as table
    select framework, value, observed_at, payloads, samples, device
    from bench_cells(metric_id, subject_id, 'cpu', phase_id)
    where variant = '';
comment on macro table bench_phase is 'bench_cells on the processor in one phase under the declared protocol: one row per framework.';

create macro bench(metric_id, subject_id) as table
    select framework, value, observed_at, payloads, samples, device
    from bench_on(metric_id, subject_id, 'cpu')
    where variant = '';
comment on macro table bench is 'bench_on the processor under the declared protocol: one row per framework.';

create macro probe(metric_id, subject_id) as table
    with newest as (
        select
            framework,
            variant,
            max_by(
                {value: value, successes: successes, trials: trials, observed_at: started_at, line_sha256: line_sha256},
                {started: started_at, device: device, line: line_sha256}
            ) as found
        from in_newest_common_run(metric_id, subject_id, null, null)
        group by framework, variant
    )
    select
        framework,
        variant,
        found.value,
        found.successes,
        found.trials,
        found.observed_at,
        [found.line_sha256] as payloads
    from newest;
comment on macro table probe is 'Figure of a probe from the newest single run that probed both frameworks of the pair; one row per framework and protocol variant.';

create macro newest_common(metric_id) as table
    with common as (
        -- A year that is still going on has no end yet; one that only one of them has is no comparison.
        select end_at
        from observed(metric_id)
        group by end_at
        having list_has_all(list(framework), pair())
        order by end_at desc
        limit 1
    )
    select
        framework,
        sum(value) as value,
        end_at as observed_at,
        list(distinct payload_sha256) as payloads
    from observed(metric_id)
    join common using (end_at)
    group by framework, end_at;
comment on macro table newest_common is 'Sum over names of the newest interval, such as a year, that both frameworks of the pair have.';

create macro latest_share(part_metric, whole_metric) as table
    select
        part.framework,
        part.value / whole.value as value,
        part.value::bigint as successes,
        whole.value::bigint as trials,
        part.observed_at,
        list_distinct(list_concat(part.payloads, whole.payloads)) as payloads
    from latest_sum(part_metric) as part
    join latest_sum(whole_metric) as whole using (framework)
    where whole.value > 0;
comment on macro table latest_share is 'Newest part over newest whole, each summed over names, with the counts behind the share; no row where the whole is empty.';

create macro pooled_share(part_metric, whole_metric, intervals) as table
    with wholes as (
        select end_at, max(value) as whole -- everybody is told the same whole
        from observed(whole_metric)
        group by end_at
        order by end_at desc
        limit intervals
    ),
    parts as (
        select framework, end_at, sum(value) as part, list(distinct payload_sha256) as payloads
        from observed(part_metric)
        group by framework, end_at
    )
    select
        framework,
        least(sum(part) / sum(whole), 1) as value, -- one thing may go by two names
        least(sum(part), sum(whole))::bigint as successes,
        sum(whole)::bigint as trials,
        max(end_at) as observed_at,
        list_distinct(flatten(list(payloads))) as payloads
    from wholes
    join parts using (end_at)
    group by framework
    having count(*) = (select count(*) from wholes);
comment on macro table pooled_share is 'Part over whole in the newest so many rounds or months together, with the counts behind the share; no row for a framework that lacks one of them.';

create macro share_by_name(part_metric, whole_metric, names) as table
    with newest as (
        select name, end_at, max(value) as whole
        from observed(whole_metric)
        where list_contains(names, name)
        group by name, end_at
        qualify row_number() over (partition by name order by end_at desc) = 1
    ),
    recent as (
        select * from newest where end_at > (select max(end_at) from newest) - interval 1 year
    )
    select
        framework,
        sum(part.value) / sum(whole) as value,
        sum(part.value)::bigint as successes,
        sum(whole)::bigint as trials,
        max(end_at) as observed_at,
        list(distinct part.payload_sha256) as payloads
    from recent
    join observed(part_metric) as part using (name, end_at)
    group by framework
    having count(*) = (select count(*) from recent);
comment on macro table share_by_name is 'Part over whole in the newest interval of each of the names, such as conferences, together; a name not seen in the year before the newest is left out. No row for a framework that lacks one.';

create macro share_of_largest(metric_id, without := null) as table
    with counted as (
        select every.framework, every.end_at, every.value - coalesce(part.value, 0) as value, every.payload_sha256
        from observed(metric_id) as every
        left join observed(without) as part using (framework, name, end_at)
        where without is null or part.value is not null
    ),
    newest as (
        select framework, value, end_at, payload_sha256, max(value) over () as largest
        from counted
        where end_at = (select max(end_at) from counted)
    )
    select framework, value / largest as value, end_at as observed_at, [payload_sha256] as payloads
    from newest
    where largest > 0;
comment on macro table share_of_largest is 'Newest value of a metric, less that of another one if named, over the largest that any framework has at the same instant.';

create macro published_speed(metric_id) as table
    with common as (
        select name, min(observed_at) as older
        from latest(metric_id)
        where list_contains(pair(), framework)
        group by name
        having list_has_all(list(framework), pair())
    ),
    recent as (
        select name from common where older > (select max(older) from common) - interval 1 year
    )
    select
        framework,
        exp(avg(ln(value) order by name)) as value,
        max(observed_at) as observed_at,
        list(distinct payload_sha256) as payloads
    from latest(metric_id)
    join recent using (name)
    group by framework
    having count(*) = (select count(*) from recent);
comment on macro table published_speed is 'Geometric mean over the workloads for which both frameworks of the pair have a published figure, each in its newest; a workload whose older side is a year before the newest is left out. No row for a framework that lacks one.';
