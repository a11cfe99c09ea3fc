"""Every free number of the method, once, each with its reason (SCORING 2.16, read 2026-11-23).

`values()` gives them all for the frame hash: a score is comparable with another only under equal values.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# --- score curve (SCORING 2.4) ---------------------------------------------------------------------------
BETA = 0.4  # makes the slope at par exactly one point per step: it defines the point
STEP_RATIO: Mapping[str, float] = MappingProxyType(
    {
        "P": 2.0,  # popularity is heavy-tailed: only a doubling is a difference worth a point
        "R": 1.5,  # human rates and durations: half as long again is felt
        "E": 1.25,  # engineering quantities: a quarter more time or memory is worth acting on
        "G": 1.25,  # growth is the log of an engineering-like ratio: one step is ln 1.25 a year
    }
)
ODDS_STEP_RATIO = 2.0  # shares near 0 or 1 differ by their odds; one step is a doubling of the odds
ODDS_BELOW = 0.05  # below this share (or above 1 minus it) for both, points per ten percent say nothing

# --- weights (SCORING 2.5, 2.6) --------------------------------------------------------------------------
GRADE_WEIGHT: Mapping[str, float] = MappingProxyType(
    {"A": 3.0, "B": 2.0, "C": 1.0, "X": 0.0}
)  # ordinal grades as small integers; X is context and never scored
GRADE_TAU: Mapping[str, float] = MappingProxyType(
    {
        "A": 0.02,  # a census or our own measurement: two per cent of definition error
        "B": 0.10,  # indirect, with a known and bounded bias
        "C": 0.25,  # two publishers of one such count differed by ln(88/71) = 0.21
        "X": 0.0,  # never scored, so never perturbed
    }
)

# --- status gates (SCORING, first section, 1) ------------------------------------------------------------
REPORTED_COVERAGE = 0.60  # near the 65 % screens of composite indicators
REPORTED_FAMILIES = 5  # fewer families give intervals that cover far less than they say (2.9)
REPORTED_SOURCES = 2  # one publisher's mistake must not make a verdict alone
PROVISIONAL_COVERAGE = 0.40  # less than two fifths of the question answered is no answer
PROVISIONAL_FAMILIES = 3  # two can only agree or disagree
OLDEST_MONTHS = 24  # older evidence speaks of other frameworks under the same names

# --- verdict (SCORING 2.12) ------------------------------------------------------------------------------
MARGIN = 0.5  # half a meaningful step: below it no reader would act
MARGIN_TIE = 1.0  # two rounded integers that agree only say that the difference is below one
LEVEL = 0.90  # decision level: nine in ten defensible analyses
LEANING = 0.75  # three in four: worth saying, not worth a verdict
ROUNDING = 1.0  # the rounding of two integers in the size of an opinion
MANSKI_POINTS = 3.0  # what an unmeasured family could at most say: beyond +-3 points is rare in the frame

# --- Monte Carlo (SCORING 2.9) ---------------------------------------------------------------------------
DRAWS = 4000  # Monte-Carlo error of a probability near 0.9 is then 0.005
MEAN_BLOCK_WEEKS = 8.0  # weekly flows are correlated over a month or two (lag-1 0.1 to 0.6)
WINDOW_PROBABILITY = (0.25, 0.5, 0.25)  # the next shorter, the declared, the next longer window
PAR_COMMON_STEPS = 2.0  # the whole panel could sit two steps elsewhere (a factor 4 where a step doubles)
PAR_OWN_STEPS = 1.0  # and each indicator's own par one step more
AGGREGATION_PROBABILITY: Mapping[str, float] = MappingProxyType(
    {"arithmetic": 0.5, "geometric": 0.3, "median": 0.2}
)  # the declared mean first; the others are defensible
GEOMETRIC_FLOOR = 0.1  # a score of zero must not erase all other evidence
CONCENTRATION_LOSS = 2.0  # without a prior, F_eff - 2 makes the spread equal the standard error over families
CONCENTRATION_LEAST = 1.0  # with fewer than three families: as wide as a Dirichlet can sensibly be
PRIOR_FAMILIES = 1.0  # what is known beforehand of the spread between families is worth one family: the least
PRIOR_SPREAD = 1.3  # points, root mean square between families over the 208 weeks of the published list
# (community 0.9, industry 1.6); inside the 0.5 to 1.5 that the method was simulated for

# --- sensitivity (SCORING 2.9, 2.11) ---------------------------------------------------------------------
SOBOL_RESAMPLES = 200  # resampled rows for the interval of an index: its ends to a tenth of its width
STEEPNESS_LOW = 0.6  # sign multiverse: a step may be 40 % narrower
STEEPNESS_HIGH = 1.4  # or 40 % wider
GOALPOST_STEPS = 8.0  # alternative normalisation: linear in steps over par +- 8

# --- time (SCORING 2.14, first section 5) ----------------------------------------------------------------
MOVED_POINTS = 0.12  # every larger weekly move in five years of data was an artefact of a source

# --- robustness, recommendation --------------------------------------------------------------------------
FLIP_LARGEST = 1e6  # a single value that must be a million times worse never flips anything
POWER_MEANS = (1.0, 0.0, -1.0)  # full, partial and little compensation between dimensions
DIMENSION_CONCENTRATION = 20.0  # reader's weights are meant to about a fifth: neither exact nor vague

# --- regimes of cumulative counters (SCORING 2.3) --------------------------------------------------------
TRACK_DROP = 0.004  # stars are withdrawn, accounts deleted: up to 0.4 % down is the same counter
TRACK_GROWTH_WEEK = 0.05  # and up to 5 % a week more is growth
TRACK_GROWTH_CEILING = 0.095  # over a longer gap too, a jump of a tenth is a new definition ...
TRACK_GROWTH_OWN = 3.0  # ... unless the track's own pace explains a third of it
TRACK_PACE_WEEKS = 4.0  # that pace is known after a month
TRACK_STALE_WEEK = 0.003  # of two tracks that fit, one last seen ten weeks ago is 3 % less likely
TRACK_SMALL_DROP = 3.0  # three counts less is no new definition, however small the counter
TRACK_SMALL_RISE = 3.0  # small counters jump: 3 + 2 sqrt(n) counts is within chance
TRACK_SMALL_RISE_SQRT = 2.0  # two standard deviations of a count
TRACK_JOIN_WEEKS = 40.0  # after longer silence nobody can say that it is the same counter
TRACK_ESTABLISHED = 3  # two values agree by chance, three are a regime
TRAILING_WEEKS = 26.0  # half a year decides which regime counts
TRACK_SILENT_WEEKS = 8.0  # one that returned within two months is not over: a source failed in between
HOLE_WEEKS = 16.0  # interpolation over more than a season invents data
FLIP_RETURNS = 2  # to and fro once may be a repair, twice is a habit
FLIP_RETURNS_TO = 2  # and it must return to both regimes
RECENT_WEEKS = 4  # a month is judged, so that a holiday week is no alarm
USUAL_WEEKS = 26  # the usual pace is the median of so many weeks ...
USUAL_WEEKS_LEAST = 8  # ... and unknown with fewer
USUAL_MAX_AGE_WEEKS = 104  # a pace of two years ago says nothing of today
COLLAPSED_BELOW = 0.25  # known collapses left 6 to 16 % of the pace; no season does that
COLLAPSED_EXPECTED = 20.0  # with fewer counts expected in the month, chance may do it
STILL = 1e-9  # a week without growth, up to rounding of the interpolation
FROZEN_EXPECTED = 10.0  # chance of standing still where ten were expected: e^-10
FROZEN_WEEKS_UNKNOWN = 8  # where no pace is known: two months at the same value ...
FROZEN_COUNT = 1000.0  # ... of a counter this large
CAUGHT_UP_TIMES = 3.0  # the first move after a freeze holds what the freeze kept back


def values() -> Mapping[str, object]:
    """Return every parameter by name, in order of name, as plain values for the frame hash."""
    plain: dict[str, object] = {}
    for name, value in sorted(globals().items()):
        if name.isupper():
            plain[name.lower()] = dict(value) if isinstance(value, Mapping) else value
    return plain
