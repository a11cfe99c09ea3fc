"""Rows in, rows out: the views on doubtful counters and on two counts of downloads. Figures are made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import pytest

from collectors import clickpy, pypistats
from warehouse import _sql, _tables
from warehouse._sql import Row

MONDAY = datetime(2026, 2, 23)  # noqa: DTZ001 - as the database holds it
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for name in ("schema", "macros", "views"):
            _sql.run(con, name)
        for table, rows in _tables.source_rows([pypistats.SOURCE, clickpy.SOURCE]).items():
            _sql.insert(con, table, rows)
        yield con


def fact(source: str, start: datetime, length: timedelta, value: float, **changed: object) -> Row:
    return {
        "source": source,
        "framework": "alpha",
        "metric": f"{source}.downloads",
        "scope": "core",
        "name": "alpha",
        "start_at": start,
        "end_at": start + length,
        "value": value,
        "retrieved_at": start + length,
        "payload_sha256": f"{source}{start}",
        **changed,
    }


def days(week: datetime, value: float, count: int = 7) -> list[Row]:
    return [fact("pypistats", week + DAY * n, DAY, value) for n in range(count)]


def reconciled(con: duckdb.DuckDBPyConnection, rows: list[Row]) -> dict[datetime, Row]:
    _sql.insert(con, "observation", rows)
    return {row["week_start"]: row for row in _sql.fetched(con.execute("from download_reconciliation"))}


def test_two_counts_stand_beside_each_other_and_a_change_of_their_ratio_is_marked(
    con: duckdb.DuckDBPyConnection,
) -> None:
    weeks = [MONDAY - WEEK * n for n in range(5)]
    counts = [210.0, 210.0, 210.0, 280.0, 168.0]  # 280 / 210 is more than a quarter, 210 / 168 is just that
    rows = [row for week in weeks for row in days(week, 10)]
    rows += [fact("clickpy", week, WEEK, count) for week, count in zip(weeks, counts, strict=True)]
    found = reconciled(con, rows)
    assert [found[week]["pypistats"] for week in weeks] == [70.0] * 5
    assert [found[week]["ratio"] for week in weeks] == pytest.approx([3, 3, 3, 4, 2.4])
    assert {row["usual_ratio"] for row in found.values()} == {3.0}
    assert [found[week]["flag"] for week in weeks[:4]] == ["together"] * 3 + ["apart"]
    assert found[weeks[4]]["ratio"] / 3 == pytest.approx(0.8)


def test_a_missing_day_is_no_smaller_week_and_a_missing_side_is_said(con: duckdb.DuckDBPyConnection) -> None:
    first, second, third = (MONDAY - WEEK * n for n in range(3))
    rows = [*days(first, 10, count=6), *days(second, 10), *days(third, 10, count=3)]
    rows += [fact("clickpy", first, WEEK, 200.0)]
    found = reconciled(con, rows)
    assert (found[first]["pypistats"], found[first]["pypistats_days"], found[first]["ratio"]) == (
        None,
        6,
        None,
    )
    assert [found[week]["flag"] for week in (first, second, third)] == [
        "only ClickPy",
        "only PyPI Stats",
        "neither whole",
    ]


def test_an_older_vintage_and_another_source_s_figures_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    old = [row | {"superseded_at": MONDAY + WEEK * 9, "value": 1.0} for row in days(MONDAY, 10)]
    rows = [*days(MONDAY, 10), *old, fact("clickpy", MONDAY, WEEK, 140.0)]
    rows += [row | {"source": "ingest"} for row in days(MONDAY, 99)]
    assert reconciled(con, rows)[MONDAY]["ratio"] == 2.0


def test_projects_are_not_mixed(con: duckdb.DuckDBPyConnection) -> None:
    other = {"name": "alpha-extra", "scope": "broad"}
    rows = [*days(MONDAY, 10), *(row | other for row in days(MONDAY, 20))]
    rows += [fact("clickpy", MONDAY, WEEK, 70.0), fact("clickpy", MONDAY, WEEK, 280.0, **other)]
    reconciled(con, rows)
    found = con.execute("select name, ratio from download_reconciliation order by name").fetchall()
    assert found == [("alpha", 1.0), ("alpha-extra", 2.0)]


def growth(week: datetime, reason: str) -> Row:
    return {
        "source": "clickpy",
        "framework": "alpha",
        "metric": "clickpy.downloads",
        "scope": "core",
        "name": "alpha",
        "week_start": week,
        "increment": 5.0,
        "known_at": week + WEEK,
        "suspect": bool(reason),
        "reason": reason,
        "retrieved_at": week + WEEK,
        "payload_sha256": "bytes",
    }


def test_every_suspect_week_is_shown_with_its_rule_and_the_known_cause(
    con: duckdb.DuckDBPyConnection,
) -> None:
    reasons = ("", "collapsed", "frozen", "caught up", "flip-flopping")
    _sql.insert(con, "increment", [growth(MONDAY - WEEK * n, one) for n, one in enumerate(reasons)])
    known = {
        "source": "clickpy",
        "metric": "clickpy.downloads",
        "framework": None,
        "starts_on": date(2026, 2, 9),
        "ends_on": date(2026, 2, 9),
        "reason": "an outage",
        "link": "https://status.example",
    }
    twice = {**known, "ends_on": date(2026, 2, 10)}  # two entries make no second row
    elsewhere = {**known, "framework": "beta", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 1)}
    _sql.insert(con, "source_break", [known, twice, elsewhere])
    rows = _sql.fetched(con.execute("from suspects"))
    assert [(row["reason"], row["known_cause"]) for row in rows] == [
        ("collapsed", "an outage"),
        ("frozen", "an outage"),
        ("caught up", "an outage"),
        ("flip-flopping", None),
    ]
    assert all(row["meaning"] for row in rows)
    assert {row["unit"] for row in rows} == {"downloads/week"}
