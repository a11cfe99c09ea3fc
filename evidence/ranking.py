"""More than two frameworks, and a recommendation for a need.

    pairwise      P(D_kl > 0) and P(D_kl > 0.5), from the same draws for all
    acceptability b[k, r] = share of draws in which k has rank r (SMAA-2: Lahdelma & Salminen 2001)
    rank_UB       1 + #{l : low_l > high_k}: the best rank that the intervals allow (Chatbot Arena)
    index         power mean M_p of the dimension scores under the reader's weights, p = 1; the acceptability
                  also draws p from {1, 0, -1} and the weights from Dirichlet(20 w): a need is a rough wish

Source: SCORING 2.7, 2.13 and the first section, 8; read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from evidence import parameters as p
from evidence.overlay import NOMINAL, WeightOverlay
from evidence.resampling import Randomness, seeded
from evidence.robustness import weight_to_move
from evidence.score import PreparedComparison, drawn_outcomes, scores_of
from evidence.types import Interval, Score
from evidence.uncertainty import Outcome, choose, dirichlet
from evidence.verdict import interval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pairwise:
    """Shares of draws in which `first` is ahead of `second`: at all, beyond the margin, and behind it."""

    first: str
    second: str
    p_ahead: float
    p_beyond: float
    p_behind: float


@dataclass(frozen=True)
class Change:
    """What one dimension's weight could change.

    `weight` is its share now; `flips_at` the share from which on (or down to which) another framework
    leads, the others keeping their proportions, None if none does; `without` who leads without it, None
    where it is all there is.
    """

    dimension: str
    weight: float
    flips_at: float | None
    without: str | None


@dataclass(frozen=True)
class Recommendation:
    """A recommendation index per framework for a need, 0 to 10, and what it rests on.

    `weights` are the reader's, normalised over the dimensions that are measured for all in `index`; `unused`
    are the others, `unranked` the frameworks that lack a dimension that the first two have.
    `weight_to_move` is the share of weight between dimensions that would make leader and runner-up equal.
    """

    weights: Mapping[str, float]
    unused: tuple[str, ...]
    unranked: tuple[str, ...]
    index: Mapping[str, Interval]
    acceptability: Mapping[str, tuple[float, ...]]
    leader: str
    weight_to_move: float
    changes: tuple[Change, ...]


def pairwise(scores: Mapping[str, Floats]) -> tuple[Pairwise, ...]:
    """Return every pair of frameworks, in the order given, from draws of their scores."""
    found = []
    for one, two in combinations(scores, 2):
        difference = scores[one] - scores[two]
        shares = (difference > 0, difference > p.MARGIN, difference < -p.MARGIN)
        found.append(Pairwise(one, two, *(float(share.mean()) for share in shares)))
    return tuple(found)


def rank_acceptability(scores: Mapping[str, Floats]) -> dict[str, tuple[float, ...]]:
    """Return, by framework, the share of draws in which it has rank 1, 2, ...; equals share their ranks.

    Rows and columns sum to 1.
    """
    table = np.stack(list(scores.values()))
    found = {}
    for framework, own in scores.items():
        better = (table > own).sum(axis=0)
        equal = (table == own).sum(axis=0)
        ranks = np.arange(len(table))[:, None]
        holds = (ranks >= better) & (ranks < better + equal)
        found[framework] = tuple((holds / equal).mean(axis=1).tolist())
    return found


def rank_upper_bound(scores: Mapping[str, Interval]) -> dict[str, int]:
    """Return, by framework, the best rank that the 90 % intervals allow it."""
    return {
        framework: 1 + sum(other.low90 > own.high90 for other in scores.values())
        for framework, own in scores.items()
    }


def power_mean(scores: Floats, weight: Floats, power: float) -> Floats:
    """Return the weighted power mean over the last axis, scores floored at 0.1 where p <= 0.

    p = 1 lets a strength make up for a weakness in full, p = 0 (geometric) in part, p = -1 (harmonic) little.
    """
    if power == 1.0:
        return np.asarray((scores * weight).sum(axis=-1))
    floored = np.maximum(scores, p.GEOMETRIC_FLOOR)
    if power == 0.0:
        return np.asarray(np.exp((np.log(floored) * weight).sum(axis=-1)))
    return np.asarray((floored**power * weight).sum(axis=-1) ** (1.0 / power))


def recommend(
    need: Mapping[str, float],
    scores: Sequence[Score],
    outcomes: Mapping[str, Outcome],
    *,
    random: Randomness,
    overlay: WeightOverlay = NOMINAL,
) -> Recommendation | None:
    """Return the index for a need (weight by dimension); None when no weighted dimension is measured.

    `outcomes` are the draws behind the scores, `random` gives those of weights and powers, `overlay` the
    reader's factors on dimensions. A framework takes part when it has a score in every dimension that the
    first two have.
    """
    wish = {dimension: weight * overlay.dimensions.get(dimension, 1.0) for dimension, weight in need.items()}
    by_dimension = {score.dimension: score for score in scores}
    every = list(scores[0].scores)
    wanted = [dimension for dimension, weight in wish.items() if weight > 0]
    used = [d for d in wanted if d in outcomes and all(_has(by_dimension[d], f) for f in every[:2])]
    if not used:
        return None
    ranked = [f for f in every if all(_has(by_dimension[d], f) for d in used)]
    weight = np.array([wish[dimension] for dimension in used])
    level = {f: np.array([_value(by_dimension[d], f) for d in used]) for f in ranked}
    drawn = {f: np.stack([outcomes[d].scores[f] for d in used], axis=1) for f in ranked}
    return replace(
        _recommendation(used, weight / weight.sum(), level, drawn, random=random),
        unused=tuple(dimension for dimension in wanted if dimension not in used),
        unranked=tuple(f for f in every if f not in ranked),
    )


def recommend_prepared(
    prepared: PreparedComparison, need: Mapping[str, float], weights: WeightOverlay | None = None
) -> Recommendation | None:
    """Return the index for a need from a prepared comparison; the draws depend on nothing else."""
    frames = "".join(one.frame for one in prepared.dimensions)
    draws = prepared.dimensions[0].random.draws
    random = seeded(prepared.comparison.id, "need", prepared.as_of, frame=frames, draws=draws)
    outcomes = drawn_outcomes(prepared, weights)
    scores = scores_of(prepared, outcomes, weights)
    return recommend(need, scores, outcomes, random=random, overlay=weights or NOMINAL)


def _recommendation(
    used: Sequence[str],
    weight: Floats,
    level: Mapping[str, Floats],
    drawn: Mapping[str, Floats],
    *,
    random: Randomness,
) -> Recommendation:
    varied = dirichlet(p.DIMENSION_CONCENTRATION * weight, [random.normal("dimension", d) for d in used])
    index = {framework: float(power_mean(points, weight, 1.0)) for framework, points in level.items()}
    leader = max(index, key=lambda framework: index[framework])
    return Recommendation(
        weights=dict(zip(used, weight.tolist(), strict=True)),
        unused=(),
        unranked=(),
        index={f: interval(index[f], power_mean(points, varied, 1.0)) for f, points in drawn.items()},
        acceptability=rank_acceptability(_compensations(drawn, varied, random)),
        leader=leader,
        weight_to_move=_to_move(leader, level, index, weight),
        changes=tuple(_change(row, used, level, weight, leader) for row in range(len(used))),
    )


def _has(score: Score, framework: str) -> bool:
    return score.scores[framework] is not None


def _value(score: Score, framework: str) -> float:
    found = score.scores[framework]
    return math.nan if found is None else found.value


def _compensations(drawn: Mapping[str, Floats], weight: Floats, random: Randomness) -> dict[str, Floats]:
    """Draws of the index under the drawn weights, each with one of the three powers."""
    which = choose(random.uniform("power"), (1.0 / len(p.POWER_MEANS),) * len(p.POWER_MEANS))
    rows = np.arange(len(weight))
    return {
        framework: np.stack([power_mean(points, weight, power) for power in p.POWER_MEANS])[which, rows]
        for framework, points in drawn.items()
    }


def _to_move(leader: str, level: Mapping[str, Floats], index: Mapping[str, float], weight: Floats) -> float:
    others = [framework for framework in level if framework != leader]
    if not others:
        return 1.0
    runner_up = max(others, key=lambda framework: index[framework])
    return weight_to_move(level[leader] - level[runner_up], weight)


def _change(
    row: int, used: Sequence[str], level: Mapping[str, Floats], weight: Floats, leader: str
) -> Change:
    """With share w on this dimension, D(w) = w delta + (1 - w) rest is linear: its zero is where it flips."""
    others = np.delete(weight, row)
    rest = {
        framework: float((np.delete(points, row) * others).sum() / others.sum()) if len(others) else math.nan
        for framework, points in level.items()
    }
    now, flips = float(weight[row]), []
    for framework, points in level.items():
        delta = float(level[leader][row] - points[row])
        elsewhere = rest[leader] - rest[framework]
        if framework != leader and delta * elsewhere < 0:
            flips.append(elsewhere / (elsewhere - delta))
    nearest = min(flips, key=lambda at: abs(at - now), default=None)
    without = max(level, key=lambda framework: rest[framework]) if len(others) else None
    return Change(used[row], now, nearest, without)
