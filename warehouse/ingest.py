"""Bring your own figures: a CSV file, checked as a whole, archived like any answer, parsed at every build.

    subject, metric, value, unit, observed_on, source, source_ref, licence

`subject` is a framework's id, `metric` and `unit` are those a source declares, `observed_on` a day
(YYYY-MM-DD, UTC). A stock holds at the start of that day; a flow is that of the day. The figure stands for
the framework's first core name at the metric's source, beside what is collected, and the newer one counts.
Nothing of a malformed file is taken.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from evidence.errors import InputError, PayloadChanged
from evidence.types import Attempt, Catalog, Metric, Observation, Payload, Source
from warehouse.archive import Archive

COLUMNS = ("subject", "metric", "value", "unit", "observed_on", "source", "source_ref", "licence")

SOURCE = Source(
    id="ingest",
    title="Figures brought by the user",
    url="touchstone ingest",
    licence="as given with each figure",
    citation="as given with each figure",
    needs="ingest",
    metrics=(),
    budget=0,
)

LARGEST_BYTES = 20_000_000  # a hundred thousand figures; more is a source of its own and deserves a collector
_LONGEST = 2_000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EARLIEST = date(1990, 1, 1)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Ingested:
    """What became of a file: its hash, its figures, and whether it had been taken before."""

    sha256: str
    figures: int
    is_new: bool


@dataclass(frozen=True)
class _Figure:
    """One row: the line on which it ends, its cells, its value and its day."""

    line: int
    cells: Mapping[str, str]
    value: float
    day: date


def ingest(
    file: Path, *, archive: Archive, catalog: Catalog, sources: Sequence[Source], run: str, now: datetime
) -> Ingested:
    """Check a file and archive it under `run`. The same bytes again change nothing.

    Raises InputError, with line and column, for the first thing in the file that cannot be taken.
    """
    body = _bytes_of(file)
    figures = list(_figures(body, file.name))
    _check(figures, file.name, catalog=catalog, sources=sources, today=now.astimezone(UTC).date())
    sha256 = hashlib.sha256(body).hexdigest()
    if any(entry.source == SOURCE.id and entry.sha256 == sha256 for entry in archive.entries()):
        return Ingested(sha256, len(figures), is_new=False)
    subjects = sorted({figure.cells["subject"] for figure in figures})
    read_as = _read_as(figures, catalog, sources)
    with archive.writer(run) as writer:
        writer.save(_payload(file.name, body, subjects, read_as, now))
        for subject in subjects:
            writer.attempt(Attempt(run, SOURCE.id, subject, "ok", "", started_at=now, bytes=len(body)))
    return Ingested(sha256, len(figures), is_new=True)


def _payload(name: str, body: bytes, subjects: Sequence[str], read_as: str, now: datetime) -> Payload:
    return Payload(
        source=SOURCE.id,
        framework=subjects[0] if len(subjects) == 1 else "",
        scope="core",
        name=name,
        url=f"ingest:{name}",
        requested_at=now,
        status=200,
        headers={"content-type": "text/csv", "read-as": read_as},
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
    )


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the figures of an archived file, read as the catalog stood when it was taken.

    Raises PayloadChanged for a body that `ingest` would not have taken.
    """
    try:
        read_as = json.loads(payload.headers["read-as"])
        for figure in _figures(payload.body, payload.name):
            start = datetime.combine(figure.day, time(), tzinfo=UTC)
            cells = figure.cells
            days = 1 if cells["metric"] in read_as["flows"] else 0
            yield Observation(
                framework=cells["subject"],
                metric=cells["metric"],
                scope="core",
                name=read_as["names"][cells["subject"]][cells["metric"]],
                start=start,
                end=start + timedelta(days=days),
                value=figure.value,
                source=SOURCE.id,
                payload_sha256=payload.sha256,
                licence=cells["licence"],
                ref=f"{cells['source']}: {cells['source_ref']}",
            )
    except (InputError, KeyError, TypeError, ValueError) as error:
        raise PayloadChanged(SOURCE.id, payload.sha256, f"not a file that was checked: {error}") from error


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{file}: larger than {LARGEST_BYTES:,} bytes. Split it, or write a collector")
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error


