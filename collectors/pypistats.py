"""Daily downloads of the last 180 days from pypistats.org.

Counts files served to installers; mirrors are left out, and with them every client that names no installer.
Machines that build and test are counted, people are not. A day that the service lacks has no observation.
Facts of the interface: pypistats.org/api and the service's source, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from packaging.utils import canonicalize_name

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import (
    as_array,
    as_count,
    as_moment,
    as_object,
    as_text,
    flow,
    json_object,
    observations,
)
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="pypistats",
    title="PyPI Stats",
    url="https://pypistats.org/api",
    licence="CC-BY-4.0",
    citation="pypistats.org, from the download log of the Python Software Foundation",
    needs="pypi",
    metrics=(
        Metric(
            "pypistats.downloads",
            "downloads/day",
            "flow",
            "files of the project served by the index in one day, mirrors left out; build machines included; "
            "wheels offered elsewhere are not seen; a dependency counts like a wish",
        ),
    ),
    min_interval=timedelta(hours=20),  # the service refreshes once a day and asks for one fetch a day
    budget=10,
)

_DAY = timedelta(days=1)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the daily downloads of every name of the framework."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    # An answer holds 180 days: the packages around the framework lose nothing by taking turns.
    every = None if subject.scope == "core" else client.turn(subject, weeks=4)
    path = f"packages/{subject.name}/overall"
    yield client.get(path, subject, params={"mirrors": "false"}, fresh_for=every)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield one observation per UTC day that is over. Raises PayloadChanged when the shape differs."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    answer = json_object(payload)
    if answer["type"] != "overall_downloads":
        raise ValueError(f"the answer is of type {answer['type']!r}")
    if canonicalize_name(as_text(answer["package"])) != canonicalize_name(payload.name):
        raise ValueError(f"the answer is about {answer['package']!r}")
    days = [as_object(row) for row in as_array(answer["data"])]
    if not days:
        raise ValueError("the answer has no day in it")
    for row in days:
        if row["category"] != "without_mirrors":
            raise ValueError(f"unknown category {row['category']!r}")
        start = as_moment(row["date"])
        if start + _DAY <= payload.requested_at:
            yield flow(payload, "pypistats.downloads", start, start + _DAY, as_count(row["downloads"]))
