"""Monte Carlo over every choice that could have been made otherwise: how far a score could move.

    F1   sampling      see `resampling`
    F2   measurement   x exp(N(0, tau_grade)), on the odds for shares; independent by indicator and framework
    F2b  variant       one of the equally fair protocols of a probe, the declared one included
    F3   window        the next shorter, the declared, the next longer one: 1/4, 1/2, 1/4
    F4   scope         core or broad, 1/2 each
    F5   par           two steps for all and one step each, uniform; not for a pair's par, which is a
                       convention (5 = equal), nor for shares, which have none
    F6   aggregation   arithmetic 1/2, geometric with floor 3/10, weighted median 1/5
    F7   weights       family weights ~ Dirichlet(c w0), c = max(1, F_eff - 2 + n), F_eff = 1 / sum w0^2, and
                       D + N(0, n tau^2 / (F_eff (F_eff - 1 + n))) for the families that one does not have

With n = 0, c makes the spread of the weighted mean equal the standard error s / sqrt(F) over families, so
that the interval treats them as a sample of possible proxies. But s comes from the same few families, and two
of one mind show none. A conjugate prior worth n families of spread tau moderates the variance of a family to

    ((F - 1) s^2 + n tau^2) / (F - 1 + n)

(Smyth, SAGMB 3(1), 2004; on weakly informative priors where studies are few: Roever et al., Research
Synthesis Methods 12, 2021, 448). Divided by F it is the variance of the mean: the Dirichlet carries the first
part, the normal number the second. Both depend on weights alone, never on values: a better value still lowers
no score in any draw. The scale itself (curve, size of a step) is a unit and held fixed.
Source: SCORING 2.9, read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from evidence import parameters as p
from evidence.curve import framework_points, near_the_ends, par_of, step_size
from evidence.overlay import NOMINAL, WeightOverlay
from evidence.resampling import Randomness, Resampler, at_nodes, between_nodes
from evidence.selection import Measured, Protocol, Selection, nominal_protocol
from evidence.types import Indicator, Reading, Scope
from evidence.weights import family_weights, indicator_weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FACTORS = ("sampling", "measurement", "variant", "window", "scope", "par", "aggregation", "weights")
"""The factors, in the order of the method."""

AGGREGATIONS = tuple(p.AGGREGATION_PROBABILITY)
SCOPES: tuple[Scope, Scope] = ("core", "broad")
DECLARED = 1
"""Position of the declared window among shorter, declared, longer."""

Rows = Mapping[str, Ints]
"""Factor -> which of the prepared draws it takes: all the same, or mixed for sensitivity indices."""


@dataclass(frozen=True)
class Cells:
    """Raw values of one indicator under every combination of window, scope and variant.

    `cell[window, scope, variant]` is a row of `drawn[framework]`, (cells, draws), which holds the values
    under sampling error; cell 0 is the nominal one. `nominal` is its value without sampling error.
    """

    indicator: Indicator
    cell: Ints
    nominal: Mapping[str, float]
    drawn: Mapping[str, Floats]
    odds: bool


@dataclass(frozen=True)
class Factors:
    """All drawn factors of one dimension: what was drawn, before it acts on any value."""

    pair: tuple[str, ...]
    random: Randomness
    cells: tuple[Cells, ...]
    window: Ints
    scope: Ints
    aggregation: Ints

    def every_row(self) -> Rows:
        """Each factor takes its own draw of the same number."""
        rows = np.arange(self.random.draws)
        return dict.fromkeys(FACTORS, rows)


@dataclass(frozen=True)
class Draws:
    """Points under all drawn factors but the weights: what re-weighting needs.

    `points[framework]` is (draws, indicators), NaN where a third framework has no value; `sampled` is the
    same for the pair under sampling error alone; `families` holds standard normal numbers for the weights,
    `unseen` those for the families that one does not have, by framework.
    """

    pair: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    points: Mapping[str, Floats]
    sampled: Mapping[str, Floats]
    aggregation: Ints
    families: Mapping[str, Floats]
    unseen: Mapping[str, Floats]


@dataclass(frozen=True)
class Outcome:
    """Drawn scores by framework; `contrast` is first minus second, `sampling` the same under F1 alone."""

    scores: Mapping[str, Floats]
    contrast: Floats
    sampling: Floats


def draw_factors(selection: Selection, random: Randomness) -> Factors:
    """Draw every factor for the measured evidence of one dimension."""
    resampler = Resampler(random, selection.pair)
    return Factors(
        selection.pair,
        random,
        tuple(_cells(measured, selection.pair, resampler) for measured in selection.measured),
        window=choose(random.uniform("window"), p.WINDOW_PROBABILITY),
        scope=choose(random.uniform("scope"), (0.5, 0.5)),
        aggregation=choose(random.uniform("aggregation"), tuple(p.AGGREGATION_PROBABILITY.values())),
    )


def simulate(factors: Factors, rows: Rows | None = None) -> Draws:
    """Return the points of every framework under the drawn factors, by default each with its own draw."""
    rows = rows or factors.every_row()
    values = [drawn_values(factors, cells, rows) for cells in factors.cells]
    pars = [drawn_par(factors, cells, x, rows) for cells, x in zip(factors.cells, values, strict=True)]
    frameworks = sorted({framework for cells in factors.cells for framework in cells.nominal})
    families = sorted({cells.indicator.family for cells in factors.cells})
    return Draws(
        factors.pair,
        tuple(cells.indicator for cells in factors.cells),
        points=_columns(factors, values, pars, frameworks),
        sampled=_sampled(factors, rows),
        aggregation=factors.aggregation[rows["aggregation"]],
        families={f: factors.random.normal("weights", f)[rows["weights"]] for f in families},
        unseen={f: factors.random.normal("weights", "unseen", f)[rows["weights"]] for f in frameworks},
    )


def combine(draws: Draws, overlay: WeightOverlay = NOMINAL) -> Outcome | None:
    """Aggregate drawn points under drawn weights; None when nothing measured has any weight.

    A third framework is aggregated over the indicators it has, with the same drawn families.
    """
    weight = indicator_weights(draws.indicators, overlay)
    if not weight.any():
        return None
    relative = relative_weights(draws, weight)
    scores = {}
    for framework, points in draws.points.items():
        own = ~np.isnan(points[0])
        base = np.zeros(len(weight))
        base[own] = indicator_weights(
            [i for i, has in zip(draws.indicators, own, strict=True) if has], overlay
        )
        if base.any():
            level = _aggregate_own(points, base * relative, draws.aggregation)
            spread = unseen_spread(effective_families(draws.indicators, base))
            # half of the variance to each framework, so that every contrast of two of them has the whole
            scores[framework] = np.clip(level + spread / math.sqrt(2) * draws.unseen[framework], 0.0, 10.0)
    first, second = draws.pair[0], draws.pair[-1]
    sampled = {f: (draws.sampled[f] * weight).sum(axis=1) for f in (first, second)}
    return Outcome(scores, scores[first] - scores[second], sampled[first] - sampled[second])


def relative_weights(draws: Draws, weight: Floats, *, flat: bool = False) -> Floats:
    """Return (draws, indicators): drawn family weight over nominal family weight, by indicator.

    `flat` draws every weighting of families as likely as any other, as the sign multiverse does.
    """
    nominal = family_weights(draws.indicators, weight)
    share = np.array(list(nominal.values()))
    shape = np.ones(len(share)) if flat else concentration(share) * share
    drawn_share = dirichlet(shape, [draws.families[family] for family in nominal])
    drawn = dict(zip(nominal, (drawn_share / share).T, strict=True))
    nothing = np.zeros(len(draws.aggregation))
    return np.stack([drawn.get(i.family, nothing) for i in draws.indicators], axis=1)


def dirichlet(shape: Floats, normals: Sequence[Floats]) -> Floats:
    """Return (draws, parts) of a Dirichlet distribution from one set of normal numbers per part."""
    gamma = np.stack([_gamma(z, a) for z, a in zip(normals, shape.tolist(), strict=True)], axis=1)
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def concentration(share: Floats) -> float:
    """Return the concentration c = max(1, F_eff - 2 + n) of the Dirichlet for nominal family weights."""
    effective = 1.0 / float((share * share).sum())
    return max(p.CONCENTRATION_LEAST, effective - p.CONCENTRATION_LOSS + p.PRIOR_FAMILIES)


def effective_families(indicators: Sequence[Indicator], weight: Floats) -> float:
    """Return F_eff = 1 / sum w_f^2: as many equal families as these are worth."""
    share = np.array(list(family_weights(indicators, weight).values()))
    return 1.0 / float((share * share).sum())


def unseen_spread(effective: float) -> float:
    """Return the standard deviation, in points, that the families one does not have add to a contrast."""
    if not p.PRIOR_FAMILIES:
        return 0.0
    return p.PRIOR_SPREAD * math.sqrt(p.PRIOR_FAMILIES / (effective * (effective - 1.0 + p.PRIOR_FAMILIES)))


def aggregate(points: Floats, weight: Floats, how: Ints) -> Floats:
    """Aggregate (draws, indicators) to (draws,); `how` is the position in AGGREGATIONS, by draw.

    Weights sum to 1 by row. All three lie between the least and the greatest of what has weight.
    """
    result: Floats = (points * weight).sum(axis=1)
    rows = how == AGGREGATIONS.index("geometric")
    result[rows] = np.exp((np.log(np.maximum(points[rows], p.GEOMETRIC_FLOOR)) * weight[rows]).sum(axis=1))
    rows = how == AGGREGATIONS.index("median")
    result[rows] = _weighted_median(points[rows], weight[rows])
    return np.clip(result, 0.0, 10.0)


def drawn_values(factors: Factors, cells: Cells, rows: Rows) -> dict[str, Floats]:
    """Return, by framework, raw values of one indicator under F1 to F4."""
    indicator, random = cells.indicator, factors.random
    variants = cells.cell.shape[2]
    variant = choose(random.uniform("variant", indicator.id), (1.0 / variants,) * variants)
    cell = cells.cell[factors.window[rows["window"]], factors.scope[rows["scope"]], variant[rows["variant"]]]
    tau = p.GRADE_TAU[indicator.grade]
    found = {}
    for framework, drawn in cells.drawn.items():
        error = tau * random.normal("measurement", indicator.id, framework)[rows["measurement"]]
        found[framework] = _with_error(indicator, drawn[cell, rows["sampling"]], error)
    return found


def drawn_par(factors: Factors, cells: Cells, x: Mapping[str, Floats], rows: Rows) -> Floats | None:
    """Return the par of one indicator under F5, by row; None for a share."""
    indicator, random = cells.indicator, factors.random
    par = par_of(indicator, [x[framework] for framework in factors.pair])
    if par is None or indicator.par.kind == "pair":
        return par
    common = p.PAR_COMMON_STEPS * (2.0 * random.uniform("par")[rows["par"]] - 1.0)
    own = p.PAR_OWN_STEPS * (2.0 * random.uniform("par", indicator.id)[rows["par"]] - 1.0)
    shift = (common + own) * step_size(indicator.curve)
    return par + shift if indicator.curve == "G" else par * np.exp(shift)


def choose(u: Floats, probability: Sequence[float]) -> Ints:
    """Return the position of the alternative that each uniform number falls on."""
    bounds = np.cumsum(probability)[:-1]
    return np.searchsorted(bounds, u, side="right").astype(np.int64)


def _with_error(indicator: Indicator, x: Floats, error: Floats) -> Floats:
    if indicator.curve == "G":
        return x + error
    if indicator.curve == "S":
        return x / (x + (1.0 - x) * np.exp(-error))
    return x * np.exp(error)


def _columns(
    factors: Factors,
    values: Sequence[Mapping[str, Floats]],
    pars: Sequence[Floats | None],
    frameworks: Sequence[str],
) -> dict[str, Floats]:
    rows = max((len(x) for found in values for x in found.values()), default=factors.random.draws)
    table = {framework: np.full((rows, len(factors.cells)), np.nan) for framework in frameworks}
    for column, (cells, x, par) in enumerate(zip(factors.cells, values, pars, strict=True)):
        for framework, found in framework_points(cells.indicator, x, par=par, odds=cells.odds).items():
            table[framework][:, column] = found
    return table


def _sampled(factors: Factors, rows: Rows) -> dict[str, Floats]:
    """Points of the pair when only the sampling error is drawn."""
    values = [{f: cells.drawn[f][0, rows["sampling"]] for f in factors.pair} for cells in factors.cells]
    pars = [
        par_of(cells.indicator, [x[f] for f in factors.pair])
        for cells, x in zip(factors.cells, values, strict=True)
    ]
    return _columns(factors, values, pars, factors.pair)


def _aggregate_own(points: Floats, weight: Floats, how: Ints) -> Floats:
    own = weight.any(axis=0)
    weight = weight[:, own]
    return aggregate(points[:, own], weight / weight.sum(axis=1, keepdims=True), how)


def _weighted_median(points: Floats, weight: Floats) -> Floats:
    """Middle of the lower and the upper weighted median, by row."""
    order = np.argsort(points, axis=1, kind="stable")
    ordered = np.take_along_axis(points, order, axis=1)
    upto = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    last = points.shape[1] - 1
    low = np.minimum((upto < 0.5 - 1e-12).sum(axis=1), last)
    high = np.minimum((upto < 0.5 + 1e-12).sum(axis=1), last)
    rows = np.arange(len(points))
    return np.asarray((ordered[rows, low] + ordered[rows, high]) / 2.0)


def _gamma(normal: Floats, shape: float) -> Floats:
    """Draws of a gamma variable; interpolated in the logarithm, for small shapes reach far down."""
    return np.exp(between_nodes(normal, _log_gamma(shape)))


@lru_cache(maxsize=4096)
def _log_gamma(shape: float) -> Floats:
    """Logarithms of gamma quantiles at the nodes; who moves one weight leaves most shapes as they are."""
    least = np.finfo(np.float64).tiny
    return at_nodes(lambda u: np.log(np.maximum(gammaincinv(shape, u), least)))


def _cells(measured: Measured, pair: Sequence[str], resampler: Resampler) -> Cells:
    indicator = measured.indicator
    grid, protocols = _grid(measured, pair)
    taken, row = _distinct([{f: _reading(measured, f, way) for f in measured.nominal} for way in protocols])
    drawn = [resampler.values(indicator, readings) for readings in taken]
    nominal = {framework: reading.value for framework, reading in measured.nominal.items()}
    return Cells(
        indicator,
        row[grid],
        nominal,
        drawn={framework: np.stack([values[framework] for values in drawn]) for framework in nominal},
        odds=indicator.curve == "S" and near_the_ends(nominal[pair[0]], nominal[pair[-1]]),
    )


def _distinct(ways: Sequence[Mapping[str, Reading]]) -> tuple[list[Mapping[str, Reading]], Ints]:
    """Leave out ways that read the same as another, as broad and core often do; and where each one went."""
    kept: list[Mapping[str, Reading]] = []
    row = []
    for readings in ways:
        same = (at for at, other in enumerate(kept) if all(map(_alike, readings.values(), other.values())))
        row.append(next(same, len(kept)))
        if row[-1] == len(kept):
            kept.append(readings)
    return kept, np.array(row, np.int64)


def _alike(one: Reading, other: Reading) -> bool:
    return one is other or replace(one, scope=other.scope) == other


def _grid(measured: Measured, pair: Sequence[str]) -> tuple[Ints, list[Protocol]]:
    """Which protocol stands in each combination; where one was not read, the declared window stands in."""
    nominal = nominal_protocol(measured.indicator)
    windows, variants = _windows(measured, pair), _variants(measured, pair)
    protocols = [nominal]
    grid = np.zeros((len(windows), len(SCOPES), len(variants)), np.int64)
    for at in np.ndindex(grid.shape):
        scope, variant = SCOPES[at[1]], variants[at[2]]
        wanted: Protocol = (scope, windows[at[0]], variant)
        if not all(_was_read(measured, framework, wanted) for framework in pair):
            wanted = (scope, windows[DECLARED], variant)
        if wanted not in protocols:
            protocols.append(wanted)
        grid[at] = protocols.index(wanted)
    return grid, protocols


def _windows(measured: Measured, pair: Sequence[str]) -> tuple[int | None, int | None, int | None]:
    """The next shorter, the declared and the next longer window that both of the pair have."""
    declared = measured.indicator.window_weeks
    if declared is None:
        return None, None, None
    read = ({window for _, window, _ in measured.readings[framework] if window} for framework in pair)
    common = set.intersection(*read)
    shorter = max((window for window in common if window < declared), default=declared)
    longer = min((window for window in common if window > declared), default=declared)
    return shorter, declared, longer


def _variants(measured: Measured, pair: Sequence[str]) -> list[str]:
    """The declared protocol, then the others that both of the pair have."""
    declared = measured.indicator.window_weeks
    read = ({v for scope, w, v in measured.readings[f] if (scope, w) == ("core", declared)} for f in pair)
    return ["", *sorted(set.intersection(*read) - {""})]


def _was_read(measured: Measured, framework: str, protocol: Protocol) -> bool:
    """Whether the framework has this reading; without packages around it, its broad scope is its core."""
    readings = measured.readings[framework]
    return protocol in readings or ("core", *protocol[1:]) in readings


def _reading(measured: Measured, framework: str, protocol: Protocol) -> Reading:
    """The reading taken so, else the nearest one; the nominal one in the end."""
    scope, window, variant = protocol
    declared = measured.indicator.window_weeks
    nearest: list[Protocol] = [
        protocol,
        ("core", window, variant),
        (scope, declared, variant),
        ("core", declared, variant),
    ]
    readings = measured.readings[framework]
    return next((readings[key] for key in nearest if key in readings), measured.nominal[framework])
