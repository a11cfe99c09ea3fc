-- Every table of the published file. Times are UTC and carry no zone: DuckDB would otherwise show them, and
-- cut them into weeks, in the time zone of whoever asks.

create table meta (
    key varchar primary key,
    value varchar not null
);
comment on table meta is 'What this file is: one row per fact. Keys: format, release, built_at, as_of, frame, previous_frame, catalog, changelog, inputs.';
comment on column meta.key is 'Name of the fact.';
comment on column meta.value is 'The fact as text; the catalog is JSON.';

create table framework (
    id varchar primary key,
    title varchar not null,
    position integer not null unique
);
comment on table framework is 'What can be compared; one row per framework.';
comment on column framework.id is 'Id, lower snake case.';
comment on column framework.title is 'Name for people.';
comment on column framework.position is 'Order in the catalog, from 0.';

create table framework_name (
    framework varchar not null,
    scope varchar not null check (scope in ('core', 'broad')),
    key varchar not null,
    name varchar not null,
    primary key (framework, scope, key, name)
);
comment on table framework_name is 'What each source calls a framework; broad names come on top of the core ones.';
comment on column framework_name.framework is 'Framework id.';
comment on column framework_name.scope is 'core: the framework itself; broad: an official package around it.';
comment on column framework_name.key is 'Key by which sources find the name (source.needs).';
comment on column framework_name.name is 'The name, such as a package or owner/repository.';

create table source (
    id varchar primary key,
    title varchar not null,
    url varchar not null,
    licence varchar not null,
    citation varchar not null,
    needs varchar not null,
    cadence_days double not null check (cadence_days >= 0),
    min_interval_hours double not null check (min_interval_hours >= 0),
    budget integer not null check (budget >= 0),
    token_env varchar,
    parser_version integer not null
);
comment on table source is 'Who publishes the facts; one row per source.';
comment on column source.id is 'Source id.';
comment on column source.title is 'Name for people.';
comment on column source.url is 'Where it is asked.';
comment on column source.licence is 'Licence of what it publishes.';
comment on column source.citation is 'How to cite it.';
comment on column source.needs is 'Key of framework_name that a framework must have for the source to apply.';
comment on column source.cadence_days is 'Days after which a new answer is due.';
comment on column source.min_interval_hours is 'Hours within which it is not asked again.';
comment on column source.budget is 'Most requests that one framework may cost in a steady run.';
comment on column source.token_env is 'Environment variable that holds its token; null when it takes none.';
comment on column source.parser_version is 'Version of the parser that read its answers.';

create table metric (
    id varchar primary key,
    source varchar not null,
    unit varchar not null,
    kind varchar not null check (kind in ('stock', 'flow')),
    description varchar not null
);
comment on table metric is 'The quantities that sources deliver; one row per metric.';
comment on column metric.id is 'Metric id, source.quantity.';
comment on column metric.source is 'Source that declares it.';
comment on column metric.unit is 'Unit of every value of this metric.';
comment on column metric.kind is 'stock: a level at an instant; flow: an amount over an interval.';
comment on column metric.description is 'What it counts, and what it does not.';

create table dimension (
    id varchar primary key,
    position integer not null unique,
    title_en varchar not null,
    title_zh varchar not null,
    question_en varchar not null,
    question_zh varchar not null,
    is_not_en varchar not null,
    is_not_zh varchar not null
);
comment on table dimension is 'The questions; one row per dimension.';
comment on column dimension.id is 'Dimension id.';
comment on column dimension.position is 'Order in the catalog, from 0.';
comment on column dimension.title_en is 'Title, English.';
comment on column dimension.title_zh is 'Title, Chinese.';
comment on column dimension.question_en is 'The question it answers, English.';
comment on column dimension.question_zh is 'The question it answers, Chinese.';
comment on column dimension.is_not_en is 'What it must not be mistaken for, English.';
comment on column dimension.is_not_zh is 'What it must not be mistaken for, Chinese.';

create table criterion (
    id varchar not null,
    dimension varchar not null,
    title_en varchar not null,
    title_zh varchar not null,
    original integer,
    primary key (dimension, id)
);
comment on table criterion is 'The named parts of the dimensions, which weigh equally.';
comment on column criterion.id is 'Criterion id.';
comment on column criterion.dimension is 'Dimension it is part of.';
comment on column criterion.title_en is 'Title, English.';
comment on column criterion.title_zh is 'Title, Chinese.';
comment on column criterion.original is 'Its number in the table that is examined; null when it is ours.';

