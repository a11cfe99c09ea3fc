"""Benchmark lines as rows to draw: ratios per workload, shares, tables. Pure; runs are never pooled."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard import format as fmt
from dashboard.scene import Scene
from evidence.noise_floor import tie_zone
from evidence.steps import FEWEST_BESIDE, Step, steps

STEPS = ("bench.train_step", "bench.infer_step", "bench.op_time")
"""Metrics whose times are compared as a ratio."""

PHASES = ("train", "infer")
SHARE = "bench.roofline_share"
CURVE = "bench.scaling_step"
AGAIN = "again"
"""Variant of a repetition, which is there for the noise floor."""
AXES = ("threads", "batch", "tokens", "processes")
"""What a scaling curve goes along; the variant of its lines names axis and point."""

GROUPS = {
    "memory": ("bench.peak_memory", "bench.import_memory"),
    "compile": ("bench.warm_up",),
    "start": ("bench.import_time", "bench.first_result"),
    "scaling": (
        "bench.thread_efficiency",
        "bench.batch_gain",
        "bench.sequence_exponent",
        "bench.data_parallel_efficiency",
    ),
}
"""Which other figures stand together."""
NOISE = "bench.noise_floor"
PROOF = "equivalence"

MARKS = ("✚", "●", "◆", "■", "▲", "▼", "✚")
"""Shape of each slot, as text."""

PUBLISHED = ("published.step_time", "published.throughput")
NOT_ALIKE = "_context"
"""Ending of the metrics whose two sides were not measured like for like."""

_LN2 = math.log(2)
_PROGRAM = ["run", "subject", "phase", "framework"]


@dataclass(frozen=True)
class Ratio:
    """Time of the second framework over the first, as log2: above zero the first is faster.

    `low` and `high` hold nine in ten rounds. `seconds` are the medians of first and second.
    """

    subject: str
    phase: str
    log2: float
    low: float
    high: float
    rounds: int
    seconds: tuple[float, float]
    proved: bool


def stems(scene: Scene) -> Mapping[str, str]:
    """Return what the benchmarks call each framework of the comparison that they know."""
    named = ((name, scene.framework(name).named("benchmarks")) for name in scene.comparison.frameworks)
    return {found[0]: name for name, found in named if found}


def of_pair(lines: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Return the lines of the comparison's frameworks under the catalog's ids."""
    known = stems(scene)
    kept = lines[lines["framework"].isin(list(known))]
    return kept.assign(framework=kept["framework"].map(dict(known)))


