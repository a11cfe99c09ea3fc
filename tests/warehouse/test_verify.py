"""Verifying: equal when nothing was touched, and every touched thing is named."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
import zstandard
from material import NOW, PARSERS, House, campaign, parse, payload, write_results

from evidence.errors import InputError
from evidence.types import Observation, Payload
from warehouse.publish import current, release_path
from warehouse.read import NothingPublished
from warehouse.verify import TABLES, Verification, verify


def verified(house: House) -> Verification:
    return verify(house.home, **house.material())


def test_an_untouched_house_is_identical(plain: House) -> None:
    found = verified(plain)
    assert found.is_identical
    assert (found.scores, found.release) == (1, current(plain.home))


def test_the_whole_table_is_identical_and_verifying_changes_nothing(house: House) -> None:
    before = {path: path.stat().st_mtime_ns for path in house.home.rglob("*") if path.is_file()}
    found = verified(house)
    assert found.is_identical
    assert found.scores == 4
    assert {path: path.stat().st_mtime_ns for path in house.home.rglob("*") if path.is_file()} == before


def test_what_came_later_does_not_matter(plain: House) -> None:
    later = NOW + timedelta(days=7)
    at = NOW.isoformat()
    plain.receive("2026-later", [payload("gamma", [["shop.packages", at, at, 9999]], at=later)])
    write_results(
        plain.home / "results" / "later.jsonl", [dataclasses.replace(item, run="r2") for item in campaign()]
    )
    assert verified(plain).is_identical


def test_a_changed_body_is_found(plain: House) -> None:
    victim = next(entry for entry in plain.archive.entries() if entry.framework == "gamma")
    body = plain.archive.body(victim.sha256).replace(b"10000", b"10001")
    plain.archive.location(victim.sha256).write_bytes(zstandard.compress(body))
    found = verified(plain)
    assert not found.is_identical
    (message,) = found.damaged
    assert victim.sha256 in message
    assert found.differences


def test_a_lost_index_is_found(plain: House) -> None:
    next((plain.home / "archive" / "index").iterdir()).unlink()
    found = verified(plain)
    assert len(found.lost) == 4
    assert not found.is_identical


def test_a_changed_index_line_is_found(plain: House) -> None:
    index = next((plain.home / "archive" / "index").iterdir())
    index.write_bytes(index.read_bytes().replace(b'"framework":"gamma"', b'"framework":"delta"', 1))
    found = verified(plain)
    assert len(found.lost) == 1


def test_a_changed_result_line_is_found(house: House) -> None:
    file = house.home / "results" / "own.jsonl"
    lines = file.read_text().splitlines()
    changed = json.loads(lines[0]) | {"value": 0.001}
    file.write_text("\n".join([json.dumps(changed), *lines[1:]]) + "\n")
    found = verified(house)
    assert found.lost == ("own.jsonl:1: the line is gone or changed",)
    assert {item.table for item in found.differences} >= {"score_json", "contrast"}


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("score", "update score set value = value + 1e-15"),
        ("score_json", "update score_json set body = replace(body::varchar, '\"as_of\"', '\"as_of\" ')"),
        ("contribution_value", "update contribution_value set raw = 7 where indicator = 'packages'"),
        ("indicator_value", "delete from indicator_value where indicator = 'packages' and scope = 'broad'"),
        ("missing", "insert into missing select 'alone', 'use', '2026-03-01', 'x', 'x', 'A', 'x', 'x'"),
    ],
)
def test_a_release_that_somebody_edited_is_found(plain: House, table: str, sql: str) -> None:
    assert table in TABLES
    with duckdb.connect(release_path(plain.home, current(plain.home))) as con:
        con.execute(sql)
    found = verified(plain)
    assert {item.table for item in found.differences} == {table}
    assert all(item.published != item.rebuilt for item in found.differences)


def test_a_parser_that_reads_otherwise_now_is_found(plain: House) -> None:
    """The parts that were kept say what an older parser read; verifying reads the bytes."""

    def other(answer: Payload) -> Iterator[Observation]:
        return (dataclasses.replace(found, value=found.value * 2) for found in parse(answer))

    plain.parsers = {**PARSERS, "shop": other}
    assert not verified(plain).is_identical


def test_nothing_published_cannot_be_verified(bare: House) -> None:
    with pytest.raises(NothingPublished):
        verified(bare)


def test_a_damaged_release_is_one_clear_error(plain: House) -> None:
    file: Path = release_path(plain.home, current(plain.home))
    file.write_bytes(file.read_bytes()[:20_000])
    with pytest.raises(InputError, match="touchstone publish"):
        verified(plain)
