"""A small published warehouse made the way the project makes one. Every figure in it is invented."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from invented import AS_OF, CASES, HOSTILE, make_catalog

from benchmarks import lines, metrics
from evidence.types import (
    Attempt,
    Break,
    Catalog,
    Framework,
    Measurement,
    Metric,
    Observation,
    Payload,
    Preset,
    Source,
    Text,
)
from warehouse.archive import Archive
from warehouse.build import ResultFile
from warehouse.publish import Release, publish

NAMES = ("invented", "benchmarks")
STEMS = {"alpha": "alpha", "beta": "beta"}
THIRD = "gamma"
"""Has figures of one dimension only, and no benchmarks."""
ADVANTAGE = {case[0]: case[4] or 0.0 for case in CASES}
MEASURED = {case[0]: {"insufficient": 2, "none": 0}.get(case[6], 4) for case in CASES}

SOURCE = Source(
    id="invented",
    title="Invented figures <b>",
    url="invented://figures",
    licence="CC0-1.0",
    citation="invented",
    needs="invented",
    metrics=tuple(
        Metric(f"invented.{case[0]}_{place}", "things", "stock", "An invented quantity; it counts nothing.")
        for case in CASES
        for place in range(4)
    ),
)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the figures of an invented body."""
    for name, series in json.loads(payload.body)["figures"].items():
        for day, value in series:
            at = datetime.fromisoformat(day).replace(tzinfo=UTC)
            yield Observation(
                payload.framework, f"invented.{name}", "core", payload.name, at, at, value, "invented",
                payload.sha256, ref=HOSTILE,
            )  # fmt: skip


def catalog() -> Catalog:
    """Return the invented catalog with SQL, presets and a break."""
    plain = make_catalog()
    needs = {item.id: f"invented.{item.id}" for item in plain.indicators}
    columns = "select framework, value, observed_at, payloads from latest_sum"
    indicators = tuple(
        replace(item, needs=(needs[item.id],), sql=f"{columns}('{needs[item.id]}')", window_weeks=None)
        for item in plain.indicators
    )
    comparison = replace(plain.comparisons[0], presets=_presets())
    other = replace(
        comparison, id="other", title=Text("The same again", "同样再来"), claims=(), presets=(),
        dimensions=comparison.dimensions[:2],
    )  # fmt: skip
    broken = Break(
        "invented", "invented.ease_0", None, date(2022, 4, 6), date(2022, 4, 8),
        Text(f"It changed. {HOSTILE}", f"它变了。{HOSTILE}"), "https://example.org/break",
    )  # fmt: skip
    three = replace(
        other, id="three", title=Text("All three", "三者"), frameworks=("alpha", "beta", THIRD),
        claims=comparison.claims,
    )  # fmt: skip
    frameworks = tuple(
        replace(item, names={"core": {"invented": (item.id,), "benchmarks": (STEMS[item.id],)}})
        for item in plain.frameworks
    )
    third = Framework(THIRD, "Gamma", {"core": {"invented": (THIRD,)}})
    return replace(
        plain, frameworks=(*frameworks, third), indicators=indicators, breaks=(broken,),
        comparisons=(comparison, other, three),
    )  # fmt: skip


def make_home(home: Path, *, only: str = "") -> Release:
    """Collect, measure and publish the invented evidence below `home`; `only` that of one dimension."""
    archive = Archive(home / "archive")
    with archive.writer("first") as run:
        run.save(_payload(THIRD, only="ease"))
        for framework in STEMS:
            run.save(_payload(framework, only=only))
            run.attempt(Attempt("first", "invented", framework, "ok", "", moment(AS_OF), 1, 900, 0.5))
            refused = f"no TOKEN {HOSTILE}"
            run.attempt(Attempt("first", "elsewhere", framework, "failed", refused, moment(AS_OF), 1, 0, 0.1))
    if not only:
        _write_results(home / "results")
    return republish(home, moment(AS_OF))


def republish(home: Path, now: datetime, *, shown: Catalog | None = None) -> Release:
    """Publish what the home holds, as of the invented day, with the invented catalog or another."""
    return publish(
        home,
        archive=Archive(home / "archive"),
        result_files=[ResultFile(file, "own") for file in sorted((home / "results").glob("*.jsonl"))],
        catalog=shown or catalog(),
        sources=(SOURCE, metrics.SOURCE),
        parsers={"invented": parse},
        load_line=lines.load,
        as_of=AS_OF,
        changelog="everything is invented",
        now=now,
    )