def runs(lines: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per run and device, newest first: origin, when, rounds, machine and versions."""
    if lines.empty:
        return []
    grouped = lines.groupby(["run", "device"], as_index=False).agg(
        origin=("origin", "first"),
        started_at=("started_at", "max"),
        rounds=("round", "nunique"),
        machine=("machine", "first"),
        versions=("versions", _together),
    )
    ordered = grouped.sort_values("started_at", ascending=False)
    return [{str(key): value for key, value in row.items()} for row in ordered.to_dict("records")]


def ratios(lines: pd.DataFrame, pair: Sequence[str]) -> tuple[Ratio, ...]:
    """Return the ratio of every workload that both frameworks ran, largest advantage of the first on top.

    Lines measured while the machine was disturbed are left out.
    """
    proved = _proved(lines)
    found = []
    for (subject, phase), rows in _timed(lines).groupby(["subject", "phase"]):
        rounds = rows.pivot_table(index="round", columns="framework", values="value", aggfunc="median")
        if not set(pair) <= set(rounds.columns):
            continue
        both = rounds[list(pair)].dropna()
        if both.empty:
            continue
        logs = np.log2(both[pair[1]] / both[pair[0]])
        low, middle, high = np.quantile(logs, [0.05, 0.5, 0.95])
        seconds = (float(both[pair[0]].median()), float(both[pair[1]].median()))
        found.append(
            Ratio(
                subject=str(subject),
                phase=str(phase),
                log2=float(middle),
                low=float(low),
                high=float(high),
                rounds=len(both),
                seconds=seconds,
                proved=all(set(_programs(rows[rows["framework"] == name])) <= proved for name in pair),
            )
        )
    return tuple(sorted(found, key=lambda ratio: -ratio.log2))


def noise(lines: pd.DataFrame) -> float:
    """Return the tie zone in log2: how far the repetitions of these runs lie apart, never below 3 %."""
    times = _timed(lines).groupby([*_PROGRAM, "round", "variant"])["value"].median().unstack("variant")
    times = times.reindex(columns=["", AGAIN])
    logs = np.log(times[AGAIN] / times[""]).dropna()
    return tie_zone(found.tolist() for _, found in logs.groupby(level=_PROGRAM)) / _LN2


def of_one_plan(every: pd.DataFrame, run: Mapping[str, Any]) -> pd.DataFrame:
    """Return the lines of all runs that measured the same as this one: suite, code, versions, machine.

    How far the same thing lies apart is a property of those; one run knows it from a few repetitions only.
    """
    plans = every.groupby("run")["settings"].first().map(lambda told: _mapping(told).get("plan"))
    alike = plans.index[plans == plans[run["run"]]].union([run["run"]])
    return every[every["run"].isin(alike) & (every["device"] == run["device"])]


def ratio_frame(found: Sequence[Ratio], scene: Scene, *, tie: float) -> pd.DataFrame:
    """Return the rows of the ratio chart with their words."""
    return pd.DataFrame(
        {
            "name": program(ratio.subject, ratio.phase, scene),
            "log2": ratio.log2,
            "low": ratio.low,
            "high": ratio.high,
            "label": lead(ratio, scene, tie=tie),
            "detail": " : ".join(fmt.raw(seconds, "s") for seconds in ratio.seconds),
        }
        for ratio in found
    )


def lead(ratio: Ratio, scene: Scene, *, tie: float) -> str:
    """Return who is how many times faster; unclear where the interval touches the noise, a tie inside it."""
    times = fmt.ratio(2**ratio.log2)
    if -tie <= ratio.low and ratio.high <= tie:
        return scene.say("bench.tie")
    if ratio.low > tie or ratio.high < -tie:
        first, second = scene.pair
        return scene.say(
            "bench.lead", ratio=times, framework=scene.title(first if ratio.log2 > 0 else second)
        )
    return scene.say("bench.unclear", ratio=times)


def shares(lines: pd.DataFrame, scene: Scene, order: Sequence[Ratio]) -> pd.DataFrame:
    """Return the roofline share of each workload and framework: `name`, `framework`, `share`.

    In the order of the ratios; what has none comes last.
    """
    kept = _good(lines[lines["metric"] == SHARE])
    grouped = kept.groupby(["subject", "phase", "framework"], as_index=False)["value"].median()
    places = {(ratio.subject, ratio.phase): place for place, ratio in enumerate(order)}
    keys = zip(grouped["subject"], grouped["phase"], strict=True)
    grouped = grouped.assign(place=[places.get(key, len(places)) for key in keys])
    grouped = grouped.sort_values(["place", "subject", "phase"])
    names = [
        program(str(subject), str(phase), scene)
        for subject, phase in zip(grouped["subject"], grouped["phase"], strict=True)
    ]
    found: pd.DataFrame = grouped.assign(name=names, share=grouped["value"])[["name", "framework", "share"]]
    return found


def program(subject: str, phase: str, scene: Scene) -> str:
    """Return a workload and what it did in words."""
    did = [scene.say(f"bench.{phase}")] if phase in PHASES else []
    return " · ".join([subject.replace("_", " "), *did])


def values_table(lines: pd.DataFrame, scene: Scene, metrics: Sequence[str]) -> list[list[str]]:
    """Return a row per metric, subject, phase and protocol: the medians, and the ratio of the pair."""
    kept = _good(lines[lines["metric"].isin(list(metrics))])
    rows = []
    for (metric, subject, phase, variant, unit), group in kept.groupby(
        ["metric", "subject", "phase", "variant", "unit"]
    ):
        medians = group.groupby("framework")["value"].median()
        name = measure(str(metric), scene)
        done = program(str(subject), str(phase), scene)
        title = " · ".join(part for part in (name, done, str(variant).replace("_", " ")) if part)
        values = [_value(medians.get(name), str(unit)) for name in scene.comparison.frameworks]
        ratio = _ratio([medians.get(name) for name in scene.pair])
        rows.append([title, *values, scene.term("unit", str(unit)), ratio])
    return rows


def measure(metric: str, scene: Scene) -> str:
    """Return what a figure of our own is called."""
    return scene.term("measure", metric, metric.partition(".")[2].replace("_", " "))


def other_metrics(lines: pd.DataFrame) -> list[str]:
    """Return the benchmark figures that stand nowhere else on the page."""
    shown = {*STEPS, SHARE, NOISE, CURVE, *(name for group in GROUPS.values() for name in group)}
    return [
        name for name in dict.fromkeys(lines["metric"]) if name.startswith("bench.") and name not in shown
    ]


def curves(lines: pd.DataFrame, scene: Scene) -> dict[str, pd.DataFrame]:
    """Return the scaling curves by axis: `framework`, `name`, `point`, `gain`, `label`.

    `gain` is the work per second over that at the smallest point; work is items, or tokens of the same items.
    """
    kept = _good(lines[lines["metric"] == CURVE])
    parts = [str(variant).partition("=") for variant in kept["variant"]]
    sizes = pd.to_numeric(
        pd.Series([size for _, _, size in parts], index=kept.index, dtype=str), errors="coerce"
    )
    kept = kept.assign(axis=[axis for axis, _, _ in parts], point=sizes).dropna(subset=["point"])
    found: dict[str, list[dict[str, object]]] = {axis: [] for axis in AXES}
    for (axis, subject, phase, framework), rows in kept.groupby(["axis", "subject", "phase", "framework"]):
        if axis in found:
            seconds = rows.groupby("point")["value"].median()
            rate = (1.0 if axis == "threads" else seconds.index.to_series()) / seconds
            name = program(str(subject), str(phase), scene)
            found[str(axis)] += [
                {
                    "framework": framework,
                    "name": name,
                    "point": point,
                    "gain": gain,
                    "label": _value(took, "s"),
                }
                for point, gain, took in zip(rate.index, rate / rate.iloc[0], seconds, strict=True)
            ]
    return {axis: pd.DataFrame(rows) for axis, rows in found.items() if rows}


@dataclass(frozen=True)
class Level:
    """One time of one framework from run to run on one machine: medians in order of time, and their steps."""

    subject: str
    phase: str
    framework: str
    days: tuple[str, ...]
    seconds: tuple[float, ...]
    versions: tuple[Mapping[str, object], ...]
    steps: tuple[Step, ...]


_SAME = ["subject", "phase", "framework", "device", "machine", "mode", "precision", "batch_size", "code_hash"]


def levels(lines: pd.DataFrame) -> tuple[Level, ...]:
    """Return every declared time that more than one comparable run measured, with the steps found in it.

    Runs compare when machine, program and its settings are the same; versions may differ, for it is they that
    change a time. A step needs three runs on either side.
    """
    timed = _timed(lines)
    found = []
    for key, rows in timed[timed["variant"] == ""].groupby(_SAME, dropna=False):
        runs = rows.groupby("run").agg(
            at=("started_at", "max"), value=("value", "median"), versions=("versions", "last")
        )
        runs = runs.sort_values("at")
        if len(runs) > 1:
            values = tuple(float(value) for value in runs["value"])
            days = tuple(fmt.day(at) for at in runs["at"])
            versions = tuple(_mapping(value) for value in runs["versions"])
            subject, phase, framework = (str(part) for part in key[:3])
            found.append(Level(subject, phase, framework, days, values, versions, tuple(steps(values))))
    return tuple(found)


def level_rows(found: Sequence[Level], scene: Scene) -> list[list[str]]:
    """Return a row per level: program, framework, how many runs, first and last time, steps in words."""
    return [
        [
            program(level.subject, level.phase, scene),
            scene.title(level.framework),
            str(len(level.seconds)),
            fmt.raw(level.seconds[0], "s"),
            fmt.raw(level.seconds[-1], "s"),
            _step_words(level, scene),
        ]
        for level in found
    ]


def _step_words(level: Level, scene: Scene) -> str:
    if len(level.seconds) < 2 * FEWEST_BESIDE:
        return scene.say("bench.step.few", runs=2 * FEWEST_BESIDE)
    if not level.steps:
        return scene.say("bench.step.none")
    return scene.say("list.separator").join(_one_step(level, step) for step in level.steps)


def _one_step(level: Level, step: Step) -> str:
    before, after = level.versions[step.index - 1], level.versions[step.index]
    changed = [
        f"{name} {before.get(name, fmt.MISSING)} → {after.get(name, fmt.MISSING)}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    why = f" ({', '.join(changed)})" if changed else ""
    return f"{level.days[step.index]}: {fmt.difference((step.factor - 1) * 100, digits=0)}{fmt.THIN}%{why}"


def items(lines: pd.DataFrame, metric: str) -> dict[str, list[dict[str, object]]]:
    """Return the items that a probe checked, by framework, of its newest declared line."""
    kept = lines[(lines["metric"] == metric) & (lines["variant"] == "") & (lines["status"] == "ok")]
    found = {}
    for framework, rows in kept.sort_values("started_at").groupby("framework"):
        listed = json.loads(rows.iloc[-1]["items"] or "[]")
        if listed:
            found[str(framework)] = listed
    return found


def proofs(lines: pd.DataFrame, scene: Scene) -> list[list[str]]:
    """Return the proofs of equality: program, framework, worst relative error, outcome, program hash."""
    kept = lines[lines["metric"] == PROOF].sort_values(["subject", "framework"])
    return [
        [
            str(row["subject"]),
            scene.title(str(row["framework"])),
            f"{row['value']:.1e}" if row["status"] == "ok" else fmt.MISSING,
            f"{row['status']}: {row['reason']}" if row["reason"] else str(row["status"]),
            str(row["code_hash"])[:12],
        ]
        for row in kept.to_dict("records")
    ]


def failures(lines: pd.DataFrame, scene: Scene) -> list[list[str]]:
    """Return what did not succeed, and why."""
    told = ["metric", "subject", "framework", "status", "reason"]
    kept = lines[lines["status"] != "ok"].drop_duplicates(told)
    return [
        [
            f"{row['metric']} · {row['subject']}",
            scene.title(str(row["framework"])),
            str(row["status"]),
            str(row["reason"]),
        ]
        for row in kept.to_dict("records")
    ]


def published(found: pd.DataFrame, scene: Scene) -> list[list[str]]:
    """Return figures that others published: what, each framework, unit, day, alike or not, and where."""
    rows = []
    for (metric, name, day, ref), group in found.fillna({"ref": ""}).groupby(
        ["metric", "name", "day", "ref"]
    ):
        values = group.groupby("framework")["value"].first()
        alike = scene.say(
            "bench.comparable.no" if str(metric).endswith(NOT_ALIKE) else "bench.comparable.yes"
        )
        shown = [_value(values.get(framework), "") for framework in scene.comparison.frameworks]
        unit = scene.term("unit", str(group["unit"].iloc[0]))
        rows.append([str(name), *shown, unit, str(day)[:10], alike, str(ref)])
    return sorted(rows, key=lambda row: (row[-3], row[0]), reverse=True)


def hardware(row: Mapping[str, object], scene: Scene) -> str:
    """Return what a run was measured on: the GPUs where these did the work, else the processor."""
    machine = _mapping(row.get("machine"))
    gpus = machine.get("gpus")
    if row.get("device") != "cpu" and isinstance(gpus, list) and gpus:
        return ", ".join(dict.fromkeys(str(gpu.get("name", fmt.MISSING)) for gpu in gpus))
    cores = [scene.say("bench.cores", cores=machine["cores"])] if machine.get("cores") else []
    return " · ".join([str(machine.get("cpu_model") or fmt.MISSING), *cores])


def machine_words(row: Mapping[str, object], scene: Scene) -> str:
    """Return hardware and versions of a run in one line."""
    versions = _mapping(row.get("versions"))
    return " · ".join([hardware(row, scene), *(f"{name} {version}" for name, version in versions.items())])


def _good(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with a value that were measured undisturbed: all that counts."""
    return lines[(lines["status"] == "ok") & (lines["quality"] == "ok")]


def _timed(lines: pd.DataFrame) -> pd.DataFrame:
    return _good(lines[lines["metric"].isin(list(STEPS))])


def _proved(lines: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(_programs(lines[(lines["metric"] == PROOF) & (lines["status"] == "ok")]))


def _programs(lines: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield subject, framework and hash: a proof holds for the very program that was timed."""
    return zip(lines["subject"], lines["framework"], lines["code_hash"], strict=True)


def _together(versions: pd.Series) -> dict[str, object]:
    """Return the versions of all frameworks of a run."""
    found: dict[str, object] = {}
    for value in dict.fromkeys(versions):
        found |= _mapping(value)
    return found


def _mapping(value: object) -> dict[str, object]:
    loaded = json.loads(value) if isinstance(value, str) else value
    return dict(loaded) if isinstance(loaded, Mapping) else {}


def _value(value: float | None, unit: str) -> str:
    return fmt.raw(None if value is None else float(value), unit)


def _ratio(values: Sequence[float | None]) -> str:
    first, second = (*values, None, None)[:2]
    return fmt.MISSING if not first or not second or first < 0 or second < 0 else f"{first / second:.2f}"