create table blind_spot (
    dimension varchar not null,
    text_en varchar not null,
    text_zh varchar not null,
    looked_for date not null
);
comment on table blind_spot is 'What a dimension ought to see and no source shows; outside the coverage.';
comment on column blind_spot.dimension is 'Dimension id.';
comment on column blind_spot.text_en is 'What is not seen, English.';
comment on column blind_spot.text_zh is 'What is not seen, Chinese.';
comment on column blind_spot.looked_for is 'Day on which a source was last looked for.';

create table indicator (
    id varchar primary key,
    dimension varchar not null,
    criterion varchar not null,
    family varchar not null,
    title_en varchar not null,
    title_zh varchar not null,
    unit varchar not null,
    direction varchar not null check (direction in ('higher', 'lower')),
    curve varchar not null check (curve in ('P', 'R', 'E', 'S', 'G')),
    par_kind varchar not null check (par_kind in ('natural', 'panel', 'pair')),
    par_value double,
    par_date date,
    par_source varchar not null,
    grade varchar not null check (grade in ('A', 'B', 'C', 'X')),
    window_weeks integer check (window_weeks > 0),
    max_age_days double not null check (max_age_days > 0),
    needs varchar[] not null,
    sampling varchar not null check (sampling in ('none', 'weekly', 'rounds', 'share')),
    why varchar not null,
    bias varchar not null,
    guard varchar not null,
    chaoss varchar not null,
    fill varchar not null,
    reasons json not null,
    sql varchar not null
);
comment on table indicator is 'What counts as evidence; one row per indicator.';
comment on column indicator.id is 'Indicator id.';
comment on column indicator.dimension is 'Dimension it speaks about.';
comment on column indicator.criterion is 'Criterion it speaks about.';
comment on column indicator.family is 'One mechanism of one source; indicators of a family share one weight.';
comment on column indicator.title_en is 'Title, English.';
comment on column indicator.title_zh is 'Title, Chinese.';
comment on column indicator.unit is 'Unit of its raw value.';
comment on column indicator.direction is 'Whether a higher or a lower value is better.';
comment on column indicator.curve is 'What one step is: P doubling, R x1.5, E x1.25, S ten percentage points, G growth of ln 1.25.';
comment on column indicator.par_kind is 'Where the value that scores 5 comes from: natural, panel, or the pair itself.';
comment on column indicator.par_value is 'The value that scores 5; null for a pair (computed) and for a share.';
comment on column indicator.par_date is 'Day on which par was fixed.';
comment on column indicator.par_source is 'Where par comes from.';
comment on column indicator.grade is 'Validity: A direct, B indirect, C gameable or scope-broken, X shown but never scored.';
comment on column indicator.window_weeks is 'Weeks that its value covers; null when it is a point in time.';
comment on column indicator.max_age_days is 'Days after which its newest observation counts as dated.';
comment on column indicator.needs is 'Metric ids that it reads.';
comment on column indicator.sampling is 'Where its sampling error comes from: none, weekly, rounds or share.';
comment on column indicator.why is 'Why it is evidence.';
comment on column indicator.bias is 'Its known bias.';
comment on column indicator.guard is 'What is done against the bias.';
comment on column indicator.chaoss is 'CHAOSS metric it follows; empty when none.';
comment on column indicator.fill is 'What would fill it when it is missing.';
comment on column indicator.reasons is 'Why each choice (grade, curve, par, window, age limit) is what it is.';
comment on column indicator.sql is 'The statement that computes its raw value.';

create table comparison (
    id varchar primary key,
    title_en varchar not null,
    title_zh varchar not null
);
comment on table comparison is 'Frameworks set side by side; one row per comparison.';
comment on column comparison.id is 'Comparison id.';
comment on column comparison.title_en is 'Title, English.';
comment on column comparison.title_zh is 'Title, Chinese.';

create table comparison_framework (
    comparison varchar not null,
    framework varchar not null,
    position integer not null,
    primary key (comparison, framework)
);
comment on table comparison_framework is 'Who is compared; positions 0 and 1 make the contrast.';
comment on column comparison_framework.comparison is 'Comparison id.';
comment on column comparison_framework.framework is 'Framework id.';
comment on column comparison_framework.position is 'Order in the comparison, from 0.';

