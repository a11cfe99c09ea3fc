"""The whole way from readings to a score, SCORING 2.7, 2.8 and 5.1, through the public function."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from synthetic import (
    AS_OF,
    NOW,
    PAIR,
    catalog,
    comparison,
    everywhere,
    five_families,
    indicator,
    pair,
    reading,
    score,
    weekly,
)

from evidence import parameters
from evidence.overlay import WeightOverlay
from evidence.score import drawn_outcomes, prepare, score_comparison, score_prepared
from evidence.selection import oldest_day
from evidence.types import Gap, Par, Verdict

some = settings(max_examples=25, deadline=None, derandomize=True)
modest = st.floats(0.01, 1e4)
CURVES = {
    "P": {},
    "E": {"par": Par("pair"), "direction": "lower"},
    "S": {},
    "G": {"par": Par("natural", 0.0)},
}


@st.composite
def evidence(draw, least=1):
    """A few indicators of any class, with values for the pair and, for some, a third framework."""
    items, readings = [], []
    for n in range(draw(st.integers(least, 6))):
        curve = draw(st.sampled_from(sorted(CURVES)))
        item = indicator(
            f"i{n}",
            curve=curve,
            criterion=draw(st.sampled_from(["main", "side"])),
            family=draw(st.sampled_from(["f", "g", "h", f"own{n}"])),
            grade=draw(st.sampled_from("ABC")),
            **CURVES[curve],
        )
        value = {"S": st.floats(0, 1), "G": st.floats(-1, 1)}.get(curve, modest)
        items.append(item)
        readings += [reading(item.id, framework, draw(value)) for framework in PAIR]
        if draw(st.booleans()):
            readings.append(reading(item.id, "cedar", draw(value)))
    return items, readings


def mirrored(found):
    return (-found.value, -found.high90, -found.low90)


@some
@given(evidence())
def test_contributions_sum_to_the_contrast_and_levels_differ_by_it(made):
    found = score(*made)
    parts = [c.contribution for c in found.contributions]
    assert math.fsum(parts) == found.contrast.value
    first, second = (found.scores[framework].value for framework in PAIR)
    assert first - second == pytest.approx(found.contrast.value, abs=1e-12)
    assert 0 <= first <= 10
    assert sum(c.weight for c in found.contributions) == pytest.approx(1.0)
    for c in found.contributions:
        assert c.contribution == c.weight * (c.scores["alder"] - c.scores["birch"])


@some
@given(evidence())
def test_a_score_lies_between_the_least_and_the_greatest_of_its_indicators(made):
    found = score(*made)
    for framework in PAIR:
        own = [c.scores[framework] for c in found.contributions]
        assert min(own) - 1e-9 <= found.scores[framework].value <= max(own) + 1e-9


@some
@given(evidence())
def test_a_third_framework_leaves_the_pair_bit_identical(made):
    items, readings = made
    alone = score(items, [r for r in readings if r.framework != "cedar"], claims={"alder": 8, "birch": 9})
    third = score(items, readings, frameworks=(*PAIR, "cedar"), claims={"alder": 8, "birch": 9})
    assert third.contrast == alone.contrast
    assert third.verdict == alone.verdict
    assert third.robustness == alone.robustness
    assert third.coverage == alone.coverage
    assert {f: third.scores[f] for f in PAIR} == alone.scores
    assert score(items, readings, claims={"alder": 8, "birch": 9}) == alone


@some
@given(evidence(), st.randoms())
def test_the_order_of_indicators_and_readings_does_not_matter(made, shuffler):
    items, readings = made
    before = score(items, readings)
    mixed, shuffled = items.copy(), readings.copy()
    shuffler.shuffle(mixed)
    shuffler.shuffle(shuffled)
    assert score(items, shuffled) == before
    after = score(mixed, shuffled)
    assert after.contrast.value == pytest.approx(before.contrast.value, abs=1e-12)
    assert after.contrast.low90 == pytest.approx(before.contrast.low90, abs=1e-9)
    assert after.verdict == before.verdict


@some
@given(evidence())
def test_swapping_the_frameworks_mirrors_everything(made):
    items, readings = made
    claims = {"alder": 9, "birch": 7}
    one = score(items, readings, claims=claims)
    two = score(items, readings, frameworks=PAIR[::-1], claims=claims)
    assert mirrored(two.contrast) == pytest.approx(
        (one.contrast.value, one.contrast.low90, one.contrast.high90), abs=1e-9
    )
    assert two.verdict == one.verdict
    assert two.scores == one.scores


@some
@given(evidence())
def test_names_do_not_matter(made):
    items, readings = made
    renamed = [replace(r, framework=r.framework.replace("alder", "maple")) for r in readings]
    options = {"applicable": {i.id: ("maple", "birch") for i in items}}
    before = score(items, readings)
    after = score(items, renamed, frameworks=("maple", "birch"), **options)
    assert after.contrast.value == before.contrast.value
    assert after.coverage == before.coverage


@some
@given(evidence(), st.data())
def test_a_better_value_never_lowers_score_contrast_or_probability(made, data):
    items, readings = made
    row = data.draw(st.sampled_from([n for n, r in enumerate(readings) if r.framework == "alder"]))
    item = next(i for i in items if i.id == readings[row].indicator)
    other = next(r.value for r in readings if r.indicator == item.id and r.framework == "birch")
    # a share that crosses into the odds region changes its curve; inside each it is monotone
    assume(item.curve != "S" or 0.05 <= other <= 0.95)
    value = readings[row].value
    more = data.draw(st.floats(0, 1))
    better = {
        "S": value + more * (1 - value),
        "G": value + more,
        "E": value / (1 + more),
        "P": value * (1 + more),
    }[item.curve]
    before = score(items, readings)
    after = score(items, [*readings[:row], replace(readings[row], value=better), *readings[row + 1 :]])
    assert after.contrast.value >= before.contrast.value - 1e-9
    assert after.scores["alder"].value >= before.scores["alder"].value - 1e-9
    assert after.contrast.p_positive >= before.contrast.p_positive
    assert after.contrast.low90 >= before.contrast.low90 - 1e-9


@some
@given(evidence())
def test_dominance_is_certain_of_the_families_that_one_has(made):
    items, readings = made
    best = {"S": 1.0, "G": 3.0, "E": 1e-4, "P": 1e6}
    curve = {i.id: i.curve for i in items}
    dominant = [
        replace(r, value=best[curve[r.indicator]]) if r.framework == "alder" else replace(r, value=0.5)
        for r in readings
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parameters, "PRIOR_FAMILIES", 0.0)
        found = score(items, dominant)
    assert found.contrast.low90 > 0
    assert found.contrast.p_positive == 1.0
    assert found.robustness.epsilon_star == 1.0
    assert found.verdict.label in {"no_claim", "insufficient"}
    with_others = score(items, dominant)
    assert with_others.robustness.epsilon_star == 1.0
    assert with_others.contrast.p_positive >= 0.95


@some
@given(evidence(), st.data())
def test_an_indicator_that_nobody_measured_changes_only_coverage(made, data):
    items, readings = made
    family = data.draw(st.sampled_from([*(i.family for i in items), "new"]))
    extra = indicator(
        "extra", family=family, criterion=data.draw(st.sampled_from(["main", "other"])), grade="A"
    )
    half = data.draw(st.lists(st.just(reading("extra", "alder", 7.0)), max_size=1))
    before, after = score(items, readings), score([*items, extra], [*readings, *half])
    same = ("value", "sampling_low", "sampling_high")
    assert [getattr(after.contrast, k) for k in same] == [getattr(before.contrast, k) for k in same]
    assert after.contributions == before.contributions
    assert {f: after.scores[f].value for f in PAIR} == {f: before.scores[f].value for f in PAIR}
    assert after.coverage.share <= before.coverage.share
    assert [m.indicator for m in after.missing] == ["extra"]


@some
@given(evidence(), st.data())
def test_a_clone_in_a_family_of_one_keeps_the_score(made, data):
    items, readings = made
    copied = data.draw(st.sampled_from(items))
    assume([i.family for i in items].count(copied.family) == 1)
    clone = replace(copied, id="clone")
    cloned = [replace(r, indicator="clone") for r in readings if r.indicator == copied.id]
    before, after = score(items, readings), score([*items, clone], [*readings, *cloned])
    assert after.contrast.value == pytest.approx(before.contrast.value, abs=1e-12)
    assert after.coverage.share == pytest.approx(before.coverage.share)
    assert after.coverage.measured == before.coverage.measured


@some
@given(evidence(least=3), st.data())
def test_removing_evidence_can_only_lower_the_status(made, data):
    order = ["none", "insufficient", "provisional", "reported"]
    items, readings = made
    gone = data.draw(st.sets(st.sampled_from([i.family for i in items])))
    lost = {i.id for i in items if i.family in gone}
    before, after = score(items, readings), score(items, [r for r in readings if r.indicator not in lost])
    assert order.index(after.status) <= order.index(before.status)
    assert after.coverage.share <= before.coverage.share


@some
@given(evidence())
def test_later_readings_change_nothing(made):
    items, readings = made
    later = [
        replace(r, value=r.value / 2, observed_at=datetime(2026, 3, 3, 0, 1, tzinfo=UTC)) for r in readings
    ]
    older = [replace(r, value=r.value / 2, observed_at=NOW - timedelta(days=5)) for r in readings]
    assert score(items, [*older, *later, *readings, *older]) == score(items, readings)


@some
@given(evidence(), st.floats(0.001, 1000))
def test_the_scale_of_the_readers_weights_does_not_matter(made, c):
    items, readings = made
    overlay = WeightOverlay(families={i.family: c for i in items}, criteria={"main": c, "side": c})
    found = score(items, readings, weights=overlay)
    assert found.contrast.value == pytest.approx(score(items, readings).contrast.value, abs=1e-9)


def test_equal_scores_aggregate_to_themselves():
    items, readings = five_families(150.0, 150.0)
    found = score(items, readings)
    assert found.contrast.value == 0.0
    assert found.scores["alder"].value == pytest.approx(found.contributions[0].scores["alder"])


def test_twice_is_visible_in_its_contribution():
    items, readings = five_families(100.0, 100.0)
    found = score(items, [*readings[2:], *pair("i0", 200.0, 100.0)])
    assert [round(c.contribution, 4) for c in found.contributions] == [0.1974, 0, 0, 0, 0]


def test_missing_for_one_is_missing_for_the_pair_and_says_what_would_fill_it():
    items, readings = five_families()
    found = score(items, readings[:-1])
    assert [(m.indicator, m.gaps, m.fill) for m in found.missing] == [
        ("i4", (Gap("birch", "no_value"),), "ask the source of i4")
    ]
    assert found.coverage.share == pytest.approx(0.8)
    both = score(items, readings[:-2]).missing[0].gaps
    assert both == (Gap("alder", "no_value"), Gap("birch", "no_value"))


def test_what_cannot_be_a_value_is_missing_with_the_reason():
    items, readings = five_families()
    found = score(items, [*readings[:-1], reading("i4", "birch", -3.0)])
    assert found.missing[0].gaps == (Gap("birch", "out_of_range", "-3 things"),)


def test_old_evidence_is_scored_and_dated_up_to_24_months():
    items, readings = five_families()
    old = datetime(2024, 3, 2, tzinfo=UTC)
    found = score(items, [*readings[:-1], replace(readings[-1], observed_at=old)])
    assert found.dated == date(2024, 3, 2)
    assert [c.dated for c in found.contributions] == [False] * 4 + [True]
    assert found.status == "reported"
    older = score(items, [*readings[:-1], replace(readings[-1], observed_at=old - timedelta(days=1))])
    assert older.dated is None
    assert older.missing[0].gaps == (Gap("birch", "too_old", "2024-03-01"),)
    assert score(items, readings).dated is None


def test_the_24_months_end_on_the_last_day_of_a_short_month():
    assert oldest_day(date(2028, 2, 29)) == date(2026, 2, 28)
    assert oldest_day(date(2026, 1, 31)) == date(2024, 1, 31)


def test_context_is_shown_and_never_scored():
    items, readings = five_families()
    context = indicator("ever", grade="X")
    found = score([*items, context], [*readings, reading("ever", "alder", 9e6)])
    assert [(c.indicator, c.raw, c.scores, c.weight) for c in found.context] == [
        ("ever", {"alder": 9e6}, {}, 0)
    ]
    without = score(items, readings)
    assert (found.contrast.value, found.coverage) == (without.contrast.value, without.coverage)
    assert score([*items, context], readings).context == ()
    assert "ever" not in [m.indicator for m in found.missing]


def test_what_does_not_apply_to_one_of_the_pair_leaves_the_plan():
    items, readings = five_families()
    applicable = {**everywhere(items), "i0": ("alder",), "i1": ("birch", "cedar")}
    found = score(items, readings, applicable=applicable)
    assert found.coverage.planned == 3
    assert found.coverage.share == 1.0
    assert found.missing == ()
    del applicable["i2"]
    assert score(items, readings, applicable=applicable).coverage.planned == 2


def test_nothing_measured_has_no_score_and_no_verdict():
    items, _ = five_families()
    found = score(items, [], claims={"alder": 8, "birch": 6})
    assert found.scores == {"alder": None, "birch": None}
    assert (found.contrast, found.robustness, found.status) == (None, None, "none")
    assert found.verdict == Verdict("none")
    assert len(found.missing) == 5


def test_insufficient_evidence_keeps_its_numbers():
    items, readings = five_families(800.0, 50.0)
    found = score(items, readings[:2], claims={"alder": 8, "birch": 6})
    assert found.status == "insufficient"
    assert found.verdict == Verdict("insufficient")
    assert found.contrast.value > 3
    assert found.scores["alder"] is not None


def test_a_framework_alone_has_levels_and_no_contrast():
    items, readings = five_families(par=Par("pair"))
    found = score(items, readings, frameworks=("alder",))
    assert found.scores["alder"].value == 5.0
    assert (found.contrast, found.robustness, found.status) == (None, None, "reported")
    assert found.verdict == Verdict("no_claim")
    assert score(items, [], frameworks=("alder",)).verdict == Verdict("none")


def test_a_third_framework_is_scored_on_what_it_shares():
    items, readings = five_families()
    found = score(items, [*readings, reading("i0", "cedar", 400.0)], frameworks=(*PAIR, "cedar"))
    assert found.scores["cedar"].value == pytest.approx(found.contributions[0].scores["cedar"])
    nothing = score(items, readings, frameworks=(*PAIR, "cedar"))
    assert nothing.scores["cedar"] is None


def test_a_third_framework_whose_evidence_the_reader_excludes_has_no_score():
    items, readings = five_families()
    readings.append(reading("i0", "cedar", 400.0))
    overlay = WeightOverlay(families={"i0": 0.0})
    found = score(items, readings, frameworks=(*PAIR, "cedar"), weights=overlay)
    assert found.scores["cedar"] is None
    assert found.scores["alder"] is not None


def test_the_readers_weights_come_from_the_same_draws():
    items, readings = five_families()
    readings = [*readings[2:], *pair("i0", 50.0, 400.0)]
    overlay = WeightOverlay(families={"i0": 3.0, "i1": 0.0})
    prepared = prepare(
        catalog(items), comparison(), readings, as_of=AS_OF, applicable=everywhere(items), draws=400
    )
    direct = score(items, readings, weights=overlay)
    assert score_prepared(prepared, overlay) == (direct,)
    assert score_prepared(prepared) == (score(items, readings),)
    assert [c.weight for c in direct.contributions] == pytest.approx([0.5, 1 / 6, 1 / 6, 1 / 6])
    assert direct.coverage.planned == 4


def test_weights_that_leave_nothing_leave_no_score():
    items, readings = five_families()
    found = score(items, readings, weights=WeightOverlay(criteria={"main": 0.0}))
    assert found.status == "none"
    assert found.scores == {"alder": None, "birch": None}
    assert (found.contrast, found.contributions, found.missing) == (None, (), ())


def test_every_dimension_has_its_own_draws_and_comes_in_order():
    items = [indicator(f"{d}{n}", dimension=d) for d in ("worth", "looks") for n in range(3)]
    readings = [r for i in items for r in pair(i.id, 200.0, 100.0)]
    both = comparison(dimensions=("looks", "worth"))
    found = score_comparison(
        catalog(items, ("worth", "looks")),
        both,
        readings,
        as_of=AS_OF,
        applicable=everywhere(items),
        draws=100,
    )
    assert [s.dimension for s in found] == ["looks", "worth"]
    assert found[0].contrast.value == pytest.approx(found[1].contrast.value)
    assert found[0].contrast.low90 != found[1].contrast.low90


def test_drawn_outcomes_leave_out_what_is_not_measured():
    items = [indicator("a"), indicator("b", dimension="looks")]
    both = comparison(dimensions=("looks", "worth"))
    prepared = prepare(
        catalog(items, ("worth", "looks")),
        both,
        pair("a", 2.0, 1.0),
        as_of=AS_OF,
        applicable=everywhere(items),
        draws=50,
    )
    outcomes = drawn_outcomes(prepared)
    assert list(outcomes) == ["worth"]
    assert outcomes["worth"].contrast.shape == (50,)


def test_the_same_evidence_gives_the_same_bits_and_another_day_other_draws():
    items, readings = five_families()
    assert score(items, readings) == score(items, readings)
    assert (
        score(items, readings, as_of=date(2026, 3, 3)).contrast.low90 != score(items, readings).contrast.low90
    )


def test_an_added_indicator_does_not_reshuffle_the_draws_of_others():
    rng = np.random.default_rng(5)
    item = indicator("flow", window_weeks=52, sampling="weekly")
    flows = [weekly("flow", framework, rng.gamma(4, 50, 52)) for framework in PAIR]
    options = {"as_of": AS_OF, "draws": 50}
    one = prepare(catalog([item]), comparison(), flows, applicable=everywhere([item]), **options)
    more = [item, indicator("other"), indicator("flow2", window_weeks=52, sampling="weekly")]
    readings = [*flows, *pair("other", 3, 4), *(replace(f, indicator="flow2") for f in flows)]
    two = prepare(catalog(more), comparison(), readings, applicable=everywhere(more), **options)
    seeds = {prepared.dimensions[0].random.seed for prepared in (one, two)}
    assert len(seeds) == 2  # the frame changed, and with it the seed: compare inside one seed
    alone = prepare(catalog(more), comparison(), flows, applicable=everywhere(more), **options)
    for framework in PAIR:
        with_others = two.dimensions[0].draws.points[framework][:, 0]
        assert (alone.dimensions[0].draws.points[framework][:, 0] == with_others).all()
