"""Killing the runner at any instant loses at most the cell being measured; the same command goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import lines
from benchmarks.plan import cells
from benchmarks.process import PROJECT
from benchmarks.suite import run_suite
from tests.benchmarks.conftest import suite_of

ROUNDS = 3


def whole_cells(file: Path) -> dict[str, list[str]]:
    """The lines of every cell that is in the file with all of its lines, by cell."""
    found: dict[str, list[str]] = {}
    for text in file.read_text().splitlines() if file.exists() else []:
        try:
            line = lines.load(text)
        except lines.MeasurementError:
            continue
        found.setdefault(str(line.settings["cell"]), []).append(text)
    return {
        cell: texts for cell, texts in found.items() if len(texts) == lines.load(texts[0]).settings["lines"]
    }


def killed_after(seconds: float, workloads: Path, out: Path) -> None:
    """Run the suite in a process of its own and kill it, as the kernel would; or let it finish before."""
    code = (
        "from pathlib import Path; from benchmarks.suite import run_suite;"
        "from tests.benchmarks.conftest import suite_of;"
        f"suite = suite_of(Path({str(workloads)!r}), 'good', rounds={ROUNDS});"
        f"run_suite(suite, Path({str(out)!r}), frameworks=['pytorch'])"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, start_new_session=True) as runner:
        time.sleep(seconds)
        if runner.poll() is None:
            os.kill(runner.pid, signal.SIGKILL)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kill_at_a_random_instant_loses_at_most_one_cell(
    seed: int, synthetic: Path, tmp_path: Path
) -> None:
    out, rng = tmp_path / "out.jsonl", random.Random(seed)
    kept: dict[str, list[str]] = {}
    for _ in range(3):
        killed_after(rng.uniform(0.3, 7.0), synthetic, out)
        now = whole_cells(out)
        assert {cell: now.get(cell) for cell in kept} == kept
        kept = now
    suite = suite_of(synthetic, "good", rounds=ROUNDS)
    planned = {cell.id for cell in cells(suite, ["pytorch"], 0)}
    if planned != set(kept):  # a complete run would be followed by a new one
        run_suite(suite, out, frameworks=["pytorch"])
    done = whole_cells(out)
    assert {cell: done[cell] for cell in kept} == kept
    assert set(done) == planned
    taken, refused = lines.read(out)
    assert not refused
    assert len({line.measurement.run for line in taken}) == 1
    assert len(taken) == sum(map(len, done.values()))