create table comparison_dimension (
    comparison varchar not null,
    dimension varchar not null,
    position integer not null,
    primary key (comparison, dimension)
);
comment on table comparison_dimension is 'Which questions a comparison asks, in order.';
comment on column comparison_dimension.comparison is 'Comparison id.';
comment on column comparison_dimension.dimension is 'Dimension id.';
comment on column comparison_dimension.position is 'Order in the comparison, from 0.';

create table claim (
    comparison varchar not null,
    dimension varchar not null,
    framework varchar not null,
    score double not null,
    out_of double not null,
    source varchar not null,
    primary key (comparison, dimension, framework)
);
comment on table claim is 'The opinions: a score that somebody gave.';
comment on column claim.comparison is 'Comparison id.';
comment on column claim.dimension is 'Dimension id.';
comment on column claim.framework is 'Framework id.';
comment on column claim.score is 'The score given.';
comment on column claim.out_of is 'The most that could be given.';
comment on column claim.source is 'Who gave it, and where.';

create table preset_weight (
    comparison varchar not null,
    preset varchar not null,
    title_en varchar not null,
    title_zh varchar not null,
    dimension varchar not null,
    weight double not null check (weight >= 0),
    reason varchar not null,
    primary key (comparison, preset, dimension)
);
comment on table preset_weight is 'Readers'' needs: one weight per dimension, with its reason.';
comment on column preset_weight.comparison is 'Comparison id.';
comment on column preset_weight.preset is 'Need, such as beginner or research.';
comment on column preset_weight.title_en is 'Title of the need, English.';
comment on column preset_weight.title_zh is 'Title of the need, Chinese.';
comment on column preset_weight.dimension is 'Dimension id.';
comment on column preset_weight.weight is 'Weight of the dimension for this need.';
comment on column preset_weight.reason is 'Why this weight.';

create table source_break (
    source varchar not null,
    metric varchar not null,
    framework varchar,
    starts_on date not null,
    ends_on date not null,
    reason varchar not null,
    link varchar not null,
    check (starts_on <= ends_on)
);
comment on table source_break is 'Known outages and changes of definition of a source.';
comment on column source_break.source is 'Source id.';
comment on column source_break.metric is 'Metric id.';
comment on column source_break.framework is 'Framework id; null when it struck all.';
comment on column source_break.starts_on is 'First day.';
comment on column source_break.ends_on is 'Last day.';
comment on column source_break.reason is 'What happened.';
comment on column source_break.link is 'Where it is documented.';

create table payload (
    sha256 varchar not null,
    source varchar not null,
    framework varchar not null,
    scope varchar not null check (scope in ('core', 'broad')),
    name varchar not null,
    url varchar not null,
    requested_at timestamp not null,
    status integer not null,
    headers json not null,
    bytes bigint not null check (bytes >= 0),
    run varchar not null,
    location varchar not null
);
comment on table payload is 'Every archived answer and every result line; the same bytes received twice are two rows.';
comment on column payload.sha256 is 'SHA-256 of the bytes.';
comment on column payload.source is 'Source that answered.';
comment on column payload.framework is 'Framework asked about; empty when the bytes are about several.';
comment on column payload.scope is 'Narrowest scope of the name.';
comment on column payload.name is 'What the source calls the thing asked about.';
comment on column payload.url is 'What was asked, without secrets.';
comment on column payload.requested_at is 'When the request started.';
comment on column payload.status is 'HTTP status; 200 for files and result lines.';
comment on column payload.headers is 'Chosen headers of the answer.';
comment on column payload.bytes is 'Size of the bytes, uncompressed.';
comment on column payload.run is 'Run in which it was received.';
comment on column payload.location is 'Where the bytes lie: a path below the archive, or file:line of a result file.';

create table attempt (
    run varchar not null,
    source varchar not null,
    framework varchar not null,
    outcome varchar not null check (outcome in ('ok', 'absent', 'failed', 'not_applicable', 'capped')),
    reason varchar not null,
    started_at timestamp not null,
    requests integer not null check (requests >= 0),
    bytes bigint not null check (bytes >= 0),
    seconds double not null check (seconds >= 0)
);
comment on table attempt is 'The ledger: one source asked about one framework in one run.';
comment on column attempt.run is 'Run id.';
comment on column attempt.source is 'Source id.';
comment on column attempt.framework is 'Framework id.';
comment on column attempt.outcome is 'ok, absent, failed, not_applicable or capped; only ok carries values and none of the others is a zero.';
comment on column attempt.reason is 'Why it is not ok; empty when it is.';
comment on column attempt.started_at is 'When it started.';
comment on column attempt.requests is 'Requests it cost.';
comment on column attempt.bytes is 'Bytes it received.';
comment on column attempt.seconds is 'Seconds it took.';

