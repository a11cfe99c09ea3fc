"""Weights and coverage, SCORING 2.5, 2.8 and 5.1: clones add nothing, gaps lower coverage only."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import indicator

from evidence.overlay import WeightOverlay
from evidence.weights import coverage, family_weights, indicator_weights, sources

often = settings(max_examples=100, deadline=None, derandomize=True)
drafts = st.lists(
    st.tuples(st.sampled_from("uv"), st.sampled_from("fghk"), st.sampled_from("ABC")), min_size=1, max_size=9
)


def made(drafts):
    return [
        indicator(f"i{n}", criterion=criterion, family=criterion + family, grade=grade)
        for n, (criterion, family, grade) in enumerate(drafts)
    ]


def by_family(items):
    return family_weights(items, indicator_weights(items))


@often
@given(drafts)
def test_weights_sum_to_1_and_criteria_are_equal(drafts):
    items = made(drafts)
    weight = indicator_weights(items)
    assert weight.sum() == pytest.approx(1.0)
    by_criterion = defaultdict(float)
    for item, w in zip(items, weight, strict=True):
        by_criterion[item.criterion] += w
    assert set(np.round(list(by_criterion.values()), 12)) == {round(1 / len(by_criterion), 12)}


@often
@given(drafts, st.data())
def test_a_clone_leaves_every_familys_weight_as_it_is(drafts, data):
    copied = data.draw(st.sampled_from(drafts))
    before, after = by_family(made(drafts)), by_family(made([*drafts, copied]))
    assert after == pytest.approx(before)


@often
@given(drafts, st.data())
def test_a_weaker_sibling_cannot_raise_its_family(drafts, data):
    criterion, family, _ = data.draw(st.sampled_from(drafts))
    before = by_family(made(drafts))
    after = by_family(made([*drafts, (criterion, family, "C")]))
    assert after == pytest.approx(before)


@often
@given(drafts, st.randoms())
def test_the_order_of_indicators_does_not_matter(drafts, shuffler):
    items = made(drafts)
    mixed = items.copy()
    shuffler.shuffle(mixed)
    before = dict(zip([i.id for i in items], indicator_weights(items), strict=True))
    after = dict(zip([i.id for i in mixed], indicator_weights(mixed), strict=True))
    assert after == pytest.approx(before)


def test_a_family_weighs_what_its_best_grade_is_worth():
    items = made([("u", "f", "A"), ("u", "f", "C"), ("u", "g", "C")])
    assert indicator_weights(items).tolist() == pytest.approx([9 / 16, 3 / 16, 4 / 16])


def test_context_weighs_nothing():
    items = [indicator("a"), indicator("b", grade="X")]
    assert indicator_weights(items).tolist() == [1.0, 0.0]
    assert indicator_weights([indicator("b", grade="X")]).tolist() == [0.0]
    assert indicator_weights([]).tolist() == []


@often
@given(drafts, st.floats(0.1, 50))
def test_only_proportions_of_the_readers_factors_count(drafts, c):
    items = made(drafts)
    once = WeightOverlay(families={i.family: 2.0 for i in items[::2]})
    scaled = WeightOverlay(families={i.family: once.families.get(i.family, 1.0) * c for i in items})
    assert indicator_weights(items, scaled) == pytest.approx(indicator_weights(items, once))


def test_factors_act_on_families_and_criteria_and_zero_takes_them_out():
    items = made([("u", "f", "B"), ("u", "g", "B"), ("v", "h", "B")])
    assert indicator_weights(items, WeightOverlay(families={"uf": 3.0})).tolist() == pytest.approx(
        [0.375, 0.125, 0.5]
    )
    assert indicator_weights(items, WeightOverlay(criteria={"v": 3.0})).tolist() == pytest.approx(
        [0.125, 0.125, 0.75]
    )
    assert indicator_weights(items, WeightOverlay(families={"uf": 0.0, "ug": 0.0})).tolist() == [0, 0, 1]


@often
@given(drafts, st.data())
def test_losing_evidence_never_raises_coverage(drafts, data):
    items = made(drafts)
    kept = [item for item in items if data.draw(st.booleans())]
    fewer = [item for item in kept if data.draw(st.booleans())]
    more, less = coverage(items, kept), coverage(items, fewer)
    assert 0.0 <= less.share <= more.share <= 1.0
    assert less.measured <= more.measured <= more.planned
    assert coverage(items, items).share == pytest.approx(1.0)


@often
@given(drafts, st.data())
def test_planning_what_nobody_feeds_never_raises_coverage(drafts, data):
    items = made(drafts)
    kept = [item for item in items if data.draw(st.booleans())]
    extra = indicator(
        "extra", criterion="u", family=data.draw(st.sampled_from(["uf", "ug", "new"])), grade="A"
    )
    assert coverage([*items, extra], kept).share <= coverage(items, kept).share + 1e-12


def test_coverage_is_the_share_of_planned_weight():
    # a family counts as far as its best measured grade: here 3 of 3 + 1, and a C for an A is a third
    items = made([("u", "f", "A"), ("u", "f", "C"), ("u", "g", "C")])
    assert coverage(items, items[:1]).share == pytest.approx(3 / 4)
    assert coverage(items, items[1:2]).share == pytest.approx(1 / 4)
    found = coverage(items, items[1:])
    assert (found.share, found.measured, found.planned) == (pytest.approx(2 / 4), 2, 2)


def test_nothing_planned_is_no_coverage():
    assert coverage([], []).share == 0.0


def test_sources_are_counted_once_and_our_own_measurements_are_one():
    items = [
        indicator("a", needs=("forge.stars", "forge.forks")),
        indicator("b", needs=("bench.step",)),
        indicator("c", needs=("probe.tokens",)),
    ]
    assert sources(items) == {"forge", "benchmarks"}
    assert sources(items[:1]) == {"forge"}
