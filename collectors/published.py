"""Figures read from publications, kept by hand in `published_tables/`.

Every table is archived whole for each framework, so that a figure leads to its line, its publisher and its
licence like an answer from the network. What was left out and why: `published_tables/README.md`. Licences:
`DATA-LICENSES.md`.
"""

from __future__ import annotations

import calendar
import csv
import hashlib
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TypeVar

from collectors._http import Client
from collectors._published_metrics import METRICS
from evidence.errors import Absent, PayloadChanged
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="published",
    title="Published figures",
    url="published_tables/README.md",
    licence="per figure, see DATA-LICENSES.md",
    citation="The publication named with each figure",
    needs="published",
    metrics=METRICS,
    budget=0,
    parser_version=2,
)

TABLES = Path(__file__).parent / "published_tables"
EVERY_FRAMEWORK = "*"
"""The subject of a base (all papers, all posts): it is the same figure for whichever framework asks."""

_COLUMNS = (
    "subject",
    "metric",
    "name",
    "value",
    "unit",
    "source",
    "source_ref",
    "licence",
    "quality",
    "note",
)
_QUALITIES = ("census", "official", "secondary", "interested")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_DECLARED: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}

Row = Mapping[str, str]
T = TypeVar("T")


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield every table once for each name the tables have for the framework. Asks nothing of the network.

    Raises Absent when no table has a row about a name.
    """
    bodies = {table.name: table.read_bytes() for table in sorted(TABLES.glob("*.csv"))}
    subjects = {
        row["subject"] for body in bodies.values() for row in csv.DictReader(body.decode().splitlines())
    }
    for scope, name in framework.scoped_names(SOURCE.needs):
        if name not in subjects:
            raise Absent(SOURCE.id, TABLES.name, f"no table has a row about {name!r}")
        for table, body in bodies.items():
            yield Payload(
                source=SOURCE.id,
                framework=framework.id,
                scope=scope,
                name=name,
                url=f"{TABLES.name}/{table}",
                requested_at=client.now(),
                status=200,
                headers={},
                sha256=hashlib.sha256(body).hexdigest(),
                body=body,
            )


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the figures of one table that are about `payload.name`, and the bases they belong to.

    A day is 00:00 UTC of that day; a year or a month alone means its last day. Every 0 was published as 0.
    Raises PayloadChanged with table, line and column.
    """
    seen: dict[tuple[object, ...], int] = {}
    for line, row in _rows(payload):
        observation = _figure(payload, line, row)
        key = (observation.metric, observation.name, observation.start, observation.end)
        if key in seen:
            raise _changed(payload, line, "metric", f"the figure of line {seen[key]} again")
        seen[key] = line
        yield observation


def _rows(payload: Payload) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) for the rows about the payload's name; every row must fill the header's columns."""
    if not payload.body.endswith(b"\n"):
        raise PayloadChanged(SOURCE.id, payload.sha256, f"{payload.url}: the last line is not complete")
    try:
        reader = csv.reader(io.StringIO(payload.body.decode(), newline=""), strict=True)
        header = next(reader, [])
        _check_header(payload, header)
        for cells in reader:
            if len(cells) != len(header):
                why = f"{len(cells)} cells for {len(header)} columns"
                raise _changed(payload, reader.line_num, header[-1], why)
            row = dict(zip(header, cells, strict=True))
            if row["subject"] in (payload.name, EVERY_FRAMEWORK):
                yield reader.line_num, row
    except (UnicodeDecodeError, csv.Error) as wrong:
        why = f"{payload.url}: not a CSV table: {wrong}"
        raise PayloadChanged(SOURCE.id, payload.sha256, why) from wrong


def _check_header(payload: Payload, header: list[str]) -> None:
    dates = {"observed_on"} if "observed_on" in header else {"start", "end"}
    missing = sorted((set(_COLUMNS) | dates) - set(header))
    if missing or len(set(header)) != len(header):
        raise _changed(payload, 1, missing[0] if missing else "twice", f"the header is {header}")


def _figure(payload: Payload, line: int, row: Row) -> Observation:
    metric = _cell(payload, line, row, "metric", _metric)
    start, end = _interval(payload, line, row, metric)
    _cell(payload, line, row, "unit", _one_of(metric.unit))
    _cell(payload, line, row, "quality", _one_of(*_QUALITIES))
    return Observation(
        framework=payload.framework,
        metric=metric.id,
        scope=payload.scope,
        name=row["name"] or payload.name,
        start=start,
        end=end,
        value=_cell(payload, line, row, "value", _number),
        source=SOURCE.id,
        payload_sha256=payload.sha256,
        licence=_cell(payload, line, row, "licence", _filled),
        ref=_cell(payload, line, row, "source_ref", _filled),
    )


def _interval(payload: Payload, line: int, row: Row, metric: Metric) -> tuple[datetime, datetime]:
    kind = "stock" if "observed_on" in row else "flow"
    if metric.kind != kind:
        raise _changed(
            payload, line, "metric", f"{metric.id} is a {metric.kind}, the table's dates are a {kind}'s"
        )
    if kind == "stock":
        day = _cell(payload, line, row, "observed_on", _last_day)
        return day, day
    start = _cell(payload, line, row, "start", _midnight)
    end = _cell(payload, line, row, "end", _midnight)
    if end <= start:
        raise _changed(payload, line, "end", f"{row['end']} is not after {row['start']}")
    return start, end


def _cell(payload: Payload, line: int, row: Row, column: str, convert: Callable[[str], T]) -> T:
    try:
        return convert(row[column])
    except ValueError as wrong:
        raise _changed(payload, line, column, f"{row[column]!r}: {wrong}") from wrong


def _changed(payload: Payload, line: int, column: str, why: str) -> PayloadChanged:
    return PayloadChanged(SOURCE.id, payload.sha256, f"{payload.url} line {line}, column {column!r}: {why}")


def _last_day(text: str) -> datetime:
    """Return the last day of '2022', '2022-05' or '2022-05-30' at 00:00 UTC."""
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError("not a year, a month or a day")
    year, month = int(found[1]), int(found[2] or 12)
    return datetime(year, month, int(found[3] or calendar.monthrange(year, month)[1]), tzinfo=UTC)


def _midnight(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)


def _number(text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return value


def _metric(text: str) -> Metric:
    if text not in _DECLARED:
        raise ValueError("not a declared metric")
    return _DECLARED[text]


def _filled(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _one_of(*allowed: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be {' or '.join(allowed)}")
        return text

    return check
