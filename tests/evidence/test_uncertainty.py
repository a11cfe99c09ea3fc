"""Monte Carlo factors, SCORING 2.9 and 5.1: paired, keyed, and as wide as they should be."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from synthetic import AS_OF, PAIR, five_families, indicator, pair, reading, rounds, score, weekly

from evidence import parameters as p
from evidence.resampling import (
    Randomness,
    Resampler,
    beta_share,
    by_quantile,
    seeded,
    stationary_bootstrap,
    week_counts,
    week_number,
)
from evidence.selection import Measured, Selection
from evidence.types import Par
from evidence.uncertainty import (
    AGGREGATIONS,
    aggregate,
    choose,
    combine,
    concentration,
    dirichlet,
    draw_factors,
    drawn_par,
    drawn_values,
    effective_families,
    simulate,
    unseen_spread,
)
from evidence.weights import indicator_weights

some = settings(max_examples=40, deadline=None, derandomize=True)
RANDOM = Randomness("a test", 4000)


def measured(item, readings):
    by_framework = {}
    for r in readings:
        by_framework.setdefault(r.framework, {})[r.scope, r.window_weeks, r.variant] = r
    nominal = {f: by_framework[f]["core", item.window_weeks, ""] for f in sorted(by_framework)}
    return Measured(item, by_framework, nominal, None)


def factors_of(item, readings, random=RANDOM):
    return draw_factors(Selection(PAIR, (item,), (measured(item, readings),), (), ()), random)


def factors_of_all(items, readings, random=RANDOM):
    every = tuple(measured(item, [r for r in readings if r.indicator == item.id]) for item in items)
    return draw_factors(Selection(PAIR, tuple(items), every, (), ()), random)


def values_of(item, readings, random=RANDOM):
    factors = factors_of(item, readings, random)
    return drawn_values(factors, factors.cells[0], factors.every_row())


# --- keyed randomness -----------------------------------------------------------------------------------


def test_numbers_are_keyed_by_words_and_the_first_are_the_same_however_many():
    few, many = Randomness("s", 10), Randomness("s", 100)
    assert (few.normal("a", "b") == many.normal("a", "b")[:10]).all()
    assert (few.uniform("a") == many.uniform("a")[:10]).all()
    assert not (few.normal("a", "b") == few.normal("ab")).any()
    assert not (few.uniform("a") == Randomness("t", 10).uniform("a")).any()


def test_the_seed_holds_comparison_dimension_day_and_frame():
    base = seeded("c", "d", AS_OF, frame="f", draws=5)
    others = [
        seeded("x", "d", AS_OF, frame="f", draws=5),
        seeded("c", "x", AS_OF, frame="f", draws=5),
        seeded("c", "d", date(2026, 3, 3), frame="f", draws=5),
        seeded("c", "d", AS_OF, frame="x", draws=5),
    ]
    assert len({r.seed for r in [base, *others]}) == 5


# --- F1, weeks ------------------------------------------------------------------------------------------


def test_the_stationary_bootstrap_stays_in_range_and_its_blocks_are_8_weeks_long():
    position = stationary_bootstrap(RANDOM, 52)
    assert position.min() == 0
    assert position.max() == 51
    goes_on = (np.diff(position, axis=1) % 52) == 1
    # a restart lands on the next week by chance once in 52
    expected = 7 / 8 + 1 / 8 / 52
    assert goes_on.mean() == pytest.approx(expected, abs=0.005)
    assert np.bincount(position.ravel()).std() / position.size * 52 < 0.05


def test_every_draw_has_as_many_weeks_as_the_window():
    assert (week_counts(RANDOM, 52).sum(axis=1) == 52).all()


def test_the_block_bootstrap_is_wider_than_independent_weeks_where_weeks_are_correlated():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=60)
    x = 100 + 10 * np.convolve(noise, np.ones(6), "valid")[:52]
    item = indicator("a", window_weeks=52, sampling="weekly")
    found = Resampler(RANDOM, PAIR).values(item, {"alder": weekly("a", "alder", x)})["alder"]
    independent = 52 * x.std() / math.sqrt(52)
    assert found.std() > 1.5 * independent
    assert found.mean() == pytest.approx(52 * x.mean(), rel=0.01)


def test_the_same_weeks_are_drawn_for_all_so_a_common_shock_cancels():
    rng = np.random.default_rng(2)
    shock = rng.gamma(2, 50, 52)
    item = indicator("a", window_weeks=52, sampling="weekly")
    other = indicator("b", window_weeks=52, sampling="weekly")
    resampler = Resampler(RANDOM, PAIR)
    one = resampler.values(item, {f: weekly("a", f, k * shock) for f, k in zip(PAIR, (1, 3), strict=True)})
    two = resampler.values(other, {"alder": weekly("b", "alder", shock)})
    assert one["birch"] / one["alder"] == pytest.approx(np.full(4000, 3.0))
    assert two["alder"] == pytest.approx(one["alder"])


def test_windows_that_end_a_week_apart_still_share_their_weeks():
    rng = np.random.default_rng(3)
    x = rng.gamma(2, 50, 53)
    item = indicator("a", window_weeks=52, sampling="weekly")
    resampler = Resampler(RANDOM, PAIR)
    early = resampler.values(item, {"alder": weekly("a", "alder", x[:-1], end=AS_OF - timedelta(weeks=1))})
    late = resampler.values(item, {"alder": weekly("a", "alder", x[1:])})
    assert np.corrcoef(early["alder"], late["alder"])[0, 1] > 0.9


def test_weeks_that_are_absent_are_not_zero():
    item = indicator("a", window_weeks=52, sampling="weekly")
    full = weekly("a", "alder", [100.0] * 52)
    holes = replace(full, samples=full.samples[:10] + full.samples[30:])
    found = Resampler(RANDOM, PAIR).values(item, {"alder": holes})["alder"]
    assert found == pytest.approx(np.full(4000, 5200.0))


def test_a_draw_that_hits_only_absent_weeks_keeps_the_value():
    item = indicator("a", window_weeks=52, sampling="weekly")
    full = weekly("a", "alder", [90.0, 110.0] * 26)
    two = replace(full, value=5200.0, samples=full.samples[:2])
    found = Resampler(RANDOM, PAIR).values(item, {"alder": two})["alder"]
    assert np.isfinite(found).all()
    assert (found == 5200.0).any()


@pytest.mark.parametrize("x", [[], [5.0], [0.0, 0.0, 0.0]])
def test_without_replicates_a_value_does_not_vary(x):
    item = indicator("a", window_weeks=52, sampling="weekly")
    given_weeks = weekly("a", "alder", x or [5.0])
    held = replace(given_weeks, samples=given_weeks.samples if x else (), value=7.0)
    assert set(Resampler(RANDOM, PAIR).values(item, {"alder": held})["alder"]) == {7.0}


def test_growth_moves_by_as_much_as_its_weeks_and_shares_stay_shares():
    x = [0.0] * 26 + [0.4] * 26
    growth = indicator("a", window_weeks=52, sampling="weekly", curve="G", par=Par("natural", 0.0))
    held = replace(weekly("a", "alder", x), value=-0.1)
    found = Resampler(RANDOM, PAIR).values(growth, {"alder": held})["alder"]
    assert found.mean() == pytest.approx(-0.1, abs=0.01)
    assert found.std() > 0.01
    share = indicator("a", window_weeks=52, sampling="weekly", curve="S")
    found = Resampler(RANDOM, PAIR).values(share, {"alder": replace(held, value=0.99)})["alder"]
    assert found.max() == 1.0


@pytest.mark.parametrize(
    ("key", "day"),
    [("2026-W10", date(2026, 3, 2)), ("2026W10", date(2026, 3, 2)), ("2026-03-08", date(2026, 3, 2))],
)
def test_week_keys(key, day):
    assert week_number(key) == week_number(day.isoformat())
    assert week_number((day + timedelta(days=7)).isoformat()) == week_number(key) + 1


# --- F1, rounds -----------------------------------------------------------------------------------------


def test_rounds_stay_paired_so_a_common_slowdown_cancels():
    rng = np.random.default_rng(4)
    slow = rng.normal(0, 0.3, 9)
    item = indicator("a", curve="E", direction="lower", sampling="rounds")
    readings = {
        "alder": rounds("a", "alder", {"w": slow}),
        "birch": rounds("a", "birch", {"w": slow + 0.5}),
        "cedar": rounds("a", "cedar", {"w": slow[:4], "v": slow}),
    }
    found = Resampler(RANDOM, PAIR).values(item, readings)
    assert found["alder"].std() > 0
    assert found["birch"] / found["alder"] == pytest.approx(np.full(4000, math.exp(0.5)))
    alone = Resampler(RANDOM, PAIR).values(item, {f: readings[f] for f in PAIR})
    assert (alone["alder"] == found["alder"]).all()


def test_workloads_are_resampled_above_their_rounds():
    item = indicator("a", curve="E", direction="lower", sampling="rounds")
    spread = {f"w{n}": [n * 0.4] * 5 for n in range(4)}
    found = Resampler(RANDOM, PAIR).values(item, {f: rounds("a", f, spread) for f in PAIR})
    between = np.std([0.0, 0.4, 0.8, 1.2]) / 2
    assert np.log(found["alder"]).std() == pytest.approx(between, rel=0.05)


def test_unequal_numbers_of_rounds_are_each_drawn_by_their_own_number():
    item = indicator("a", curve="E", direction="lower", sampling="rounds")
    logs = {"long": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], "short": [1.0]}
    found = Resampler(RANDOM, PAIR).values(item, {f: rounds("a", f, logs) for f in PAIR})
    assert np.isfinite(found["alder"]).all()
    assert np.log(found["alder"]).min() >= math.log(rounds("a", "alder", logs).value) - 0.8


def test_rounds_of_a_third_framework_that_are_absent_leave_its_value():
    item = indicator("a", curve="E", direction="lower", sampling="rounds")
    readings = {f: rounds("a", f, {"w": [0.0, 0.3]}) for f in PAIR}
    readings["cedar"] = rounds("a", "cedar", {"other": [0.0, 0.3]})
    found = Resampler(RANDOM, PAIR).values(item, readings)
    assert set(found["cedar"]) == {readings["cedar"].value}


def test_rounds_without_a_common_key_do_not_vary():
    item = indicator("a", curve="E", direction="lower", sampling="rounds")
    readings = {"alder": rounds("a", "alder", {"w": [0.0, 0.3]}), "birch": rounds("a", "birch", {"v": [0.0]})}
    found = Resampler(RANDOM, PAIR).values(item, readings)
    assert set(found["alder"]) == {readings["alder"].value}


# --- F1, shares -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "n"), [(0, 30), (3, 24), (15, 30), (30, 30)])
def test_shares_follow_jeffreys_posterior(k, n):
    draws = beta_share(np.random.default_rng(6).standard_normal(40_000), k, n)
    exact = stats.beta(k + 0.5, n - k + 0.5)
    for q in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert np.quantile(draws, q) == pytest.approx(exact.ppf(q), abs=0.004)
    assert 0 <= draws.min() <= draws.max() <= 1


@some
@given(st.integers(0, 29))
def test_one_success_more_never_lowers_a_drawn_share(k):
    normal = RANDOM.normal("x")
    assert (beta_share(normal, k + 1, 30) >= beta_share(normal, k, 30)).all()


def test_a_share_without_trials_does_not_vary():
    item = indicator("a", curve="S", sampling="share")
    found = Resampler(RANDOM, PAIR).values(
        item,
        {
            "alder": reading("a", "alder", 0.5),
            "birch": reading("a", "birch", 0.5, successes=10, trials=20),
            "cedar": reading("a", "cedar", 0.0, successes=0, trials=0),
        },
    )
    assert set(found["alder"]) == {0.5}
    assert found["birch"].std() > 0.05
    assert set(found["cedar"]) == {0.0}


def test_a_share_that_is_a_mean_over_groups_keeps_its_centre():
    item = indicator("a", curve="S", sampling="share")
    grouped = {"alder": reading("a", "alder", 0.3, successes=10, trials=20)}
    assert Resampler(RANDOM, PAIR).values(item, grouped)["alder"].mean() == pytest.approx(0.3, abs=0.01)


def test_quantile_interpolation_is_exact_enough():
    z = np.linspace(-4, 4, 999)
    assert by_quantile(z, stats.norm.ppf) == pytest.approx(z, abs=1e-6)


def test_gamma_quantiles_that_are_kept_are_those_worked_out_anew():
    normals = [RANDOM.normal("a test", str(part)) for part in range(3)]
    shape = np.array([0.3, 1.7, 6.0])
    least = np.finfo(np.float64).tiny
    anew = np.stack(
        [
            np.exp(by_quantile(z, lambda u, a=a: np.log(np.maximum(special.gammaincinv(a, u), least))))
            for z, a in zip(normals, shape, strict=True)
        ],
        axis=1,
    )
    for _ in range(2):
        assert (dirichlet(shape, normals) == anew / anew.sum(axis=1, keepdims=True)).all()


# --- F2 to F5 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "tau"), [("A", 0.02), ("B", 0.10), ("C", 0.25)])
def test_measurement_error_is_log_normal_by_grade(grade, tau):
    found = values_of(indicator("a", grade=grade), pair("a", 100.0, 50.0))
    logs = np.log(found["alder"] / 100.0)
    assert logs.mean() == pytest.approx(0.0, abs=0.01)
    assert logs.std() == pytest.approx(tau, rel=0.05)
    assert abs(np.corrcoef(logs, np.log(found["birch"]))[0, 1]) < 0.05


def test_measurement_error_keeps_shares_between_their_ends():
    found = values_of(indicator("a", grade="C", curve="S"), pair("a", 0.97, 0.0))
    assert 0.9 < found["alder"].min() < found["alder"].max() < 1.0
    assert set(found["birch"]) == {0.0}
    full = values_of(indicator("a", grade="C", curve="S"), pair("a", 1.0, 0.5))
    assert set(full["alder"]) == {1.0}


def test_measurement_error_adds_to_growth():
    found = values_of(indicator("a", grade="B", curve="G", par=Par("natural", 0.0)), pair("a", -0.2, 0.1))
    assert found["alder"].mean() == pytest.approx(-0.2, abs=0.01)
    assert found["alder"].std() == pytest.approx(0.1, rel=0.05)


def shares(x, levels):
    """Share of draws nearest to each level, in log."""
    nearest = np.abs(np.log(x)[:, None] - np.log(levels)).argmin(axis=1)
    return [float((nearest == n).mean()) for n in range(len(levels))]


def test_windows_are_drawn_a_quarter_a_half_a_quarter():
    item = indicator("a", grade="A", window_weeks=52)
    readings = [
        r
        for window, value in ((26, 1e2), (52, 1e4), (104, 1e6), (208, 1e8))
        for r in pair("a", value, value, window_weeks=window)
    ]
    assert shares(values_of(item, readings)["alder"], [1e2, 1e4, 1e6, 1e8]) == pytest.approx(
        [0.25, 0.5, 0.25, 0], abs=0.03
    )


def test_a_window_that_one_of_the_pair_lacks_is_the_declared_one_for_both():
    item = indicator("a", grade="A", window_weeks=52)
    readings = [*pair("a", 1e4, 1e4, window_weeks=52), reading("a", "alder", 1e2, window_weeks=26)]
    assert shares(values_of(item, readings)["alder"], [1e2, 1e4]) == [0, 1]


def test_scopes_are_drawn_evenly_and_the_narrow_one_stands_in():
    item = indicator("a", grade="A")
    readings = [*pair("a", 1e4, 1e4), reading("a", "alder", 1e6, scope="broad")]
    found = values_of(item, readings)
    assert shares(found["alder"], [1e4, 1e6]) == pytest.approx([0.5, 0.5], abs=0.03)
    assert shares(found["birch"], [1e4, 1e6]) == [1, 0]


def test_a_broad_scope_that_is_the_core_is_drawn_once():
    item = indicator("a")
    same = [r for scope in ("core", "broad") for r in pair("a", 1e4, 1e4, scope=scope)]
    assert factors_of(item, same).cells[0].drawn["alder"].shape == (1, 4000)
    other = [*same[:-1], replace(same[-1], value=1e5)]
    assert factors_of(item, other).cells[0].drawn["alder"].shape == (2, 4000)


def test_a_window_read_in_one_scope_only_stands_for_both():
    item = indicator("a", grade="A", window_weeks=52)
    readings = [
        *pair("a", 1e4, 1e4, window_weeks=52),
        *pair("a", 1e6, 1e6, window_weeks=52, scope="broad"),
        *pair("a", 1e2, 1e2, window_weeks=26),
    ]
    assert shares(values_of(item, readings)["alder"], [1e2, 1e4, 1e6]) == pytest.approx(
        [0.25, 0.375, 0.375], abs=0.03
    )


def test_a_combination_that_was_not_read_falls_back_to_the_declared_window():
    item = indicator("a", grade="A", window_weeks=52)
    readings = [
        *pair("a", 1e4, 1e4, window_weeks=52),
        *pair("a", 1e6, 1e6, window_weeks=52, variant="loop"),
        *pair("a", 1e2, 1e2, window_weeks=26, scope="broad"),
    ]
    # of the four scope and variant combinations only (broad, declared) has the shorter window
    found = shares(values_of(item, readings)["alder"], [1e2, 1e4, 1e6])
    assert found == pytest.approx([1 / 16, 7 / 16, 1 / 2], abs=0.03)


def test_variants_are_drawn_evenly_the_declared_one_included():
    item = indicator("a", grade="A")
    readings = [
        *pair("a", 1e2, 1e2),
        *pair("a", 1e4, 1e4, variant="loop"),
        *pair("a", 1e6, 1e6, variant="fit"),
        reading("a", "alder", 1e8, variant="only here"),
        reading("a", "cedar", 1e3),
    ]
    found = values_of(item, readings)
    assert shares(found["alder"], [1e2, 1e4, 1e6, 1e8]) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=0.03)
    assert set(shares(found["cedar"], [1e3, 1e8])) == {1, 0}


def test_par_moves_by_up_to_three_steps_but_a_pairs_par_does_not():
    for curve, step in (("P", math.log(2)), ("E", math.log(1.25))):
        factors = factors_of(indicator("a", curve=curve), pair("a", 10.0, 1000.0))
        found = drawn_par(factors, factors.cells[0], {f: np.ones(4000) for f in PAIR}, factors.every_row())
        moved = np.log(found / 100.0) / step
        assert 2.8 < moved.max() <= 3.0
        assert moved.std() == pytest.approx(math.sqrt(4 / 3 + 1 / 3), rel=0.03)
    factors = factors_of(indicator("a", par=Par("pair")), pair("a", 10.0, 1000.0))
    x = {f: np.full(4000, v) for f, v in zip(PAIR, (10.0, 1000.0), strict=True)}
    assert set(drawn_par(factors, factors.cells[0], x, factors.every_row()).round(9)) == {100.0}
    factors = factors_of(indicator("a", curve="G", par=Par("natural", 0.0)), pair("a", 0.1, 0.2))
    found = drawn_par(factors, factors.cells[0], x, factors.every_row())
    assert abs(found.mean()) < 0.01
    assert 2.8 * math.log(1.25) < found.max() <= 3 * math.log(1.25)


def test_the_par_of_the_panel_is_common_to_all_indicators():
    items, readings = five_families()
    measured_all = tuple(measured(i, [r for r in readings if r.indicator == i.id]) for i in items)
    factors = draw_factors(Selection(PAIR, tuple(items), measured_all, (), ()), RANDOM)
    ones = {f: np.ones(4000) for f in PAIR}
    pars = [np.log(drawn_par(factors, c, ones, factors.every_row())) for c in factors.cells]
    # common variance 4/3, own 1/3 of a step squared: correlation 0.8
    assert np.corrcoef(pars)[0, 1] == pytest.approx(0.8, abs=0.03)


# --- F6, F7 ---------------------------------------------------------------------------------------------


@some
@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 1)), min_size=1, max_size=7),
    st.sampled_from(range(3)),
)
def test_every_aggregation_is_internal_idempotent_and_monotone(rows, how):
    x, w = (np.array([column]) for column in zip(*rows, strict=True))
    w = w / w.sum()
    found = float(aggregate(x, w, np.array([how]))[0])
    assert x.min() - 1e-9 <= found <= max(x.max(), 0.1) + 1e-9
    same = np.full_like(x, 4.2)
    assert float(aggregate(same, w, np.array([how]))[0]) == pytest.approx(4.2)
    better = x.copy()
    better[0, 0] = min(better[0, 0] + 1, 10)
    assert float(aggregate(better, w, np.array([how]))[0]) >= found - 1e-12
    order = np.arange(x.shape[1])[::-1]
    assert float(aggregate(x[:, order], w[:, order], np.array([how]))[0]) == pytest.approx(found)


def test_each_aggregation_by_hand():
    x, w = np.array([[2.0, 8.0, 8.0]] * 3), np.array([[0.5, 0.25, 0.25]] * 3)
    assert AGGREGATIONS == ("arithmetic", "geometric", "median")
    assert aggregate(x, w, np.arange(3)).tolist() == pytest.approx([5.0, 4.0, 5.0])
    # a score of zero counts as 0.1 in the geometric mean
    assert aggregate(np.array([[0.0]]), np.array([[1.0]]), np.array([1])).tolist() == pytest.approx([0.1])


def test_alternatives_are_chosen_by_their_probability():
    found = choose(RANDOM.uniform("u"), (0.5, 0.3, 0.2))
    assert np.bincount(found) / 4000 == pytest.approx([0.5, 0.3, 0.2], abs=0.03)


@pytest.mark.parametrize(
    ("share", "expected"),
    [([0.2] * 5, 4.0), ([1.0], 1.0), ([0.5, 0.5], 1.0), ([0.125] * 8, 7.0), ([0.7, 0.1, 0.1, 0.1], 1.0)],
)
def test_concentration_is_effective_families_minus_2_and_the_prior(share, expected, monkeypatch):
    assert concentration(np.array(share)) == pytest.approx(expected)
    monkeypatch.setattr(p, "PRIOR_FAMILIES", 0.0)
    assert concentration(np.array(share)) == pytest.approx(max(1.0, expected - 1.0))
    assert unseen_spread(1.0) == 0.0


def test_drawn_family_weights_have_the_moments_of_a_dirichlet():
    shape = np.array([1.5, 0.9, 0.6])
    found = dirichlet(shape, [RANDOM.normal("f", str(n)) for n in range(3)])
    share = shape / 3.0
    assert found.sum(axis=1) == pytest.approx(np.ones(4000))
    assert found.mean(axis=0) == pytest.approx(share, abs=0.02)
    assert found.var(axis=0) == pytest.approx(share * (1 - share) / 4.0, abs=0.01)


def test_even_tiny_shapes_draw_weights():
    found = dirichlet(np.full(40, 0.025), [RANDOM.normal("f", str(n)) for n in range(40)])
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(4000))


# --- F7, the families that one does not have ---------------------------------------------------------------


def of_one_mind(number, **changed):
    """The contrast of some families that all show two steps, exactly."""
    items = [indicator(f"i{n}", grade="A", par=Par("pair"), **changed) for n in range(number)]
    readings = [r for i in items for r in pair(i.id, 400.0, 100.0)]
    return items, readings


@pytest.mark.parametrize(("effective", "points"), [(1, 1.0), (2, 0.5), (4.5, 2 / 9), (8, 0.125)])
def test_what_one_does_not_have_weighs_as_one_family_among_as_many(effective, points):
    assert unseen_spread(effective) == pytest.approx(p.PRIOR_SPREAD * points)


def test_as_many_equal_families_as_unequal_ones_are_worth():
    items = [indicator("a", grade="A"), indicator("b", grade="C"), indicator("c", family="b", grade="C")]
    assert effective_families(items, indicator_weights(items)) == pytest.approx(1 / (0.75**2 + 0.25**2))


@pytest.mark.parametrize("families", [1, 2, 3, 5, 8])
def test_families_of_one_mind_are_as_sure_as_their_number_allows(families, monkeypatch):
    made = of_one_mind(families)
    found = score(*made, draws=4000).contrast
    # 90 % of a normal distribution lie within 1.645 standard deviations
    assert found.high90 - found.low90 == pytest.approx(2 * 1.645 * p.PRIOR_SPREAD / families, rel=0.08)
    monkeypatch.setattr(p, "PRIOR_FAMILIES", 0.0)
    without = score(*made, draws=4000).contrast
    assert without.high90 - without.low90 < 0.2  # unanimous, and so next to certain
    assert (found.value, found.sampling_low) == (without.value, without.sampling_low)


@some
@given(st.lists(st.floats(-4, 4), min_size=2, max_size=8))
def test_the_variance_of_a_contrast_is_the_moderated_one(steps):
    items = [indicator(f"i{n}", grade="A", par=Par("pair")) for n in range(len(steps))]
    readings = [r for i, z in zip(items, steps, strict=True) for r in pair(i.id, 100 * 2.0**z, 100)]
    factors = replace(factors_of_all(items, readings), aggregation=np.zeros(4000, np.int64))
    delta = np.array([10 * math.tanh(z / 10) for z in steps])
    families = len(steps)
    moderated = ((families - 1) * delta.var(ddof=1) + p.PRIOR_SPREAD**2) / families
    found = combine(simulate(factors)).contrast
    # beside it only the definition error of grade A, 0.02 in the logarithm of each value
    assert found.std() == pytest.approx(math.sqrt(moderated / families), rel=0.08)


@given(st.integers(1, 9))
def test_the_fewer_families_the_more_the_others_might_say(number):
    items = [indicator(f"i{n}") for n in range(number + 1)]
    more, fewer = (
        unseen_spread(effective_families(kept, indicator_weights(kept))) for kept in (items, items[1:])
    )
    assert more < fewer


def test_every_two_frameworks_share_the_same_doubt():
    items, readings = of_one_mind(3)
    readings += [reading(i.id, "cedar", 200.0) for i in items]
    scores = combine(simulate(factors_of_all(items, readings))).scores
    spread = [(scores[one] - scores[two]).std() for one, two in combinations(sorted(scores), 2)]
    assert spread == pytest.approx([p.PRIOR_SPREAD / 3] * 3, rel=0.05)


def test_scores_stay_between_their_ends():
    items = [indicator("a", curve="S")]
    scores = combine(simulate(factors_of_all(items, pair("a", 1.0, 0.0)))).scores
    assert scores["alder"].max() == 10.0
    assert scores["birch"].min() == 0.0
    assert (scores["alder"] <= 10.0).all()


# --- together -------------------------------------------------------------------------------------------


def test_sampling_error_alone_is_narrower_than_everything():
    rng = np.random.default_rng(8)
    items = [indicator(f"i{n}", window_weeks=52, sampling="weekly") for n in range(5)]
    readings = [
        weekly(i.id, f, rng.gamma(4, k, 52)) for i in items for f, k in zip(PAIR, (30, 20), strict=True)
    ]
    found = score(items, readings, draws=2000).contrast
    assert found.low90 < found.sampling_low < found.value < found.sampling_high < found.high90


def test_without_replicates_there_is_no_sampling_error():
    found = score(*five_families()).contrast
    assert found.sampling_low == pytest.approx(found.value)
    assert found.sampling_high == pytest.approx(found.value)


def test_a_third_framework_is_nan_where_it_has_no_value():
    item = indicator("a")
    factors = factors_of(item, pair("a", 1, 2))
    assert set(simulate(factors).points) == set(PAIR)
    more = factors_of(item, [*pair("a", 1, 2), reading("a", "cedar", 3)])
    assert (simulate(more).points["alder"] == simulate(factors).points["alder"]).all()
    assert np.isfinite(simulate(more).points["cedar"]).all()
