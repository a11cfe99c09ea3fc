"""From which difference on two times differ: the tie zone of a run (BENCHMARKS 4.4, 4.5).

In every run some programs are measured twice per round, each framework against itself. A verdict between two
frameworks rests on the median over rounds of ln(second / first), so the floor is that of the same statistic:
the medians over rounds of ln(repetition / first), one per program. Single rounds scatter far more than their
median does, and one program with two usual speeds would make ties of all the others.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

SMALLEST_TIE = math.log(1.03)
"""A difference below 3 % is a tie, whatever the interval says: shared machines are not better than that."""
FEWEST_ROUNDS = 3
"""As many undisturbed rounds as a verdict needs."""
_PERCENT = 95


def noise_floor(repetitions: Iterable[Sequence[float]]) -> float | None:
    """Return the 95th percentile of |median| over programs, of fewer than twenty the largest.

    `repetitions` holds ln(repetition / first) of the undisturbed rounds, a sequence per framework, workload
    and task; those with fewer than three rounds do not count. None when none counts.
    """
    medians = sorted(abs(statistics.median(rounds)) for rounds in repetitions if len(rounds) >= FEWEST_ROUNDS)
    return medians[math.ceil(_PERCENT * len(medians) / 100) - 1] if medians else None


def tie_zone(repetitions: Iterable[Sequence[float]]) -> float:
    """Return the log-ratio up to which a difference is a tie: the noise floor, never below 3 %."""
    return max(SMALLEST_TIE, noise_floor(repetitions) or 0.0)