def add_evidence(home: Path, run: str) -> None:
    """Archive a later answer, so that a publication has something new."""
    with Archive(home / "archive").writer(run) as writer:
        later = moment(AS_OF) + timedelta(hours=6)
        writer.save(replace(_payload("alpha", factor=1.07), requested_at=later))


def _payload(framework: str, *, factor: float = 1.0, only: str = "") -> Payload:
    figures = {name: rows for name, rows in _figures(framework, factor).items() if name.startswith(only)}
    body = json.dumps({"note": HOSTILE, "figures": figures}).encode()
    address = f"https://example.org/{framework}?q=<b>"
    digest = hashlib.sha256(body).hexdigest()
    return Payload("invented", framework, "core", framework, address, moment(AS_OF), 200, {}, digest, body)


def _figures(framework: str, factor: float) -> dict[str, list[tuple[str, float]]]:
    sign = 1 if framework == "alpha" else -1
    found: dict[str, list[tuple[str, float]]] = {}
    for case in CASES:
        for place in range(MEASURED[case[0]]):
            series = []
            for month in range(0, 83, 2):
                day = date(2020 + month // 12, month % 12 + 1, 5)
                share = (month - 24) / 58
                steps = ADVANTAGE[case[0]] * share * 0.6 * sign * (1.0, 0.6, -0.5, 1.2)[place]
                value = min(0.95, max(0.05, 0.5 + 0.08 * steps)) if place == 1 else 1e4 * 2**steps * factor
                series.append((day.isoformat(), value))
            found[f"{case[0]}_{place}"] = series
    return found


def _write_results(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    found = [*_timings(), *_probes(), *_others()]
    text = "".join(lines.dump(measurement) + "\n" for measurement in found)
    (folder / "invented.jsonl").write_text(text, encoding="utf-8")


def _timings() -> Iterator[Measurement]:
    for subject, ratio in (("mlp", 1.6), ("cnn_small", 0.99), ("lstm", 0.6)):
        for round_ in range(6):
            for framework, seconds in (("alpha", 0.004), ("beta", 0.004 * ratio)):
                value = seconds * (1 + 0.01 * round_)
                yield _line("bench.train_step", subject, framework, value, "s", round=round_, phase="train",
                            samples=(value,), mode="eager")  # fmt: skip
        for framework in STEMS:
            yield _line("equivalence", subject, framework, 1e-12, "relative error", phase="equivalence")
            share = 0.4 if framework == "alpha" else 0.3
            yield _line("bench.roofline_share", subject, framework, share, "share", phase="train")


def _probes() -> Iterator[Measurement]:
    for framework, hits in (("alpha", 8), ("beta", 6)):
        items = ({"item": "first", "found": True}, {"item": HOSTILE, "found": False})
        yield _line("probe.docstrings", "documentation", framework, hits / 10, "share", successes=hits,
                    trials=10, items=items)  # fmt: skip


def _others() -> Iterator[Measurement]:
    for framework in STEMS:
        yield _line("bench.peak_memory", "mlp", framework, 2e8, "bytes")
    yield replace(
        _line("bench.train_step", "huge", "beta", None, "s"), status="oom", reason=f"out of memory {HOSTILE}"
    )


def _line(
    metric: str, subject: str, framework: str, value: float | None, unit: str, **more: object
) -> Measurement:
    return Measurement(
        run="invented", metric=metric, subject=subject, framework=STEMS[framework], status="ok", reason="",
        started_at=moment(AS_OF) - timedelta(days=1), unit=unit, value=value, code_hash="c0de" * 16,
        versions={"invented": "1.0"}, machine={"cpu": "an invented processor"}, **more,  # type: ignore[arg-type]
    )  # fmt: skip


REASON = Text("An invented reason.", "一条虚构的理由。")


def _presets() -> tuple[Preset, ...]:
    wanted = {
        "balanced": ("Balanced", "均衡", dict.fromkeys(ADVANTAGE, 1.0)),
        "beginner": ("Beginner", "初学者", {"ease": 4.0, "community": 2.0, "flexibility": 1.0}),
        "performance": ("Performance", "性能", {"performance": 3.0, "language": 1.0}),
    }
    return tuple(
        Preset(name, Text(english, chinese), weights, dict.fromkeys(weights, REASON))
        for name, (english, chinese, weights) in wanted.items()
    )


def moment(day: date) -> datetime:
    """Return the hour of that day at which everything here happens."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
