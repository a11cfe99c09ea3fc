"""Recorded answers, for the tests: a body as it came, what it is about, and what it should give.

A case is three files: `<case>.about.json` (every field of the Payload but the body, and the body's file),
the body, and `<case>.expected.csv` (one row per observation; the first rows are checked by hand).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pypi_simple import PYPI_SIMPLE_ENDPOINT

from collectors._attempt import attempt
from collectors._contract import Collector
from evidence.errors import PayloadChanged
from evidence.types import Attempt, Framework, Observation, Payload

INDEX_STAND_IN = "index.example"
"""Written in place of the package index's host, which no file of this project names."""

COLUMNS = ("metric", "scope", "name", "start", "end", "value", "licence", "ref")
_ABOUT = ("source", "framework", "scope", "name", "url", "status")


def record(collector: Collector, framework: Framework, folder: Path) -> Attempt:
    """Ask a source now and write each answer as a case into the folder.

    The observations are what the parser makes of it today: check them by hand before they become a test.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = iter(range(1, 10**6))

    def save(payload: Payload) -> None:
        case = f"{re.sub(r'[^A-Za-z0-9]+', '_', payload.name).strip('_')}-{next(count)}"
        write_case(collector, _without_index_host(payload), folder / case)

    return attempt(collector, framework, run="record", save=save, previous=lambda _url: None)


def write_case(collector: Collector, payload: Payload, case: Path) -> None:
    """Write the three files of a case; what the parser refuses gets no expected rows."""
    body = case.with_name(f"{case.name}.{_suffix(payload.body)}")
    body.write_bytes(payload.body)
    about = {name: getattr(payload, name) for name in _ABOUT}
    about |= {
        "requested_at": payload.requested_at.isoformat(),
        "headers": dict(payload.headers),
        "body": body.name,
    }
    case.with_name(f"{case.name}.about.json").write_text(f"{json.dumps(about, indent=1)}\n")
    try:
        rows = list(as_rows(collector.parse(payload)))
    except PayloadChanged:
        return
    with case.with_name(f"{case.name}.expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def read_case(about: Path) -> Payload:
    """Return the payload of a case from its `.about.json`."""
    fields = json.loads(about.read_text())
    body = about.with_name(fields["body"]).read_bytes()
    return Payload(
        **{name: fields[name] for name in _ABOUT},
        requested_at=datetime.fromisoformat(fields["requested_at"]),
        headers=fields["headers"],
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
    )


def as_rows(observations: Iterable[Observation]) -> Iterator[tuple[str, ...]]:
    """Yield one row of COLUMNS per observation."""
    for one in observations:
        yield tuple(_cell(getattr(one, column)) for column in COLUMNS)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _suffix(body: bytes) -> str:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "txt"
    return "json"


def _without_index_host(payload: Payload) -> Payload:
    host = urlsplit(PYPI_SIMPLE_ENDPOINT).netloc
    body = payload.body.replace(host.encode(), INDEX_STAND_IN.encode())
    url = payload.url.replace(host, INDEX_STAND_IN)
    return replace(payload, url=url, body=body, sha256=hashlib.sha256(body).hexdigest())
