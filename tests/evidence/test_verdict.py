"""Status gates and verdicts, SCORING 2.8, 2.12 and 5.1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.types import Claim, Coverage, Text, Verdict
from evidence.verdict import Opinion, contrast, interval, margin, opinion, status, verdict

often = settings(max_examples=150, deadline=None, derandomize=True)
LABELS = {
    "supported",
    "contradicted_opposite",
    "contradicted_no_difference",
    "contradicted_not_a_tie",
    "leaning_for",
    "leaning_against",
    "inconclusive",
}


def drawn(mean, spread, n=400):
    return mean + spread * np.random.default_rng(3).standard_normal(n)


def judged(draws, difference, status="reported"):
    claimed = Opinion(difference, 1.0)
    found = contrast("alder", "birch", float(np.mean(draws)), draws, sampling=draws, margin=margin(claimed))
    return verdict(found, claimed, status)


@pytest.mark.parametrize(
    ("share", "families", "sources", "expected"),
    [
        (0.60, 5, 2, "reported"),
        (0.59, 5, 2, "provisional"),
        (0.60, 4, 2, "provisional"),
        (0.60, 5, 1, "provisional"),
        (0.40, 3, 1, "provisional"),
        (0.39, 9, 9, "insufficient"),
        (0.90, 2, 2, "insufficient"),
        (0.01, 1, 1, "insufficient"),
        (0.0, 0, 0, "none"),
    ],
)
def test_status_gates(share, families, sources, expected):
    assert status(Coverage(share, families, 9, sources)) == expected


@often
@given(
    st.floats(0, 1),
    st.integers(0, 9),
    st.integers(0, 4),
    st.floats(0, 1),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_less_evidence_can_only_lower_the_status(share, families, sources, less, fewer, gone):
    order = ["none", "insufficient", "provisional", "reported"]
    before = status(Coverage(share, families, 9, sources))
    after = status(Coverage(share * less, max(families - fewer, 0), 9, max(sources - gone, 0)))
    assert order.index(after) <= order.index(before)


@often
@given(st.floats(-4, 4), st.floats(0.01, 3), st.integers(-3, 3))
def test_swapping_frameworks_and_opinion_mirrors_the_verdict(mean, spread, difference):
    draws = drawn(mean, spread)
    one, two = judged(draws, difference), judged(-draws, -difference)
    assert one.label in LABELS
    assert (one.label, one.size, one.provisional) == (two.label, two.size, two.provisional)
    mirrored = {"alder": "birch", "birch": "alder", None: None}
    assert mirrored[one.ahead] == two.ahead


@pytest.mark.parametrize(
    ("mean", "spread", "difference", "label", "ahead"),
    [
        (2.0, 0.2, 1.0, "supported", "alder"),
        (2.0, 0.2, -1.0, "contradicted_opposite", "alder"),
        (0.0, 0.1, 1.0, "contradicted_no_difference", None),
        (1.0, 0.5, 1.0, "leaning_for", "alder"),
        (-1.0, 0.5, 1.0, "leaning_against", "birch"),
        (0.5, 1.0, 1.0, "inconclusive", None),
        (0.0, 0.2, 0.0, "supported", None),
        (2.0, 0.2, 0.0, "contradicted_not_a_tie", "alder"),
        (-2.0, 0.2, 0.0, "contradicted_not_a_tie", "birch"),
        (0.0, 0.75, 0.0, "leaning_for", None),
        (1.5, 0.55, 0.0, "leaning_against", "alder"),
        (1.0, 0.75, 0.0, "inconclusive", None),
    ],
)
def test_every_label(mean, spread, difference, label, ahead):
    found = judged(drawn(mean, spread), difference)
    assert (found.label, found.ahead) == (label, ahead)


@pytest.mark.parametrize(
    ("mean", "difference", "size"),
    [
        (1.0, 2.0, "compatible"),
        (1.0, 4.0, "overstated"),
        (4.0, 1.0, "understated"),
        (-4.0, -1.0, "understated"),
    ],
)
def test_the_size_of_a_supported_opinion(mean, difference, size):
    assert judged(drawn(mean, 0.1), difference).size == size


def test_only_a_supported_difference_has_a_size():
    assert judged(drawn(2.0, 0.2), -1.0).size == ""
    assert judged(drawn(0.0, 0.1), 0.0).size == ""


def test_too_little_evidence_overrides_everything():
    assert judged(drawn(9.0, 0.1), 1.0, "insufficient") == Verdict("insufficient")
    assert judged(drawn(9.0, 0.1), 1.0, "none") == Verdict("none")


def test_provisional_stands_beside_the_verdict():
    assert judged(drawn(2.0, 0.2), 1.0, "provisional") == Verdict("supported", "compatible", "alder", True)


def test_without_an_opinion_only_who_is_ahead_is_said():
    draws = drawn(2.0, 0.1)
    found = contrast("alder", "birch", 2.0, draws, sampling=draws, margin=margin(None))
    assert verdict(found, None, "reported") == Verdict("no_claim", ahead="alder")
    assert verdict(None, None, "provisional") == Verdict("no_claim", provisional=True)


def test_opinions_are_read_in_points_of_ten():
    claims = [
        Claim("worth", "alder", 4, 5, Text("a page")),
        Claim("worth", "birch", 3, 5, Text("a page")),
        Claim("worth", "alder", 1, 5, Text("another page")),
        Claim("looks", "birch", 5, 5, Text("a page")),
    ]
    found = opinion(claims, "worth", "alder", "birch")
    assert found == Opinion(pytest.approx(2.0), 2.0)
    assert margin(found) == 0.5
    assert opinion(claims, "looks", "alder", "birch") is None
    assert margin(Opinion(0.0, 1.0)) == 1.0


@often
@given(st.floats(-4, 4), st.floats(0.01, 3))
def test_the_half_lies_inside_the_nine_tenths_and_shares_sum_to_1(mean, spread):
    draws = drawn(mean, spread)
    around = interval(mean, draws)
    assert around.low90 <= around.low50 <= around.high50 <= around.high90
    found = contrast("alder", "birch", mean, draws, sampling=draws / 2, margin=0.5)
    assert sum(found.p_beyond.values()) == pytest.approx(1.0)
    assert found.sampling_low == pytest.approx(found.low90 / 2)
