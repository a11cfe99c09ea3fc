"""Properties of SCORING 5.1 through the whole pipeline: archive, build, reader. All figures are made up."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from invented_home import (
    LAST,
    PAIR,
    THIRD,
    WEEKS,
    Home,
    Row,
    answers,
    invented_catalog,
    invented_rows,
    without_bytes,
)

from evidence.types import Contribution, Score

RETRIEVED = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
EXACT = 1e-12

Rows = dict[str, dict[str, list[Row]]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return {framework: invented_rows(framework) for framework in PAIR}


@pytest.fixture(scope="module")
def plain(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published(rows, tmp_path_factory.mktemp("plain") / "home")


def published(rows: Rows, folder: Path, frameworks: tuple[str, ...] = PAIR) -> Home:
    home = Home(folder, invented_catalog(frameworks)).archive(list(answers(rows, RETRIEVED)))
    home.publish()
    return home


def by_indicator(score: Score) -> dict[str, Contribution]:
    return {item.indicator: item for item in score.contributions}


def test_the_invented_world_is_scored_at_all(plain: Home) -> None:
    score = plain.ask()
    assert score.coverage.share == 1
    assert len(score.contributions) == 7
    assert score.contrast is not None
    assert score.contrast.low90 < score.contrast.value < score.contrast.high90
    assert score.status == "reported"


def test_the_same_bytes_give_the_same_bits_in_another_folder(plain: Home, rows: Rows, tmp_path: Path) -> None:
    assert published(rows, tmp_path / "elsewhere" / "again").ask() == plain.ask()


def test_a_third_framework_leaves_the_first_two_bit_identical(
    plain: Home, rows: Rows, tmp_path: Path
) -> None:
    before = plain.ask()
    after = published({**rows, THIRD: invented_rows(THIRD)}, tmp_path, (*PAIR, THIRD)).ask()
    assert after.scores[THIRD] is not None
    assert {framework: after.scores[framework] for framework in PAIR} == before.scores
    for item in ("frame", "contrast", "verdict", "coverage", "status", "robustness", "missing"):
        assert getattr(after, item) == getattr(before, item), item
    for one, two in zip(before.contributions, after.contributions, strict=True):
        assert (one.weight, one.contribution, one.par) == (two.weight, two.contribution, two.par)
        assert {framework: two.scores[framework] for framework in PAIR} == one.scores


def test_order_of_rows_answers_runs_and_indicators_is_irrelevant(
    plain: Home, rows: Rows, tmp_path: Path
) -> None:
    luck = random.Random(7)
    mixed = {
        framework: {source: luck.sample(held, len(held)) for source, held in reversed(by_source.items())}
        for framework, by_source in reversed(rows.items())
    }
    catalog = invented_catalog()
    turned = replace(catalog, indicators=catalog.indicators[::-1], frameworks=catalog.frameworks[::-1])
    home = Home(tmp_path, turned)
    for number, payload in enumerate(answers(mixed, RETRIEVED)):
        home.archive([payload], run=f"run{9 - number}")
    home.publish()
    before, after = without_bytes(plain.ask()), without_bytes(home.ask())
    assert by_indicator(after) == by_indicator(before)
    assert (after.contrast.value, after.verdict, after.coverage, after.missing) == (
        before.contrast.value,
        before.verdict,
        before.coverage,
        before.missing,
    )
    # sums over indicators may differ in their last bit
    assert numbers(after) == pytest.approx(numbers(before), abs=EXACT)


def numbers(score: Score) -> dict[str, float]:
    """Everything that is summed over indicators."""
    held = [*score.scores.items(), ("contrast", score.contrast), ("robustness", score.robustness)]
    return {
        f"{name}.{key}": value
        for name, item in held
        for key, value in vars(item).items()
        if isinstance(value, float)
    }


def test_other_names_change_nothing_but_names(plain: Home, rows: Rows, tmp_path: Path) -> None:
    names = dict(zip(PAIR, ("zelkova", "aspen"), strict=True))  # their alphabetical order is turned round
    renamed = {names[framework]: held for framework, held in rows.items()}
    before = plain.ask()
    after = published(renamed, tmp_path, tuple(names.values())).ask()
    for one, two in zip(before.contributions, after.contributions, strict=True):
        assert (one.indicator, one.weight, one.contribution) == (two.indicator, two.weight, two.contribution)
        assert {names[framework]: value for framework, value in one.raw.items()} == two.raw
        assert {names[framework]: value for framework, value in one.scores.items()} == two.scores
    assert after.contrast.value == before.contrast.value
    assert after.verdict == replace(before.verdict, ahead=names.get(before.verdict.ahead or ""))
    assert (after.coverage, after.status) == (before.coverage, before.status)
    # the luck of the draws is keyed by name, so the intervals agree within their Monte Carlo error
    assert after.contrast.low90 == pytest.approx(before.contrast.low90, abs=0.1)
    assert after.contrast.high90 == pytest.approx(before.contrast.high90, abs=0.1)


def test_a_common_shock_leaves_pair_par_contrasts_and_panel_signs(
    plain: Home, rows: Rows, tmp_path: Path
) -> None:
    """Everybody's counts times four from the first day, as when a source changes its unit."""
    unscaled = {"second.kept", "second.came"}
    shocked = {
        framework: {
            source: [(m, day, value if m in unscaled else 4 * value) for m, day, value in held]
            for source, held in by_source.items()
        }
        for framework, by_source in rows.items()
    }
    before, after = plain.ask(), published(shocked, tmp_path).ask()
    assert by_indicator(after)["users"].raw["alder"] == 4 * by_indicator(before)["users"].raw["alder"]
    for one, two in zip(before.contributions, after.contributions, strict=True):
        if one.indicator == "stars":
            assert two.scores["alder"] - one.scores["alder"] > 0.5  # a level moves, and may
            assert one.contribution * two.contribution > 0
        else:
            assert two.contribution == pytest.approx(one.contribution, abs=EXACT), one.indicator


