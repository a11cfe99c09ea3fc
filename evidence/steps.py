"""Has a figure changed its level over time?

Found by circular binary segmentation (Olshen, Venkatraman et al., Biostatistics 5, 2004): the stretch of runs
whose mean differs most from the mean of all others, standardised, is kept when a permutation test says that
noise alone rarely makes such a stretch; then the same inside each part. Under exchangeable noise the first
test of a series is exact, and later ones are made only where it found something: a series without a step
gives an alarm with a probability of at most `ALARM`. Slow drift is not noise, and may be reported as a step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

ALARM = 0.01
"""Largest chance of a false step per series."""
FEWEST_BESIDE = 3
"""A level is seen in three runs or more: one odd run is no step."""
SMALLEST_STEP = math.log(1.03)
"""Below 3 % a shared machine changes by itself (BENCHMARKS 4.5)."""
_PERMUTATIONS = 999
_SEED = 20261126
_SAME = 1.0 - 1e-9
"""The same stretch of the same numbers in another order differs by rounding."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """The level changes at the point with this index; `factor` is the new level over the old one."""

    index: int
    factor: float
    p_value: float


def steps(values: Sequence[float]) -> list[Step]:
    """Return the steps of positive values in order of time, first to last; an empty list without any."""
    logs = np.log(np.asarray(values, np.float64))
    cuts = sorted(_cuts(logs, 0, np.random.default_rng(_SEED)))
    if not cuts:
        return []
    edges = [0, *(index for index, _ in cuts), len(logs)]
    levels = [float(np.median(logs[first:last])) for first, last in pairwise(edges)]
    return [
        Step(index, math.exp(after - before), p)
        for (index, p), (before, after) in zip(cuts, pairwise(levels), strict=True)
        if abs(after - before) >= SMALLEST_STEP
    ]


def _cuts(values: Floats, offset: int, rng: np.random.Generator) -> list[tuple[int, float]]:
    """Return (index, p) of the edges of every stretch that noise alone would rarely make."""
    count = len(values)
    if count < 2 * FEWEST_BESIDE:
        return []
    shuffled = rng.permuted(np.tile(values, (_PERMUTATIONS, 1)), axis=1)
    scores, edges = _best_stretch(np.vstack([values, shuffled]))
    p = float(np.mean(scores >= scores[0] * _SAME))  # the series itself counts, so p is never 0
    if p > ALARM:
        return []
    inner = [edge for edge in edges if 0 < edge < count]
    found = [(offset + edge, p) for edge in inner]
    for first, last in pairwise([0, *inner, count]):
        found += _cuts(values[first:last], offset + first, rng)
    return found


def _best_stretch(rows: Floats) -> tuple[Floats, tuple[int, int]]:
    """Return the largest standardised difference of a stretch in each row, and the place of the first's.

    The stretch, the rest, and each side of the rest that is not empty hold `FEWEST_BESIDE` runs or more.
    """
    count = rows.shape[1]
    centred = rows - rows.mean(axis=1, keepdims=True)
    sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(centred, axis=1)], axis=1)
    edges = np.array([0, *range(FEWEST_BESIDE, count - FEWEST_BESIDE + 1), count])
    best, place = np.full(len(rows), -1.0), (0, count)
    for first in edges:
        length = edges - first
        fits = (length >= FEWEST_BESIDE) & (count - length >= FEWEST_BESIDE)
        if not fits.any():
            continue
        last, length = edges[fits], length[fits]
        scale = np.sqrt(length * (count - length) / count)
        scores = np.abs(sums[:, last] - sums[:, [first]]) / scale
        if scores[0].max() > best[0]:
            place = (int(first), int(last[scores[0].argmax()]))
        best = np.maximum(best, scores.max(axis=1))
    return best, place
