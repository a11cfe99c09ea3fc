"""From facts to readings and scores as of a day: the one path for the build and for every later question.

Indicators are SQL over the stored macros; scoring is `evidence`. Both are deterministic: one thread, ordered
sums, seeded draws.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import duckdb

from evidence.errors import CatalogError
from evidence.score import PreparedComparison, prepare
from evidence.types import Catalog, Comparison, Indicator, Reading, Sample, Scope
from warehouse import _sql
from warehouse._growth import EVER, fill_increments
from warehouse._sql import Row

__all__ = ["EVER", "Moment", "applicable", "fill_increments", "macros", "prepared", "readings", "set_context"]

SCOPES: tuple[Scope, ...] = ("core", "broad")
WINDOW_FACTORS = (0.5, 1.0, 2.0)
"""The declared window and its two variants, half and double (SCORING 2.9, factor F3)."""

_NEEDED = {"framework", "value", "observed_at", "payloads"}
_LEAST = timedelta(microseconds=1)
_WORKERS = 4  # more would wait for each other: every statement is short
_RECALLED = 2_000  # answers kept; one holds a few kilobytes


@dataclass(frozen=True)
class Moment:
    """What may be used: facts observed until the end of `as_of` and, if given, retrieved until `known_by`."""

    as_of: date
    known_by: datetime | None = None

    @property
    def end(self) -> datetime:
        """The first instant after the day, as the database holds it."""
        return datetime.combine(min(self.as_of, EVER.date()) + timedelta(days=1), time())

    @property
    def known(self) -> datetime:
        """The last instant of retrieval, as the database holds it."""
        return EVER if self.known_by is None else self.known_by.astimezone(UTC).replace(tzinfo=None)


def macros() -> str:
    """Return the SQL that the indicators are written in: part of what a score depends on."""
    return _sql.text("macros")


def applicable(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return, by indicator, the frameworks that every source of the indicator has a name for."""
    found: dict[str, set[str]] = {}
    for row in _sql.rows(con, "statements/applicable"):
        found.setdefault(row["indicator"], set()).add(row["framework"])
    return found


@dataclass(frozen=True)
class Recall:
    """The last answers that indicators gave, for questions as of many days.

    `digest(indicator, day)` is the same for two days only where the facts that the indicator reads are the
    same up to both. Then its answer is too, unless its own SQL looks at the day.
    """

    digest: Callable[[Indicator, date], str]
    answers: OrderedDict[tuple[object, ...], list[Row]] = field(default_factory=OrderedDict)

    def rows(self, con: duckdb.DuckDBPyConnection, job: _Job) -> list[Row]:
        """Return what the indicator answers: as it did before, or by asking."""
        if "as_of" in job.indicator.sql:
            return _asked(con, job.indicator)
        way = (job.comparison.frameworks, job.indicator.id, job.scope, job.window)
        key = (*way, self.digest(job.indicator, job.moment.as_of))
        found = self.answers.get(key)
        if found is None:
            found = self.answers[key] = _asked(con, job.indicator)
            if len(self.answers) > _RECALLED:
                self.answers.popitem(last=False)
        return found


def readings(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    comparison: Comparison,
    moment: Moment,
    *,
    recall: Recall | None = None,
) -> tuple[Reading, ...]:
    """Run every indicator of the comparison under every scope and window.

    Raises CatalogError for an indicator whose SQL fails or does not give what it must.
    """
    broad = {row["indicator"] for row in _sql.rows(con, "statements/broad_indicators")}
    jobs = [
        _Job(indicator, comparison, moment, scope, window, recall)
        for indicator in catalog.indicators
        if indicator.dimension in comparison.dimensions
        for scope in (SCOPES if indicator.id in broad else SCOPES[:1])
        for window in _windows(indicator)
    ]
    found = [reading for taken in _done(con, jobs) for reading in taken]
    # Where no name is added, the broad scope is the core: the same values, without asking again.
    found += [replace(reading, scope=SCOPES[1]) for reading in found if reading.indicator not in broad]
    return tuple(found)


def prepared(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    comparison: Comparison,
    moment: Moment,
    found: Sequence[Reading],
) -> PreparedComparison:
    """Return the comparison ready to be scored under any weights."""
    return prepare(catalog, comparison, found, as_of=moment.as_of, applicable=applicable(con))