create table observation (
    source varchar not null,
    framework varchar not null,
    metric varchar not null,
    scope varchar not null check (scope in ('core', 'broad')),
    name varchar not null,
    start_at timestamp not null,
    end_at timestamp not null,
    value double not null,
    retrieved_at timestamp not null,
    superseded_at timestamp,
    payload_sha256 varchar not null,
    licence varchar,
    ref varchar,
    check (start_at <= end_at),
    check (retrieved_at <= superseded_at)
);
comment on table observation is 'The facts, with their vintages: a row per value, and another only when a later answer gave another value. Key: source, framework, metric, scope, name, start_at, end_at, retrieved_at. Sorted by metric.';
comment on column observation.source is 'Source that gave it.';
comment on column observation.framework is 'Framework it is about.';
comment on column observation.metric is 'Metric id; the unit stands there.';
comment on column observation.scope is 'Narrowest scope of the name.';
comment on column observation.name is 'What the source calls the thing.';
comment on column observation.start_at is 'Start of the interval; the instant of a stock.';
comment on column observation.end_at is 'End of the interval, exclusive; the instant of a stock.';
comment on column observation.value is 'The value, finite. Missing values have no row.';
comment on column observation.retrieved_at is 'When the request for it started: the vintage.';
comment on column observation.superseded_at is 'When an answer with another value was asked for; null while the value stands.';
comment on column observation.payload_sha256 is 'The bytes it was read from.';
comment on column observation.licence is 'Licence of this figure where it is not the source''s.';
comment on column observation.ref is 'Where this figure was published, where that is not the source.';

create table payload_fact (
    payload_sha256 varchar not null,
    source varchar not null,
    framework varchar not null,
    metric varchar not null,
    facts bigint not null check (facts > 0),
    standing bigint not null check (standing between 0 and facts),
    newest timestamp,
    licence varchar,
    ref varchar,
    primary key (payload_sha256, source, framework, metric)
);
comment on table payload_fact is 'How many observations each answer gave, by metric and framework: observation, counted.';
comment on column payload_fact.payload_sha256 is 'The bytes they were read from.';
comment on column payload_fact.source is 'Source that gave them.';
comment on column payload_fact.framework is 'Framework they are about.';
comment on column payload_fact.metric is 'Metric id.';
comment on column payload_fact.facts is 'Observations.';
comment on column payload_fact.standing is 'Those whose value no later answer has changed.';
comment on column payload_fact.newest is 'End of the newest of those; null when there is none.';
comment on column payload_fact.licence is 'Licence of the figures where it is not the source''s; the first in the alphabet of several.';
comment on column payload_fact.ref is 'Where a figure was published, where that is not the source; the first in the alphabet of several.';

create table increment (
    source varchar not null,
    framework varchar not null,
    metric varchar not null,
    scope varchar not null check (scope in ('core', 'broad')),
    name varchar not null,
    week_start timestamp not null,
    increment double not null,
    known_at timestamp not null,
    suspect boolean not null,
    reason varchar not null,
    retrieved_at timestamp not null,
    payload_sha256 varchar not null
);
comment on table increment is 'Weekly growth of counters inside one regime (method: SCORING 2.3), from the newest vintage of each value. A week without a row is not known, which is not zero.';
comment on column increment.source is 'Source of the counter.';
comment on column increment.framework is 'Framework id.';
comment on column increment.metric is 'Metric id, a stock that an indicator needs.';
comment on column increment.scope is 'Narrowest scope of the name.';
comment on column increment.name is 'What the source calls the thing.';
comment on column increment.week_start is 'Monday 00:00 UTC of the week.';
comment on column increment.increment is 'Growth in the week, in the metric''s unit.';
comment on column increment.known_at is 'Time of the observation that completed the week; earlier dates must not use it.';
comment on column increment.suspect is 'Whether the source behaved as no counter of the world does.';
comment on column increment.reason is 'collapsed, frozen, caught up or flip-flopping; empty when not suspect.';
comment on column increment.retrieved_at is 'When the last of the answers it rests on was asked for.';
comment on column increment.payload_sha256 is 'The bytes of the observation that completed the week.';

