"""Every check of the built database is tripped by a case, and a sound database trips none that stops it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from material import AS_OF, NOW, PLAIN, House, attempts, catalog, payload

from evidence.errors import CheckFailed
from evidence.types import Text
from warehouse import _sql
from warehouse.read import Warehouse

HARMS = {
    "fail_answers_missing": "delete from score_json where comparison = 'pair' and dimension = 'use'",
    "fail_broken_chain": "delete from payload where framework = 'beta'",
    "fail_contributions_do_not_sum": "update contribution set contribution = contribution + 0.001 "
    "where comparison = 'pair' and indicator = 'step'",
    "fail_duplicate_observations": "insert into observation from observation limit 1",
    "fail_duplicate_rows": "insert into attempt from attempt limit 1",
    "fail_frame_without_changelog": "update meta set value = 'another frame' where key = 'previous_frame'",
    "fail_future_observations": "update observation set start_at = start_at + interval 30 year, "
    "end_at = end_at + interval 30 year where metric = 'shop.stars' and framework = 'beta'",
    "fail_not_finite": "update indicator_value set value = 'nan' where indicator = 'docs'",
    "fail_scores_out_of_range": "update score set value = 11 where dimension = 'speed'",
    "fail_unknown_units": "update measurement set unit = 'fortnights' where line = 1",
    "warn_dated_evidence": "update contribution set dated = true where indicator = 'docs'",
    "warn_failed_attempts": "select 1",
    "warn_no_licence": "update source set licence = ' ' where id = 'shop'",
    "warn_one_family_decides": "select 1",
    "warn_refused": "insert into refused values ('shop', 'somewhere', '00', 'odd')",
    "warn_unexplained_counters": "update increment set suspect = true, reason = 'frozen' "
    "where week_start > timestamp '2026-01-01'",
}
MORE_HARMS = (
    (
        "fail_contributions_do_not_sum",
        "update contribution set weight = weight * 1.1 where comparison = 'pair'",
    ),
    (
        "fail_contributions_do_not_sum",
        "delete from contribution where comparison = 'pair' and dimension = 'use'",
    ),
    ("fail_broken_chain", "update contribution_value set payloads = [] where indicator = 'docs'"),
    ("fail_duplicate_rows", "insert into measurement from measurement limit 1"),
    ("fail_duplicate_rows", "insert into score from score limit 1"),
    ("fail_duplicate_rows", "insert into contribution from contribution limit 1"),
    (
        "fail_duplicate_rows",
        "insert into indicator_value from indicator_value where window_weeks is null limit 1",
    ),
    ("fail_future_observations", "update payload set requested_at = requested_at + interval 3 day"),
    ("fail_future_observations", "update measurement set started_at = started_at + interval 4 day"),
    ("fail_not_finite", "update measurement set samples = ['inf'::double] where line = 1"),
    ("fail_not_finite", "update contrast set value = '-inf' where comparison = 'pair'"),
    ("fail_not_finite", "update observation set value = 'nan' where framework = 'beta'"),
    ("fail_scores_out_of_range", "update contrast set low90 = high90 + 1 where comparison = 'pair'"),
    ("fail_scores_out_of_range", "update contrast set coverage = 1.01 where comparison = 'pair'"),
    ("fail_unknown_units", "update metric set unit = ' ' where id = 'shop.stars'"),
    ("fail_unknown_units", "delete from metric where id = 'shop.stars'"),
    ("fail_unknown_units", "update indicator set unit = '' where id = 'docs'"),
)


@pytest.fixture(scope="module")
def sound(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, in a copy that may be harmed and is rolled back after every harm."""
    file = tmp_path_factory.mktemp("checks") / "copy.duckdb"
    file.write_bytes((model_home / "touchstone.duckdb").read_bytes())
    with duckdb.connect(file) as con:
        con.execute(
            "update meta set value = (select value from meta where key = 'frame') "
            "where key = 'previous_frame'"
        )
        yield con


def test_every_check_has_a_case() -> None:
    assert set(HARMS) == {*_sql.checks("fail"), *_sql.checks("warn")}


@pytest.mark.parametrize("name", sorted(HARMS))
def test_a_check_says_in_its_first_line_why_it_is_one(name: str) -> None:
    assert _sql.text(f"checks/{name}").startswith("-- ")


