"""Ranks and the recommendation index, SCORING 2.13, 5.1 and its first section, 8."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import AS_OF, PAIR, catalog, comparison, everywhere, indicator, pair, reading

from evidence.overlay import WeightOverlay
from evidence.ranking import (
    pairwise,
    power_mean,
    rank_acceptability,
    rank_upper_bound,
    recommend,
    recommend_prepared,
)
from evidence.resampling import Randomness, seeded
from evidence.score import drawn_outcomes, prepare, score_prepared
from evidence.types import Interval

often = settings(max_examples=60, deadline=None, derandomize=True)
TREES = (*PAIR, "cedar")
RANDOM = Randomness("a test", 400)


@often
@given(st.lists(st.lists(st.integers(0, 4), min_size=6, max_size=6), min_size=1, max_size=5))
def test_rank_acceptability_sums_to_1_by_framework_and_by_rank_ties_included(rows):
    scores = {f"f{n}": np.array(row, float) for n, row in enumerate(rows)}
    table = np.array(list(rank_acceptability(scores).values()))
    assert table.sum(axis=0) == pytest.approx(np.ones(len(rows)))
    assert table.sum(axis=1) == pytest.approx(np.ones(len(rows)))


@often
@given(st.integers(0, 1000))
def test_without_ties_one_of_two_is_ahead(seed):
    rng = np.random.default_rng(seed)
    scores = {name: rng.normal(size=50) for name in TREES}
    forth = {(one.first, one.second): one for one in pairwise(scores)}
    back = {(one.first, one.second): one for one in pairwise(dict(reversed(scores.items())))}
    assert set(forth) == {("alder", "birch"), ("alder", "cedar"), ("birch", "cedar")}
    for (first, second), found in forth.items():
        other = back[second, first]
        assert found.p_ahead + other.p_ahead == pytest.approx(1.0)
        assert (found.p_beyond, found.p_behind) == (other.p_behind, other.p_beyond)
        assert found.p_beyond <= found.p_ahead


def test_the_best_rank_that_intervals_allow():
    found = rank_upper_bound(
        {
            "a": Interval(8, 7, 9, 7.5, 8.5),
            "b": Interval(6.5, 6, 7.5, 6.2, 7),
            "c": Interval(3, 2, 4, 2.5, 3.5),
        }
    )
    assert found == {"a": 1, "b": 1, "c": 3}


@pytest.mark.parametrize(("power", "expected"), [(1.0, 5.0), (0.0, 4.0), (-1.0, 3.2)])
def test_power_means_by_hand(power, expected):
    assert float(power_mean(np.array([2.0, 8.0]), np.array([0.5, 0.5]), power)) == pytest.approx(expected)


def test_a_zero_counts_as_a_tenth_where_little_is_compensated():
    scores, weight = np.array([0.0, 8.0]), np.array([0.5, 0.5])
    assert float(power_mean(scores, weight, 1.0)) == 4.0
    assert float(power_mean(scores, weight, -1.0)) == pytest.approx(2 / (10 + 1 / 8))


def recommended(values, need, frameworks=TREES, **options):
    """`values`: dimension -> framework -> raw value of its one indicator, par 100."""
    dimensions = tuple(values)
    items = [indicator(f"i_{d}", dimension=d) for d in dimensions]
    readings = [reading(f"i_{d}", f, x) for d, row in values.items() for f, x in row.items()]
    prepared = prepare(
        catalog(items, dimensions),
        comparison(frameworks, dimensions=dimensions),
        readings,
        as_of=AS_OF,
        applicable=everywhere(items),
        draws=400,
    )
    return recommend(need, score_prepared(prepared), drawn_outcomes(prepared), random=RANDOM, **options)


def test_a_prepared_comparison_is_recommended_with_its_own_seed():
    items = [indicator("i", dimension="ease"), indicator("j", dimension="speed")]
    readings = [*pair("i", 200, 100), *pair("j", 100, 300)]
    prepared = prepare(
        catalog(items, ("ease", "speed")),
        comparison(dimensions=("ease", "speed")),
        readings,
        as_of=AS_OF,
        applicable=everywhere(items),
        draws=50,
    )
    need = {"ease": 2, "speed": 1}
    found = recommend_prepared(prepared, need)
    assert found == recommend_prepared(prepared, need)
    assert found.leader == "alder"
    heavier = recommend_prepared(prepared, need, WeightOverlay(dimensions={"speed": 9.0}))
    assert heavier.leader == "birch"
    assert heavier.weights == {"ease": 2 / 11, "speed": 9 / 11}


@pytest.mark.parametrize(
    "weights",
    [
        None,
        WeightOverlay(families={"i": 0.3, "k": 0.0}),
        WeightOverlay(families={"j": 2.5}, dimensions={"speed": 0.4}),
    ],
)
def test_a_recommendation_that_draws_each_dimension_once_is_the_one_from_full_scores(weights):
    items = [
        indicator("i", dimension="ease", sampling="share", curve="S"),
        indicator("k", dimension="ease"),
        indicator("j", dimension="speed"),
    ]
    readings = [
        *(
            reading("i", f, x, successes=40 * x, trials=40)
            for f, x in zip(TREES, (0.8, 0.6, 0.3), strict=True)
        ),
        *(reading(i, f, x) for i in "jk" for f, x in zip(TREES, (200, 100, 50), strict=True)),
    ]
    prepared = prepare(
        catalog(items, ("ease", "speed")),
        comparison(TREES, dimensions=("ease", "speed")),
        readings,
        as_of=AS_OF,
        applicable=everywhere(items),
        draws=300,
    )
    need = {"ease": 1, "speed": 2}
    frames = "".join(one.frame for one in prepared.dimensions)
    full = recommend(
        need,
        score_prepared(prepared, weights),
        drawn_outcomes(prepared, weights),
        random=seeded(prepared.comparison.id, "need", AS_OF, frame=frames, draws=300),
        overlay=weights or WeightOverlay(),
    )
    fast = recommend_prepared(prepared, need, weights)
    assert fast == full, "bit for bit"
    assert set(fast.index) == set(TREES)


VALUES = {
    "ease": {"alder": 800.0, "birch": 100.0, "cedar": 50.0},
    "speed": {"alder": 50.0, "birch": 400.0, "cedar": 60.0},
    "looks": {"alder": 100.0, "birch": 90.0},
}


def test_need_decides_who_is_recommended():
    beginner = recommended(VALUES, {"ease": 3, "speed": 1})
    racer = recommended(VALUES, {"ease": 1, "speed": 3})
    assert (beginner.leader, racer.leader) == ("alder", "birch")
    assert beginner.weights == {"ease": 0.75, "speed": 0.25}
    assert beginner.acceptability["alder"][0] > 0.6  # each dimension is one family here
    for found in (beginner, racer):
        table = np.array(list(found.acceptability.values()))
        assert table.sum(axis=0) == pytest.approx(np.ones(3))
        for index in found.index.values():
            assert 0 <= index.low90 <= index.low50 <= index.high50 <= index.high90 <= 10


def test_the_readers_factors_act_on_the_need():
    heavier = recommended(VALUES, {"ease": 1, "speed": 1}, overlay=WeightOverlay(dimensions={"ease": 3.0}))
    assert heavier == recommended(VALUES, {"ease": 3, "speed": 1})
    without = recommended(VALUES, {"ease": 1, "speed": 1}, overlay=WeightOverlay(dimensions={"ease": 0.0}))
    assert without.weights == {"speed": 1.0}


def test_the_index_is_the_weighted_mean_of_the_dimension_scores():
    found = recommended(VALUES, {"ease": 3, "speed": 1})
    ease, speed = 10 / (1 + (100 / 800) ** (0.4 / np.log(2))), 10 / (1 + (100 / 50) ** (0.4 / np.log(2)))
    assert found.index["alder"].value == pytest.approx(0.75 * ease + 0.25 * speed)


def test_what_would_change_it_is_said_and_true():
    found = recommended(VALUES, {"ease": 3, "speed": 1})
    ease, speed = found.changes
    assert (ease.dimension, ease.weight, ease.without) == ("ease", 0.75, "birch")
    assert speed.without == "alder"
    assert 0 < ease.flips_at < 0.75
    assert speed.flips_at == pytest.approx(1 - ease.flips_at)
    at = recommended(VALUES, {"ease": ease.flips_at, "speed": 1 - ease.flips_at})
    assert at.index["alder"].value == pytest.approx(at.index["birch"].value)
    assert found.weight_to_move == pytest.approx(0.75 - ease.flips_at)


def test_a_leader_in_everything_cannot_be_changed_by_weights():
    values = {"ease": {"alder": 800.0, "birch": 100.0}, "speed": {"alder": 300.0, "birch": 100.0}}
    found = recommended(values, {"ease": 1, "speed": 1}, PAIR)
    assert [change.flips_at for change in found.changes] == [None, None]
    assert found.weight_to_move == 1.0


def test_dimensions_without_evidence_are_named_and_left_out():
    values = {**VALUES, "fame": {"alder": 5.0}}
    found = recommended(values, {"ease": 1, "fame": 4, "speed": 0})
    assert found.unused == ("fame",)
    assert found.weights == {"ease": 1.0}
    assert [(c.flips_at, c.without) for c in found.changes] == [(None, None)]
    assert recommended(values, {"fame": 1}) is None


def test_a_framework_that_lacks_a_dimension_is_named_and_not_ranked():
    found = recommended(VALUES, {"ease": 1, "looks": 1})
    assert found.unranked == ("cedar",)
    assert set(found.index) == set(PAIR)


def test_a_framework_alone_leads():
    found = recommended({"ease": {"alder": 5.0}}, {"ease": 1}, ("alder",))
    assert (found.leader, found.weight_to_move) == ("alder", 1.0)
