"""The time of one call over the time of another: interleaved pairs in random order, so that drift cancels."""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable

PAIRS = 21
SAMPLE_S = 0.004
_WARM = 5


def ratio(
    first: Callable[[], object], second: Callable[[], object], *, pairs: int = PAIRS
) -> dict[str, float]:
    """Return the median ratio of first to second, its spread, and both medians in seconds.

    The spread is the interquartile range of the ratios over their median: what a busy machine does to them.

    Both functions must have finished their work when they return. Each sample repeats its call until it
    lasts four milliseconds, about a thousand times the resolution of the clock.
    """
    calls = (first, second)
    repeats = [max(1, math.ceil(SAMPLE_S / _warmed(call))) for call in calls]
    order = random.Random(0)  # noqa: S311 - the order of measurements is no secret
    found: list[list[float]] = []
    for _ in range(pairs):
        places = [0, 1]
        order.shuffle(places)
        times = [0.0, 0.0]
        for place in places:
            times[place] = _sample(calls[place], repeats[place])
        found.append(times)
    ratios = [one / other for one, other in found]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {
        "ratio": middle,
        "spread": (high - low) / middle,
        "first_s": statistics.median(one for one, _ in found),
        "second_s": statistics.median(other for _, other in found),
    }


def _warmed(call: Callable[[], object]) -> float:
    """Return the seconds of a call that was made before: the first calls trace and allocate."""
    return min(_sample(call, 1) for _ in range(_WARM))


def _sample(call: Callable[[], object], repeats: int) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats
