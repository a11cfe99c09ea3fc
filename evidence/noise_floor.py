"""From which difference on two times differ: the tie zone of a machine (BENCHMARKS 4.4, 4.5).

In every run some programs are measured twice per round, each framework against itself. How far the two lie
apart in a round is what processes of the same program differ by. The interval of a comparison holds how well
its median is known; the tie zone holds what another day, another process or another memory layout may change,
of which a handful of rounds of one pair says little.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

SMALLEST_TIE = math.log(1.03)
"""A difference below 3 % is a tie, whatever the interval says: shared machines are not better than that."""
FEWEST_ROUNDS = 3
"""As many undisturbed rounds as a verdict needs."""
_PERCENT = 95


def noise_floor(repetitions: Iterable[Sequence[float]]) -> float | None:
    """Return the 95th percentile of |ln(repetition / first)| over rounds; of fewer than twenty the largest.

    `repetitions` holds ln(repetition / first) of the undisturbed rounds, a sequence per framework, workload,
    task and run; those with fewer than three rounds do not count. None when none counts.
    """
    apart = sorted(abs(one) for rounds in repetitions if len(rounds) >= FEWEST_ROUNDS for one in rounds)
    return apart[math.ceil(_PERCENT * len(apart) / 100) - 1] if apart else None


def tie_zone(repetitions: Iterable[Sequence[float]]) -> float:
    """Return the log-ratio up to which a difference is a tie: the noise floor, never below 3 %."""
    return max(SMALLEST_TIE, noise_floor(repetitions) or 0.0)
