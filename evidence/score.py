"""Scores of a comparison: from readings to contributions, contrast, interval, coverage and verdict.

The contrast is defined as the sum of its contributions, D = sum_i w_i (s_i1 - s_i2), so that every reader can
recompute it by hand. `prepare` does what does not depend on weights, once; `score_prepared` then answers for
any weights from the same draws. Source: SCORING 2.7 to 2.12, read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from evidence import parameters as p
from evidence.catalog import frame_hash
from evidence.curve import framework_points, near_the_ends, par_of
from evidence.overlay import NOMINAL, WeightOverlay
from evidence.resampling import Randomness, seeded
from evidence.robustness import (
    epsilon_star,
    flip_factor,
    flip_factor_of_pair,
    leave_one_out,
    manski,
    weight_to_move,
)
from evidence.selection import Measured, Selection, by_protocol, select
from evidence.types import (
    Catalog,
    Comparison,
    Contrast,
    Contribution,
    Interval,
    Reading,
    Robustness,
    Score,
)
from evidence.uncertainty import Draws, Outcome, combine, draw_factors, simulate
from evidence.verdict import contrast, interval, margin, opinion, status, verdict
from evidence.weights import coverage, indicator_weights


@dataclass(frozen=True)
class Prepared:
    """One dimension before weights: its evidence and its drawn points."""

    dimension: str
    frame: str
    random: Randomness
    selection: Selection
    draws: Draws


@dataclass(frozen=True)
class PreparedComparison:
    """A comparison before weights, as of a day."""

    comparison: Comparison
    as_of: date
    dimensions: tuple[Prepared, ...]


def score_comparison(
    catalog: Catalog,
    comparison: Comparison,
    readings: Iterable[Reading],
    *,
    as_of: date,
    applicable: Mapping[str, Collection[str]],
    weights: WeightOverlay | None = None,
    draws: int = p.DRAWS,
) -> tuple[Score, ...]:
    """Return one score per dimension of the comparison, in its order.

    Readings observed after `as_of` are not looked at. `applicable` says, by indicator id, to which
    frameworks an indicator applies; one that does not apply to both of the pair leaves the plan. The same
    readings give the same scores, bit for bit, whatever else is among them.
    """
    prepared = prepare(catalog, comparison, readings, as_of=as_of, applicable=applicable, draws=draws)
    return score_prepared(prepared, weights)


def prepare(
    catalog: Catalog,
    comparison: Comparison,
    readings: Iterable[Reading],
    *,
    as_of: date,
    applicable: Mapping[str, Collection[str]],
    draws: int = p.DRAWS,
) -> PreparedComparison:
    """Select the evidence and draw its points under every factor but the weights."""
    known = by_protocol(readings, comparison.frameworks, as_of)
    prepared = []
    for dimension in comparison.dimensions:
        frame = frame_hash(catalog, dimension)
        random = seeded(comparison.id, dimension, as_of, frame=frame, draws=draws)
        selection = select(catalog, comparison, dimension, readings=known, as_of=as_of, applicable=applicable)
        drawn = simulate(draw_factors(selection, random))
        prepared.append(Prepared(dimension, frame, random, selection, drawn))
    return PreparedComparison(comparison, as_of, tuple(prepared))


def score_prepared(prepared: PreparedComparison, weights: WeightOverlay | None = None) -> tuple[Score, ...]:
    """Return the scores under the reader's weights, from the draws made before."""
    return scores_of(prepared, drawn_outcomes(prepared, weights), weights)


def scores_of(
    prepared: PreparedComparison, outcomes: Mapping[str, Outcome], weights: WeightOverlay | None = None
) -> tuple[Score, ...]:
    """Return the scores under the reader's weights from the drawn scores under the same weights."""
    overlay = weights or NOMINAL
    return tuple(_score(prepared, one, overlay, outcomes.get(one.dimension)) for one in prepared.dimensions)


def drawn_outcomes(prepared: PreparedComparison, weights: WeightOverlay | None = None) -> dict[str, Outcome]:
    """Return the drawn scores by dimension; dimensions in which nothing is measured are left out."""
    found = ((one.dimension, combine(one.draws, weights or NOMINAL)) for one in prepared.dimensions)
    return {dimension: outcome for dimension, outcome in found if outcome is not None}


def _score(
    prepared: PreparedComparison, one: Prepared, overlay: WeightOverlay, outcome: Outcome | None
) -> Score:
    comparison, selection = prepared.comparison, one.selection
    measured = [m for m in selection.measured if overlay.keeps(m.indicator)]
    planned = [indicator for indicator in selection.planned if overlay.keeps(indicator)]
    contributions = _contributions(measured, selection.pair, overlay)
    covered = coverage(planned, [m.indicator for m in measured], overlay)
    claimed = opinion(comparison.claims, one.dimension, selection.pair[0], selection.pair[-1])
    stands = status(covered)
    difference = _contrast(selection.pair, contributions, outcome, margin(claimed))
    return Score(
        comparison=comparison.id,
        dimension=one.dimension,
        as_of=prepared.as_of,
        frame=one.frame,
        scores=_levels(comparison.frameworks, measured, contributions, overlay, outcome),
        contrast=difference,
        coverage=covered,
        status=stands,
        dated=min((m.dated for m in measured if m.dated), default=None),
        verdict=verdict(difference, claimed, stands),
        contributions=contributions,
        context=_context(selection.context),
        missing=tuple(m for m in selection.missing if m.indicator in {indicator.id for indicator in planned}),
        robustness=None
        if difference is None
        else _robustness(measured, contributions, difference, overlay=overlay, share=covered.share),
    )


