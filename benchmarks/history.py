"""Has a figure changed its level over time? Only runs that can be compared are looked at together.

A series holds one point per run: the median over its undisturbed rounds. Two runs are comparable when their
fingerprint is the same: machine, code of the workload, and what was measured; by default the versions too.
Looking across versions finds the release that changed a time (BENCHMARKS 4.5).
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks import machine
from evidence.steps import FEWEST_BESIDE, Step, steps
from evidence.types import Measurement

_Key = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Point:
    """One run of a series: when, the median of its rounds, the versions it had."""

    at: datetime
    run: str
    value: float
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Series:
    """What was measured, on what (`fingerprint`, twelve digits), and its points in order of time."""

    metric: str
    subject: str
    framework: str
    phase: str
    variant: str
    fingerprint: str
    points: tuple[Point, ...]


def series(lines: Sequence[Measurement], *, across_versions: bool = False) -> list[Series]:
    """Return one series per fingerprint, in a stable order; disturbed and failed lines do not count."""
    groups: dict[_Key, dict[str, list[Measurement]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.status == "ok" and line.quality == "ok" and line.value is not None and line.value > 0:
            alike = fingerprint(line, across_versions=across_versions)
            key = (line.metric, line.subject, line.framework, line.phase, line.variant, alike)
            groups[key][line.run].append(line)
    return [Series(*key, _points(runs)) for key, runs in sorted(groups.items())]


def fingerprint(line: Measurement, *, across_versions: bool = False) -> str:
    """Return twelve digits that are the same for lines whose values may be compared over time."""
    content = {
        "machine": dict(line.machine),
        "code": line.code_hash,
        "mode": line.mode,
        "precision": line.precision,
        "device": line.device,
        "batch": line.batch_size,
        "threads": line.settings.get("threads"),
        "versions": {} if across_versions else dict(line.versions),
    }
    return machine.identity(json.loads(json.dumps(content, default=str)))


def report(lines: Sequence[Measurement], *, across_versions: bool = False) -> list[str]:
    """Return one line of text per series of enough runs: its level now, and each step with what changed."""
    found = []
    for one in series(lines, across_versions=across_versions):
        if len(one.points) < 2 * FEWEST_BESIDE:
            continue
        values = [point.value for point in one.points]
        name = " ".join(filter(None, (one.metric, one.subject, one.framework, one.phase, one.variant)))
        seen = [_step_words(one.points, step) for step in steps(values)] or ["no step"]
        found.append(
            f"{name} [{one.fingerprint[:6]}] {len(values)} runs, {values[-1]:.4g}: {'; '.join(seen)}"
        )
    return found


def _step_words(points: Sequence[Point], step: Step) -> str:
    before, after = points[step.index - 1], points[step.index]
    changed = [
        f"{name} {before.versions.get(name, 'absent')} -> {after.versions.get(name, 'absent')}"
        for name in sorted(before.versions.keys() | after.versions.keys())
        if before.versions.get(name) != after.versions.get(name)
    ]
    why = f" ({', '.join(changed)})" if changed else ""
    return f"{step.factor - 1:+.1%} at {after.at:%Y-%m-%d}, run {after.run}{why}"


def _points(runs: Mapping[str, Sequence[Measurement]]) -> tuple[Point, ...]:
    points = []
    for run, found in runs.items():
        value = statistics.median(line.value for line in found if line.value is not None)
        points.append(Point(max(line.started_at for line in found), run, value, dict(found[-1].versions)))
    return tuple(sorted(points, key=lambda point: (point.at, point.run)))
