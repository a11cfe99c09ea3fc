"""Time, SCORING 2.14 and its first section, 5: a change of composition is not a change of the world."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from synthetic import indicator, pair, score

from evidence.timeline import contrast_on, matched_set, moves, timeline
from evidence.types import Break, Text

ITEMS = [indicator(name) for name in "abc"]
START = date(2026, 1, 5)
NEEDS = {name: (f"{name}.count",) for name in "abc"}


def week(number, **values):
    """The score of one week; an indicator that is not given is not measured."""
    day = START + timedelta(weeks=number)
    seen = datetime(day.year, day.month, day.day, tzinfo=UTC)
    readings = [r for name, ends in values.items() for r in pair(name, *ends, observed_at=seen)]
    return score(ITEMS, readings, as_of=day, draws=20)


def broken(metric="a.count", start=7, end=7, framework=None):
    return Break(
        "a",
        metric,
        framework,
        START + timedelta(days=start),
        START + timedelta(days=end),
        REASON,
        "a link",
    )


REASON = Text("counted anew", "重新计数")
STEADY = {"a": (200, 100), "b": (300, 100), "c": (100, 100)}


def test_where_nothing_comes_or_goes_the_three_agree():
    scores = [week(n, **{**STEADY, "a": (200 + 3 * n, 100)}) for n in range(5)]
    found = timeline(scores)
    for moment, one in zip(found, scores, strict=True):
        assert moment.contrast == one.contrast.value
        assert moment.matched == pytest.approx(moment.contrast)
        assert moment.linked == pytest.approx(moment.contrast)
        assert not moment.unexplained
    assert found[0].move is None
    assert found[1].move == pytest.approx(found[1].contrast - found[0].contrast)
    assert found[1].moves[0].indicator == "a"
    assert [m.change for m in found[1].moves[1:]] == [0.0, 0.0]


def test_an_indicator_that_leaves_moves_the_contrast_but_neither_matched_nor_linked():
    without = {k: STEADY[k] for k in "ac"}
    scores = [week(0, **STEADY), week(1, **without), week(2, **STEADY)]
    found = timeline(scores)
    assert found[1].contrast < found[0].contrast - 0.12
    assert [m.matched for m in found] == pytest.approx([found[0].matched] * 3)
    assert [m.linked for m in found] == pytest.approx([found[0].contrast] * 3)
    assert not any(m.unexplained for m in found)
    assert matched_set(scores) == {"a", "c"}
    assert contrast_on(scores[0], {"b"}) == pytest.approx(10 / (1 + (1 / 3) ** (0.4 / 0.6931472)) - 5)
    assert contrast_on(scores[0], set()) is None


def test_a_large_move_is_unexplained_and_names_what_moved():
    found = timeline([week(0, **STEADY), week(1, **{**STEADY, "a": (500, 100)})])
    assert found[1].unexplained
    assert (found[1].moves[0].indicator, found[1].note) == ("a", None)
    assert found[1].moves[0].change == pytest.approx(found[1].move)


@pytest.mark.parametrize(
    ("known", "explained", "marked"),
    [
        (broken(), True, True),
        (broken(framework="alder"), True, True),
        (broken(framework="cedar"), False, False),
        (broken(metric="b.count"), False, True),
        (broken(start=8, end=9), False, False),
        (broken(start=-9, end=-1), False, False),
        (broken(start=3, end=20), True, True),
        (broken(start=-9, end=20), True, True),
    ],
)
def test_a_break_between_the_two_days_explains_it(known, explained, marked):
    scores = [week(0, **STEADY), week(1, **{**STEADY, "a": (500, 100)})]
    found = timeline(scores, breaks=[known], needs=NEEDS)[1]
    assert found.unexplained is not explained
    assert found.note == (REASON if marked else None)
    assert timeline(scores, breaks=[known])[1].unexplained  # which indicators it touches is not known


def test_a_break_does_not_explain_what_else_moved():
    scores = [week(0, **STEADY), week(1, **{**STEADY, "a": (500, 100), "b": (3000, 100)})]
    found = timeline(scores, breaks=[broken()], needs=NEEDS)[1]
    assert found.unexplained
    assert found.note == REASON  # it is marked all the same


@pytest.mark.parametrize(
    ("gap", "first", "alarm"), [(1, 280, True), (2, 280, False), (2, 400, True), (26, 4000, False)]
)
def test_over_missing_weeks_the_alarm_needs_that_one_of_them_moved_so_far(gap, first, alarm):
    before, after = week(0, **STEADY), week(gap, **{**STEADY, "a": (first, 100)})
    found = timeline([before, after])[1]
    assert found.move > 0.12
    assert found.unexplained is alarm
    silent = [before, *(week(n) for n in range(1, gap)), after]
    assert timeline(silent)[-1].unexplained is alarm  # weeks that were scored in vain are missing too


@pytest.mark.parametrize(
    ("start", "end", "marked"), [(7, 40, [1]), (-40, 9, [2]), (3, 9, [1, 2]), (-9, 90, [])]
)
def test_a_break_is_marked_in_the_weeks_in_which_it_begins_and_ends(start, end, marked):
    scores = [week(n, **{**STEADY, "a": (200 + n, 100)}) for n in range(5)]
    found = timeline(scores, breaks=[broken(start=start, end=end)], needs=NEEDS)
    assert [n for n, moment in enumerate(found) if moment.note] == marked
    assert not any(moment.unexplained for moment in found)
    other = timeline(scores, breaks=[broken("elsewhere.count", start, end)], needs=NEEDS)
    assert not any(moment.note for moment in other)  # nothing here reads it


def test_later_weeks_change_no_earlier_one_but_for_the_matched_set():
    rows = [
        STEADY,
        {**STEADY, "a": (500, 100)},
        {"a": (500, 100), "c": (1, 2)},
        {**STEADY, "b": (9, 100)},
        STEADY,
    ]
    scores = [week(n, **row) for n, row in enumerate(rows)]
    whole = timeline(scores, breaks=[broken(start=20, end=22)], needs=NEEDS)
    for n in range(1, len(scores)):
        early = timeline(scores[:n], breaks=[broken(start=20, end=22)], needs=NEEDS)
        assert [replace(m, matched=None) for m in early] == [replace(m, matched=None) for m in whole[:n]]


def test_a_new_frame_is_a_break_and_never_a_trend():
    scores = [week(0, **STEADY), replace(week(1, **{**STEADY, "a": (500, 100)}), frame="other")]
    found = timeline(scores)[1]
    assert (found.move, found.unexplained) == (None, False)
    assert found.linked == scores[0].contrast.value
    assert found.note.en.startswith("the definitions changed (frame ")
    assert found.note.zh.startswith("定义已变（版本由 ")


def test_weeks_without_evidence_are_stepped_over():
    found = timeline([week(0), week(1, **STEADY), week(2), week(3, **{**STEADY, "c": (101, 100)})])
    assert [m.contrast is None for m in found] == [True, False, True, False]
    assert found[0].linked is None
    assert found[2].linked == found[1].linked
    assert found[3].linked == pytest.approx(found[3].contrast)
    assert timeline([]) == ()
    assert timeline([week(0)])[0].linked is None


def test_with_nothing_in_common_nothing_is_linked():
    found = timeline([week(0, a=(200, 100)), week(1, b=(900, 100))])
    assert (found[1].move, found[1].note) == (None, Text("no indicator in common", "没有共同的指标"))
    assert found[1].linked == found[0].contrast
    assert found[1].matched is None


def test_moves_come_largest_first():
    one, two = week(0, **STEADY), week(1, a=(201, 100), b=(900, 100), c=(100, 102))
    assert [m.indicator for m in moves(one, two)] == ["b", "c", "a"]


def test_the_days_must_rise():
    with pytest.raises(ValueError, match="rising days"):
        timeline([week(1, **STEADY), week(0, **STEADY)])
