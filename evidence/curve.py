"""The score curve: a raw value becomes points from 0 to 10, without looking at any other framework.

    u = d ln(x / r) / ln(rho)            steps above par (d = +1 higher, -1 lower is better)
    s = 10 / (1 + exp(-beta u))          points; par scores 5, one step near par is one point

This is the Hill curve 10 x^k / (x^k + r^k) with k = d beta / ln(rho), a logistic in the logarithm. It needs
no pseudo-count: 0 scores 0 (or 10). Shares keep their natural end points, s = 10 p. Source: SCORING 2.4,
read 2026-11-23. Everything is vectorised; what is not a value of its class gives NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from evidence import parameters as p
from evidence.types import CurveClass, Direction, Indicator

Floats = npt.NDArray[np.float64]

ODDS_PAR = 1.0
"""Even odds, the natural middle of a share: it scores 5 on the odds curve as one half does on the line."""


_NO_PAR = "class {} needs a par; only a share has none"
_LEAST = float(np.nextafter(0.0, 1.0))
_GREATEST = float(np.finfo(np.float64).max)


def points(
    x: npt.ArrayLike,
    *,
    curve: CurveClass,
    direction: Direction,
    par: npt.ArrayLike | None = None,
    odds: bool = False,
) -> Floats:
    """Return the points, 0 to 10, of raw values of one class.

    `par` is the value that scores 5; a share (S) has none and ignores it. `odds` puts a share on the odds
    curve, for a pair that `near_the_ends` finds too close to an end. Raises ValueError without a par.
    """
    raw = np.asarray(x, dtype=np.float64)
    if curve == "S" and not odds:
        share = np.where((raw >= 0) & (raw <= 1), raw, np.nan)
        return 10.0 * share if direction == "higher" else 10.0 * (1.0 - share)
    return from_steps(steps(raw, curve=curve, direction=direction, par=par))


def value_at(
    score: float, *, curve: CurveClass, direction: Direction, par: float | None = None, odds: bool = False
) -> float:
    """Return the raw value that scores these points: the inverse of `points`, NaN outside (0, 10)."""
    if not 0.0 < score < 10.0:
        return math.nan
    if curve == "S" and not odds:
        return score / 10.0 if direction == "higher" else 1.0 - score / 10.0
    sign = 1.0 if direction == "higher" else -1.0
    away = sign * math.log(score / (10.0 - score)) / p.BETA * step_size(curve)
    if curve == "S":
        return 1.0 / (1.0 + math.exp(-away) / ODDS_PAR)
    if par is None:
        raise ValueError(_NO_PAR.format(curve))
    return par + away if curve == "G" else par * math.exp(away)


def steps(
    x: npt.ArrayLike, *, curve: CurveClass, direction: Direction, par: npt.ArrayLike | None = None
) -> Floats:
    """Return the meaningful steps above par; for a share, steps of its odds from even odds.

    Growth (G) is a log ratio already, so its steps are differences. Equal to par is 0 steps, also where
    both are zero. Raises ValueError when a class other than S has no par.
    """
    raw = np.asarray(x, dtype=np.float64)
    if curve == "S":
        raw, par = _odds(raw), ODDS_PAR
    if par is None:
        raise ValueError(_NO_PAR.format(curve))
    middle = np.asarray(par, dtype=np.float64)
    sign = 1.0 if direction == "higher" else -1.0
    if curve != "G":
        raw, middle = _log(raw), _log(middle)
    with np.errstate(invalid="ignore"):
        away = np.where(raw == middle, 0.0, raw - middle)
    return sign * away / step_size(curve)


def from_steps(u: npt.ArrayLike, steepness: npt.ArrayLike = 1.0) -> Floats:
    """Return the points of a position in steps; `steepness` widens a step (sign multiverse only)."""
    position = np.asarray(u, dtype=np.float64) / np.asarray(steepness, dtype=np.float64)
    with np.errstate(over="ignore"):
        return 10.0 / (1.0 + np.exp(-p.BETA * position))


def step_size(curve: CurveClass) -> float:
    """Return the natural logarithm of the ratio that is one step (of the odds, for a share)."""
    return math.log(p.ODDS_STEP_RATIO if curve == "S" else p.STEP_RATIO[curve])


def pair_par(first: npt.ArrayLike, second: npt.ArrayLike, *, curve: CurveClass) -> Floats:
    """Return the par "pair": the value halfway between the two, on the scale of the class.

    It is the geometric mean, for growth the arithmetic one. Then s_1 - s_2 = 10 tanh(beta z / 4) for z steps
    between them: 5 means equal and only the difference counts. Where exactly one value is zero (infinite)
    the par is the least (greatest) number, the limit of that formula: 0 : 10.
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if curve == "G":
        return (one + two) / 2.0
    with np.errstate(invalid="ignore"):
        middle = np.clip(np.sqrt(one) * np.sqrt(two), _LEAST, _GREATEST)
    zero_to_infinite = np.isnan(middle) & ~np.isnan(one) & ~np.isnan(two)
    return np.where(one == two, one, np.where(zero_to_infinite, 1.0, middle))


def framework_points(
    indicator: Indicator, x: Mapping[str, Floats], *, par: npt.ArrayLike | None, odds: bool
) -> dict[str, Floats]:
    """Return the points of each framework's values of one indicator, by framework."""
    return {
        framework: points(values, curve=indicator.curve, direction=indicator.direction, par=par, odds=odds)
        for framework, values in x.items()
    }


def par_of(indicator: Indicator, pair: Sequence[npt.ArrayLike]) -> Floats | None:
    """Return the par of an indicator, for a pair's par from the values of the pair; None for a share.

    A framework that stands alone is its own par. Raises ValueError when a fixed par has no value.
    """
    if indicator.curve == "S":
        return None
    if indicator.par.kind == "pair":
        return pair_par(pair[0], pair[-1], curve=indicator.curve)
    if indicator.par.value is None:
        raise ValueError(f"{indicator.id}: a {indicator.par.kind} par needs its value")
    return np.asarray(indicator.par.value, dtype=np.float64)


def near_the_ends(first: float, second: float) -> bool:
    """Whether both shares lie below 5 %, or both above 95 %: there their odds differ, not their tenths."""
    low, high = p.ODDS_BELOW, 1.0 - p.ODDS_BELOW
    return (first < low and second < low) or (first > high and second > high)


def is_value(x: float, curve: CurveClass) -> bool:
    """Whether a number can be a raw value of the class: a share in [0, 1], growth finite, others >= 0."""
    if curve == "S":
        return 0.0 <= x <= 1.0
    return math.isfinite(x) and (curve == "G" or x >= 0)


def _odds(share: Floats) -> Floats:
    inside = np.where((share >= 0) & (share <= 1), share, np.nan)
    with np.errstate(divide="ignore"):
        return inside / (1.0 - inside)


def _log(x: Floats) -> Floats:
    """The logarithm, with 0 at minus infinity and NaN for what is negative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x)
