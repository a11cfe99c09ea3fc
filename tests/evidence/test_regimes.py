"""The causal regime tracker, SCORING 2.3 and 5.1. Series are invented unless a number's origin is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.regimes import increments, tracks

some = settings(max_examples=60, deadline=None, derandomize=True)
START = datetime(2021, 1, 7, 6, tzinfo=UTC)  # a Thursday


def at(*weeks):
    return [START + timedelta(weeks=float(w)) for w in weeks]


def steady(number, pace=50.0, begin=5000.0, seed=1):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.poisson(pace, number)).astype(float) + begin


def flow(rows, weeks=52):
    return 52 * float(np.mean([row.increment for row in rows[-weeks:]]))


@st.composite
def histories(draw):
    """Counters that grow, jump, freeze, return and pause, at irregular times."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    gaps = rng.choice(
        [0.4, 1.0, 1.0, 1.0, 2.0, 9.0, 20.0, 50.0], 90, p=[0.1, 0.3, 0.2, 0.2, 0.1, 0.06, 0.03, 0.01]
    )
    values = np.cumsum(rng.poisson(draw(st.sampled_from([0.3, 5.0, 80.0])) * gaps)) + draw(
        st.sampled_from([0.0, 40.0, 9000.0])
    )
    factor = np.ones(90)
    for _ in range(draw(st.integers(0, 4))):
        start, length = rng.integers(0, 90), rng.integers(1, 30)
        factor[start : start + length] = rng.choice([0.0, 0.5, 0.8, 1.3, 10.0])
    if draw(st.booleans()):
        frozen = rng.integers(5, 60)
        values[frozen : frozen + 25] = values[frozen]
    return at(*np.cumsum(gaps)), np.round(values * factor)


@some
@given(histories(), st.integers(3, 89))
def test_what_was_known_by_a_day_never_changes(history, cut):
    times, values = history
    later = increments(times, values)
    known = increments(times[:cut], values[:cut])
    assert known == tuple(row for row in later if row.known_at <= times[cut - 1])


@some
@given(histories())
def test_weeks_are_given_once_in_order_and_known_when_complete(history):
    times, values = history
    rows = increments(times, values)
    starts = [row.week_start for row in rows]
    assert starts == sorted(set(starts))
    known = [row.known_at for row in rows]
    assert known == sorted(known)
    for row in rows:
        assert (row.week_start.weekday(), row.week_start.hour) == (0, 0)
        assert row.known_at >= row.week_start + timedelta(weeks=1)
        assert row.known_at in times
        assert row.increment >= 0
        assert row.suspect == bool(row.reason)


@some
@given(histories(), st.randoms())
def test_the_order_of_observations_does_not_matter(history, shuffler):
    times, values = history
    rows = list(range(len(times)))
    shuffler.shuffle(rows)
    assert increments([times[r] for r in rows], [values[r] for r in rows]) == increments(times, values)


def test_a_clean_counter_is_interpolated_and_its_growth_is_kept():
    values = [5000.0 + 70 * n for n in range(60)]
    rows = increments(at(*range(60)), values)
    assert [row.increment for row in rows] == pytest.approx([70.0] * len(rows))
    assert not any(row.suspect for row in rows)
    assert len(rows) == 58  # the week in which it starts and the one it ends in are not complete
    assert rows[0].week_start == datetime(2021, 1, 11, tzinfo=UTC)
    # a regime is established by its third observation, two weeks after the first
    assert rows[0].known_at == START + timedelta(weeks=2)
    assert rows[-1].known_at == START + timedelta(weeks=59)


def test_a_regime_is_believed_from_its_third_observation_on():
    rows = increments(at(0, 3, 6), [5000, 5210, 5420])
    assert {row.known_at for row in rows} == {START + timedelta(weeks=6)}
    assert len(rows) == 5


def test_small_losses_are_no_growth_and_no_new_regime():
    rows = increments(at(*range(6)), [1000, 1070, 1068, 1069, 1140, 1210])
    assert sum(row.increment for row in rows) <= 210
    assert min(row.increment for row in rows) >= 0


@some
@given(
    st.lists(st.tuples(st.integers(20, 95), st.sampled_from([0.0, 0.3, 0.85, 1.15, 3.0, 40.0])), max_size=6)
)
def test_spurious_values_change_the_yearly_flow_by_little(spoiled):
    values = steady(104)
    clean = flow(increments(at(*range(104)), values))
    bad = values.copy()
    for row, off in spoiled:
        bad[row] *= off
    rows = increments(at(*range(104)), bad)
    assert flow(rows) == pytest.approx(clean, rel=0.03)
    assert len(rows) == 102


def test_a_source_that_flips_between_two_definitions_keeps_each_growth():
    # the three forks counts of 2023 that SCORING 2.3 quotes
    assert tracks(at(0, 1, 2), [88_236, 71_334, 88_385]) == (0, 1, 0)
    values = steady(104, pace=60, begin=70_000)
    flipped = np.where(np.arange(104) % 5 < 2, values * 1.24, values)
    rows = increments(at(*range(104)), np.where(np.arange(104) < 40, values, flipped))
    assert flow(rows) == pytest.approx(flow(increments(at(*range(104)), values)), rel=0.05)
    marked = [row.reason for row in rows if row.suspect]
    assert set(marked) == {"flip-flopping"}
    assert not rows[30].suspect
    assert rows[-1].suspect