def _figures(body: bytes, name: str) -> Iterator[_Figure]:
    """Yield the rows, with everything checked that the file alone can tell."""
    rows = _rows(body, name)
    header = next(rows, (1, []))[1]
    _check_header(header, name)
    seen: dict[tuple[str, ...], int] = {}
    for line, values in rows:
        if len(values) != len(header):
            raise InputError(
                f"{name}, line {line}: {len(values)} cells for {len(header)} columns. "
                "A comma inside a cell needs quotes around it"
            )
        cells = dict(zip(header, values, strict=True))
        for column in COLUMNS:
            _check_text(cells[column], f"{name}, line {line}, {column}")
        figure = _Figure(line, cells, _number(cells, line, name), _day(cells, line, name))
        key = (cells["subject"], cells["metric"], cells["observed_on"])
        if key in seen:
            raise InputError(f"{name}, line {line}: the same figure as line {seen[key]}. Keep one of them")
        seen[key] = line
        yield figure
    if not seen:
        raise InputError(f"{name}: no figures below the header")


def _rows(body: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: not UTF-8. Save the file as UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for values in reader:
            if values:
                yield reader.line_num, values
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: not CSV ({error}). Check its quotes") from error


def _check_header(header: Sequence[str], name: str) -> None:
    wanted = ",".join(COLUMNS)
    for column in COLUMNS:
        if column not in header:
            raise InputError(f"{name}, line 1: column {column!r} is missing. The header is {wanted}")
    for column in header:
        if column not in COLUMNS or header.count(column) > 1:
            raise InputError(
                f"{name}, line 1: column {column[:40]!r} is unknown or twice. The header is {wanted}"
            )


def _check_text(text: str, place: str) -> None:
    if not text.strip():
        raise InputError(f"{place}: empty")
    if text != text.strip() or _CONTROL.search(text) or len(text) > _LONGEST:
        raise InputError(
            f"{place}: has spaces around it, invisible characters or more than {_LONGEST} characters"
        )


def _number(cells: Mapping[str, str], line: int, name: str) -> float:
    text = cells["value"]
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise InputError(f"{name}, line {line}, value: {text[:40]!r} is no finite number such as 1234.5")
    return float(text)


def _day(cells: Mapping[str, str], line: int, name: str) -> date:
    text = cells["observed_on"]
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day < _EARLIEST:
        raise InputError(f"{name}, line {line}, observed_on: {text[:40]!r} is no day such as 2026-11-23")
    return day


def _check(
    figures: Sequence[_Figure], name: str, *, catalog: Catalog, sources: Sequence[Source], today: date
) -> None:
    """Check what only the catalog and the sources can tell."""
    frameworks = [framework.id for framework in catalog.frameworks]
    metrics = {metric.id: metric for source in sources for metric in source.metrics}
    for figure in figures:
        place, cells = f"{name}, line {figure.line}", figure.cells
        if cells["subject"] not in frameworks:
            known = ", ".join(frameworks)
            raise InputError(f"{place}, subject: unknown {cells['subject'][:40]!r}. Known: {known}")
        metric = metrics.get(cells["metric"])
        if metric is None:
            raise InputError(
                f"{place}, metric: unknown {cells['metric'][:60]!r}. touchstone metrics lists those known"
            )
        if cells["unit"] != metric.unit:
            raise InputError(f"{place}, unit: {metric.id} is in {metric.unit!r}, not {cells['unit'][:40]!r}")
        if figure.day > today:
            raise InputError(f"{place}, observed_on: {figure.day} is in the future")
        if figure.value < 0 and metric.kind == "flow":
            raise InputError(f"{place}, value: a flow cannot be negative")


def _read_as(figures: Sequence[_Figure], catalog: Catalog, sources: Sequence[Source]) -> str:
    """What the bytes do not say and parsing needs: which metrics are flows, and the names they stand for."""
    owner: dict[str, tuple[Source, Metric]] = {
        metric.id: (source, metric) for source in sources for metric in source.metrics
    }
    frameworks = {framework.id: framework for framework in catalog.frameworks}
    names: dict[str, dict[str, str]] = {}
    for figure in figures:
        subject, metric = figure.cells["subject"], figure.cells["metric"]
        known = frameworks[subject].named(owner[metric][0].needs)
        names.setdefault(subject, {})[metric] = known[0] if known else subject
    used = {figure.cells["metric"] for figure in figures}
    flows = sorted(metric for metric in used if owner[metric][1].kind == "flow")
    return json.dumps({"flows": flows, "names": names}, sort_keys=True)
