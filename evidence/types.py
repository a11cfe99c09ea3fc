"""The nouns of Touchstone, as frozen dataclasses.

Every time is an aware UTC datetime; every interval is half-open. Standard library only, so that a
machine which merely measures needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

Scope = Literal["core", "broad"]
"""core: the framework itself; broad: with the official packages around it (SCORING 2.2)."""

Outcome = Literal["ok", "absent", "failed", "not_applicable", "capped"]
"""What one attempt to ask a source came to. Only `ok` carries values; none of the others is a zero."""

Grade = Literal["A", "B", "C", "X"]
"""Validity: A direct, B indirect with known bias, C gameable or scope-broken, X shown but never scored."""

CurveClass = Literal["P", "R", "E", "S", "G"]
"""What one step is: P doubling, R ×1.5, E ×1.25, S ten percentage points, G growth of ln 1.25."""

Direction = Literal["higher", "lower"]
Sampling = Literal["none", "weekly", "rounds", "share"]
"""Where an indicator's sampling error comes from: nothing (a census), weekly values (block bootstrap),
benchmark rounds (hierarchical bootstrap), or successes of trials (Beta)."""

Status = Literal["reported", "provisional", "insufficient", "none"]
MetricKind = Literal["stock", "flow"]
ParKind = Literal["natural", "panel", "pair"]


@dataclass(frozen=True)
class Text:
    """Words for people: English always, Chinese where somebody wrote them."""

    en: str
    zh: str = ""

    def words(self, language: str) -> str:
        """Return the words in a language (`en`, `zh`), in English where there are none in it."""
        return self.zh if language == "zh" and self.zh else self.en


@dataclass(frozen=True)
class Framework:
    """A thing that is compared. `names` says what each source calls it, per scope.

    `names["core"]["pypi"]` is a tuple of project names. `broad` names come on top of the core ones.
    """

    id: str
    title: str
    names: Mapping[Scope, Mapping[str, tuple[str, ...]]]

    def named(self, key: str, scope: Scope = "core") -> tuple[str, ...]:
        """Return what the source key calls this framework; `broad` includes the core names."""
        core = tuple(self.names.get("core", {}).get(key, ()))
        if scope == "core":
            return core
        extra = tuple(self.names.get("broad", {}).get(key, ()))
        return core + tuple(name for name in extra if name not in core)

    def scoped_names(self, key: str) -> tuple[tuple[Scope, str], ...]:
        """Return (narrowest scope, name) for every name under a source key, core first."""
        core = self.named(key)
        return tuple(("core", name) for name in core) + tuple(
            ("broad", name) for name in self.named(key, "broad") if name not in core
        )


@dataclass(frozen=True)
class Metric:
    """One quantity that a source delivers. `description` says what it counts *and what it does not*."""

    id: str
    unit: str
    kind: MetricKind
    description: str


@dataclass(frozen=True)
class Source:
    """A publisher of facts, and how politely it is asked.

    `needs` is the key of `Framework.names` that must be present; a framework without it is not
    applicable. `pause` is the shortest time between two requests, `budget` the most requests that one
    framework may cost in one steady run, `backfill` the most it may cost on top for what the archive lacks,
    `min_interval` the shortest time between two askings (until then the archive answers). `optional_names`
    are further keys it looks up and does without.
    """

    id: str
    title: str
    url: str
    licence: str
    citation: str
    needs: str
    metrics: tuple[Metric, ...]
    cadence: timedelta = timedelta(days=7)
    min_interval: timedelta = timedelta(hours=12)
    budget: int = 20
    backfill: int = 0
    pause: timedelta = timedelta(0)
    token_env: str | None = None
    token_required: bool = False
    parser_version: int = 1
    optional_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Payload:
    """One answer, byte for byte. `requested_at` is when its request *started*.

    `name` is what the source calls the thing asked about, `scope` the narrowest scope it belongs to.
    No secret stands in `url` or `headers`. `sha256` is of `body`.
    """

    source: str
    framework: str
    scope: Scope
    name: str
    url: str
    requested_at: datetime
    status: int
    headers: Mapping[str, str]
    sha256: str
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """One source asked about one framework in one run; exactly one per combination and run."""

    run: str
    source: str
    framework: str
    outcome: Outcome
    reason: str
    started_at: datetime
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Observation:
    """One fact. `start == end` for a stock; `[start, end)` for a flow. `value` is finite.

    `licence` and `ref` are set where one payload holds figures of several publishers.
    """

    framework: str
    metric: str
    scope: Scope
    name: str
    start: datetime
    end: datetime
    value: float
    source: str
    payload_sha256: str
    licence: str | None = None
    ref: str | None = None


@dataclass(frozen=True)
class Par:
    """The value that scores 5, where it comes from and when it was fixed (SCORING 2.4).

    natural: follows from the quantity; panel: a published panel; pair: geometric mean of the
    comparison's first two frameworks, where the level means nothing and only the difference counts.
    """

    kind: ParKind
    value: float | None = None
    fixed_on: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Indicator:
    """One measure of one criterion, and the SQL that computes its raw value as of a day.

    `family` is one mechanism × one source: indicators of a family share one weight. `needs` are the
    metric ids it reads. `max_age` is how old its newest observation may be before it counts as dated.
    `reasons` says why each choice (grade, curve, par, window, max_age) is what it is; `fill` what a
    reader can do where the indicator is missing.
    """

    id: str
    dimension: str
    criterion: str
    family: str
    title: Text
    unit: str
    direction: Direction
    curve: CurveClass
    par: Par
    grade: Grade
    window_weeks: int | None
    max_age: timedelta
    needs: tuple[str, ...]
    sampling: Sampling
    why: Text
    bias: Text
    guard: Text
    sql: str = field(repr=False)
    reasons: Mapping[str, str] = field(default_factory=dict)
    chaoss: str = ""
    fill: Text = Text("")


@dataclass(frozen=True)
class Criterion:
    """A named part of a dimension. `original` is its number in the table that is examined."""

    id: str
    dimension: str
    title: Text
    original: int | None = None


@dataclass(frozen=True)
class BlindSpot:
    """What the dimension ought to see and no source here shows, with the day it was last looked for."""

    text: Text
    looked_for: date


@dataclass(frozen=True)
class Dimension:
    """One question of the comparison, and what it is not."""

    id: str
    title: Text
    question: Text
    is_not: Text
    criteria: tuple[Criterion, ...]
    blind_spots: tuple[BlindSpot, ...] = ()


@dataclass(frozen=True)
class Claim:
    """One opinion: somebody gave a framework a score in a dimension."""

    dimension: str
    framework: str
    score: float
    out_of: float
    source: Text


@dataclass(frozen=True)
class Preset:
    """A reader's need: one weight per dimension, each with its reason."""

    id: str
    title: Text
    weights: Mapping[str, float]
    reasons: Mapping[str, Text]


