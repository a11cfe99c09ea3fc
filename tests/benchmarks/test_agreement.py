"""Do two runs say the same? Synthetic pairs whose truth is known, and the exit status of the script."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import compare, lines
from benchmarks.process import PROJECT
from evidence.types import Measurement


def a_run(
    line: Measurement, factors: list[float], *, name: str, seed: int, count: int = 3
) -> Iterator[Measurement]:
    """Synthetic rounds of a workload per factor, each round with its own drift, 2 % noise."""
    rng = random.Random(seed)
    for number, factor in enumerate(factors):
        plain = replace(
            line,
            run=name,
            subject=f"synthetic{number}",
            phase="train",
            code_hash="c",
            category="test",
            samples=(),
        )
        for framework in ("pytorch", "tensorflow"):
            yield replace(
                plain, metric="equivalence", unit="relative error", framework=framework, value=0.0, round=None
            )
        for round_ in range(count):
            drift = rng.lognormvariate(0.0, 0.15)
            for framework, true in (("pytorch", 1.0), ("tensorflow", factor)):
                value = drift * true * rng.lognormvariate(0.0, 0.02)
                yield replace(plain, framework=framework, value=value, round=round_)


def script(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/compare_runs.py", *map(str, files)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def written(file: Path, found: Iterator[Measurement]) -> Path:
    file.write_text("".join(lines.dump(line) + "\n" for line in found))
    return file


FACTORS = [1.0, 1.5, 0.6, 1.0, 2.0, 1.25, 0.8, 1.0]


def test_two_runs_of_the_same_truth_agree(measurement: Measurement, tmp_path: Path) -> None:
    one = written(tmp_path / "a.jsonl", a_run(measurement, FACTORS, name="a", seed=1))
    other = written(tmp_path / "b.jsonl", a_run(measurement, FACTORS, name="b", seed=2))
    done = script(one, other)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "intervals overlap: 8 of 8" in done.stdout
    assert "identical verdicts: 100.0%" in done.stdout
    assert "each run has alone: 100.0%" in done.stdout


def test_another_truth_is_noticed(measurement: Measurement, tmp_path: Path) -> None:
    one = written(tmp_path / "a.jsonl", a_run(measurement, FACTORS, name="a", seed=1))
    changed = [*FACTORS[:-1], 3.0]
    other = written(tmp_path / "b.jsonl", a_run(measurement, changed, name="b", seed=2))
    done = script(one, other)
    assert done.returncode == 1
    assert "APART" in done.stdout
    assert "OTHER VERDICT" in done.stdout


def test_one_tie_zone_for_both_runs_tells_other_evidence_from_another_zone() -> None:
    wide = compare.Ratio("mlp", "train", "", "test", 3, 1.10, 1.06, 1.14, "faster")
    narrow = replace(wide, verdict="tie")
    (found,) = compare.agreement([wide], [narrow])
    assert not found.same_verdict
    assert found.same_under(0.03, 0.03)
    assert found.same_under(0.2, 0.2)
    assert not found.same_under(0.03, 0.2)
    (apart,) = compare.agreement([wide], [replace(wide, value=1.0, low=0.9, high=1.1)])
    assert not apart.same_under(0.03, 0.03)
    assert apart.same_under(0.2, 0.2)


def test_runs_of_one_plan_have_the_tie_zone_of_all_their_repetitions(
    measurement: Measurement, tmp_path: Path
) -> None:
    """The first run's repetitions happen to agree to 4 %, those of the second lie 30 % apart."""

    def run(name: str, apart: float, plan: str) -> Iterator[Measurement]:
        lines = list(a_run(measurement, FACTORS, name=name, seed=1))
        for line in lines:
            yield replace(line, settings={**line.settings, "plan": plan})
            if line.metric != "equivalence" and line.subject == "synthetic0" and line.value:
                again = replace(line, variant="again", value=line.value * apart)
                yield replace(again, settings={**line.settings, "plan": plan})

    quiet, wild = list(run("a", 1.04, "p")), list(run("b", 1.3, "p"))
    other = list(run("b", 1.3, "q"))
    pair = ("pytorch", "tensorflow")
    assert compare.tie_zone(compare.of_one_plan([*quiet, *wild], "a"), *pair) == pytest.approx(math.log(1.3))
    assert compare.tie_zone(compare.of_one_plan([*quiet, *other], "a"), *pair) == pytest.approx(
        math.log(1.04)
    )
    written(tmp_path / "a.jsonl", iter(quiet))
    done = script(tmp_path / "a.jsonl", written(tmp_path / "b.jsonl", iter(wild)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "26.2% (log) are ties; 3.9% alone" in done.stdout
    apart = script(tmp_path / "a.jsonl", written(tmp_path / "b.jsonl", iter(other)))
    assert apart.returncode == 1
    assert "3.9% (log) are ties; 3.9% alone" in apart.stdout


def test_what_one_run_lacks_is_said(measurement: Measurement, tmp_path: Path) -> None:
    one = written(tmp_path / "a.jsonl", a_run(measurement, FACTORS, name="a", seed=1))
    other = written(tmp_path / "b.jsonl", a_run(measurement, FACTORS[:-1], name="b", seed=2))
    done = script(one, other)
    assert "only one run has enough rounds of synthetic7 train" in done.stdout
    assert "7 of 7" in done.stdout


@pytest.mark.parametrize("text", ["", "{}\n"])
def test_nothing_to_compare_is_its_own_status(measurement: Measurement, tmp_path: Path, text: str) -> None:
    one = written(tmp_path / "a.jsonl", a_run(measurement, FACTORS, name="a", seed=1))
    other = tmp_path / "b.jsonl"
    other.write_text(text)
    assert script(one, other).returncode == 2


@pytest.mark.parametrize("count", [3, 4, 6, 8, 12])
def test_intervals_of_few_rounds_hold_the_truth_as_often_as_they_say(
    measurement: Measurement, count: int
) -> None:
    """90 % of the intervals, give or take three standard errors of 200 trials."""
    hits = 0
    for seed in range(200):
        found = list(a_run(measurement, [1.0], name="a", seed=seed, count=count))
        (logs,) = compare.paired_logs(found, "pytorch", "tensorflow").values()
        low, high = compare.interval(logs, lambda values: sum(values) / len(values))
        hits += low <= 0.0 <= high
    assert hits >= 180 - 3 * 4.3


def test_two_runs_of_the_same_truth_overlap_almost_always(measurement: Measurement) -> None:
    """With three rounds, as in the suite `cpu`: fewer than 3 % of the pairs may lie apart."""
    apart = 0
    for seed in range(50):
        one, other = (
            compare.ratios(
                list(a_run(measurement, FACTORS, name=str(n), seed=1000 * n + seed)), "pytorch", "tensorflow"
            )
            for n in (1, 2)
        )
        apart += sum(not item.overlap for item in compare.agreement(one, other))
    assert apart <= 0.03 * 50 * len(FACTORS)
