"""The score curve, SCORING 2.4 and 5.1: properties that must hold for every value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from synthetic import indicator

from evidence.curve import (
    from_steps,
    is_value,
    near_the_ends,
    pair_par,
    par_of,
    points,
    step_size,
    steps,
    value_at,
)
from evidence.types import Par

often = settings(max_examples=200, deadline=None, derandomize=True)
positive = st.floats(1e-300, 1e300)
modest = st.floats(1e-6, 1e6)
factor = st.floats(1e-6, 1e6)
share = st.floats(0, 1)
ratio_class = st.sampled_from("PRE")
direction = st.sampled_from(["higher", "lower"])
OPPOSITE = {"higher": "lower", "lower": "higher"}


@often
@given(positive, positive, ratio_class, direction)
def test_points_lie_between_0_and_10_for_every_positive_number(x, par, curve, way):
    assert 0.0 <= float(points(x, curve=curve, direction=way, par=par)) <= 10.0


@often
@given(positive, st.sampled_from("PREG"), direction)
def test_par_scores_exactly_5(par, curve, way):
    assert float(points(par, curve=curve, direction=way, par=par)) == 5.0


def test_one_step_from_par_is_0987_points():
    # typed from the table of SCORING 2.4, read 2026-11-23
    table = {
        -8: 0.39,
        -5: 1.19,
        -3: 2.31,
        -2: 3.10,
        -1: 4.01,
        0: 5,
        1: 5.99,
        2: 6.90,
        3: 7.69,
        5: 8.81,
        8: 9.61,
    }
    for u, expected in table.items():
        assert float(from_steps(u)) == pytest.approx(expected, abs=0.005)
        assert float(points(3.0 * 2.0**u, curve="P", direction="higher", par=3.0)) == pytest.approx(
            expected, abs=0.005
        )


@often
@given(modest, st.floats(1, 1e6), modest, ratio_class, direction)
def test_better_is_never_worse_and_at_most_one_point_per_step(x, more, par, curve, way):
    low, high = (float(points(v, curve=curve, direction=way, par=par)) for v in (x, x * more))
    gain = high - low if way == "higher" else low - high
    assert -1e-12 <= gain <= math.log(more) / step_size(curve) + 1e-9


@often
@given(modest, modest, factor, ratio_class, direction)
def test_the_unit_does_not_matter(x, par, c, curve, way):
    before = points(x, curve=curve, direction=way, par=par)
    after = points(c * x, curve=curve, direction=way, par=c * par)
    assert float(after) == pytest.approx(float(before), abs=1e-9)


@often
@given(modest, modest, ratio_class, direction)
def test_milliseconds_per_step_and_steps_per_second_agree(x, par, curve, way):
    before = points(x, curve=curve, direction=way, par=par)
    after = points(1 / x, curve=curve, direction=OPPOSITE[way], par=1 / par)
    assert float(after) == pytest.approx(float(before), abs=1e-9)


@often
@given(modest, modest, st.sampled_from("PREG"))
def test_the_two_directions_add_up_to_10(x, par, curve):
    both = [float(points(x, curve=curve, direction=way, par=par)) for way in OPPOSITE]
    assert sum(both) == pytest.approx(10.0, abs=1e-12)


def test_zero_infinity_and_nan():
    assert float(points(0, curve="P", direction="higher", par=5)) == 0.0
    assert float(points(0, curve="P", direction="lower", par=5)) == 10.0
    assert float(points(math.inf, curve="P", direction="higher", par=5)) == 10.0
    assert math.isnan(float(points(math.nan, curve="P", direction="higher", par=5)))
    assert math.isnan(float(points(-1.0, curve="P", direction="higher", par=5)))


@often
@given(share)
def test_a_share_is_a_line_between_its_natural_ends(p):
    assert float(points(p, curve="S", direction="higher")) == pytest.approx(10 * p)
    assert float(points(p, curve="S", direction="lower")) == pytest.approx(10 * (1 - p))


def test_what_is_no_share_scores_nothing():
    assert np.isnan(points([-0.1, 1.1], curve="S", direction="higher")).all()
    assert np.isnan(points([-0.1, 1.1], curve="S", direction="higher", odds=True)).all()


@often
@given(share, share)
def test_on_the_odds_curve_a_doubling_of_the_odds_is_one_step(p, q):
    assume(0 < p < 1 and 0 < q < 1)
    u = steps([p, q], curve="S", direction="higher")
    expected = math.log2(p / (1 - p)) - math.log2(q / (1 - q))
    assert float(u[0] - u[1]) == pytest.approx(expected, abs=1e-6)


def test_the_odds_curve_keeps_the_natural_ends_and_the_middle():
    found = points([0, 0.5, 1], curve="S", direction="higher", odds=True)
    assert found.tolist() == [0, 5, 10]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(0.01, 0.04, True), (0.96, 0.99, True), (0.01, 0.06, False), (0.01, 0.99, False), (0.05, 0.05, False)],
)
def test_odds_are_for_pairs_at_the_same_end(first, second, expected):
    assert near_the_ends(first, second) is expected


@often
@given(modest, modest, ratio_class, direction)
def test_with_a_pairs_par_only_the_difference_counts(x, y, curve, way):
    par = pair_par(x, y, curve=curve)
    one, two = (float(points(v, curve=curve, direction=way, par=par)) for v in (x, y))
    z = (math.log(x) - math.log(y)) / step_size(curve) * (1 if way == "higher" else -1)
    assert one - two == pytest.approx(10 * math.tanh(z / 10), abs=1e-9)
    assert one + two == pytest.approx(10.0, abs=1e-9)


@often
@given(modest, modest, factor, ratio_class)
def test_a_common_shock_leaves_a_pairs_contrast_as_it_is(x, y, c, curve):
    def contrast(a, b):
        par = pair_par(a, b, curve=curve)
        one, two = (points(v, curve=curve, direction="higher", par=par) for v in (a, b))
        return float(one - two)

    assert contrast(c * x, c * y) == pytest.approx(contrast(x, y), abs=1e-9)


@often
@given(modest, modest, factor, modest, ratio_class)
def test_a_common_shock_keeps_the_sign_under_a_fixed_par(x, y, c, par, curve):
    def contrast(a, b):
        one, two = (points(v, curve=curve, direction="higher", par=par) for v in (a, b))
        return float(one - two)

    before, after = contrast(x, y), contrast(c * x, c * y)
    assume(abs(before) > 1e-9 and abs(after) > 1e-9)
    assert (before > 0) == (after > 0)


@pytest.mark.parametrize(
    ("x", "y"), [(0.0, 3.0), (3.0, 0.0), (1e-300, 0.0), (math.inf, 3.0), (0.0, math.inf)]
)
def test_zero_against_something_is_0_to_10(x, y):
    par = pair_par(x, y, curve="P")
    one, two = (float(points(v, curve="P", direction="higher", par=par)) for v in (x, y))
    assert one - two == pytest.approx(10.0 if x > y else -10.0, abs=1e-3)


@pytest.mark.parametrize("x", [0.0, 3.0, math.inf])
def test_equal_values_are_equal_at_5(x):
    par = pair_par(x, x, curve="P")
    assert float(points(x, curve="P", direction="higher", par=par)) == 5.0


def test_growth_is_scored_by_its_difference_from_par():
    # one step is ln 1.25 a year (SCORING 2.4); its par is zero
    found = points([0.0, math.log(1.25), -math.log(1.25)], curve="G", direction="higher", par=0.0)
    assert found.tolist() == pytest.approx([5.0, 5.9868766, 4.0131234])
    assert float(pair_par(0.2, -0.1, curve="G")) == pytest.approx(0.05)


@often
@given(st.floats(0.05, 9.95), st.sampled_from("PREGS"), direction, st.booleans())
def test_value_at_inverts_points(score, curve, way, odds):
    par = None if curve == "S" else 40.0
    x = value_at(score, curve=curve, direction=way, par=par, odds=odds)
    back = points(x, curve=curve, direction=way, par=par, odds=odds)
    assert float(back) == pytest.approx(score, abs=1e-9)


def test_no_value_scores_10_or_more_or_0_or_less():
    assert math.isnan(value_at(10.0, curve="P", direction="higher", par=1.0))
    assert math.isnan(value_at(-0.1, curve="S", direction="higher"))


def test_a_class_without_par_is_refused():
    with pytest.raises(ValueError, match="class P needs a par"):
        points(1.0, curve="P", direction="higher")
    with pytest.raises(ValueError, match="class E needs a par"):
        value_at(5.0, curve="E", direction="lower")
    with pytest.raises(ValueError, match="size: a panel par needs its value"):
        par_of(indicator(par=Par("panel")), [1.0, 2.0])


def test_par_of_the_three_kinds():
    assert par_of(indicator(curve="S", par=Par("natural")), [0.2, 0.4]) is None
    assert float(par_of(indicator(par=Par("pair")), [2.0, 8.0])) == pytest.approx(4.0)
    assert float(par_of(indicator(par=Par("pair")), [2.0])) == pytest.approx(2.0)
    assert float(par_of(indicator(par=Par("natural", 7.0)), [2.0, 8.0])) == 7.0


@pytest.mark.parametrize(
    ("x", "curve", "expected"),
    [
        (0.0, "P", True),
        (-1.0, "P", False),
        (math.inf, "E", False),
        (math.nan, "R", False),
        (-1.0, "G", True),
        (math.inf, "G", False),
        (1.0, "S", True),
        (1.01, "S", False),
        (math.nan, "S", False),
    ],
)
def test_what_can_be_a_value(x, curve, expected):
    assert is_value(x, curve) is expected
