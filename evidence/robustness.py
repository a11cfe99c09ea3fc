"""What would overturn a contrast: closed forms, no simulation.

    eps*            the largest e such that the sign of D survives every weighting in (1 - e) w + e simplex
                    (Foster, McGillivray & Seth, Econometric Reviews 2013): |D| / (|D| - min delta)
    weight to move  the least share of weight that, taken from the best and given to the worst, makes D = 0
    flip factor     how much worse one raw value of the leader alone must be for D = 0
    Manski bounds   D if everything planned but unmeasured lay anywhere within +-3 points

delta are contrasts of indicators, turned so that the leader's advantage is positive.
Source: SCORING 2.8, 2.10, read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from evidence import parameters as p
from evidence.curve import step_size, value_at
from evidence.types import Indicator

Floats = npt.NDArray[np.float64]


def epsilon_star(delta: npt.ArrayLike, weight: npt.ArrayLike) -> float:
    """Return eps*: 1 when no weighting reverses the sign of the weighted mean, 0 at a tie."""
    contrast, advantage, _ = _turned(delta, weight)
    if contrast == 0:
        return 0.0
    worst = float(advantage.min())
    return 1.0 if worst >= 0 else contrast / (contrast - worst)


def weight_to_move(delta: npt.ArrayLike, weight: npt.ArrayLike) -> float:
    """Return the share of weight to move from the best to the worst for a tie; 1 if that cannot be had."""
    needed, advantage, share = _turned(delta, weight)
    worst, moved = float(advantage.min()), 0.0
    givers = [row for row in np.argsort(-advantage, kind="stable").tolist() if advantage[row] > worst]
    for row in givers:
        gain = float(advantage[row]) - worst
        taken = min(float(share[row]), needed / gain)
        moved, needed = moved + taken, needed - taken * gain
    return moved if needed <= 1e-12 else 1.0


def manski(contrast: float, coverage: float) -> tuple[float, float]:
    """Return the bounds on the full-plan contrast, unmeasured evidence within +-3 points."""
    unknown = (1.0 - coverage) * p.MANSKI_POINTS
    return contrast * coverage - unknown, contrast * coverage + unknown


def leave_one_out(families: Sequence[str], contrast: Callable[[Sequence[int]], float]) -> dict[str, float]:
    """Return, by family, the contrast without it; `contrast` takes the positions that are kept.

    A family that is all there is has no entry: without it there is no contrast.
    """
    found = {}
    for family in sorted(set(families)):
        kept = [row for row, other in enumerate(families) if other != family]
        if kept:
            found[family] = contrast(kept)
    return found


def flip_factor(
    indicator: Indicator, leader: float, *, points: float, par: float | None, odds: bool
) -> float | None:
    """Return how many times worse than `leader` a raw value is that scores these points.

    For growth it is the factor on the ratio whose logarithm the growth is. None when no value scores so
    low, or only one that is more than a million times worse.
    """
    worse = value_at(points, curve=indicator.curve, direction=indicator.direction, par=par, odds=odds)
    if math.isnan(worse):
        return None
    if indicator.curve == "G":
        return _reachable(abs(leader - worse))
    low, high = sorted((leader, worse))
    return _reachable(math.log(high) - math.log(low)) if low > 0 and math.isfinite(high) else None


def flip_factor_of_pair(indicator: Indicator, *, advantage: float, needed: float) -> float | None:
    """Return the same where par is the middle of the pair and moves along.

    Then s_1 - s_2 = 10 tanh(beta z / 4) for z steps between the two; so `advantage` becomes `needed`.
    """
    if max(abs(advantage), abs(needed)) >= 10.0:
        return None
    steps = 4.0 / p.BETA * (math.atanh(advantage / 10.0) - math.atanh(needed / 10.0))
    return _reachable(steps * step_size(indicator.curve))


def _reachable(log_factor: float) -> float | None:
    return math.exp(log_factor) if log_factor <= math.log(p.FLIP_LARGEST) else None


def _turned(delta: npt.ArrayLike, weight: npt.ArrayLike) -> tuple[float, Floats, Floats]:
    """Return |D|, the advantages of the leader, and the normalised weights of what has weight."""
    every, weights = np.asarray(delta, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    counted = weights > 0
    share = weights[counted] / weights[counted].sum()
    contrast = float((share * every[counted]).sum())
    return abs(contrast), every[counted] * (1.0 if contrast >= 0 else -1.0), share