def test_a_fault_that_comes_more_often_than_the_counter_never_counts():
    # TensorFlow contributors from 2022-05-26 on in bestof_weekly.csv; 882 and 888 are failures of the source
    counts = [4005, 4007, 882, 4019, 4021, 882, 882, 882, 882, 4050, 882, 882, 4084, 882, 882, 882, 882]
    counts += [4129, 4134, 888, 4142, 888, 888, 4163, 888, 888, 4178, 4188, 4192, 888, 888, 4213, 4225]
    before = [3900.0 + 5 * n for n in range(21)]
    rows = increments(at(*range(21 + len(counts))), [*before, *counts])
    assert 52 * sum(row.increment for row in rows) / len(rows) == pytest.approx(
        52 * (4225 - 3900) / 53, rel=0.03
    )
    assert {row.reason for row in rows if row.suspect} == {"flip-flopping"}  # and never frozen


def test_a_new_definition_counts_once_it_has_been_seen_more_often():
    values = steady(104, pace=60, begin=20_000)
    values[52:] = values[52:] * 0.5
    rows = increments(at(*range(104)), values)
    weeks = [(row.week_start - START).days // 7 for row in rows]
    assert 51 not in weeks  # nothing is known across the change
    assert set(weeks) >= {*range(50), *range(53, 102)}
    first_new = next(row for row in rows if row.week_start > START + timedelta(weeks=52))
    assert first_new.known_at == START + timedelta(weeks=65)
    assert flow(rows, 40) == pytest.approx(52 * 30, rel=0.1)


def test_half_a_year_of_nothing_is_a_hole():
    weeks = [*range(20), *range(37, 60)]
    values = [1000.0 + 10 * w for w in weeks]
    covered = {round((row.week_start - START).days / 7) for row in increments(at(*weeks), values)}
    assert not covered & set(range(19, 36))
    assert covered >= {*range(1, 18), *range(38, 58)}


def test_four_months_without_a_value_are_bridged():
    weeks = [*range(20), *range(35, 60)]
    rows = increments(at(*weeks), [1000.0 + 10 * w for w in weeks])
    assert [row.increment for row in rows] == pytest.approx([10.0] * len(rows))
    assert len(rows) == 58


def test_a_counter_that_returns_after_a_year_is_another():
    assert tracks(at(0, 1, 60), [1000, 1010, 1300]) == (0, 0, 1)
    assert tracks(at(0, 1, 30), [1000, 1001, 1002]) == (0, 0, 0)


def test_a_fast_grower_is_followed_by_its_own_pace():
    weeks = [*range(0, 30), 40]
    values = [1000 * 1.04**w for w in weeks]
    assert set(tracks(at(*weeks), values)) == {0}
    assert tracks(at(0, 10), [1000, 1480]) == (0, 1)


def test_small_counters_may_jump_and_begin_at_zero():
    assert set(tracks(at(*range(6)), [0, 3, 8, 15, 21, 18])) == {0}
    assert tracks(at(*range(2)), [13, 180_565]) == (0, 1)
    rows = increments(at(*range(12)), [0] * 12)
    assert [row.increment for row in rows] == [0.0] * 10
    assert not any(row.suspect for row in rows)


def test_a_counter_that_stands_still_is_frozen_and_then_catches_up():
    values = steady(80, pace=40, begin=30_000)
    values[50:60] = values[50]
    rows = increments(at(*range(80)), values)
    reasons = [row.reason for row in rows]
    frozen = [n for n, reason in enumerate(reasons) if reason == "frozen"]
    assert frozen == list(range(frozen[0], frozen[0] + len(frozen)))
    assert len(frozen) >= 5
    assert reasons[frozen[-1] + 1] == "caught up"
    assert set(reasons) <= {"", "frozen", "caught up", "collapsed"}
    assert not any(row.suspect for row in rows[-15:])


def test_a_large_counter_that_never_moved_is_frozen_after_two_months():
    # 22,524 dependents for 33 snapshots in a row (SCORING 2.3, 4.4)
    rows = increments(at(*range(34)), [22_524] * 34)
    assert [row.reason for row in rows] == [""] * 7 + ["frozen"] * 25
    assert not any(row.suspect for row in increments(at(*range(34)), [120] * 34))


def test_a_sudden_fall_to_a_tenth_of_its_pace_is_a_collapse_until_it_ends():
    pace = np.array([500.0] * 60 + [45.0] * 40)
    rows = increments(at(*range(100)), 60_000 + np.cumsum(pace))
    marked = [n for n, row in enumerate(rows) if row.reason == "collapsed"]
    assert marked[0] == pytest.approx(62, abs=1)
    assert marked == list(range(marked[0], len(rows)))
    back = increments(at(*range(110)), 60_000 + np.cumsum(np.concatenate([pace, [500.0] * 10])))
    assert not any(row.suspect for row in back[-6:])


def test_after_two_years_a_low_pace_is_the_usual_one():
    pace = np.array([500.0] * 40 + [45.0] * 160)
    rows = increments(at(*range(200)), 60_000 + np.cumsum(pace))
    assert rows[100].reason == "collapsed"
    assert not any(row.suspect for row in rows[-20:])


def test_a_slow_decline_is_the_world_and_not_the_source():
    pace = 500 * 0.985 ** np.arange(200)
    rows = increments(at(*range(200)), 60_000 + np.cumsum(pace))
    assert not any(row.suspect for row in rows)


def test_too_few_values_say_nothing():
    assert increments([], []) == ()
    assert increments(at(0, 1), [10, 20]) == ()
    assert increments(at(0, 1, 2), [10, 1000, 100_000]) == ()
    assert increments(at(0, 0.1, 0.2), [10, 11, 12]) == ()


def test_of_two_values_at_one_time_the_later_given_counts():
    assert tracks(at(0, 1, 1), [10, 99_999, 11]) == (0, 0)


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_what_no_counter_can_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"a counter cannot be .* \(2021-01-14 06:00 UTC\)"):
        increments(at(0, 1, 2), [10, wrong, 11])


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="zip"):
        increments(at(0, 1, 2), [10, 11])
