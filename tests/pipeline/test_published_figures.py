"""Real figures through the whole pipeline: the worked example, its four false jumps, and no look-ahead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from invented_home import without_bytes
from published_home import LAST, PublishedHome, example_catalog, fed_catalog

import terminal
from evidence.timeline import Moment, timeline
from evidence.types import Break, Contribution, Score

CUT = date(2024, 5, 16)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> PublishedHome:
    return PublishedHome(tmp_path_factory.mktemp("whole"), fed_catalog()).fill()


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> PublishedHome:
    return PublishedHome(tmp_path_factory.mktemp("cut"), fed_catalog()).fill(CUT)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> PublishedHome:
    return PublishedHome(tmp_path_factory.mktemp("example"), example_catalog()).fill()


def test_the_score_of_a_past_day_is_the_same_whether_or_not_later_rows_exist(
    whole: PublishedHome, cut: PublishedHome
) -> None:
    then = cut.scores()
    for dimension, score in then.items():
        (now,) = whole.history(dimension, [CUT])
        assert without_bytes(now) == without_bytes(score)
    day = date(2022, 1, 13)
    (one,), (two,) = (home.history("industry", [day]) for home in (whole, cut))
    assert without_bytes(one) == without_bytes(two)


# --- SCORING 4.1, 52 weeks to 2025-10-30 -------------------------------------------------------------------

# indicator: raw PyTorch, raw TensorFlow, steps, points of both, weight, contribution; as printed there
COMMUNITY = {
    "new_stars": (10_921, 6_187, 0.82, 6.65, 5.88, 0.07, 0.05),
    "new_forks": (2_914, 599, 2.28, 7.33, 5.25, 0.07, 0.15),
    "new_contributors": (796, 249, 1.68, 6.72, 5.11, 0.29, 0.46),
    "commits": (14_899, 14_750, 0.01, 6.38, 6.37, 0.14, 0.00),
    "issues_closed": (7_121, 1_539, 2.21, 7.41, 5.41, 0.07, 0.14),
    "issue_backlog": (2.39, 1.06, -2.01, 4.02, 6.00, 0.07, -0.14),
    "new_dependents": (271_256, 116_440, 1.22, 7.70, 6.72, 0.29, 0.28),
}
INDUSTRY = {
    "downloads": (45.3e6, 21.7e6, 1.07, 7.20, 6.26, 1 / 3, 0.31),
    "conda_downloads": (4.70e6, 0.96e6, 2.29, 6.65, 4.42, 1 / 6, 0.37),
    "dependent_repositories": (271_256, 116_440, 1.22, 7.70, 6.72, 0.25, 0.24),
    "dependent_packages": (29_888, 9_557, 1.64, 7.76, 6.42, 0.25, 0.33),
}
STEP = {"issue_backlog": -math.log(1.5)}
# How far ours may lie from what is printed there, and why.
# Our weeks are whole weeks from Monday, so the window ends on 2025-10-27, three days before the prototype's.
RAW = dict.fromkeys((*COMMUNITY, *INDUSTRY), 0.013)
# Few people and few issues: three days are more of the whole.
RAW |= {"issues_closed": 0.03, "issue_backlog": 0.03}
# PyTorch's fork counter stood still for nine weeks and caught up in one (22,762 to 23,233). Ours counts what
# it kept back: it grew by 3,179 in all. The prototype takes the leap for another track and loses it.
RAW |= {"new_forks": 0.10}


def check(item: Contribution, printed: tuple[float, ...]) -> None:
    first, second, steps, points_first, points_second, weight, contribution = printed
    assert item.raw["pytorch"] == pytest.approx(first, rel=RAW[item.indicator])
    assert item.raw["tensorflow"] == pytest.approx(second, rel=RAW[item.indicator])
    taken = math.log(item.raw["pytorch"] / item.raw["tensorflow"]) / STEP.get(item.indicator, math.log(2))
    assert taken == pytest.approx(steps, abs=0.08)
    assert item.scores["pytorch"] == pytest.approx(points_first, abs=0.03)
    assert item.scores["tensorflow"] == pytest.approx(points_second, abs=0.08)
    assert item.weight == pytest.approx(weight, abs=0.005)
    assert item.contribution == pytest.approx(contribution, abs=0.01)


def test_the_worked_example_of_community_from_our_own_table(whole: PublishedHome) -> None:
    score = whole.scores()["community"]
    found = {item.indicator: item for item in score.contributions}
    assert set(found) == set(COMMUNITY)
    for id_, printed in COMMUNITY.items():
        check(found[id_], printed)
    assert score.scores["pytorch"].value == pytest.approx(6.85, abs=0.01)
    assert score.scores["tensorflow"].value == pytest.approx(5.90, abs=0.02)
    assert score.contrast.value == pytest.approx(0.94, abs=0.01)
    # There the broad scope adds Keras to TensorFlow; the list has no broad names here, hence a little higher.
    # And there no prior on the spread between families, which moves either end by a tenth of a point.
    assert score.contrast.low90 == pytest.approx(0.01 - 0.1, abs=0.15)
    assert score.contrast.high90 == pytest.approx(1.68 + 0.1, abs=0.15)
    assert score.contrast.p_positive == pytest.approx(0.95, abs=0.03)
    assert score.robustness.epsilon_star == pytest.approx(0.32, abs=0.01)
    assert score.robustness.weight_to_move == pytest.approx(0.25, abs=0.01)


def test_the_worked_example_of_industry_from_our_own_table(example: PublishedHome) -> None:
    score = example.scores()["industry"]
    found = {item.indicator: item for item in score.contributions}
    assert set(found) == set(INDUSTRY)
    for id_, printed in INDUSTRY.items():
        check(found[id_], printed)
    assert score.scores["pytorch"].value == pytest.approx(7.37, abs=0.01)
    assert score.scores["tensorflow"].value == pytest.approx(6.11, abs=0.01)
    assert score.contrast.value == pytest.approx(1.26, abs=0.01)
    assert score.robustness.epsilon_star == 1


def test_how_our_industry_differs_from_the_example(whole: PublishedHome) -> None:
    """Three families instead of two, dependents over a year, dependent repositories at home in community."""
    score = whole.scores()["industry"]
    weights = {item.indicator: item.weight for item in score.contributions}
    assert weights == pytest.approx({"downloads": 0.4, "conda_downloads": 0.2, "dependent_packages": 0.4})
    raw = next(item.raw for item in score.contributions if item.indicator == "dependent_packages")
    assert raw["pytorch"] < INDUSTRY["dependent_packages"][0]
    assert score.contrast.value == pytest.approx(1.30, abs=0.005)


# --- SCORING 4.2: the first and the last year's end, each from what was known then -------------------------
# Between them ours differ where a counter was broken. Community 2022: +0.04, there +0.18: ours counts the
# dependent repositories (and their weight) that are left out there: 0.10 of it; and the leap of 292 of a fork
# counter that had stood still, lost there: 0.03. Industry 2023: +0.22,
# there +0.41: ours leaves the same counter out in that week. Community 2024: +0.94, there +0.99: ours counts
# forks of TensorFlow that a standing counter kept back (2,449; by two years there about 1,130): 0.06.

YEAR_ENDS = (date(2021, 12, 30), LAST)
# as printed there
CONTRASTS = {"community": (-0.36, 0.94), "industry": (-0.38, 1.26)}


@pytest.mark.parametrize("dimension", CONTRASTS)
def test_an_opinion_is_judged_by_what_was_known_then_and_by_what_is_known_now(
    example: PublishedHome, dimension: str
) -> None:
    then, now = example.history(dimension, YEAR_ENDS)
    assert (then.contrast.value, now.contrast.value) == pytest.approx(CONTRASTS[dimension], abs=0.05)
    assert now.verdict == example.scores()[dimension].verdict
    for item in then.contributions:
        assert max(seen.date() for seen in item.observed_at.values()) <= YEAR_ENDS[0]
    # both opinions put TensorFlow ahead, which fits the first year better than the last
    assert then.contrast.p_beyond["second"] > now.contrast.p_beyond["second"]
    assert then.verdict.ahead != "pytorch"
    assert now.contrast.p_beyond["first"] > 0.5


# --- SCORING 4.4: the jumps of a source are not moves of the world ------------------------------------------

JUMPS = {
    ("industry", date(2022, 1, 13)): 0.14,
    ("industry", date(2024, 5, 9)): 0.27,
}
WEEKS = (*JUMPS, ("community", date(2024, 6, 27)), ("community", date(2025, 5, 22)))


def last_moment(home: PublishedHome, scores: Sequence[Score], breaks: Sequence[Break]) -> Moment:
    needs = {indicator.id: indicator.needs for indicator in home.catalog.indicators}
    return timeline(scores, breaks=breaks, needs=needs)[-1]


@pytest.mark.parametrize(("dimension", "day"), JUMPS, ids=str)
def test_a_real_jump_is_marked_until_the_register_explains_it(
    example: PublishedHome, dimension: str, day: date
) -> None:
    breaks = example.catalog.breaks
    of_the_cause = [known for known in breaks if known.metric == "bestof.pypi_dependents"]
    scores = example.history(dimension, [day - timedelta(weeks=1), day])
    for others in ((), [known for known in breaks if known not in of_the_cause]):
        alarm = last_moment(example, scores, others)
        assert alarm.unexplained
        assert alarm.note is None
        assert alarm.moves[0].indicator == "dependent_packages"
        assert alarm.move == pytest.approx(JUMPS[dimension, day], abs=0.02)
    explained = last_moment(example, scores, breaks)
    assert not explained.unexplained
    assert explained.note in {known.reason for known in of_the_cause}
    assert explained.move == alarm.move

    _, shown = terminal.timeline_rows(scores, replace(example.catalog, breaks=()))
    assert shown["mark"] == "moved, unexplained"
    assert shown["moved"][0].startswith("dependent_packages +0.")
    _, shown = terminal.timeline_rows(scores, example.catalog)
    assert (shown["mark"], shown["moved"]) == (explained.note.en, [])


@pytest.mark.parametrize(("dimension", "day"), WEEKS, ids=str)
def test_our_windows_take_the_jumps_of_the_sources(whole: PublishedHome, dimension: str, day: date) -> None:
    moment = last_moment(whole, whole.history(dimension, [day - timedelta(weeks=1), day]), ())
    assert moment.move is not None
    assert abs(moment.move) < 0.03
    assert not moment.unexplained


def test_a_contaminated_level_leaves_and_comes_back_without_a_move(whole: PublishedHome) -> None:
    """Pull requests were counted as issues from 2024-06-27 to 2025-05-22: the backlog is unknown then."""
    days = [date(2024, 6, 6), date(2024, 9, 5), date(2025, 5, 22), date(2025, 5, 29), date(2025, 7, 3)]
    scores = whole.history("community", days)
    known = ["issue_backlog" in {item.indicator for item in score.contributions} for score in scores]
    assert known == [True, False, False, True, True]
    assert {item.indicator for item in scores[1].missing} == {"issue_backlog"}
    assert scores[4].contrast.value == pytest.approx(scores[3].contrast.value, abs=0.06)
