"""What timing itself costs: the same steps as the suites time them, and in a bare loop, in one process.

As timed: samples of k steps, each between two looks at the clock and with one synchronisation. Bare: a loop
over as many steps, one look at the clock before and after, one synchronisation at the end. Both alternate in
random order, so that what drifts drifts for both.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Mapping
from typing import Any

from benchmarks import timing


def measure(stepper: timing.Stepper, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return ln(as timed / bare) of each of `spec["pairs"]` pairs, and the seconds of a bare step.

    One side of a pair lasts about `spec["seconds"]`.
    """
    warm = timing.measure(stepper, seconds=1.0)
    k, step_s = warm.steps_per_sample, statistics.median(warm.samples)
    samples = max(1, round(spec["seconds"] / (k * step_s)))
    rng = random.Random(spec["seed"])  # noqa: S311 - an order, no secret
    logs, bare = [], []
    for _ in range(spec["pairs"]):
        seconds = {}
        for way in rng.sample([_as_timed, _bare], 2):
            seconds[way] = way(stepper, samples, k)
        logs.append(math.log(seconds[_as_timed] / seconds[_bare]))
        bare.append(seconds[_bare])
    return {"logs": logs, "step_s": statistics.median(bare), "steps": samples * k}


def _as_timed(stepper: timing.Stepper, samples: int, k: int) -> float:
    """Return the mean seconds per step that the samples of a cell tell."""
    found = [timing.sample(stepper, k, first=number * k)[0] / k for number in range(samples)]
    return statistics.fmean(found)


def _bare(stepper: timing.Stepper, samples: int, k: int) -> float:
    """Return the seconds per step of a loop with nothing around it."""
    run, steps = stepper.run, samples * k
    start = time.perf_counter()
    for i in range(steps - 1):
        run(i)
    stepper.finish(run(steps - 1))
    return (time.perf_counter() - start) / steps
