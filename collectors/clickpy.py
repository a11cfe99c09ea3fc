"""Weekly downloads since 2016 from ClickPy, the public ClickHouse copy of the index's download log.

Counts file downloads with mirrors and build machines; the level differs from pypistats, and the two are never
spliced. The table holds partial sums, so that counts are always summed. The service cuts answers at a
thousand rows without a word and its data stop now and then: an answer of that length is refused, a week that
lacks a day has no observation, and data that ended weeks ago make the attempt fail after they are kept.
Facts of the interface: github.com/ClickHouse/clickpy, README and issues 183 and 188, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from collectors import _clickhouse
from collectors._contract import Subject
from collectors._http import Client
from collectors._names import by_scope
from collectors._parse import as_moment, as_text, flow, observations
from evidence.errors import Absent, PayloadChanged, Unavailable
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="clickpy",
    title="ClickPy",
    url=_clickhouse.URL,
    licence="CC-BY-4.0",
    citation="ClickPy, ClickHouse Inc., from the download log of the Python Software Foundation",
    needs="pypi",
    metrics=(
        Metric(
            "clickpy.downloads",
            "downloads/week",
            "flow",
            "files of the project served by the index in one week, Monday to Sunday UTC; mirrors and build "
            "machines included; clients that name no Python version and weeks with a day missing left out",
        ),
    ),
    cadence=timedelta(days=7),
    min_interval=timedelta(days=1),
    budget=4,
    backfill=40,
)
"""A steady week costs one request, and one for the packages around the framework in their week of four; the
rest is for asking again."""

SQL = (
    "SELECT project, toStartOfWeek(date, 1) AS week, sum(count) AS downloads, uniqExact(date) AS days "
    "FROM pypi.pypi_downloads_per_day "
    "WHERE project IN {projects:Array(String)} AND date >= {from:Date} AND date < {to:Date} "
    "GROUP BY project, week ORDER BY project, week"
)
FIRST_YEAR = 2016
STALE = timedelta(weeks=4)
_WEEK = timedelta(days=7)
_YEAR_IS_SETTLED = timedelta(days=60)
_BROAD_EVERY_WEEKS = 4  # an answer holds the whole year: the packages around a framework lose nothing
_PAST_EVERY_WEEKS = 26


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the weeks of this year for each scope in one answer, then each earlier year once.

    Raises, after everything is kept, Unavailable when the newest week is more than four weeks old and Absent
    when no answer has a week in it.
    """
    weeks: list[date | None] = []
    for subject, _ in by_scope(framework, SOURCE.needs):
        for payload in _answers(client, subject):
            weeks += _weeks(payload)
            yield payload
    if None in weeks:
        return  # the parser says what is wrong with that answer
    if not weeks:
        raise Absent(SOURCE.id, client.base, f"no downloads of {framework.title}")
    newest = max(week for week in weeks if week)
    if newest + _WEEK < client.now().date() - STALE:
        why = f"the data end with the week of {newest}: the service has stopped loading"
        raise Unavailable(SOURCE.id, client.base, why)


def _answers(client: Client, subject: Subject) -> Iterator[Payload]:
    """Yield this year and the years before it, newest first. A past year may gain days that were missing."""
    every, asked = None, client.now().date()
    if subject.scope != "core":
        every = client.turn(subject, weeks=_BROAD_EVERY_WEEKS)
        asked = client.turn_began(subject, weeks=_BROAD_EVERY_WEEKS).date()
    open_year = (asked - _YEAR_IS_SETTLED).year
    this_monday = asked - timedelta(days=asked.weekday())
    yield _ask(client, subject, (_first_monday(open_year), this_monday), fresh_for=every)
    for year in range(open_year - 1, FIRST_YEAR - 1, -1):
        settled = client.turn(subject, weeks=_PAST_EVERY_WEEKS, step=2 * year)  # between them the other scope
        span = _first_monday(year), _first_monday(year + 1)
        yield _ask(client, subject, span, fresh_for=settled, past=True)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield one observation per project and complete week. Raises PayloadChanged when the answer was cut."""
    yield from observations(payload, _read)


def _ask(
    client: Client,
    subject: Subject,
    span: tuple[date, date],
    *,
    fresh_for: timedelta | None,
    past: bool = False,
) -> Payload:
    asked = _clickhouse.question(
        SQL, subject.name.split(), **{"from": span[0].isoformat(), "to": span[1].isoformat()}
    )
    return client.get("", subject, params=asked, fresh_for=fresh_for, backfill=past)


def _first_monday(year: int) -> date:
    first = date(year, 1, 1)
    return first + timedelta(days=-first.weekday() % 7)


def _weeks(payload: Payload) -> Sequence[date | None]:
    """Return the weeks of an answer, or a single None for one that the parser refuses."""
    try:
        return [one.start.date() for one in parse(payload)]
    except PayloadChanged:
        return [None]


def _read(payload: Payload) -> Iterator[Observation]:
    projects = payload.name.split()
    for row in _clickhouse.rows(payload):
        week, project = as_moment(row["week"]), as_text(row["project"])
        if project not in projects:
            raise ValueError(f"the answer is about {project!r}")
        if _clickhouse.whole(row["days"]) == 7 and _is_monday(week):
            one = flow(payload, "clickpy.downloads", week, week + _WEEK, _clickhouse.whole(row["downloads"]))
            yield replace(one, name=project)


def _is_monday(moment: datetime) -> bool:
    if moment.weekday() or moment.time() != datetime.min.time():
        raise ValueError(f"{moment} is not the start of a week")
    return True
