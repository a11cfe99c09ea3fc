"""Processes that take turns: never two at work; one that fails or hangs leaves its turns to the others."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import lines, noise
from benchmarks.plan import cells, load_suite, sides
from benchmarks.suite import run_suite
from evidence.types import Measurement
from tests.benchmarks.conftest import make_workload, suite_of

PROGRAM = """
import json, os, sys, time
from pathlib import Path
from torch import nn

FOLDER = Path({folder!r})
TIMED = json.loads(Path("spec.json").read_text())["task"] == "infer"


def chosen():
    try:
        os.close(os.open(FOLDER / "chosen", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 4)
        self.calls = 0

    def forward(self, x):
        begin = time.perf_counter_ns()
        time.sleep(0.002)
        self.calls += 1
        if TIMED and self.calls == 100 and chosen():
            {fault}
        result = self.layer(x)
        if TIMED:
            with (FOLDER / str(os.getpid())).open("a") as file:
                file.write(json.dumps([begin, time.perf_counter_ns()]) + "\\n")
        return result


def build(config):
    return Model()
"""


def measured(tmp_path: Path, fault: str, *, timeout_s: float = 60.0) -> tuple[list[Measurement], Path]:
    """Measure a synthetic program and its repetition in turns; in the process chosen `fault` happens."""
    logs = tmp_path / "logs"
    logs.mkdir()
    make_workload(tmp_path / "workloads", "good", PROGRAM.format(folder=str(logs), fault=fault))
    suite = suite_of(tmp_path / "workloads", "good", timeout_s=timeout_s)
    out = tmp_path / "out.jsonl"
    run_suite(replace(suite, repeated=["good"], min_samples=8), out, frameworks=["pytorch"])
    found = [line.measurement for line in lines.read(out)[0]]
    return [line for line in found if line.metric == "bench.infer_step"], logs


def test_never_two_are_at_work_and_their_samples_alternate(tmp_path: Path) -> None:
    steps, logs = measured(tmp_path, "pass")
    assert [(line.variant, line.status, line.settings["in_turns"]) for line in steps] == [
        ("", "ok", 2),
        ("again", "ok", 2),
    ]
    assert len({line.settings["cell"] for line in steps}) == 1
    spans = []
    for file in logs.glob("[0-9]*"):
        spans += [(*json.loads(line), file.name) for line in file.read_text().splitlines()]
    spans.sort()
    assert len({name for *_, name in spans}) == 2
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    changes = sum(one[2] != other[2] for one, other in itertools.pairwise(spans))
    assert changes >= 8


@pytest.mark.parametrize(
    ("fault", "timeout_s", "status", "reason"),
    [
        ("raise RuntimeError('synthetic fault')", 60.0, "error", "synthetic fault"),
        ("os.kill(os.getpid(), 11)", 60.0, "error", "SIGSEGV"),
        ("time.sleep(600)", 8.0, "timeout", "no result after 8 s"),
    ],
)
def test_one_that_fails_leaves_its_turns_to_the_others(
    tmp_path: Path, fault: str, timeout_s: float, status: str, reason: str
) -> None:
    steps, _ = measured(tmp_path, fault, timeout_s=timeout_s)
    failed, good = sorted(steps, key=lambda line: line.status == "ok")
    assert (failed.status, failed.value) == (status, None)
    assert reason in failed.reason
    assert good.status == "ok"
    assert len(good.samples) >= 8


def test_all_that_took_turns_is_disturbed_together_and_tried_again_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = itertools.chain([["loud"], ["loud"]], itertools.repeat([]))
    monkeypatch.setattr(noise, "judge", lambda *_: next(verdicts))
    make_workload(
        tmp_path / "workloads", "good", "from torch import nn\ndef build(_):\n    return nn.Linear(3, 4)\n"
    )
    suite = replace(
        suite_of(tmp_path / "workloads", "good"), repeated=["good"], retries=1, retry_budget_s=60.0
    )
    run_suite(suite, tmp_path / "out.jsonl", frameworks=["pytorch"])
    found = [line.measurement for line in lines.read(tmp_path / "out.jsonl")[0]]
    tries = [(one.settings["attempts"], one.quality) for one in found if one.metric == "bench.infer_step"]
    assert tries == [(2, "ok"), (2, "ok")]


def test_the_cpu_suite_takes_turns_and_a_gpu_does_not() -> None:
    """Two frameworks at once would share the memory of a GPU."""
    both = ["pytorch", "tensorflow"]
    cpu, gpu = load_suite("cpu"), load_suite("gpu")
    steps = [cell for cell in cells(cpu, both, 0) if cell.kind == "step"]
    assert {cell.framework for cell in steps} == {""}
    first = next(cell for cell in steps if (cell.subject, cell.task, cell.round) == ("bert_mini", "train", 0))
    found = {(side.framework, side.protocol, side.round) for side in sides(cpu, both, first)}
    assert found == {(name, protocol, 0) for name in both for protocol in ("", "compiled")}
    assert "" not in {cell.framework for cell in cells(gpu, both, 0) if cell.kind == "step"}
