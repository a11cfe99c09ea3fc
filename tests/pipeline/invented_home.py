"""A small invented catalog and its weekly answers, through the pipeline. All figures are made up.

Two sources and seven indicators: counters, levels and shares, with a par of every kind. `Home` is one home
folder in which the answers are archived and published; what a test changes, it changes in the answers or in
the catalog, never in the code between.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from evidence.types import (
    Catalog,
    Claim,
    Comparison,
    Criterion,
    Dimension,
    Framework,
    Indicator,
    Metric,
    Observation,
    Par,
    Payload,
    Score,
    Source,
    Text,
)
from warehouse.archive import Archive
from warehouse.publish import Release, publish
from warehouse.read import Warehouse

TEXT = Text("invented", "虚构")
LAST = date(2026, 3, 2)
WEEKS = 80
PAIR = ("alder", "birch")
THIRD = "cedar"
SOURCES = tuple(
    Source(
        id=name,
        title="Invented",
        url="invented://",
        licence="CC0-1.0",
        citation="none",
        needs=name,
        metrics=tuple(Metric(f"{name}.{quantity}", unit, "stock", "invented") for quantity, unit in held),
    )
    for name, held in {
        "first": (("stars", "stars"), ("authors", "people"), ("users", "users")),
        "second": (("papers", "papers"), ("kept", "people"), ("came", "people"), ("wait", "hours")),
    }.items()
)
FLOW = "select framework, value, observed_at, payloads, samples from yearly_flow('{}')"
LEVEL = "select framework, value, observed_at, payloads, samples from window_mean('{}')"
LATEST = "select framework, value, observed_at, payloads from latest_sum('{}')"
SHARE = """
select kept.framework, kept.value / came.value as value, kept.value::bigint as successes,
       came.value::bigint as trials, kept.observed_at, list_concat(kept.payloads, came.payloads) as payloads
from latest_sum('second.kept') as kept join latest_sum('second.came') as came using (framework)
"""
PANEL, OWN_PAIR, NATURAL = Par("panel", 900.0, LAST, "invented"), Par("pair"), Par("natural")
# id, criterion, family, curve, direction, par, grade, needs, sampling, sql
INDICATORS = (
    ("stars", "use", "attention", "P", "higher", PANEL, "C", ("first.stars",), "weekly", FLOW),
    ("star_pace", "use", "attention", "P", "higher", OWN_PAIR, "C", ("first.stars",), "weekly", FLOW),
    ("authors", "work", "people", "P", "higher", OWN_PAIR, "A", ("first.authors",), "weekly", FLOW),
    ("users", "use", "installs", "P", "higher", OWN_PAIR, "B", ("first.users",), "weekly", LEVEL),
    ("papers", "work", "papers", "P", "higher", OWN_PAIR, "B", ("second.papers",), "none", LATEST),
    ("kept", "work", "stays", "S", "higher", NATURAL, "A", ("second.kept", "second.came"), "share", SHARE),
    ("wait", "use", "response", "R", "lower", OWN_PAIR, "A", ("second.wait",), "none", LATEST),
)  # fmt: skip
SIZES = {"alder": 1.0, "birch": 0.62, "cedar": 2.9}
"""How large each framework is in this world."""

Row = tuple[str, str, float]
"""Metric, day, value."""


def invented_catalog(frameworks: Sequence[str] = PAIR) -> Catalog:
    """The frameworks compared in this order, the first two making the contrast."""
    return Catalog(
        frameworks=tuple(
            Framework(id_, id_.title(), {"core": {"first": (id_,), "second": (id_,)}, "broad": {}})
            for id_ in frameworks
        ),
        dimensions=(
            Dimension(
                "liked", TEXT, TEXT, TEXT, tuple(Criterion(name, "liked", TEXT) for name in ("use", "work"))
            ),
        ),
        indicators=tuple(_indicator(*given) for given in INDICATORS),
        comparisons=(
            Comparison(
                "alder_vs_birch",
                TEXT,
                tuple(frameworks),
                ("liked",),
                tuple(
                    Claim("liked", id_, score, 10, TEXT)
                    for id_, score in zip(frameworks, (9, 7), strict=False)
                ),
            ),
        ),
    )


def _indicator(
    id_: str, criterion: str, family: str, curve: str, direction: str, par: Par, grade: str,
    needs: tuple[str, ...], sampling: str, sql: str,
) -> Indicator:  # fmt: skip
    return Indicator(
        id=id_, dimension="liked", criterion=criterion, family=family, title=TEXT, unit="things",
        direction=direction, curve=curve, par=par, grade=grade,
        window_weeks=26 if sampling == "weekly" else None,
        max_age=timedelta(days=100), needs=needs, sampling=sampling,
        why=TEXT, bias=TEXT, guard=TEXT, sql=sql.format(needs[0]),
    )  # fmt: skip


def invented_rows(framework: str, weeks: int = WEEKS) -> dict[str, list[Row]]:
    """Every source's figures about a framework, oldest first: weekly counters, levels and totals."""
    size, luck = SIZES[framework], random.Random(framework)
    grown = {"first.stars": 20_000.0 * size, "first.authors": 3_000.0 * size, "second.papers": 500.0 * size}
    pace = {"first.stars": 30.0 * size, "first.authors": 6.0 * size, "second.papers": 4.0 * size}
    found: dict[str, list[Row]] = {"first": [], "second": []}
    for number in range(weeks):
        day = (LAST - timedelta(weeks=WEEKS - 1 - number)).isoformat()
        for metric, per_week in pace.items():
            grown[metric] += math.floor(per_week * luck.uniform(0.6, 1.4))
            found[metric.partition(".")[0]].append((metric, day, grown[metric]))
        found["first"].append(("first.users", day, math.floor(40_000 * size * luck.uniform(0.8, 1.2))))
        found["second"].append(("second.came", day, 40.0))
        found["second"].append(("second.kept", day, float(luck.randint(12, 30))))
        found["second"].append(("second.wait", day, round(30 / size * luck.uniform(0.8, 1.2), 3)))
    return found


