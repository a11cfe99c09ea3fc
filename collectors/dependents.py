"""How many packages of the Python index build on a framework and are alive: a release in twelve months.

Counted by ClickPy in its copy of the index's own metadata, one row a file, by the names in `requires_dist`
and the time of the upload, for every month since 2016. Registries that count dependents count all of them
ever, maintained or not; one that lists the newest first runs into its own time limit for packages as large as
these, and its dates of releases lag by years at times. A requirement of any kind counts, and copies and
wrappers are packages too. Files that were deleted are gone, also from the past.
Facts of the interface: github.com/ClickHouse/clickpy, scripts/create_tables.sh and load_projects_previous.sh,
read 2026-11-26; the registry's limits: github.com/ecosyste-ms/packages, pull request 1712, and
github.com/SeanLF/still_active, pull request 91, read 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from packaging.utils import canonicalize_name

from collectors import _clickhouse
from collectors._http import Client
from collectors._names import by_scope
from collectors._parse import as_moment, as_text, observations, reading, stock
from evidence.errors import Absent, PayloadChanged, Unavailable
from evidence.types import Framework, Metric, Observation, Payload, Source

_ALIVE = "other packages of the index with a file of the twelve months before whose requires_dist names it"

SOURCE = Source(
    id="dependents",
    title="Packages that build on it, by ClickPy",
    url=_clickhouse.URL,
    licence="CC-BY-4.0",
    citation="ClickPy, ClickHouse Inc., from the package metadata of the Python Software Foundation",
    needs="pypi",
    metrics=(
        Metric(
            "dependents.packages",
            "packages",
            "stock",
            f"{_ALIVE}, not only for an extra; how much they use it and who uses them is not told",
        ),
        Metric(
            "dependents.packages_or_extras",
            "packages",
            "stock",
            f"{_ALIVE}, be it for an extra only: large frameworks are often left to the user's choice",
        ),
    ),
    min_interval=timedelta(days=6),
    budget=3,
)
"""A question reads the whole table, so that it is put once in four weeks: it tells all months anew."""

SQL = (
    "SELECT required, addMonths(uploaded, 1 + step) AS month, "
    "uniqExactIf(package, plain) AS packages, uniqExact(package) AS packages_or_extras, "
    "(SELECT max(upload_time) FROM pypi.projects) AS newest "
    "FROM (SELECT DISTINCT replaceRegexpAll(lower(name), '[-_.]+', '-') AS package, "
    "toStartOfMonth(upload_time) AS uploaded, "
    "replaceRegexpAll(lower(extract(requirement, '^[A-Za-z0-9._-]+')), '[-_.]+', '-') AS required, "
    "NOT match(requirement, ';.*extra *==') AS plain "
    "FROM pypi.projects ARRAY JOIN requires_dist AS requirement "
    "WHERE required IN {projects:Array(String)} AND package != required) "
    "ARRAY JOIN range(12) AS step "
    "WHERE month >= '2016-01-01' AND month <= newest "
    "GROUP BY required, month ORDER BY required, month"
)
_COLUMNS = {
    "dependents.packages": "packages",
    "dependents.packages_or_extras": "packages_or_extras",
}
_EVERY_WEEKS = 4
_STALE = timedelta(weeks=8)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the months of the framework's core names in one answer.

    Raises, after it is kept, Unavailable when the metadata end eight weeks ago, Absent when nobody requires
    any of the names.
    """
    subject, names = by_scope(framework, SOURCE.needs)[0]
    asked = _clickhouse.question(SQL, map(canonicalize_name, names))
    answer = client.get("", subject, params=asked, fresh_for=client.turn(subject, weeks=_EVERY_WEEKS))
    yield answer
    try:
        newest = reading(answer, _newest)
    except PayloadChanged:
        return  # whoever keeps the answer says what is wrong with it
    if newest is None:
        raise Absent(SOURCE.id, client.base, f"no package requires {subject.name}")
    if newest < answer.requested_at - _STALE:
        why = f"the metadata end on {newest:%Y-%m-%d}: the service has stopped loading"
        raise Unavailable(SOURCE.id, client.base, why)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counts at the first of every month. Raises PayloadChanged when the answer was cut."""
    yield from observations(payload, _read)


def _newest(answer: Payload) -> datetime | None:
    rows = _clickhouse.rows(answer)
    return as_moment(rows[-1]["newest"]) if rows else None


def _read(payload: Payload) -> Iterator[Observation]:
    names = {canonicalize_name(name) for name in payload.name.split()}
    for row in _clickhouse.rows(payload):
        month, name = as_moment(row["month"]), as_text(row["required"])
        if name not in names:
            raise ValueError(f"the answer is about {name!r}")
        last = min(as_moment(row["newest"]), payload.requested_at)
        if (month.day, month.time()) != (1, datetime.min.time()) or month > last:
            raise ValueError(f"{month} is not the first of a month that has come")
        for metric, column in _COLUMNS.items():
            count = _clickhouse.whole(row[column])
            yield replace(stock(payload, metric, month, count), name=name)