create table measurement (
    run varchar not null,
    metric varchar not null,
    subject varchar not null,
    framework varchar not null,
    status varchar not null check (status in ('ok', 'oom', 'unsupported', 'timeout', 'error', 'not_run')),
    reason varchar not null,
    started_at timestamp not null,
    unit varchar not null,
    value double,
    samples double[] not null,
    successes bigint,
    trials bigint,
    variant varchar not null,
    phase varchar not null,
    mode varchar not null,
    precision varchar not null,
    device varchar not null,
    batch_size integer,
    round integer,
    quality varchar not null check (quality in ('ok', 'noisy')),
    code_hash varchar not null,
    category varchar not null,
    seconds double not null,
    versions json not null,
    machine json not null,
    settings json not null,
    items json not null,
    origin varchar not null check (origin in ('committed', 'own')),
    file varchar not null,
    line integer not null check (line > 0),
    line_sha256 varchar not null,
    text varchar not null,
    check (successes is null or successes between 0 and trials),
    check ((status = 'ok') = (value is not null))
);
comment on table measurement is 'Every valid result line of the benchmarks and probes; a run that failed is a row too.';
comment on column measurement.run is 'Run id; frameworks of one run were measured interleaved.';
comment on column measurement.metric is 'Metric id.';
comment on column measurement.subject is 'Workload or probe.';
comment on column measurement.framework is 'Framework id.';
comment on column measurement.status is 'ok, oom, unsupported, timeout, error or not_run.';
comment on column measurement.reason is 'Why there is no value.';
comment on column measurement.started_at is 'When it started.';
comment on column measurement.unit is 'Unit of value and samples.';
comment on column measurement.value is 'Median of the samples, or the probe''s figure; null unless status is ok.';
comment on column measurement.samples is 'Raw samples.';
comment on column measurement.successes is 'Successes, where the value is a share.';
comment on column measurement.trials is 'Trials, where the value is a share.';
comment on column measurement.variant is 'One of several equally fair protocols; empty for the declared one.';
comment on column measurement.phase is 'train or infer; empty where neither applies.';
comment on column measurement.mode is 'Execution mode, such as eager or compiled.';
comment on column measurement.precision is 'Precision class.';
comment on column measurement.device is 'Device it ran on.';
comment on column measurement.batch_size is 'Items per step.';
comment on column measurement.round is 'Interleaved round, the unit of replication.';
comment on column measurement.quality is 'noisy: measured while the machine was disturbed; never scored.';
comment on column measurement.code_hash is 'Hash of the measured program of all frameworks and its settings.';
comment on column measurement.category is 'Category of the workload.';
comment on column measurement.seconds is 'Seconds the measurement took.';
comment on column measurement.versions is 'Versions of what was measured.';
comment on column measurement.machine is 'Fingerprint of the machine.';
comment on column measurement.settings is 'Threads, flags and whatever else decides the number.';
comment on column measurement.items is 'The single cases behind a probe''s figure.';
comment on column measurement.origin is 'committed: shipped with the project; own: run or imported here.';
comment on column measurement.file is 'Name of the result file.';
comment on column measurement.line is 'Line in the file, from 1.';
comment on column measurement.line_sha256 is 'SHA-256 of the line''s bytes without the line end.';
comment on column measurement.text is 'The line itself.';

create table refused (
    source varchar not null,
    place varchar not null,
    sha256 varchar not null,
    reason varchar not null
);
comment on table refused is 'Bytes that could not be understood and are kept out: answers of another shape, result lines that are not valid.';
comment on column refused.source is 'Source id.';
comment on column refused.place is 'Where the bytes lie: a path below the archive, or file:line.';
comment on column refused.sha256 is 'SHA-256 of the bytes.';
comment on column refused.reason is 'Why they were refused.';

