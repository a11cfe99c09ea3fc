"""A small invented house: a catalog, a source, answers and result lines. Every figure here is made up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import lines, metrics
from evidence.errors import PayloadChanged
from evidence.types import (
    Attempt,
    BlindSpot,
    Break,
    Catalog,
    Claim,
    Comparison,
    Criterion,
    Dimension,
    Framework,
    Indicator,
    Measurement,
    Metric,
    Observation,
    Par,
    Payload,
    Preset,
    Source,
    Text,
)
from warehouse import ingest
from warehouse.archive import Archive
from warehouse.build import ResultFile
from warehouse.publish import Release, publish

AS_OF = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)
WEEKS = 80
TEXT = Text("invented", "虚构")

SHOP = Source(
    id="shop",
    title="An invented shop",
    url="invented://shop",
    licence="CC0-1.0",
    citation="invented",
    needs="shop",
    metrics=(
        Metric("shop.stars", "stars", "stock", "stars ever given"),
        Metric("shop.packages", "packages", "stock", "packages on sale"),
        Metric("shop.downloads", "downloads", "flow", "downloads of a day"),
    ),
)
SOURCES = (SHOP, metrics.SOURCE, ingest.SOURCE)


def parse(payload: Payload) -> Iterator[Observation]:
    """Read the invented shop's answers: [metric, start, end, value] each."""
    try:
        figures = json.loads(payload.body)["figures"]
    except (ValueError, KeyError, TypeError) as error:
        raise PayloadChanged(SHOP.id, payload.sha256, "no figures") from error
    for metric, start, end, value in figures:
        yield Observation(
            framework=payload.framework,
            metric=metric,
            scope=payload.scope,
            name=payload.name,
            start=datetime.fromisoformat(start),
            end=datetime.fromisoformat(end),
            value=float(value),
            source=SHOP.id,
            payload_sha256=payload.sha256,
        )


PARSERS = {"shop": parse, "ingest": ingest.parse}


def indicator(id_: str, dimension: str, sql: str, **changed: Any) -> Indicator:
    """An invented indicator of its own family."""
    fields: dict[str, Any] = {
        "id": id_,
        "dimension": dimension,
        "criterion": "main",
        "family": id_,
        "title": TEXT,
        "unit": "things",
        "direction": "higher",
        "curve": "P",
        "par": Par("panel", 100.0, date(2025, 10, 30), "invented"),
        "grade": "B",
        "window_weeks": None,
        "max_age": timedelta(days=60),
        "needs": ("shop.packages",),
        "sampling": "none",
        "why": TEXT,
        "bias": TEXT,
        "guard": TEXT,
        "fill": Text("ask the shop"),
        "reasons": {"grade": "invented"},
        "sql": sql,
    }
    return Indicator(**{**fields, **changed})


INDICATORS = (
    indicator(
        "new_stars", "use", "from yearly_flow('shop.stars')",
        needs=("shop.stars",), window_weeks=52, sampling="weekly",
    ),
    indicator(
        "downloads", "use", "from window_mean('shop.downloads')",
        needs=("shop.downloads",), window_weeks=26, sampling="weekly",
    ),
    indicator("packages", "use", "from latest_sum('shop.packages')"),
    indicator("packages_ever", "use", "from latest_max('shop.packages')", grade="X"),
    indicator(
        "step", "speed", "from bench('bench.train_step', 'mlp')",
        needs=("bench.train_step",), direction="lower", curve="E", par=Par("pair", source="pair"),
        sampling="rounds", grade="A", unit="s",
    ),
    indicator(
        "docs", "speed", "from probe('probe.docstrings', 'documentation')",
        needs=("probe.docstrings",), curve="S", par=Par("natural", source="share"),
        sampling="share", unit="share",
    ),
)  # fmt: skip


def catalog(**changed: Any) -> Catalog:
    """Three frameworks, two dimensions, three comparisons."""
    fields: dict[str, Any] = {
        "frameworks": tuple(
            Framework(id_, id_.title(), {"core": core, "broad": broad})
            for id_, core, broad in (
                ("alpha", {"shop": ("alpha",), "benchmarks": ("alpha",)}, {"shop": ("alpha-extra",)}),
                ("beta", {"shop": ("beta",), "benchmarks": ("beta",)}, {}),
                ("gamma", {"shop": ("gamma",)}, {}),
            )
        ),
        "dimensions": tuple(
            Dimension(
                id_,
                TEXT,
                TEXT,
                TEXT,
                (Criterion("main", id_, TEXT, 1),),
                (BlindSpot(TEXT, date(2026, 1, 1)),),
            )
            for id_ in ("use", "speed")
        ),
        "indicators": INDICATORS,
        "comparisons": (
            Comparison(
                "pair",
                TEXT,
                ("alpha", "beta"),
                ("use", "speed"),
                (Claim("use", "alpha", 8, 10, TEXT), Claim("use", "beta", 9, 10, TEXT)),
                (Preset("beginner", TEXT, {"use": 2.0, "speed": 1.0}, {"use": TEXT, "speed": TEXT}),),
            ),
            Comparison("three", TEXT, ("beta", "alpha", "gamma"), ("use",), ()),
            Comparison("alone", TEXT, ("gamma",), ("use",), ()),
        ),
        "breaks": (
            Break("shop", "shop.stars", None, date(2025, 1, 1), date(2025, 1, 2), TEXT, "invented://break"),
        ),
    }
    return Catalog(**{**fields, **changed})


PLAIN = catalog(comparisons=catalog().comparisons[2:])
"""One framework, one dimension: a publication takes a fraction of a second."""

