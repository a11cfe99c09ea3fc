"""Ratios, intervals and verdicts on synthetic rounds whose truth is known."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks import compare
from evidence.types import Measurement


def rounds(
    measurement: Measurement, factor: float, *, count: int = 12, seed: int = 1, subject: str = "synthetic"
) -> Iterator[Measurement]:
    """Synthetic rounds of two frameworks with a common drift of 15 % and own noise of 2 %."""
    rng = random.Random(seed)
    plain = replace(measurement, subject=subject, phase="train", code_hash="c", category="test", samples=())
    for framework in ("one", "two"):
        yield replace(
            plain, metric="equivalence", unit="relative error", framework=framework, value=0.0, round=None
        )
    for number in range(count):
        drift = rng.lognormvariate(0.0, 0.15)
        for framework, true in (("one", 1.0), ("two", factor)):
            value = drift * true * rng.lognormvariate(0.0, 0.02)
            yield replace(plain, framework=framework, value=value, round=number)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.5, "faster"), (0.6, "slower"), (1.0, "tie"), (1.01, "tie")]
)
def test_the_verdict_follows_the_truth(measurement: Measurement, factor: float, verdict: str) -> None:
    (found,) = compare.ratios(list(rounds(measurement, factor)), "one", "two")
    assert found.verdict == verdict
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(factor, rel=0.05)
    assert found.pairs == 12


def test_swapping_the_frameworks_inverts_the_ratio(measurement: Measurement) -> None:
    lines = list(rounds(measurement, 1.5))
    (forth,), (back,) = compare.ratios(lines, "one", "two"), compare.ratios(lines, "two", "one")
    assert forth.value == pytest.approx(1 / back.value)
    assert (forth.verdict, back.verdict) == ("faster", "slower")


def test_pairing_removes_the_common_drift(measurement: Measurement) -> None:
    (found,) = compare.ratios(list(rounds(measurement, 1.2)), "one", "two")
    assert math.log(found.high / found.low) < 0.06


def test_noisy_unproved_and_failed_lines_do_not_count(measurement: Measurement) -> None:
    lines = list(rounds(measurement, 1.5))
    noisy = [replace(line, quality="noisy") if line.framework == "two" else line for line in lines]
    other_code = [replace(line, code_hash="d") if line.metric == "equivalence" else line for line in lines]
    failed = [
        replace(line, status="error", reason="not equivalent", value=None)
        if line.metric == "equivalence"
        else line
        for line in lines
    ]
    for variant in (noisy, other_code, failed):
        assert compare.ratios(variant, "one", "two") == []


def repetitions(
    measurement: Measurement, logs: list[float], *, subject: str = "repeated", framework: str = "one"
) -> Iterator[Measurement]:
    """Rounds of one framework and their repetitions: ln(repetition / first) of each round."""
    plain = replace(measurement, subject=subject, phase="train", framework=framework, samples=())
    for number, log in enumerate(logs):
        yield replace(plain, value=1.0, round=number)
        yield replace(plain, value=math.exp(log), round=number, variant="again")


def test_how_far_repetitions_lie_apart_widens_the_tie_zone(measurement: Measurement) -> None:
    lines = list(rounds(measurement, 1.2))
    apart = list(repetitions(measurement, [0.5] * 3, framework="two"))
    assert compare.ratios(lines, "one", "two")[0].verdict == "faster"
    assert compare.ratios([*lines, *apart], "one", "two")[0].verdict == "tie"
    disturbed = [replace(line, quality="noisy") for line in apart]
    third = [replace(line, framework="three") for line in apart]
    for harmless in (disturbed, third, apart[:4]):
        assert compare.ratios([*lines, *harmless], "one", "two")[0].verdict == "faster"


def test_one_odd_round_in_twenty_makes_no_tie_of_a_stable_difference(measurement: Measurement) -> None:
    """The other program is 30 % slower in every round."""
    stable = list(rounds(measurement, 1.3, count=8))
    usual = [0.02, -0.01] * 10
    once = list(repetitions(measurement, [*usual, 0.49]))
    often = list(repetitions(measurement, [*usual, 0.49, -0.49]))
    old = replace(stable[0], metric="bench.noise_floor", unit="ratio", value=0.5, variant="again")
    for lines, verdict in ((once, "faster"), (often, "tie")):
        found = compare.ratios([*stable, *lines, old], "one", "two")
        assert [(one.subject, one.verdict) for one in found] == [("synthetic", verdict)]
    assert compare.tie_zone(once, "one", "two") == pytest.approx(math.log(1.03))


def a_run_against_itself(measurement: Measurement, seed: int, count: int) -> list[Measurement]:
    """A run whose two frameworks are the same: two steady programs, one of two speeds; two are repeated."""
    rng = random.Random(seed)
    found = []
    for subject, jump in (("steady", 0.0), ("calm", 0.0), ("two_speeds", 0.49)):
        plain = replace(
            measurement, subject=subject, phase="train", code_hash="c", category="test", samples=()
        )
        for framework in ("one", "two"):
            proof = {"metric": "equivalence", "unit": "relative error", "value": 0.0, "round": None}
            found.append(replace(plain, framework=framework, **proof))
        for number in range(count):
            drift = rng.gauss(0.0, 0.15)
            for framework in ("one", "two"):
                for variant in ("",) if subject == "calm" else ("", "again"):
                    log = drift + rng.gauss(0.0, 0.03) + jump * (rng.random() < 0.5)
                    value = math.exp(log)
                    found.append(
                        replace(plain, framework=framework, value=value, round=number, variant=variant)
                    )
    return found


@pytest.mark.parametrize("count", [3, 8])
def test_what_is_the_same_is_called_different_in_at_most_one_of_twenty(
    measurement: Measurement, count: int
) -> None:
    verdicts = [
        one.verdict
        for seed in range(150)
        for one in compare.ratios(a_run_against_itself(measurement, seed, count), "one", "two")
        if not one.variant
    ]
    assert len(verdicts) == 450
    assert verdicts.count("faster") <= 0.05 * len(verdicts)
    assert verdicts.count("slower") <= 0.05 * len(verdicts)


def test_the_overall_ratio_weights_categories_alike(measurement: Measurement) -> None:
    lines = [line for i in range(3) for line in rounds(measurement, 2.0, seed=i, subject=f"vision{i}")]
    lines += [replace(line, category="other") for line in rounds(measurement, 0.5, seed=9, subject="other")]
    found = compare.overall(lines, "one", "two")
    assert found is not None
    assert found.value == pytest.approx(1.0, rel=0.05)
    assert found.low < 1.0 < found.high
    assert compare.overall([], "one", "two") is None


def test_a_workload_without_an_undisturbed_pair_does_not_stop_the_rest(measurement: Measurement) -> None:
    lost = [replace(line, quality="noisy") for line in rounds(measurement, 1.0, subject="disturbed")]
    found = compare.overall([*rounds(measurement, 2.0), *lost], "one", "two")
    assert found is not None
    assert found.value == pytest.approx(2.0, rel=0.05)


def test_intervals_cover_the_truth_about_as_often_as_they_say(measurement: Measurement) -> None:
    hits = 0
    for seed in range(60):
        logs = compare.paired_logs(list(rounds(measurement, 1.0, seed=seed)), "one", "two")
        low, high = compare.interval(next(iter(logs.values())), lambda found: sum(found) / len(found))
        hits += low <= 0.0 <= high
    assert 45 <= hits <= 60


def test_self_ratios_pair_a_repetition_with_its_round(measurement: Measurement) -> None:
    again = replace(measurement, variant="again", value=0.55)
    late = [replace(measurement, subject="a", round=one) for one in (1, 0)]
    late += [replace(measurement, subject="a", variant="again", value=0.5 + one, round=one) for one in (1, 0)]
    found = compare.self_ratios([measurement, again, replace(again, round=1), *late], ["pytorch"])
    mine = (measurement.subject, measurement.phase)
    run = measurement.run
    assert list(found) == [("pytorch", "a", mine[1], run), ("pytorch", *mine, run)]
    assert found["pytorch", *mine, run] == [pytest.approx(math.log(1.1))]
    assert found["pytorch", "a", mine[1], run] == pytest.approx([0.0, math.log(3.0)])


def test_quantiles_interpolate() -> None:
    assert compare.quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert compare.quantile([0.0, 1.0], 0.95) == pytest.approx(0.95)
