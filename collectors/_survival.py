"""The median of waiting times of which some are not over yet."""

from __future__ import annotations

from collections.abc import Iterable


def median_wait(waits: Iterable[tuple[float, bool]]) -> float | None:
    """Return the Kaplan-Meier median of (duration, ended) pairs, in the unit of the durations.

    A wait that has not ended is censored: it counts as at risk until its duration and not after. None when
    fewer than half can be said to have ended. E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53 (1958) 457.
    """
    ordered = sorted(waits)
    survival = 1.0
    for at in sorted({duration for duration, ended in ordered if ended}):
        at_risk = sum(duration >= at for duration, _ in ordered)
        ends = sum(duration == at and ended for duration, ended in ordered)
        survival *= 1 - ends / at_risk
        if survival <= 0.5 + 1e-12:  # 0.5 reached by a product of fractions may come out a hair above
            return at
    return None