@dataclass(frozen=True)
class Comparison:
    """Frameworks set side by side, in this order; the first two make the contrast."""

    id: str
    title: Text
    frameworks: tuple[str, ...]
    dimensions: tuple[str, ...]
    claims: tuple[Claim, ...]
    presets: tuple[Preset, ...] = ()


@dataclass(frozen=True)
class Break:
    """A known outage or change of definition of a source, for one framework or (None) for all."""

    source: str
    metric: str
    framework: str | None
    start: date
    end: date
    reason: Text
    link: str


@dataclass(frozen=True)
class Catalog:
    """Everything that is a choice: what is compared and what it means.

    `macros` is the SQL that defines what the indicators' statements call.
    """

    frameworks: tuple[Framework, ...]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    comparisons: tuple[Comparison, ...]
    breaks: tuple[Break, ...] = ()
    macros: str = ""


@dataclass(frozen=True)
class Measurement:
    """One result line of a benchmark or probe: one metric of one subject under one framework.

    `samples` are raw and in the metric's unit. A failed run is a result: `status` and `reason` say
    what happened and `samples` is empty. `value` is the median of `samples`, or the probe's figure.
    `variant` names one of several equally fair protocols ("" is the declared one).
    """

    run: str
    metric: str
    subject: str
    framework: str
    status: Literal["ok", "oom", "unsupported", "timeout", "error", "not_run"]
    reason: str
    started_at: datetime
    unit: str
    value: float | None = None
    samples: tuple[float, ...] = ()
    successes: int | None = None
    trials: int | None = None
    variant: str = ""
    phase: str = ""
    mode: str = ""
    precision: str = ""
    device: str = "cpu"
    batch_size: int | None = None
    round: int | None = None
    quality: Literal["ok", "noisy"] = "ok"
    code_hash: str = ""
    category: str = ""
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    items: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class Sample:
    """One replicate behind an indicator value: a week's value, or the log time of one round.

    `block` groups what is resampled together at the outer level (a workload; "" for weeks), `key` is
    the unit shared by the frameworks (the week, the round), so that resampling stays paired.
    """

    block: str
    key: str
    x: float


@dataclass(frozen=True)
class Reading:
    """The raw value of one indicator for one framework, as of a day, under one scope and window.

    `variant` "" is the declared protocol. `payloads` are the sha256 of the bytes it rests on.
    """

    indicator: str
    framework: str
    scope: Scope
    window_weeks: int | None
    variant: str
    value: float
    observed_at: datetime
    successes: int | None = None
    trials: int | None = None
    samples: tuple[Sample, ...] = ()
    payloads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """A value with its 90 % and 50 % interval."""

    value: float
    low90: float
    high90: float
    low50: float
    high50: float


@dataclass(frozen=True)
class Contribution:
    """What one indicator adds to the contrast. `raw`, `scores`, `observed_at` are by framework.

    `weight` is the indicator's share of the measured evidence of the dimension; the contributions of a
    dimension sum to its contrast. `dated` says that an observation is older than `max_age`.
    """

    indicator: str
    criterion: str
    family: str
    grade: Grade
    weight: float
    contribution: float
    raw: Mapping[str, float]
    scores: Mapping[str, float]
    observed_at: Mapping[str, datetime]
    payloads: Mapping[str, tuple[str, ...]]
    par: float | None
    dated: bool


@dataclass(frozen=True)
class Gap:
    """Why one framework has no value that counts, as a code; `evidence.words` has the sentence.

    `seen` is what was found instead: the day of what is too old, or what is out of range with its unit.
    """

    framework: str
    code: Literal["no_value", "too_old", "out_of_range"]
    seen: str = ""


@dataclass(frozen=True)
class Missing:
    """A planned indicator that has no pair of values: a gap for each framework without one."""

    indicator: str
    family: str
    grade: Grade
    gaps: tuple[Gap, ...]
    fill: str


@dataclass(frozen=True)
class Robustness:
    """What would overturn the contrast (SCORING 2.10); None where nothing is measured."""

    epsilon_star: float
    weight_to_move: float
    manski_low: float
    manski_high: float
    leave_one_out: Mapping[str, float]
    flip_factors: Mapping[str, float]


@dataclass(frozen=True)
class Contrast:
    """D = score of the first framework minus score of the second, with what is known of its doubt.

    `p_beyond` has `first` = P(D > margin), `second` = P(D < -margin) and `tie`, for the margin that
    the verdict used (0.5 points, 1.0 where the opinion is a tie).
    """

    first: str
    second: str
    value: float
    low90: float
    high90: float
    low50: float
    high50: float
    sampling_low: float
    sampling_high: float
    p_positive: float
    p_beyond: Mapping[str, float]
    margin: float


@dataclass(frozen=True)
class Verdict:
    """What the evidence says of the opinion.

    `label` is one of: supported, contradicted_opposite, contradicted_no_difference,
    contradicted_not_a_tie, leaning_for, leaning_against, inconclusive, insufficient, none, no_claim.
    `size` is "", compatible, overstated or understated. `ahead` is the framework ahead, if any.
    """

    label: str
    size: str = ""
    ahead: str | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Coverage:
    """Measured share of the planned evidence: `share` by weight, `measured` of `planned` families."""

    share: float
    measured: int
    planned: int
    sources: int


@dataclass(frozen=True)
class Score:
    """One dimension of one comparison as of a day: the whole answer, with everything behind it.

    `scores` has an entry per framework of the comparison, None where nothing is measured for it.
    `frame` is the hash of the definitions that made it.
    """

    comparison: str
    dimension: str
    as_of: date
    frame: str
    scores: Mapping[str, Interval | None]
    contrast: Contrast | None
    coverage: Coverage
    status: Status
    dated: date | None
    verdict: Verdict
    contributions: tuple[Contribution, ...]
    context: tuple[Contribution, ...]
    missing: tuple[Missing, ...]
    robustness: Robustness | None
