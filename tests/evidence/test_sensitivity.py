"""Sobol indices and the sign multiverse, SCORING 2.9, 2.11 and 5.1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from synthetic import AS_OF, PAIR, catalog, comparison, everywhere, five_families, indicator, pair, weekly

from evidence import parameters
from evidence.overlay import WeightOverlay
from evidence.score import prepare
from evidence.sensitivity import (
    NORMALISATIONS,
    effective_weights,
    multiverse,
    saltelli_jansen,
    sobol,
)
from evidence.types import Par
from evidence.uncertainty import FACTORS

NOTHING = WeightOverlay(criteria={"main": 0.0})


def prepared(items, readings, draws=2000):
    found = prepare(
        catalog(items), comparison(), readings, as_of=AS_OF, applicable=everywhere(items), draws=draws
    )
    return found.dimensions[0].selection, found.dimensions[0].random


def test_on_an_additive_function_first_and_total_agree_and_sum_to_1():
    rng = np.random.default_rng(9)
    a, b = rng.random((20_000, 3)), rng.random((20_000, 3))
    scale = np.array([1.0, 2.0, 3.0])
    mixed = [np.where(np.arange(3) == i, b, a) @ scale for i in range(3)]
    first, total = saltelli_jansen(a @ scale + 50, b @ scale + 50, np.stack(mixed) + 50)
    exact = scale**2 / (scale**2).sum()
    assert first == pytest.approx(exact, abs=0.02)
    assert total == pytest.approx(exact, abs=0.02)
    assert first.sum() == pytest.approx(1.0, abs=0.03)


def test_where_nothing_varies_every_index_is_0():
    first, total = saltelli_jansen(np.ones(9), np.ones(9), np.ones((2, 9)))
    assert first.tolist() == total.tolist() == [0, 0]


def test_indices_name_what_can_move_the_contrast():
    items, _ = five_families()
    readings = [r for n, i in enumerate(items) for r in pair(i.id, 100.0 * 3**n, 200.0)]
    found = {index.factor: index for index in sobol(*prepared(items, readings))}
    assert tuple(found) == FACTORS
    assert found["weights"].total > 0.5
    for absent in ("sampling", "variant", "window", "scope"):
        assert found[absent].total == pytest.approx(0.0)
    for index in found.values():
        assert index.total_low <= index.total <= index.total_high
        assert index.total >= index.first - 0.1


def test_that_other_families_might_say_otherwise_counts_with_the_weights():
    items = [indicator(f"i{n}", grade="A", par=Par("pair")) for n in range(2)]
    readings = [r for i in items for r in pair(i.id, 400.0, 100.0)]
    found = {index.factor: index for index in sobol(*prepared(items, readings))}
    assert found["weights"].first > 0.95  # no weighting of these two moves anything
    assert found["measurement"].total < 0.05


def test_sampling_and_window_appear_when_there_is_something_to_sample(monkeypatch):
    monkeypatch.setattr(parameters, "PRIOR_FAMILIES", 0.0)  # of one family alone it is nearly all the doubt
    rng = np.random.default_rng(10)
    items = [indicator("flow", grade="A", par=Par("pair"), window_weeks=52, sampling="weekly")]
    readings = [
        weekly("flow", f, rng.gamma(1, k, window), window=window)
        for f, k in zip(PAIR, (30, 20), strict=True)
        for window in (26, 52)
    ]
    found = {index.factor: index for index in sobol(*prepared(items, readings))}
    assert found["sampling"].total > 0.2
    assert found["window"].total > 0.02
    assert found["par"].total == 0.0


def test_without_weights_there_is_nothing_to_say():
    one = prepared(*five_families())
    assert sobol(*one, NOTHING) == ()
    assert multiverse(*one, NOTHING) is None
    nothing = prepared(five_families()[0], [])
    assert sobol(*nothing) == ()
    assert multiverse(*nothing) is None
    assert effective_weights(*nothing) == {}


def test_everything_for_one_side_has_full_support_and_every_choice_occurs():
    found = multiverse(*prepared(*five_families(800.0, 100.0)))
    assert found.support == 1.0
    contrasts = [row.contrast for row in found.specifications]
    assert contrasts == sorted(contrasts)
    assert {row.normalisation for row in found.specifications} == set(NORMALISATIONS)
    assert {row.window for row in found.specifications} == {"shorter", "declared", "longer"}
    assert {row.scope for row in found.specifications} == {"core", "broad"}
    assert {row.aggregation for row in found.specifications} == {"arithmetic", "geometric", "median"}
    assert all(0.6 <= row.steepness <= 1.4 for row in found.specifications)


def test_a_true_tie_has_even_support():
    assert multiverse(*prepared(*five_families(100.0, 100.0))).support == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("changed", "first", "second"),
    [
        ({}, 800.0, 100.0),
        ({"direction": "lower"}, 100.0, 800.0),
        ({"par": Par("pair")}, 800.0, 100.0),
        ({"curve": "S"}, 0.8, 0.3),
        ({"curve": "S"}, 0.99, 0.96),
        ({"curve": "S", "direction": "lower"}, 0.3, 0.8),
        ({"curve": "S", "direction": "lower"}, 0.01, 0.04),
        ({"curve": "G", "par": Par("natural", 0.0)}, 0.4, -0.4),
        ({"grade": "A"}, 300.0, 0.0),
        ({"grade": "A", "direction": "lower"}, 0.0, 30.0),
        ({"grade": "A", "par": Par("pair")}, 3.0, 0.0),
        ({"curve": "S"}, 1.0, 0.0),
    ],
)
def test_every_class_keeps_its_sign_under_every_normalisation(changed, first, second):
    items, readings = five_families(first, second, **{"grade": "A", **changed})
    found = multiverse(*prepared(items, readings, draws=400))
    assert found.support == 1.0
    assert all(math.isfinite(row.contrast) and row.contrast <= 10 for row in found.specifications)


@pytest.mark.parametrize("changed", [{}, {"par": Par("pair")}, {"curve": "S"}])
def test_two_zeros_are_a_tie_under_every_normalisation(changed):
    items, readings = five_families(0.0, 0.0, **changed)
    found = multiverse(*prepared(items, readings, draws=400))
    assert {round(row.contrast, 9) for row in found.specifications} == {0.0}


def test_effective_weights_are_those_that_move_the_contrast():
    items = [indicator("noisy", grade="C"), indicator("exact", grade="A")]
    found = effective_weights(*prepared(items, [*pair("noisy", 120, 80), *pair("exact", 120, 80)]))
    assert sum(found.values()) == pytest.approx(1.0)
    assert found["noisy"] > 0.25  # its nominal weight
    still = [indicator("a", curve="S")]
    assert effective_weights(*prepared(still, pair("a", 0.0, 1.0))) == {"a": 0.0}