@pytest.mark.parametrize("name", _sql.checks("fail"))
def test_a_sound_database_passes(sound: duckdb.DuckDBPyConnection, name: str) -> None:
    assert _sql.rows(sound, f"checks/{name}") == []


@pytest.mark.parametrize(("name", "harm"), [*HARMS.items(), *MORE_HARMS])
def test_harm_trips_its_check(sound: duckdb.DuckDBPyConnection, name: str, harm: str) -> None:
    sound.begin()
    try:
        sound.execute(harm)
        found = _sql.rows(sound, f"checks/{name}")
    finally:
        sound.rollback()
    assert found
    json.dumps(found, default=str)


def test_a_break_in_the_register_explains_a_counter(sound: duckdb.DuckDBPyConnection) -> None:
    sound.begin()
    sound.execute(HARMS["warn_unexplained_counters"])
    sound.execute(
        "insert into source_break values ('shop', 'shop.stars', null, '2026-01-01', '2026-03-01', 'x', 'y')"
    )
    found = _sql.rows(sound, "checks/warn_unexplained_counters")
    sound.rollback()
    assert {row["metric"] for row in found} == {"shop.packages"}


def test_warnings_are_stored_beside_the_scores(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        found = warehouse.table("warning").set_index("check_name")["found"]
    failed = json.loads(found["warn_failed_attempts"])
    assert (failed["source"], failed["framework"], failed["reason"]) == ("shop", "gamma", "no SHOP_TOKEN")


def release_stays(house: House, check: str, *, now_days: int = 7) -> CheckFailed:
    before = sorted((house.home / "published").glob("*.duckdb"))
    with Warehouse.open(house.home) as warehouse:
        release = warehouse.release
    with pytest.raises(CheckFailed, match=check) as raised:
        house.publish(now=NOW + timedelta(days=now_days))
    assert sorted((house.home / "published").glob("*.duckdb")) == before
    with Warehouse.open(house.home) as warehouse:
        assert warehouse.release == release
    return raised.value


def test_two_values_for_one_key_in_one_instant_stop_the_publication(plain: House) -> None:
    at = (NOW - timedelta(days=1)).isoformat()
    for run, value in (("a", 1), ("b", 2)):
        plain.receive(f"2026-{run}", [payload("alpha", [["shop.packages", at, at, value]])])
    error = release_stays(plain, "fail_duplicate_observations")
    assert "The last published file stays in place" in str(error)


def test_an_observation_of_the_future_stops_the_publication(plain: House) -> None:
    at = (NOW + timedelta(days=40)).isoformat()
    plain.receive("2026-x", [payload("alpha", [["shop.packages", at, at, 1]])])
    release_stays(plain, "fail_future_observations")


def test_a_clock_that_is_a_little_ahead_is_no_fault(plain: House) -> None:
    at = (NOW + timedelta(hours=20)).isoformat()
    plain.receive("2026-x", [payload("alpha", [["shop.packages", at, at, 1]])])
    assert plain.publish(now=NOW + timedelta(hours=1)).is_new


def test_an_attempt_entered_twice_stops_the_publication(plain: House) -> None:
    plain.receive("2026-x", [], [attempts("r")[0], replace(attempts("r")[0], reason="again")])
    release_stays(plain, "fail_duplicate_rows")


def test_a_changed_frame_needs_its_entry_in_the_changelog(plain: House) -> None:
    first, *rest = catalog().indicators
    plain.catalog = replace(PLAIN, indicators=(replace(first, grade="C"), *rest))
    error = release_stays(plain, "fail_frame_without_changelog")
    frame = str(error.rows[0]["frame"])
    assert f"write a line with {frame}" in str(error)
    plain.changelog = f"- {frame}: new_stars is gameable"
    assert plain.publish(now=NOW + timedelta(days=7)).is_new


def test_a_better_title_is_no_other_frame(plain: House) -> None:
    first, *rest = catalog().indicators
    plain.catalog = replace(PLAIN, indicators=(replace(first, title=Text("Better", "更好")), *rest))
    assert plain.publish(as_of=AS_OF, now=NOW + timedelta(days=7)).is_new