UNSCORED = catalog(comparisons=())
"""Compares nothing: for what is about facts only."""


def payload(
    framework: str,
    figures: Sequence[Sequence[object]],
    *,
    at: datetime = NOW,
    name: str = "",
    scope: str = "core",
    body: bytes | None = None,
) -> Payload:
    """An answer of the invented shop."""
    content = json.dumps({"figures": figures}).encode() if body is None else body
    return Payload(
        source="shop",
        framework=framework,
        scope="broad" if scope == "broad" else "core",
        name=name or framework,
        url=f"invented://shop/{name or framework}",
        requested_at=at,
        status=200,
        headers={"content-type": "application/json"},
        sha256=hashlib.sha256(content).hexdigest(),
        body=content,
    )


def figures(framework: str, *, until: datetime = NOW, weeks: int = WEEKS) -> list[list[object]]:
    """Weekly stars and packages and daily downloads; alpha grows faster."""
    pace = {"alpha": 40, "alpha-extra": 3, "beta": 25, "gamma": 10}[framework]
    start = until - timedelta(weeks=weeks)
    found: list[list[object]] = []
    for week in range(weeks + 1):
        at = (start + timedelta(weeks=week)).isoformat()
        found.append(["shop.stars", at, at, 10_000 + week * pace + (week * 7) % 11])
        found.append(["shop.packages", at, at, 50 + pace + week])
    for day in range(weeks * 7):
        begin = (start + timedelta(days=day)).replace(hour=0)
        end = begin + timedelta(days=1)
        found.append(["shop.downloads", begin.isoformat(), end.isoformat(), 1000 * pace + (day * 13) % 97])
    return found


def history(at: datetime = NOW) -> list[Payload]:
    """What a first run brings: the whole past of every name."""
    return [
        payload(framework, figures(name, until=at), at=at, name=name, scope=scope)
        for framework, name, scope in (
            ("alpha", "alpha", "core"),
            ("alpha", "alpha-extra", "broad"),
            ("beta", "beta", "core"),
            ("gamma", "gamma", "core"),
        )
    ]


def measurement(metric: str, framework: str, value: float, **changed: Any) -> Measurement:
    """An invented result line."""
    fields: dict[str, Any] = {
        "run": "bench-1",
        "metric": metric,
        "subject": "mlp",
        "framework": framework,
        "status": "ok",
        "reason": "",
        "started_at": NOW - timedelta(days=1),
        "unit": metrics.METRICS[metric].unit,
        "value": value,
        "samples": (value,),
        "phase": "train",
        "code_hash": "c0de",
        "precision": "float32",
        "batch_size": 32,
        "versions": {framework: "1.0"},
        "machine": {"cpu": "invented"},
    }
    return Measurement(**{**fields, **changed})


def campaign() -> list[Measurement]:
    """Three interleaved rounds of a step, its proof, and a probe."""
    found = []
    for framework, value in (("alpha", 0.010), ("beta", 0.013)):
        found += [
            measurement("bench.train_step", framework, value * (1 + 0.01 * round_), round=round_)
            for round_ in range(3)
        ]
        found.append(measurement("equivalence", framework, 1e-12, phase="", precision="float64"))
        found.append(
            measurement(
                "probe.docstrings", framework, {"alpha": 0.8, "beta": 0.6}[framework],
                subject="documentation", phase="", successes={"alpha": 80, "beta": 60}[framework], trials=100,
            )
        )  # fmt: skip
    return found


def write_results(file: Path, found: Iterable[Measurement]) -> Path:
    """A result file as the benchmarks write it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{lines.dump(item)}\n" for item in found), encoding="utf-8")
    return file


@dataclass
class House:
    """A home folder with what a publication needs; a test changes what it wants to see changed."""

    home: Path
    catalog: Catalog = field(default_factory=catalog)
    parsers: Mapping[str, Any] = field(default_factory=lambda: dict(PARSERS))
    sources: Sequence[Source] = SOURCES
    changelog: str = ""

    @property
    def archive(self) -> Archive:
        return Archive(self.home / "archive")

    def receive(self, run: str, payloads: Iterable[Payload], attempts: Iterable[Attempt] = ()) -> None:
        with self.archive.writer(run) as writer:
            for item in payloads:
                writer.save(item)
            for attempt in attempts:
                writer.attempt(attempt)

    def result_files(self) -> list[ResultFile]:
        return [ResultFile(file, "own") for file in sorted((self.home / "results").glob("*.jsonl"))]

    def material(self) -> dict[str, Any]:
        return {
            "archive": self.archive,
            "result_files": self.result_files(),
            "sources": self.sources,
            "parsers": self.parsers,
            "load_line": lines.load,
        }

    def publish(self, *, as_of: date = AS_OF, now: datetime = NOW) -> Release:
        return publish(
            self.home, **self.material(), catalog=self.catalog, as_of=as_of, now=now, changelog=self.changelog
        )


def attempts(run: str, at: datetime = NOW) -> list[Attempt]:
    """The ledger of a run in which one framework failed."""
    good = [Attempt(run, "shop", name, "ok", "", at, 2, 1000, 0.5) for name in ("alpha", "beta")]
    return [*good, Attempt(run, "shop", "gamma", "failed", "no SHOP_TOKEN", at, 1, 0, 0.1)]


def furnished(home: Path) -> House:
    """A house after its first run."""
    house = House(home)
    house.receive("20260301T200000Z-first", history(), attempts("20260301T200000Z-first"))
    write_results(home / "results" / "own.jsonl", campaign())
    return house


def changed(item: Catalog, **fields: Any) -> Catalog:
    """A catalog with other content."""
    return replace(item, **fields)