create table indicator_value (
    comparison varchar not null,
    indicator varchar not null,
    framework varchar not null,
    scope varchar not null check (scope in ('core', 'broad')),
    window_weeks integer,
    variant varchar not null,
    as_of date not null,
    value double not null,
    observed_at timestamp not null,
    successes bigint,
    trials bigint,
    samples struct(block varchar, key varchar, x double)[] not null,
    payloads varchar[] not null
);
comment on table indicator_value is 'Raw values of the indicators, under every scope, window and protocol variant. No row: not measured.';
comment on column indicator_value.comparison is 'Comparison id.';
comment on column indicator_value.indicator is 'Indicator id.';
comment on column indicator_value.framework is 'Framework id.';
comment on column indicator_value.scope is 'Scope it was computed under; core is the nominal one.';
comment on column indicator_value.window_weeks is 'Window it was computed under; half and double the nominal one are variants.';
comment on column indicator_value.variant is 'Protocol variant; empty for the declared one.';
comment on column indicator_value.as_of is 'Nothing later than the end of this day was used.';
comment on column indicator_value.value is 'Raw value in the indicator''s unit.';
comment on column indicator_value.observed_at is 'Time of the newest observation it rests on.';
comment on column indicator_value.successes is 'Successes, where the value is a share of trials.';
comment on column indicator_value.trials is 'Trials, where the value is a share of trials.';
comment on column indicator_value.samples is 'Replicates behind the value: weeks or rounds.';
comment on column indicator_value.payloads is 'SHA-256 of the bytes it rests on.';

create table score (
    comparison varchar not null,
    dimension varchar not null,
    framework varchar not null,
    as_of date not null,
    frame varchar not null,
    value double,
    low90 double,
    high90 double,
    low50 double,
    high50 double
);
comment on table score is 'Scores from 0 to 10; null where nothing is measured for the framework.';
comment on column score.comparison is 'Comparison id.';
comment on column score.dimension is 'Dimension id.';
comment on column score.framework is 'Framework id.';
comment on column score.as_of is 'Day of the score.';
comment on column score.frame is 'Hash of the definitions that made it.';
comment on column score.value is 'Score, points.';
comment on column score.low90 is 'Lower bound of the 90 % interval.';
comment on column score.high90 is 'Upper bound of the 90 % interval.';
comment on column score.low50 is 'Lower bound of the 50 % interval.';
comment on column score.high50 is 'Upper bound of the 50 % interval.';

create table contrast (
    comparison varchar not null,
    dimension varchar not null,
    as_of date not null,
    frame varchar not null,
    first varchar,
    second varchar,
    value double,
    low90 double,
    high90 double,
    low50 double,
    high50 double,
    sampling_low double,
    sampling_high double,
    p_positive double,
    p_first double,
    p_tie double,
    p_second double,
    margin double,
    coverage double not null,
    families integer not null,
    families_planned integer not null,
    sources integer not null,
    status varchar not null check (status in ('reported', 'provisional', 'insufficient', 'none')),
    dated date,
    verdict varchar not null,
    size varchar not null,
    ahead varchar,
    provisional boolean not null,
    epsilon_star double,
    weight_to_move double,
    manski_low double,
    manski_high double
);
comment on table contrast is 'What is judged: score of the first framework minus score of the second, one row per comparison and dimension. value is null where no pair of values exists.';
comment on column contrast.comparison is 'Comparison id.';
comment on column contrast.dimension is 'Dimension id.';
comment on column contrast.as_of is 'Day of the contrast.';
comment on column contrast.frame is 'Hash of the definitions that made it.';
comment on column contrast.first is 'First framework of the pair.';
comment on column contrast.second is 'Second framework of the pair.';
comment on column contrast.value is 'Difference in points; the contributions sum to it.';
comment on column contrast.low90 is 'Lower bound of the 90 % interval.';
comment on column contrast.high90 is 'Upper bound of the 90 % interval.';
comment on column contrast.low50 is 'Lower bound of the 50 % interval.';
comment on column contrast.high50 is 'Upper bound of the 50 % interval.';
comment on column contrast.sampling_low is 'Lower bound of the 90 % interval from sampling alone.';
comment on column contrast.sampling_high is 'Upper bound of the 90 % interval from sampling alone.';
comment on column contrast.p_positive is 'Share of the analyses in which the first is ahead.';
comment on column contrast.p_first is 'Share in which the first is ahead by more than the margin.';
comment on column contrast.p_tie is 'Share in which neither is ahead by more than the margin.';
comment on column contrast.p_second is 'Share in which the second is ahead by more than the margin.';
comment on column contrast.margin is 'Margin of the verdict, points.';
comment on column contrast.coverage is 'Measured share of the planned evidence, by weight.';
comment on column contrast.families is 'Families measured for both.';
comment on column contrast.families_planned is 'Families planned.';
comment on column contrast.sources is 'Independent sources measured for both.';
comment on column contrast.status is 'reported, provisional, insufficient or none.';
comment on column contrast.dated is 'Day of the oldest evidence past its age; null when all is fresh.';
comment on column contrast.verdict is 'What the evidence says of the opinion.';
comment on column contrast.size is 'compatible, overstated, understated, or empty.';
comment on column contrast.ahead is 'Framework ahead; null when neither.';
comment on column contrast.provisional is 'Whether the verdict is only provisional.';
comment on column contrast.epsilon_star is 'Share of the weights that may be reset at will before the sign can turn (1: never).';
comment on column contrast.weight_to_move is 'Smallest share of weight to move for a contrast of zero.';
comment on column contrast.manski_low is 'Lowest contrast that the unmeasured evidence could still bring.';
comment on column contrast.manski_high is 'Highest contrast that the unmeasured evidence could still bring.';