def set_context(
    con: duckdb.DuckDBPyConnection,
    frameworks: Sequence[str],
    moment: Moment,
    *,
    scope: Scope = "core",
    window: int | None = None,
) -> None:
    """Set the variables that the macros read."""
    first, second = (*frameworks[:2], None, None)[:2]
    _sql.run(
        con,
        "statements/context",
        as_of=moment.end,
        known_by=moment.known,
        scope=scope,
        window_weeks=window,
        first=first,
        second=second,
    )


def _windows(indicator: Indicator) -> tuple[int | None, ...]:
    weeks = indicator.window_weeks
    if weeks is None:
        return (None,)
    return tuple(dict.fromkeys(max(1, round(weeks * factor)) for factor in WINDOW_FACTORS))


@dataclass(frozen=True)
class _Job:
    """One indicator to be read for one comparison in one way."""

    indicator: Indicator
    comparison: Comparison
    moment: Moment
    scope: Scope
    window: int | None
    recall: Recall | None = None


def _done(con: duckdb.DuckDBPyConnection, jobs: Sequence[_Job]) -> Iterable[list[Reading]]:
    """Do the jobs, in order; several at a time, each on one thread, which does not change a bit.

    What was known by an instant hides behind temporary tables of this connection: then one at a time.
    """
    workers = min(os.cpu_count() or 1, _WORKERS)
    if workers == 1 or any(job.moment.known_by for job in jobs):
        return [_taken(con, job) for job in jobs]

    def share(number: int) -> list[list[Reading]]:
        with closing(con.cursor()) as own:
            return [_taken(own, job) for job in jobs[number::workers]]

    with ThreadPoolExecutor(workers) as pool:
        shares = list(pool.map(share, range(workers)))
    return [shares[number % workers][number // workers] for number in range(len(jobs))]


def _taken(con: duckdb.DuckDBPyConnection, job: _Job) -> list[Reading]:
    frameworks = job.comparison.frameworks
    set_context(con, frameworks, job.moment, scope=job.scope, window=job.window)
    seen: set[tuple[str, str]] = set()
    found = []
    rows = _asked(con, job.indicator) if job.recall is None else job.recall.rows(con, job)
    for row in rows:
        key = (row["framework"], row.get("variant") or "")
        if key in seen:
            raise _fault(job.indicator, f"two rows for {key[0]}, variant {key[1]!r}; give one row each")
        seen.add(key)
        if row["value"] is not None and row["framework"] in frameworks:
            found.append(_reading(job, row))
    order = {framework: position for position, framework in enumerate(frameworks)}
    return sorted(found, key=lambda reading: (order[reading.framework], reading.variant))


def _asked(con: duckdb.DuckDBPyConnection, indicator: Indicator) -> list[Row]:
    try:
        con.execute(indicator.sql)
    except duckdb.Error as error:
        raise _fault(indicator, str(error)) from error
    given = {column[0] for column in con.description or ()}
    if lacking := _NEEDED - given:
        raise _fault(indicator, f"column {min(lacking)!r} is missing from its result")
    return _sql.fetched(con)


def _reading(job: _Job, row: Row) -> Reading:
    if row["observed_at"] is None:
        raise _fault(job.indicator, f"observed_at is null beside a value for {row['framework']}")
    # An interval that ends with the day belongs to the day, not to the next one.
    observed = min(row["observed_at"], job.moment.end - _LEAST).replace(tzinfo=UTC)
    samples = [Sample(item["block"], item["key"], item["x"]) for item in row.get("samples") or ()]
    return Reading(
        indicator=job.indicator.id,
        framework=row["framework"],
        scope=job.scope,
        window_weeks=job.window,
        variant=row.get("variant") or "",
        value=float(row["value"]),
        observed_at=observed,
        successes=row.get("successes"),
        trials=row.get("trials"),
        samples=tuple(sorted(samples, key=lambda sample: (sample.block, sample.key))),
        payloads=tuple(sorted(set(row["payloads"] or ()))),
    )


def _fault(indicator: Indicator, why: str) -> CatalogError:
    return CatalogError(f"indicators/{indicator.dimension}/{indicator.id}.sql", "", why)
