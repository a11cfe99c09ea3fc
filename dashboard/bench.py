"""Benchmark lines as rows to draw: ratios per workload, shares, tables. Pure; runs are never pooled."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard import format as fmt
from dashboard.scene import Scene

STEPS = {"bench.train_step": "train", "bench.infer_step": "infer"}
"""Metrics that are ratios of times, and their phase."""

PHASES = frozenset(STEPS.values())
SHARE = "bench.roofline_share"
NOISE = "bench.noise_floor"
PROOF = "equivalence"

MARKS = ("✚", "●", "◆", "■", "▲", "▼", "✚")
"""Shape of each slot, as text."""

PUBLISHED = ("published.step_time", "published.throughput")
NOT_ALIKE = "_context"
"""Ending of the metrics whose two sides were not measured like for like."""

_LN2 = math.log(2)


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
        versions=("versions", "last"),
    )
    ordered = grouped.sort_values("started_at", ascending=False)
    return [{str(key): value for key, value in row.items()} for row in ordered.to_dict("records")]


def ratios(lines: pd.DataFrame, pair: Sequence[str]) -> tuple[Ratio, ...]:
    """Return the ratio of every workload that both frameworks ran, largest advantage of the first on top."""
    timed = lines[lines["metric"].isin(list(STEPS)) & (lines["status"] == "ok")]
    proved = _proved(lines)
    found = []
    for (subject, metric), rows in timed.groupby(["subject", "metric"]):
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
                phase=STEPS[str(metric)],
                log2=float(middle),
                low=float(low),
                high=float(high),
                rounds=len(both),
                seconds=seconds,
                proved=all((subject, framework) in proved for framework in pair),
            )
        )
    return tuple(sorted(found, key=lambda ratio: -ratio.log2))


def noise(lines: pd.DataFrame) -> float:
    """Return the noise floor in log2: as measured in the run, else how far rounds of one framework differ."""
    measured = lines[(lines["metric"] == NOISE) & (lines["status"] == "ok")]["value"]
    if len(measured):
        return float(measured.max()) / _LN2
    timed = lines[lines["metric"].isin(list(STEPS)) & (lines["status"] == "ok")]
    spreads = [
        np.quantile(np.abs(np.log2(rows["value"] / rows["value"].median())), 0.95)
        for _, rows in timed.groupby(["subject", "metric", "framework"])
        if len(rows) > 1
    ]
    return float(max(spreads, default=0.0))


def ratio_frame(found: Sequence[Ratio], scene: Scene, *, tie: float) -> pd.DataFrame:
    """Return the rows of the ratio chart with their words."""
    return pd.DataFrame(
        {
            "name": f"{ratio.subject.replace('_', ' ')} · {scene.say(f'bench.{ratio.phase}')}",
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


def shares(lines: pd.DataFrame, scene: Scene, order: Sequence[str]) -> pd.DataFrame:
    """Return the roofline share of each workload and framework: `name`, `framework`, `share`."""
    kept = lines[(lines["metric"] == SHARE) & (lines["status"] == "ok")]
    grouped = kept.groupby(["subject", "phase", "framework"], as_index=False)["value"].median()
    places = {subject: place for place, subject in enumerate(order)}
    grouped = grouped.assign(place=[places.get(subject, len(places)) for subject in grouped["subject"]])
    grouped = grouped.sort_values(["place", "subject", "phase"])
    names = [
        " · ".join(
            [str(subject).replace("_", " "), *([scene.say(f"bench.{phase}")] if phase in PHASES else [])]
        )
        for subject, phase in zip(grouped["subject"], grouped["phase"], strict=True)
    ]
    found: pd.DataFrame = grouped.assign(name=names, share=grouped["value"])[["name", "framework", "share"]]
    return found


def values_table(
    lines: pd.DataFrame, scene: Scene, prefix: str, *, leave_out: Sequence[str]
) -> list[list[str]]:
    """Return one row per metric, subject and protocol with the median of each framework and the ratio."""
    kept = lines[lines["metric"].str.startswith(prefix) & ~lines["metric"].isin(list(leave_out))]
    kept = kept[kept["status"] == "ok"]
    rows = []
    for (metric, subject, variant, unit), group in kept.groupby(["metric", "subject", "variant", "unit"]):
        medians = group.groupby("framework")["value"].median()
        values = [medians.get(name) for name in scene.comparison.frameworks]
        name = str(metric).removeprefix(prefix).replace("_", " ")
        title = " · ".join(part for part in (name, str(subject), str(variant)) if part)
        rows.append([title, *(_value(value, str(unit)) for value in values), str(unit), _ratio(values)])
    return rows


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
        rows.append([str(name), *shown, str(group["unit"].iloc[0]), str(day)[:10], alike, str(ref)])
    return sorted(rows, key=lambda row: (row[-3], row[0]), reverse=True)


def machine_words(row: Mapping[str, object]) -> str:
    """Return machine and versions of a run in one line."""
    machine, versions = (_mapping(row.get(key)) for key in ("machine", "versions"))
    named = [
        str(machine[key]) for key in ("cpu", "cpu_model", "gpu", "gpu_name", "cores") if machine.get(key)
    ]
    return " · ".join([*named, *(f"{name} {version}" for name, version in versions.items())])


def _proved(lines: pd.DataFrame) -> set[tuple[str, str]]:
    kept = lines[(lines["metric"] == PROOF) & (lines["status"] == "ok")]
    return set(zip(kept["subject"], kept["framework"], strict=True))


def _mapping(value: object) -> dict[str, object]:
    loaded = json.loads(value) if isinstance(value, str) else value
    return dict(loaded) if isinstance(loaded, Mapping) else {}


def _value(value: float | None, unit: str) -> str:
    return fmt.raw(None if value is None else float(value), unit)


def _ratio(values: Sequence[float | None]) -> str:
    first, second = (*values, None, None)[:2]
    return fmt.MISSING if not first or not second or first < 0 or second < 0 else f"{first / second:.2f}"
