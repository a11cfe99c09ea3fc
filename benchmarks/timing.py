"""Warm up, then take raw samples of a step. No statistics here: raw samples are the result.

A sample is the time of `k` steps that end in one true synchronisation, divided by `k`; `k` is chosen so
that a sample lasts long enough for the clock and the synchronisation not to matter (BENCHMARKS 4.3).
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from benchmarks import noise

WARM_STEPS = 5
WARM_CAP_S = 20.0
STEADY = 0.03
SAMPLE_S = 0.1
_BLOCK = 5
_SLOW_STEP_S = 0.1
_SLOW_BLOCK = 2
"""Of a slow step two make a block: a step of half a second needs no ten repetitions to warm up."""


@dataclass(frozen=True)
class Stepper:
    """A step that can be timed.

    `run(i)` does the i-th step and returns its result, `finish(result)` waits until it is really there and
    returns one number of it, `compilations()` counts graphs or traces made so far. `steps` is how many steps
    of the program one run makes: a trainer's epoch, a burst of batches.
    """

    run: Callable[[int], object]
    finish: Callable[[object], float]
    compilations: Callable[[], int]
    steps: int = 1


@dataclass(frozen=True)
class Timing:
    """Raw samples (seconds per step), the first call, and what was seen meanwhile."""

    samples: tuple[float, ...]
    first_call_s: float
    warm_steps: int
    steps_per_sample: int
    compiled_inside: int
    last_value: float
    noise: dict[str, float | None]


def measure(stepper: Stepper, *, seconds: float, min_samples: int = 10) -> Timing:
    """Time a step for at least `seconds` and at least `min_samples` samples (both must hold).

    Raises FloatingPointError when the step ends in NaN or infinity: such a time means nothing.
    """
    parts = measuring(stepper, seconds=seconds, min_samples=min_samples)
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def measuring(
    stepper: Stepper, *, seconds: float, min_samples: int, in_turns: bool = False
) -> Generator[None, None, Timing]:
    """Do what `measure` does in parts: the first calls up to a steady pace are one, every sample is one.

    `in_turns` says that other programs work between the parts: before a sample of several steps one step is
    not timed, because the caches of the processor hold the data of others.
    """
    start = time.perf_counter()
    stepper.finish(stepper.run(0))
    first_call = time.perf_counter() - start
    warm_steps, step_s = _warm_up(stepper)
    k = max(1, math.ceil(SAMPLE_S / step_s))
    graphs = stepper.compilations()
    samples: list[float] = []
    spent = 0.0
    with noise.watched() as seen:
        while len(samples) < min_samples or spent < seconds:
            if in_turns:
                yield
                if k > 1:
                    stepper.finish(stepper.run(len(samples) * k))
            elapsed, value = sample(stepper, k, first=len(samples) * k)
            samples.append(elapsed / (k * stepper.steps))
            spent += elapsed
    if not math.isfinite(value):
        raise FloatingPointError(f"the step ended in {value}")
    return Timing(
        samples=tuple(samples),
        first_call_s=first_call,
        warm_steps=warm_steps,
        steps_per_sample=k * stepper.steps,
        compiled_inside=stepper.compilations() - graphs,
        last_value=value,
        noise=dict(seen),
    )


def sample(stepper: Stepper, k: int, *, first: int) -> tuple[float, float]:
    """Return the seconds of `k` runs from the `first` on, with one synchronisation, and the last value."""
    start = time.perf_counter()
    for i in range(first, first + k - 1):
        stepper.run(i)
    value = stepper.finish(stepper.run(first + k - 1))
    return time.perf_counter() - start, value


def _warm_up(stepper: Stepper) -> tuple[int, float]:
    """Run blocks until one median is within 3 % of the one before; return (steps, seconds per step).

    The first call, which the caller made, counts as a step.
    """
    begin, steps, previous = time.perf_counter(), 1, math.inf
    while True:
        times = _block(stepper, steps)
        steps, current = steps + len(times), statistics.median(times)
        steady = abs(current - previous) <= STEADY * current
        if (steps >= WARM_STEPS and steady) or time.perf_counter() - begin > WARM_CAP_S:
            return steps, current
        previous = current


def _block(stepper: Stepper, first: int) -> list[float]:
    """Return the seconds of single steps: of as many as make a block for a program of this pace."""
    times = [sample(stepper, 1, first=first)[0]]
    block = _SLOW_BLOCK if times[0] > _SLOW_STEP_S else _BLOCK
    return times + [sample(stepper, 1, first=first + i)[0] for i in range(1, block)]
