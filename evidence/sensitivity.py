"""What drives the doubt: Sobol indices of the contrast, and the sign multiverse.

    S_i  = E[(y_B - mu)(y_AB_i - y_A)] / V       first order, centred (Saltelli et al. 2010)
    ST_i = E[(y_A - y_AB_i)^2] / (2 V)           total (Jansen 1999)

A and B are the two halves of the prepared draws; AB_i is A with factor i taken from B. The target is D, which
is continuous; a rank of two frameworks would be a coin. Intervals resample whole rows and recompute V.

The multiverse asks only for the sign: five normalisations, the width of a step, flat family weights, and F1
to F6. Its share is support among defensible analyses, not a probability (Steegen et al. 2016).
Source: SCORING 2.9, 2.11, read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evidence import parameters as p
from evidence.curve import from_steps, points, step_size, steps
from evidence.overlay import NOMINAL, WeightOverlay
from evidence.resampling import Randomness
from evidence.selection import Selection
from evidence.types import Indicator
from evidence.uncertainty import (
    AGGREGATIONS,
    FACTORS,
    SCOPES,
    Cells,
    Factors,
    aggregate,
    choose,
    combine,
    draw_factors,
    drawn_par,
    drawn_values,
    relative_weights,
    simulate,
)
from evidence.weights import indicator_weights

Floats = npt.NDArray[np.float64]

NORMALISATIONS = ("par", "pair", "goalposts", "share", "ratio_to_max")
"""par: the declared curve; pair: par halfway between the two; goalposts: linear in steps, clipped; share:
x / sum x; ratio_to_max: x / max x."""
WINDOWS = ("shorter", "declared", "longer")


@dataclass(frozen=True)
class Index:
    """Share of the variance of D that one factor explains alone and in all, each with its 90 % interval."""

    factor: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


@dataclass(frozen=True)
class Specification:
    """One analysis of the multiverse: the contrast it finds, and the choices that it made."""

    contrast: float
    normalisation: str
    steepness: float
    window: str
    scope: str
    aggregation: str


@dataclass(frozen=True)
class Multiverse:
    """`support` is the share of analyses in which the first is ahead; rows are sorted by contrast."""

    support: float
    specifications: tuple[Specification, ...]


def sobol(selection: Selection, random: Randomness, overlay: WeightOverlay = NOMINAL) -> tuple[Index, ...]:
    """Return the Sobol indices of D by factor, in the order of FACTORS; none where nothing is measured.

    Where D does not vary at all, every index is 0.
    """
    factors = draw_factors(selection, random)
    half = random.draws // 2
    a, b = np.arange(half), np.arange(half, 2 * half)
    base = combine(simulate(factors, dict.fromkeys(FACTORS, a)), overlay)
    other = combine(simulate(factors, dict.fromkeys(FACTORS, b)), overlay)
    if base is None or other is None:
        return ()
    mixed = [combine(simulate(factors, {**dict.fromkeys(FACTORS, a), f: b}), overlay) for f in FACTORS]
    y_ab = np.stack([outcome.contrast for outcome in mixed if outcome is not None])
    return _indices(base.contrast, other.contrast, y_ab, random)


def saltelli_jansen(y_a: Floats, y_b: Floats, y_ab: Floats) -> tuple[Floats, Floats]:
    """Return first-order and total indices; `y_ab` is (factors, rows). All 0 where y does not vary."""
    both = np.concatenate([y_a, y_b])
    variance = float(both.var())
    if variance < 1e-24:
        return np.zeros(len(y_ab)), np.zeros(len(y_ab))
    first = ((y_b - both.mean()) * (y_ab - y_a)).mean(axis=1) / variance
    total = ((y_a - y_ab) ** 2).mean(axis=1) / (2.0 * variance)
    return first, total


def multiverse(
    selection: Selection, random: Randomness, overlay: WeightOverlay = NOMINAL
) -> Multiverse | None:
    """Return the support for the sign of D, and every analysis; None where nothing is measured."""
    indicators = [measured.indicator for measured in selection.measured]
    weight = indicator_weights(indicators, overlay)
    if not weight.any():
        return None
    factors = draw_factors(selection, random)
    normalisation = choose(
        random.uniform("normalisation"), (1.0 / len(NORMALISATIONS),) * len(NORMALISATIONS)
    )
    spread = p.STEEPNESS_HIGH - p.STEEPNESS_LOW
    steepness = p.STEEPNESS_LOW + spread * random.uniform("steepness")
    columns = [_alternatives(factors, cells, normalisation, steepness) for cells in factors.cells]
    weights = weight * relative_weights(simulate(factors), weight, flat=True)
    kept = weight > 0
    one, two = (
        aggregate(np.stack([c[k] for c in columns], 1)[:, kept], weights[:, kept], factors.aggregation)
        for k in (0, 1)
    )
    contrast = one - two
    rows = _specifications(contrast, factors, normalisation, steepness)
    return Multiverse(float((contrast > 0).mean()), rows)


def effective_weights(
    selection: Selection, random: Randomness, overlay: WeightOverlay = NOMINAL
) -> dict[str, float]:
    """Return each indicator's share of sum w_i sd(s_i1 - s_i2): what moves the contrast, beside what weighs.

    Stated weight is not importance (Paruolo, Saisana & Saltelli, JRSS A 2013). All 0 where nothing varies.
    """
    draws = simulate(draw_factors(selection, random))
    weight = indicator_weights(draws.indicators, overlay)
    if not len(weight):
        return {}
    spread = (draws.points[draws.pair[0]] - draws.points[draws.pair[-1]]).std(axis=0) * weight
    share = spread / spread.sum() if spread.any() else spread
    return dict(zip((i.id for i in draws.indicators), share.tolist(), strict=True))


def _indices(y_a: Floats, y_b: Floats, y_ab: Floats, random: Randomness) -> tuple[Index, ...]:
    rows = len(y_a)
    picked = np.floor(Randomness(random.seed, p.SOBOL_RESAMPLES).uniform("sobol", columns=rows) * rows)
    resampled = [saltelli_jansen(y_a[r], y_b[r], y_ab[:, r]) for r in picked.astype(np.int64)]
    first, total = saltelli_jansen(y_a, y_b, y_ab)
    low_first, high_first = np.quantile([f for f, _ in resampled], [0.05, 0.95], axis=0)
    low_total, high_total = np.quantile([t for _, t in resampled], [0.05, 0.95], axis=0)
    table = np.stack([first, low_first, high_first, total, low_total, high_total], axis=1)
    return tuple(Index(factor, *row) for factor, row in zip(FACTORS, table.tolist(), strict=True))


def _alternatives(
    factors: Factors, cells: Cells, normalisation: npt.NDArray[np.int64], steepness: Floats
) -> tuple[Floats, Floats]:
    """Points of the pair for one indicator under the drawn normalisation, by draw."""
    rows = factors.every_row()
    x = drawn_values(factors, cells, rows)
    par = drawn_par(factors, cells, x, rows)
    pair = [x[factors.pair[0]], x[factors.pair[-1]]]
    found = _every_normalisation(cells.indicator, pair, par, steepness=steepness, odds=cells.odds)
    draw = np.arange(len(normalisation))
    return found[0][normalisation, draw], found[1][normalisation, draw]


def _every_normalisation(
    indicator: Indicator, pair: list[Floats], par: Floats | None, *, steepness: Floats, odds: bool
) -> tuple[Floats, Floats]:
    """Points of the two, each (normalisations, draws), in the order of NORMALISATIONS."""
    position = [steps(x, curve=indicator.curve, direction=indicator.direction, par=par) for x in pair]
    log_ratio = _difference(*position) * step_size(indicator.curve)
    halfway = _difference(*position) / 2.0
    if indicator.curve == "S":
        declared = [points(x, curve="S", direction=indicator.direction, odds=odds) for x in pair]
        log_ratio = _difference(*(_log(s) for s in declared)) if not odds else log_ratio
        goalposts = declared
    else:
        declared = [from_steps(u, steepness) for u in position]
        goalposts = [np.clip(5.0 + 5.0 * u / steepness / p.GOALPOST_STEPS, 0.0, 10.0) for u in position]
    of_pair = [from_steps(halfway, steepness), from_steps(-halfway, steepness)]
    share = [10.0 / (1.0 + _exp(-log_ratio)), 10.0 / (1.0 + _exp(log_ratio))]
    to_max = [10.0 * _exp(np.minimum(log_ratio, 0.0)), 10.0 * _exp(np.minimum(-log_ratio, 0.0))]
    ways = (declared, of_pair, goalposts, share, to_max)
    return np.stack([way[0] for way in ways]), np.stack([way[1] for way in ways])


def _difference(one: Floats, two: Floats) -> Floats:
    """one - two, and 0 where both are the same infinity."""
    with np.errstate(invalid="ignore"):
        return np.where(one == two, 0.0, one - two)


def _exp(x: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.exp(x)


def _log(x: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(x)


def _specifications(
    contrast: Floats, factors: Factors, normalisation: npt.NDArray[np.int64], steepness: Floats
) -> tuple[Specification, ...]:
    return tuple(
        Specification(
            float(contrast[row]),
            NORMALISATIONS[normalisation[row]],
            float(steepness[row]),
            WINDOWS[factors.window[row]],
            SCOPES[factors.scope[row]],
            AGGREGATIONS[factors.aggregation[row]],
        )
        for row in np.argsort(contrast, kind="stable").tolist()
    )
