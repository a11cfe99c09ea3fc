"""Past weeks are kept exactly, worked out once, and anew only where something they rest on has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from material import AS_OF, NOW, House, payload

from evidence.catalog import frame_hash
from evidence.errors import InputError
from evidence.types import Score
from warehouse import history
from warehouse.read import Warehouse

FIRST = date(2026, 1, 25)
WEEKS, ROWS = 5, 6
FIRST_ROWS = 4
"""Rows of first pairs; two more pairs are of the comparison of three."""

WEEK = timedelta(weeks=1)


@pytest.fixture(autouse=True)
def few_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five weeks say what three hundred say."""
    monkeypatch.setattr(history, "FIRST", FIRST)


def filled(house: House, seconds: float = 600) -> history.Filled:
    with Warehouse.open(house.home) as warehouse:
        return history.fill(warehouse, seconds=seconds)


def keys(house: House, comparison: str = "pair") -> Mapping[str, Mapping[date, str]]:
    with Warehouse.open(house.home) as warehouse:
        chosen = next(item for item in warehouse.catalog().comparisons if item.id == comparison)
        newest = date.fromisoformat(warehouse.meta()["as_of"])
        return history.keys(warehouse.facts(), warehouse.catalog(), chosen, newest)


def told(score: Score) -> object:
    parts = [(part.indicator, part.raw, part.scores, part.weight) for part in score.contributions]
    return score.as_of, score.scores, score.contrast, score.coverage, score.verdict, parts


def test_weeks_are_sundays_before_the_newest_day() -> None:
    assert history.sundays(AS_OF)[0] == FIRST
    assert history.sundays(AS_OF)[-1] == AS_OF - WEEK
    assert history.sundays(AS_OF + timedelta(days=1))[-1] == AS_OF
    assert history.sundays(FIRST) == ()


def test_what_is_kept_is_what_that_day_says(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        assert warehouse.weekly("pair", "use") == ()
        done = history.fill(warehouse)
        assert done == history.Filled(ROWS * WEEKS, 0)
        every = (("pair", "use"), ("pair", "speed"), ("three", "use"), ("three:alpha,gamma", "use"))
        for comparison, dimension in every:
            kept = warehouse.weekly(comparison, dimension)
            days = history.sundays(AS_OF)
            assert [score.as_of for score in kept] == list(days)
            exact = warehouse.history(comparison, dimension, days)
            assert [told(score) for score in kept] == [told(score) for score in exact]
        assert any(score.contrast for score in warehouse.weekly("pair", "use"))


def test_it_may_stop_at_any_time_and_goes_on(house: House) -> None:
    assert filled(house, seconds=0).made == 0
    advanced: list[None] = []
    with Warehouse.open(house.home) as warehouse:
        history.fill(warehouse, advance=lambda: advanced.append(None))
        assert history.lacking(warehouse) == 0
    assert len(advanced) == ROWS * WEEKS
    assert filled(house) == history.Filled(0, 0)


def test_a_stopped_one_spans_the_whole_time(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        count = iter(range(100))

        def stop() -> None:
            if next(count) == FIRST_ROWS:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            history.fill(warehouse, advance=stop)
        days = [score.as_of for score in warehouse.weekly("pair", "use")]
    assert days[-1] - days[0] >= 4 * WEEK


def test_first_pairs_come_before_the_others(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        count = iter(range(1, 100))

        def stop() -> None:
            if next(count) == FIRST_ROWS * WEEKS:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            history.fill(warehouse, advance=stop)
        assert len(warehouse.weekly("three", "use")) == WEEKS
        assert warehouse.weekly("three:beta,gamma", "use") == ()


def test_a_pair_is_chosen_by_its_names_in_any_order_and_worked_out_alone(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        assert history.chosen(warehouse, "three", "gamma,alpha") == ("three:alpha,gamma",)
        assert history.chosen(warehouse, "three", "alpha,beta") == ("three",)
        assert history.chosen(warehouse, pair="beta,alpha") == ("pair",)
        assert history.chosen(warehouse, "three") == ("three", "three:beta,gamma", "three:alpha,gamma")
        assert history.chosen(warehouse) == ("pair", *history.chosen(warehouse, "three"), "alone")
        done = history.fill(warehouse, history.chosen(warehouse, "three", "gamma,alpha"))
        assert done == history.Filled(WEEKS, 0)
        kept = warehouse.weekly("three:alpha,gamma", "use")
        assert {score.contrast.second for score in kept if score.contrast} == {"gamma"}
        assert warehouse.weekly("three", "use") == ()
    assert filled(house) == history.Filled((ROWS - 1) * WEEKS, 0)


@pytest.mark.parametrize(
    ("comparison", "pair", "said"),
    [
        ("nowhere", "", "no comparison 'nowhere'"),
        ("three", "alpha,delta", "no pair 'alpha,delta' in three. Known: beta,alpha; beta,gamma; "),
        ("three", "alpha", "no pair 'alpha' in three"),
        ("alone", "gamma,alpha", "no pair 'gamma,alpha' in alone"),
    ],
)
def test_what_is_no_pair_is_refused(house: House, comparison: str, pair: str, said: str) -> None:
    with Warehouse.open(house.home) as warehouse, pytest.raises(InputError, match=said):
        history.chosen(warehouse, comparison, pair)


def test_a_torn_line_is_no_week(house: House) -> None:
    filled(house)
    file = house.home / "history" / "pair.use.jsonl"
    file.write_bytes(file.read_bytes()[:-40])
    with Warehouse.open(house.home) as warehouse:
        assert len(warehouse.weekly("pair", "use")) == WEEKS - 1
    assert filled(house) == history.Filled(1, 0)


def test_a_new_release_works_out_only_the_new_week(house: House) -> None:
    filled(house)
    later = NOW + WEEK
    fresh = payload("alpha", [["shop.stars", *[later.isoformat()] * 2, 20_000]], at=later)
    house.receive("20260308T200000Z-second", [fresh])
    house.publish(as_of=AS_OF + WEEK, now=later)
    with Warehouse.open(house.home) as warehouse:
        assert warehouse.weekly("pair", "use") == (), "the file still belongs to the release before"
    assert filled(house) == history.Filled(ROWS, 0)
    with Warehouse.open(house.home) as warehouse:
        assert len(warehouse.weekly("pair", "use")) == WEEKS + 1


def test_a_restated_past_changes_the_weeks_from_there_on(house: House) -> None:
    before = keys(house)["use"]
    middle = NOW - 2 * WEEK
    restated = payload("alpha", [["shop.stars", *[middle.isoformat()] * 2, 1.0]], at=NOW + timedelta(hours=1))
    house.receive("20260301T210000Z-again", [restated])
    house.publish(now=NOW + timedelta(hours=2))
    after = keys(house)["use"]
    same = {day for day in before if before[day] == after[day]}
    assert same == {day for day in before if day < middle.date()}


def test_a_choice_changes_the_weeks_of_its_dimension_only(house: House) -> None:
    before = keys(house)
    first = house.catalog.indicators[0]
    other = replace(first, max_age=first.max_age + timedelta(days=1))
    house.catalog = replace(house.catalog, indicators=(other, *house.catalog.indicators[1:]))
    house.changelog = frame_hash(house.catalog)
    house.publish(now=NOW + timedelta(hours=1))
    after = keys(house)
    assert set(before[first.dimension].values()).isdisjoint(after[first.dimension].values())
    rest = before.keys() - {first.dimension}
    assert rest
    assert all(before[dimension] == after[dimension] for dimension in rest)