create table contribution (
    comparison varchar not null,
    dimension varchar not null,
    as_of date not null,
    indicator varchar not null,
    criterion varchar not null,
    family varchar not null,
    grade varchar not null,
    weight double not null,
    contribution double not null,
    par double,
    dated boolean not null
);
comment on table contribution is 'What each indicator adds to a contrast; grade X is context and adds nothing.';
comment on column contribution.comparison is 'Comparison id.';
comment on column contribution.dimension is 'Dimension id.';
comment on column contribution.as_of is 'Day of the score.';
comment on column contribution.indicator is 'Indicator id.';
comment on column contribution.criterion is 'Criterion id.';
comment on column contribution.family is 'Family of the indicator.';
comment on column contribution.grade is 'Grade of the indicator.';
comment on column contribution.weight is 'Its share of the measured evidence.';
comment on column contribution.contribution is 'Points it adds to the contrast.';
comment on column contribution.par is 'Value that scores 5, as used.';
comment on column contribution.dated is 'Whether an observation is older than the indicator allows.';

create table contribution_value (
    comparison varchar not null,
    dimension varchar not null,
    as_of date not null,
    indicator varchar not null,
    framework varchar not null,
    raw double,
    score double,
    observed_at timestamp,
    payloads varchar[] not null
);
comment on table contribution_value is 'The values behind a contribution, one row per framework.';
comment on column contribution_value.comparison is 'Comparison id.';
comment on column contribution_value.dimension is 'Dimension id.';
comment on column contribution_value.as_of is 'Day of the score.';
comment on column contribution_value.indicator is 'Indicator id.';
comment on column contribution_value.framework is 'Framework id.';
comment on column contribution_value.raw is 'Raw value in the indicator''s unit.';
comment on column contribution_value.score is 'Its score, 0 to 10; null for context.';
comment on column contribution_value.observed_at is 'Time of the newest observation behind it.';
comment on column contribution_value.payloads is 'SHA-256 of the bytes behind it.';

create table missing (
    comparison varchar not null,
    dimension varchar not null,
    as_of date not null,
    indicator varchar not null,
    family varchar not null,
    grade varchar not null,
    reason varchar not null,
    fill varchar not null
);
comment on table missing is 'Planned indicators without a pair of values. Missing is never zero.';
comment on column missing.comparison is 'Comparison id.';
comment on column missing.dimension is 'Dimension id.';
comment on column missing.as_of is 'Day of the score.';
comment on column missing.indicator is 'Indicator id.';
comment on column missing.family is 'Family of the indicator.';
comment on column missing.grade is 'Grade of the indicator.';
comment on column missing.reason is 'Why there is no pair of values, in English; score_json has the codes.';
comment on column missing.fill is 'What would fill it.';

create table score_json (
    comparison varchar not null,
    as_of date not null,
    dimension varchar not null,
    body json not null
);
comment on table score_json is 'The whole answer of one dimension, exact to the last bit; what the pages and verify read.';
comment on column score_json.comparison is 'Comparison id.';
comment on column score_json.as_of is 'Day of the score.';
comment on column score_json.dimension is 'Dimension id.';
comment on column score_json.body is 'evidence.types.Score as JSON.';

create table warning (
    check_name varchar not null,
    found json not null
);
comment on table warning is 'What the warn_ checks found when this file was built; it did not stop the publication.';
comment on column warning.check_name is 'Name of the check.';
comment on column warning.found is 'The row it found.';