def test_without_a_source_coverage_falls_and_nothing_becomes_zero(
    plain: Home, rows: Rows, tmp_path: Path
) -> None:
    before = plain.ask()
    after = published(
        {framework: {"first": held["first"]} for framework, held in rows.items()}, tmp_path
    ).ask()
    assert after.coverage.share < before.coverage.share
    assert after.coverage.measured < before.coverage.measured
    assert {item.indicator for item in after.missing} == {"papers", "kept", "wait"}
    kept = by_indicator(before)
    for item in after.contributions:
        assert item.raw == kept[item.indicator].raw
        assert item.scores == kept[item.indicator].scores
        assert all(value > 0 for value in item.raw.values())
    assert sum(item.weight for item in after.contributions) == pytest.approx(1)
    assert all(level.value > 0 for level in after.scores.values())


def test_missing_for_one_is_missing_for_the_pair(plain: Home, rows: Rows, tmp_path: Path) -> None:
    half = {**rows, "birch": {"first": rows["birch"]["first"]}}
    neither = {framework: {"first": held["first"]} for framework, held in rows.items()}
    one, two = published(half, tmp_path / "half").ask(), published(neither, tmp_path / "neither").ask()
    assert (one.contrast, one.coverage, one.scores) == (two.contrast, two.coverage, two.scores)


# --- vintages ---------------------------------------------------------------------------------------------

PAST = (LAST - timedelta(weeks=1), LAST - timedelta(weeks=9), LAST - timedelta(weeks=30))
THEN = PAST[0]


@pytest.fixture(scope="module")
def lived(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """A home that was published a week ago and never since, and one that went on and saw a revision."""
    early = {
        framework: {
            source: [row for row in held if row[1] <= THEN.isoformat()] for source, held in by_source.items()
        }
        for framework, by_source in rows.items()
    }
    known = datetime(THEN.year, THEN.month, THEN.day, 12, tzinfo=UTC)
    old = Home(tmp_path_factory.mktemp("old")).archive(list(answers(early, known)))
    old.publish(THEN)
    new = Home(tmp_path_factory.mktemp("new")).archive(list(answers(early, known)))
    grown = {framework: invented_rows(framework, WEEKS) for framework in PAIR}
    for framework, by_source in grown.items():  # what came later is wild, and one past figure is revised
        last = [(m, day, value * 3) for m, day, value in by_source["first"] if day > THEN.isoformat()]
        revised = [(m, day, value * 5) for m, day, value in by_source["second"] if m == "second.papers"][
            -2:-1
        ]
        by_source.update(first=last, second=revised if framework == "alder" else [])
    new.archive([p for p in answers(grown, RETRIEVED) if p.body != b"[]"], run="later")
    new.publish()
    return old, new


@pytest.mark.parametrize("day", PAST, ids=str)
def test_what_is_known_later_changes_nothing_that_was_known(lived: tuple[Home, Home], day: date) -> None:
    old, new = lived
    known = datetime(THEN.year, THEN.month, THEN.day, 23, tzinfo=UTC)
    asked = old.ask() if day == THEN else old.ask(day)
    assert new.ask(day, known) == asked


@pytest.mark.parametrize("day", PAST[1:], ids=str)
def test_later_rows_change_no_score_of_a_past_day(lived: tuple[Home, Home], day: date) -> None:
    old, new = lived
    assert new.ask(day) == old.ask(day)


def test_a_revision_counts_as_of_its_day_but_not_as_known_then(lived: tuple[Home, Home]) -> None:
    old, new = lived
    before, after = by_indicator(old.ask()), by_indicator(new.ask(THEN))
    assert after["papers"].raw["alder"] == 5 * before["papers"].raw["alder"]
    assert after["papers"].raw["birch"] == before["papers"].raw["birch"]
    changed = {id_ for id_, item in after.items() if item.raw != before[id_].raw}
    assert changed == {"papers"}


@pytest.mark.parametrize(
    ("metric", "fed", "points"),
    [
        ("first.stars", {"stars", "star_pace"}, 1.0),
        ("first.authors", {"authors"}, 1.0),
        ("first.users", {"users"}, 1.0),
        ("second.papers", {"papers"}, 1.0),
        ("second.wait", {"wait"}, -1.6),  # twice the wait is 1.71 steps of a half more each
    ],
)
def test_a_twofold_difference_in_one_input_is_visible(
    plain: Home, rows: Rows, tmp_path: Path, metric: str, fed: set[str], points: float
) -> None:
    """Near par a step is a point, and a doubling is a step of what people choose."""
    doubled = {
        source: [(m, day, 2 * value if m == metric else value) for m, day, value in held]
        for source, held in rows["alder"].items()
    }
    before = by_indicator(plain.ask())
    after = by_indicator(published({**rows, "alder": doubled}, tmp_path).ask())
    for id_, item in after.items():
        moved = item.contribution - before[id_].contribution
        assert moved == pytest.approx(points * item.weight if id_ in fed else 0.0, rel=0.12), id_
