"""Robustness numbers, SCORING 2.10 and 5.1: closed forms against brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from synthetic import indicator, pair, score

from evidence.robustness import epsilon_star, manski, weight_to_move
from evidence.types import Par

often = settings(max_examples=150, deadline=None, derandomize=True)
hundredths = st.integers(-900, 900).map(lambda n: n / 100)
rows = st.lists(st.tuples(hundredths, st.floats(0.01, 5)), min_size=1, max_size=8)


@often
@given(rows)
def test_epsilon_star_is_where_the_worst_vertex_reaches_a_tie(rows):
    delta, weight = (np.array(x) for x in zip(*rows, strict=True))
    contrast = float((delta * weight).sum() / weight.sum())
    assume(abs(contrast) > 1e-6)
    found = epsilon_star(delta, weight)
    worst = min((np.sign(contrast) * delta).tolist())
    if worst >= 0:
        assert found == 1.0
    else:
        assert (1 - found) * abs(contrast) + found * worst == pytest.approx(0.0, abs=1e-9)


@often
@given(rows)
def test_after_moving_that_weight_the_contrast_is_a_tie(rows):
    delta, weight = (np.array(x) for x in zip(*rows, strict=True))
    weight = weight / weight.sum()
    contrast = float((delta * weight).sum())
    assume(abs(contrast) > 1e-6)
    moved = weight_to_move(delta, weight)
    assert 0.0 <= moved <= 1.0
    advantage = np.sign(contrast) * delta
    if advantage.min() > 0:
        assert moved == 1.0
        return
    left, after = moved, weight.copy()
    for row in np.argsort(-advantage, kind="stable"):
        taken = min(after[row], left)
        after[row] -= taken
        after[int(advantage.argmin())] += taken
        left -= taken
    assert float((after * advantage).sum()) == pytest.approx(0.0, abs=1e-9)


@often
@given(rows, st.floats(0.1, 100))
def test_only_proportions_of_the_weights_count(rows, c):
    delta, weight = (np.array(x) for x in zip(*rows, strict=True))
    assert epsilon_star(delta, c * weight) == pytest.approx(epsilon_star(delta, weight))
    assert weight_to_move(delta, c * weight) == pytest.approx(weight_to_move(delta, weight), abs=1e-9)


def test_at_a_tie_nothing_is_robust():
    assert epsilon_star([1.0, -1.0], [1, 1]) == 0.0
    assert weight_to_move([1.0, -1.0], [1, 1]) == 0.0


def test_what_has_no_weight_cannot_be_the_worst():
    assert epsilon_star([1.0, -9.0], [1, 0]) == 1.0


def test_manski_bounds_close_as_coverage_grows():
    # typed from SCORING 4.2: D = 0.943 at coverage 7/17 gives [-1.38, +2.15]
    assert manski(0.943, 7 / 17) == pytest.approx((-1.38, 2.15), abs=0.01)
    assert manski(0.9, 1.0) == (0.9, 0.9)


KINDS = [
    {"curve": "P", "par": Par("panel", 120.0)},
    {"curve": "E", "par": Par("natural", 120.0), "direction": "lower"},
    {"curve": "P", "par": Par("pair")},
    {"curve": "R", "par": Par("pair"), "direction": "lower"},
]


def values(kind, better, worse):
    return (worse, better) if kind.get("direction") == "lower" else (better, worse)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("swap", [False, True])
def test_a_value_worse_by_the_flip_factor_makes_a_tie(kind, swap):
    items = [indicator("a", **kind), indicator("b"), indicator("c")]
    one, two = values(kind, 150.0, 140.0)
    base = [*pair("b", 130.0, 100.0), *pair("c", 100.0, 101.0)]
    ends = (two, one) if swap else (one, two)
    if swap:
        base = [*pair("b", 100.0, 130.0), *pair("c", 101.0, 100.0)]
    found = score(items, [*pair("a", *ends), *base])
    factor = found.robustness.flip_factors["a"]
    assert factor > 1
    row = 1 if swap else 0
    worse = list(ends)
    worse[row] = worse[row] * factor if kind.get("direction") == "lower" else worse[row] / factor
    assert score(items, [*pair("a", *worse), *base]).contrast.value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("way", ["higher", "lower"])
def test_shares_flip_by_their_ratio_and_growth_by_that_of_its_ratio(way):
    items = [indicator("a", curve="S", direction=way), indicator("b")]
    ends = (0.6, 0.5) if way == "higher" else (0.5, 0.6)
    base = pair("b", 130.0, 100.0)
    factor = score(items, [*pair("a", *ends), *base]).robustness.flip_factors["a"]
    worse = ends[0] / factor if way == "higher" else ends[0] * factor
    assert score(items, [*pair("a", worse, ends[1]), *base]).contrast.value == pytest.approx(0.0, abs=1e-9)

    items[0] = indicator("a", curve="G", direction=way, par=Par("natural", 0.0))
    ends = (0.2, 0.1) if way == "higher" else (0.1, 0.2)
    factor = score(items, [*pair("a", *ends), *base]).robustness.flip_factors["a"]
    worse = ends[0] - math.log(factor) if way == "higher" else ends[0] + math.log(factor)
    assert score(items, [*pair("a", worse, ends[1]), *base]).contrast.value == pytest.approx(0.0, abs=1e-9)


def test_shares_near_their_ends_flip_on_the_odds_curve():
    items = [indicator("a", curve="S"), indicator("b", curve="S")]
    readings = [*pair("a", 0.99, 0.97), *pair("b", 0.975, 0.98)]
    found = score(items, readings)
    factor = found.robustness.flip_factors["a"]
    worse = [*pair("a", 0.99 / factor, 0.97), *pair("b", 0.975, 0.98)]
    assert 0.99 / factor > 0.95
    assert score(items, worse).contrast.value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("changed", "ends"),
    [
        ({}, (1e9, 1.0)),  # nothing scores below zero
        ({"curve": "S"}, (0.51, 0.5)),
        ({"par": Par("pair")}, (3.0, 0.0)),  # already 10 : 0
        ({"par": Par("pair"), "grade": "C"}, (1.0, 100.0)),
        ({"direction": "lower"}, (0.0, 3.0)),  # no multiple of zero is worse
    ],
)
def test_an_indicator_that_alone_cannot_flip_has_no_factor(changed, ends):
    items = [indicator("a", **changed), *(indicator(f"b{n}", grade="A") for n in range(4))]
    readings = [*pair("a", *ends), *(r for n in range(4) for r in pair(f"b{n}", 1e6, 1.0))]
    assert "a" not in score(items, readings).robustness.flip_factors


def test_leaving_a_family_out_recomputes_the_weights():
    items = [indicator("a"), indicator("b", family="f"), indicator("c", family="f")]
    readings = [*pair("a", 200, 100), *pair("b", 100, 200), *pair("c", 100, 200)]
    found = score(items, readings).robustness.leave_one_out
    assert found == {"a": pytest.approx(-0.98687660), "f": pytest.approx(0.98687660)}
    assert score(items[:1], pair("a", 200, 100)).robustness.leave_one_out == {}