def _contributions(
    measured: Sequence[Measured], pair: tuple[str, ...], overlay: WeightOverlay
) -> tuple[Contribution, ...]:
    weights = indicator_weights([m.indicator for m in measured], overlay)
    return tuple(_contribution(m, pair, weight) for m, weight in zip(measured, weights.tolist(), strict=True))


def _contribution(measured: Measured, pair: tuple[str, ...], weight: float) -> Contribution:
    scores, par = _nominal_points(measured, pair)
    difference = scores[pair[0]] - scores[pair[-1]]
    return _entry(measured, scores, weight=weight, contribution=weight * difference, par=par)


def _context(found: Sequence[Measured]) -> tuple[Contribution, ...]:
    return tuple(_entry(measured, {}, weight=0.0, contribution=0.0, par=None) for measured in found)


def _entry(
    measured: Measured, scores: Mapping[str, float], *, weight: float, contribution: float, par: float | None
) -> Contribution:
    indicator, nominal = measured.indicator, measured.nominal
    return Contribution(
        indicator.id,
        indicator.criterion,
        indicator.family,
        indicator.grade,
        weight,
        contribution,
        raw={framework: reading.value for framework, reading in nominal.items()},
        scores=scores,
        observed_at={framework: reading.observed_at for framework, reading in nominal.items()},
        payloads={framework: reading.payloads for framework, reading in nominal.items()},
        par=par,
        dated=measured.dated is not None,
    )


def _nominal_points(measured: Measured, pair: tuple[str, ...]) -> tuple[dict[str, float], float | None]:
    values = {framework: np.array(reading.value) for framework, reading in measured.nominal.items()}
    par = par_of(measured.indicator, [values[framework] for framework in pair])
    found = framework_points(measured.indicator, values, par=par, odds=_on_odds(measured, pair))
    return {framework: float(x) for framework, x in found.items()}, None if par is None else float(par)


def _on_odds(measured: Measured, pair: tuple[str, ...]) -> bool:
    first, second = (measured.nominal[pair[i]].value for i in (0, -1))
    return measured.indicator.curve == "S" and near_the_ends(first, second)


def _levels(
    frameworks: Sequence[str],
    measured: Sequence[Measured],
    contributions: Sequence[Contribution],
    overlay: WeightOverlay,
    outcome: Outcome | None,
) -> dict[str, Interval | None]:
    """Scores by framework; a third one over the indicators that it shares with the pair."""
    levels: dict[str, Interval | None] = {}
    for framework in frameworks:
        own = [c for c in contributions if framework in c.scores]
        if outcome is None or framework not in outcome.scores:
            levels[framework] = None
            continue
        weight = indicator_weights([m.indicator for m in measured if framework in m.nominal], overlay)
        value = math.fsum(w * c.scores[framework] for w, c in zip(weight.tolist(), own, strict=True))
        levels[framework] = interval(value, outcome.scores[framework])
    return levels


def _contrast(
    pair: tuple[str, ...],
    contributions: Sequence[Contribution],
    outcome: Outcome | None,
    margin: float,
) -> Contrast | None:
    if outcome is None or len(pair) < 2:
        return None
    value = math.fsum(c.contribution for c in contributions)
    return contrast(pair[0], pair[1], value, outcome.contrast, sampling=outcome.sampling, margin=margin)


def _robustness(
    measured: Sequence[Measured],
    contributions: Sequence[Contribution],
    contrast: Contrast,
    *,
    overlay: WeightOverlay,
    share: float,
) -> Robustness:
    delta = [c.scores[contrast.first] - c.scores[contrast.second] for c in contributions]
    weight = [c.weight for c in contributions]
    low, high = manski(contrast.value, share)

    def without(kept: Sequence[int]) -> float:
        weights = indicator_weights([measured[row].indicator for row in kept], overlay)
        return math.fsum(w * delta[row] for w, row in zip(weights.tolist(), kept, strict=True))

    return Robustness(
        epsilon_star=epsilon_star(delta, weight),
        weight_to_move=weight_to_move(delta, weight),
        manski_low=low,
        manski_high=high,
        leave_one_out=leave_one_out([c.family for c in contributions], without),
        flip_factors=_flip_factors(measured, contributions, contrast),
    )


def _flip_factors(
    measured: Sequence[Measured], contributions: Sequence[Contribution], contrast: Contrast
) -> dict[str, float]:
    """By indicator, how much worse the leader's value alone must be; indicators that cannot are left out."""
    leader, other = contrast.first, contrast.second
    if contrast.value < 0:
        leader, other = other, leader
    found = {}
    for m, c in zip(measured, contributions, strict=True):
        advantage = c.scores[leader] - c.scores[other]
        needed = advantage - abs(contrast.value) / c.weight
        if m.indicator.par.kind == "pair" and m.indicator.curve != "S":
            factor = flip_factor_of_pair(m.indicator, advantage=advantage, needed=needed)
        else:
            odds = _on_odds(m, (contrast.first, contrast.second))
            target = c.scores[other] + needed
            factor = flip_factor(m.indicator, c.raw[leader], points=target, par=c.par, odds=odds)
        if factor is not None:
            found[c.indicator] = factor
    return found
