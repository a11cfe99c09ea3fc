"""From raw rounds to a ratio, its interval and a verdict (BENCHMARKS 4.5).

The unit of replication is the round: both frameworks ran in it one after the other, so that what drifts
drifts for both, and the log-ratio of the round is free of it. Only undisturbed lines count, and only
those whose equivalence was proved with the same code in the same run.
"""

from __future__ import annotations

import math
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evidence.types import Measurement

FEWEST_PAIRS = 3
SMALLEST_TIE = math.log(1.03)
"""A difference below 3 % is a tie, whatever the interval says: shared machines are not better than that."""
_RESAMPLES = 2000
_SEED = 20261126
_STEPS = ("bench.train_step", "bench.infer_step", "bench.op_time")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Ratio:
    """How many times longer `second` takes than `first`, with its 90 % interval and the verdict on `first`.

    `verdict` is faster, slower or tie; `pairs` counts the rounds behind it.
    """

    subject: str
    phase: str
    variant: str
    category: str
    pairs: int
    value: float
    low: float
    high: float
    verdict: str


def ratios(lines: Sequence[Measurement], first: str, second: str) -> list[Ratio]:
    """Return one ratio per workload, phase and protocol that both frameworks share, in a stable order."""
    floor = noise_floor(lines)
    found = []
    for key, logs in sorted(paired_logs(lines, first, second).items()):
        if len(logs) < FEWEST_PAIRS:
            continue
        low, high = interval(logs, statistics.median)
        subject, phase, variant = key
        category = next(line.category for line in lines if line.subject == subject and line.category)
        numbers = (math.exp(statistics.median(logs)), math.exp(low), math.exp(high))
        found.append(Ratio(subject, phase, variant, category, len(logs), *numbers, verdict(low, high, floor)))
    return found


def overall(lines: Sequence[Measurement], first: str, second: str, variant: str = "") -> Ratio | None:
    """Return the geometric mean over workloads with equal weight per category, and its clustered interval.

    Resampled are the workloads of each category and then the rounds of each; None without any pair.
    """
    logs = {key: found for key, found in paired_logs(lines, first, second).items() if key[2] == variant}
    categories = {line.subject: line.category for line in lines if line.category}
    groups: dict[str, list[Sequence[float]]] = defaultdict(list)
    for (subject, _, _), found in sorted(logs.items()):
        groups[categories[subject]].append(found)
    if not groups:
        return None
    rng = random.Random(_SEED)  # noqa: S311 - a seeded resampling, no secret

    def mean(pick: Callable[[Sequence[float]], Sequence[float]]) -> float:
        means = [statistics.fmean(statistics.median(pick(one)) for one in group) for group in groups.values()]
        return statistics.fmean(means)

    draws = sorted(_draw(rng, groups) for _ in range(_RESAMPLES))
    low, high = quantile(draws, 0.05), quantile(draws, 0.95)
    value = mean(lambda found: found)
    numbers = (math.exp(value), math.exp(low), math.exp(high))
    pairs = sum(len(found) for found in logs.values())
    return Ratio("all", "", variant, "", pairs, *numbers, verdict(low, high, noise_floor(lines)))


def paired_logs(lines: Sequence[Measurement], first: str, second: str) -> dict[Key, list[float]]:
    """Return ln(second / first) of every round, by subject, phase and protocol."""
    proved = {
        (line.subject, line.framework, line.code_hash)
        for line in lines
        if line.metric == "equivalence" and line.status == "ok"
    }
    times: dict[Key, dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for line in lines:
        counts = line.metric in _STEPS and line.status == "ok" and line.quality == "ok"
        if (
            counts
            and (line.subject, line.framework, line.code_hash) in proved
            and line.value
            and line.round is not None
        ):
            times[line.subject, line.phase, line.variant][line.round][line.framework] = line.value
    return {
        key: [
            math.log(pair[second] / pair[first])
            for pair in rounds.values()
            if first in pair and second in pair
        ]
        for key, rounds in times.items()
    }


def self_ratios(lines: Sequence[Measurement], framework: str) -> list[float]:
    """Return ln(repetition / first) of a framework against itself, for every undisturbed pair."""
    times: dict[tuple[str, str, int | None], dict[str, float]] = defaultdict(dict)
    for line in lines:
        mine = line.framework == framework and line.metric in _STEPS and line.variant in {"", "again"}
        if mine and line.status == "ok" and line.quality == "ok" and line.value:
            times[line.subject, line.phase, line.round][line.variant] = line.value
    return [math.log(pair["again"] / pair[""]) for pair in times.values() if len(pair) == 2]


def noise_floor(lines: Sequence[Measurement]) -> float:
    """Return the tie zone as a log-ratio: the run's own noise floor, never below 3 %."""
    floors = [line.value for line in lines if line.metric == "bench.noise_floor" and line.value is not None]
    return max([SMALLEST_TIE, *floors])


def interval(values: Sequence[float], statistic: Callable[[Sequence[float]], float]) -> tuple[float, float]:
    """Return the 90 % percentile bootstrap interval of a statistic, seeded."""
    rng = random.Random(_SEED)  # noqa: S311 - a seeded resampling, no secret
    draws = sorted(statistic(rng.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return quantile(draws, 0.05), quantile(draws, 0.95)


def verdict(low: float, high: float, floor: float) -> str:
    """Say whether the first is faster, slower, or neither: the interval must leave the tie zone."""
    if low > floor:
        return "faster"
    return "slower" if high < -floor else "tie"


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile by linear interpolation between the order statistics."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _draw(rng: random.Random, groups: Mapping[str, Sequence[Sequence[float]]]) -> float:
    means = []
    for group in groups.values():
        chosen = rng.choices(group, k=len(group))
        means.append(statistics.fmean(statistics.median(rng.choices(one, k=len(one))) for one in chosen))
    return statistics.fmean(means)
