"""208 real weekly snapshots through the whole pipeline: faults of counters are found by rule and shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from published_home import PublishedHome, fed_catalog

from warehouse.read import Warehouse


@pytest.fixture(scope="module")
def suspects(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str, date]]:
    home = PublishedHome(tmp_path_factory.mktemp("suspects"), fed_catalog()).fill()
    with Warehouse.open(home.folder) as warehouse:
        found = warehouse.sql("select framework, metric, reason, week_start from suspects")
    rows: Sequence[tuple[str, str, str, date]] = [
        (row.framework, row.metric, row.reason, row.week_start.date()) for row in found.itertuples()
    ]
    return list(rows)


def weeks(suspects: list[tuple[str, str, str, date]], framework: str, metric: str, reason: str) -> list[date]:
    return sorted(day for *known, day in suspects if known == [framework, metric, reason])


@pytest.mark.parametrize("reason", ["collapsed", "frozen", "caught up", "flip-flopping"])
def test_every_rule_finds_something_in_the_real_counters(
    suspects: list[tuple[str, str, str, date]], reason: str
) -> None:
    assert [one for one in suspects if one[2] == reason]


def test_the_forks_of_tensorflow_go_back_and_forth(suspects: list[tuple[str, str, str, date]]) -> None:
    found = weeks(suspects, "tensorflow", "bestof.github_forks", "flip-flopping")
    assert found
    assert {day.year for day in found} <= {2022, 2023, 2024}  # SCORING 2.3: a flip-flop through 2023


def test_the_forks_of_pytorch_stand_still_and_catch_up(suspects: list[tuple[str, str, str, date]]) -> None:
    frozen = weeks(suspects, "pytorch", "bestof.github_forks", "frozen")
    caught_up = weeks(suspects, "pytorch", "bestof.github_forks", "caught up")
    assert frozen and caught_up
    assert any(one > frozen[0] for one in caught_up)


def test_most_weeks_are_not_suspect(suspects: list[tuple[str, str, str, date]]) -> None:
    stars = [one for one in suspects if one[1] == "bestof.github_stars"]
    assert len(stars) < 0.1 * 2 * 208
