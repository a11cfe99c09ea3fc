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
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.plan import AGAIN
from evidence import noise_floor
from evidence.types import Measurement

FEWEST_PAIRS = noise_floor.FEWEST_ROUNDS
FEWEST_TO_RESAMPLE = 12
"""With fewer rounds a bootstrap of the median cannot be wider than their range: three hold the truth in 75 %
of cases only, not in 90 %. There the interval is Student's, which holds for logs that are about normal."""
_T95 = (2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)
"""95 % points of Student's t with 2 to 10 degrees of freedom, as any table prints them."""
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


def ratios(
    lines: Sequence[Measurement], first: str, second: str, *, zone: float | None = None
) -> list[Ratio]:
    """Return one ratio per workload, phase and protocol that both frameworks share, in a stable order.

    `zone` is the log-ratio up to which a difference is a tie; without it, that of these lines.
    """
    floor = tie_zone(lines, first, second) if zone is None else zone
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


def overall(
    lines: Sequence[Measurement], first: str, second: str, variant: str = "", *, zone: float | None = None
) -> Ratio | None:
    """Return the geometric mean over workloads with equal weight per category, and its clustered interval.

    `zone` is that of `ratios`. Resampled are the workloads of each category and then the rounds of each;
    None without any pair.
    """
    logs = {key: found for key, found in paired_logs(lines, first, second).items() if key[2] == variant}
    categories = {line.subject: line.category for line in lines if line.category}
    groups: dict[str, list[Sequence[float]]] = defaultdict(list)
    for (subject, _, _), found in sorted(logs.items()):
        if found:
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
    floor = tie_zone(lines, first, second) if zone is None else zone
    return Ratio("all", "", variant, "", pairs, *numbers, verdict(low, high, floor))


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


def self_ratios(
    lines: Sequence[Measurement], frameworks: Collection[str]
) -> dict[tuple[str, str, str, str], list[float]]:
    """Return ln(repetition / first) of every undisturbed round of a framework against itself.

    By framework, subject, phase and run, in the order of their names; the rounds of each in their order.
    """
    times: dict[tuple[str, str, str, str], dict[int, dict[str, float]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for line in lines:
        mine = line.framework in frameworks and line.metric in _STEPS and line.variant in {"", AGAIN}
        if mine and line.status == "ok" and line.quality == "ok" and line.value and line.round is not None:
            key = (line.framework, line.subject, line.phase, line.run)
            times[key][line.round][line.variant] = line.value
    logs = {
        key: [math.log(pair[AGAIN] / pair[""]) for _, pair in sorted(rounds.items()) if len(pair) == 2]
        for key, rounds in sorted(times.items())
    }
    return {key: found for key, found in logs.items() if found}


def tie_zone(lines: Sequence[Measurement], first: str, second: str) -> float:
    """Return the log-ratio up to which a difference of the two is a tie in these runs.

    It is computed from the repetitions themselves: files whose line `bench.noise_floor` holds another
    statistic are treated alike. Give it all runs of one plan (`of_one_plan`): how far the same thing lies
    apart is a property of machine, code and suite, and a single run knows it from a few repetitions only.
    """
    return noise_floor.tie_zone(self_ratios(lines, (first, second)).values())


def of_one_plan(lines: Sequence[Measurement], run: str) -> list[Measurement]:
    """Return the lines of all runs that measured the same as this one: suite, code, versions, machine."""
    plans = {line.settings.get("plan") for line in lines if line.run == run} - {None}
    return [line for line in lines if line.run == run or line.settings.get("plan") in plans]


def interval(values: Sequence[float], statistic: Callable[[Sequence[float]], float]) -> tuple[float, float]:
    """Return the 90 % interval of a statistic: the percentile bootstrap, seeded; Student's t for few values.

    Student's t is that of the mean, with the standard error of the mean of at least three values.
    """
    if FEWEST_PAIRS <= len(values) < FEWEST_TO_RESAMPLE:
        middle, error = statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))
        half = _T95[len(values) - FEWEST_PAIRS] * error
        return middle - half, middle + half
    rng = random.Random(_SEED)  # noqa: S311 - a seeded resampling, no secret
    draws = sorted(statistic(rng.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return quantile(draws, 0.05), quantile(draws, 0.95)


def between_modes(
    lines: Sequence[Measurement], framework: str, variant: str, other: str = ""
) -> dict[tuple[str, str], list[float]]:
    """Return ln(variant / other) of every round of one framework, by subject and phase.

    Two ways to run the same program of the same framework, such as its loop and its trainer.
    """
    times: dict[tuple[str, str], dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for line in lines:
        mine = line.framework == framework and line.metric in _STEPS and line.variant in {variant, other}
        if mine and line.status == "ok" and line.quality == "ok" and line.value and line.round is not None:
            times[line.subject, line.phase][line.round][line.variant] = line.value
    return {
        key: [math.log(pair[variant] / pair[other]) for pair in rounds.values() if len(pair) == 2]
        for key, rounds in times.items()
        if any(len(pair) == 2 for pair in rounds.values())
    }


def first_calls(lines: Sequence[Measurement], framework: str) -> dict[Key, tuple[float, float]]:
    """Return the median seconds of a first call with empty and with filled caches of the compilers.

    By subject, phase and protocol, where the run has both. Result lines say which it was since 2026-11-26.
    """
    calls: dict[Key, dict[bool, list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        before = line.settings.get("compiled_before")
        mine = line.framework == framework and line.metric == "bench.warm_up" and line.variant != AGAIN
        if mine and line.quality == "ok" and line.value is not None and isinstance(before, bool):
            calls[line.subject, line.phase, line.variant][before].append(line.value)
    return {
        key: (statistics.median(found[False]), statistics.median(found[True]))
        for key, found in sorted(calls.items())
        if len(found) == 2
    }


@dataclass(frozen=True)
class Agreement:
    """The same pair in two runs; `overlap` tells whether the two intervals have a point in common."""

    first: Ratio
    second: Ratio

    @property
    def overlap(self) -> bool:
        """Whether the two 90 % intervals overlap."""
        return self.first.low <= self.second.high and self.second.low <= self.first.high

    @property
    def same_verdict(self) -> bool:
        """Whether both runs say the same: faster, slower or tie."""
        return self.first.verdict == self.second.verdict

    def same_under(self, *zones: float) -> bool:
        """Whether both runs say the same under these tie zones (log-ratios), one for each run."""
        first, second = (
            verdict(math.log(one.low), math.log(one.high), zone)
            for one, zone in zip((self.first, self.second), zones, strict=True)
        )
        return first == second


def agreement(one: Sequence[Ratio], other: Sequence[Ratio]) -> list[Agreement]:
    """Return the pairs (workload, task, protocol) that both runs have, in the order of the first."""
    known = {(ratio.subject, ratio.phase, ratio.variant): ratio for ratio in other}
    keys = ((ratio, (ratio.subject, ratio.phase, ratio.variant)) for ratio in one)
    return [Agreement(ratio, known[key]) for ratio, key in keys if key in known]


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
