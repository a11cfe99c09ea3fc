"""Steps over time: noise alone raises no alarm, a real step is found, other machines are another series."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import history, lines
from benchmarks.__main__ import main
from evidence.types import Measurement


def noise(seed: int, count: int, sd: float) -> list[float]:
    rng = random.Random(seed)
    return [math.exp(rng.gauss(0.0, sd)) for _ in range(count)]


@pytest.mark.parametrize("count", [8, 20, 40])
def test_the_same_thing_again_and_again_has_no_step(count: int) -> None:
    """A/A: at most 5 % of the series may give an alarm, also with the heavy tails of a shared machine."""
    rng = random.Random(5)
    alarms = 0
    for seed in range(100):
        values = [value * (1.5 if rng.random() < 0.05 else 1.0) for value in noise(seed, count, 0.03)]
        alarms += bool(history.steps(values))
    assert alarms <= 5


@pytest.mark.parametrize("factor", [1.1, 1 / 1.1])
@pytest.mark.parametrize("before", [6, 10, 14])
def test_a_step_of_ten_percent_is_found_where_it_is(factor: float, before: int) -> None:
    found = 0
    for seed in range(20):
        values = noise(seed, 20, 0.02)
        values = values[:before] + [value * factor for value in values[before:]]
        steps = history.steps(values)
        near = len(steps) == 1 and abs(steps[0].index - before) <= 1
        found += near and steps[0].factor == pytest.approx(factor, rel=0.03)
    assert found >= 18


def test_two_steps_are_two() -> None:
    values = noise(3, 36, 0.01)
    values = values[:12] + [value * 1.2 for value in values[12:24]] + values[24:]
    assert [step.index for step in history.steps(values)] == [12, 24]


def test_one_odd_run_is_no_step() -> None:
    values = noise(4, 20, 0.01)
    values[-1] *= 2
    assert history.steps(values) == []


@pytest.mark.parametrize("count", range(2 * history.FEWEST_BESIDE))
def test_too_few_runs_say_nothing(count: int) -> None:
    assert history.steps([1.0, 2.0, 4.0, 8.0, 16.0, 32.0][:count]) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(8, 16), st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(seed: int, count: int, scale: float) -> None:
    values = noise(seed, count, 0.02)
    values = values[: count // 2] + [value * 1.3 for value in values[count // 2 :]]
    plain, scaled = history.steps(values), history.steps([value * scale for value in values])
    assert [step.index for step in plain] == [step.index for step in scaled]


def runs(line: Measurement, values: list[float], start: int = 0, **change: object) -> list[Measurement]:
    """One synthetic line per value and run, a week apart."""
    return [
        replace(
            line,
            run=f"run-{start + number:02}",
            value=value,
            samples=(),
            started_at=line.started_at + timedelta(weeks=start + number),
            **change,  # type: ignore[arg-type]
        )
        for number, value in enumerate(values)
    ]


def test_what_cannot_be_compared_is_another_series(measurement: Measurement) -> None:
    here = replace(measurement, machine={"cpu_model": "one"}, code_hash="a", versions={"torch": "1"})
    found = [
        *runs(here, [1.0, 1.0]),
        *runs(here, [1.0], start=2, machine={"cpu_model": "two"}),
        *runs(here, [1.0], start=3, code_hash="b"),
        *runs(here, [1.0], start=4, versions={"torch": "2"}),
        *runs(here, [1.0], start=5, quality="noisy"),
    ]
    assert sorted(len(one.points) for one in history.series(found)) == [1, 1, 1, 2]
    assert sorted(len(one.points) for one in history.series(found, across_versions=True)) == [1, 1, 3]


def test_a_run_is_one_point_the_median_of_its_rounds(measurement: Measurement) -> None:
    rounds = [replace(measurement, value=value, round=i) for i, value in enumerate((3.0, 1.0, 2.0))]
    (only,) = history.series(rounds)
    assert [point.value for point in only.points] == [2.0]


def test_the_command_names_the_release_that_changed_a_time(
    measurement: Measurement, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = runs(measurement, noise(1, 8, 0.01), versions={"torch": "1.0"})
    slower = [value * 1.2 for value in noise(2, 8, 0.01)]
    found += runs(measurement, slower, start=8, versions={"torch": "1.1"})
    file = tmp_path / "results.jsonl"
    file.write_text("".join(lines.dump(line) + "\n" for line in found))
    assert main(["history", str(file)]) == 0
    assert "no step" in capsys.readouterr().out
    assert main(["history", str(file), "--across-versions"]) == 0
    said = capsys.readouterr().out
    assert "train_step synthetic" in said
    assert "+20" in said or "+19" in said or "+21" in said
    assert "torch 1.0 -> 1.1" in said