def answers(rows: Mapping[str, Mapping[str, Sequence[Row]]], retrieved: datetime) -> Iterator[Payload]:
    """One answer per framework and source, as archived."""
    for framework, by_source in rows.items():
        for source, held in by_source.items():
            body = json.dumps(list(held)).encode()
            yield Payload(
                source, framework, "core", framework, f"invented://{source}/{framework}", retrieved, 200, {},
                hashlib.sha256(body).hexdigest(), body,
            )  # fmt: skip


def parse(payload: Payload) -> Iterator[Observation]:
    """Read an invented answer."""
    for metric, day, value in json.loads(payload.body):
        moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
        yield Observation(
            payload.framework, metric, "core", payload.name, moment, moment, value, payload.source,
            payload.sha256,
        )  # fmt: skip


def no_lines(line: str) -> object:
    """There are no result files here."""
    raise ValueError(line)


@dataclass(frozen=True)
class Home:
    """One home folder: archive answers, publish, ask."""

    folder: Path
    catalog: Catalog = field(default_factory=invented_catalog)

    def archive(self, payloads: Sequence[Payload], run: str = "run") -> Home:
        """Archive answers as one run."""
        with Archive(self.folder / "archive").writer(run) as writer:
            for payload in payloads:
                writer.save(payload)
        return self

    def publish(self, as_of: date = LAST) -> Release:
        """Publish what is archived."""
        return publish(
            self.folder,
            archive=Archive(self.folder / "archive"),
            result_files=(),
            catalog=self.catalog,
            sources=SOURCES,
            parsers={source.id: parse for source in SOURCES},
            load_line=no_lines,
            as_of=as_of,
        )

    def ask(self, as_of: date | None = None, known_by: datetime | None = None) -> Score:
        """The one score there is: as published, or computed for another day."""
        with Warehouse.open(self.folder) as warehouse:
            (score,) = warehouse.scores(as_of=as_of, known_by=known_by)
        return score


def without_bytes(score: Score) -> Score:
    """A score without the hashes of the answers it rests on: other files may say the same."""
    return replace(
        score,
        contributions=tuple(replace(c, payloads={}) for c in score.contributions),
        context=tuple(replace(c, payloads={}) for c in score.context),
    )
