"""Curves, data-parallel training, input pipelines and the trainer: small synthetic cases, real processes."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import compare, lines, machine, noise, scaling
from benchmarks.parallel import coordinator
from benchmarks.plan import Suite, cells, declared_frameworks, load_suite, mode_of, modes_of, sides
from benchmarks.process import Ended, Launch, run
from benchmarks.suite import run_suite
from benchmarks.workload import WORKLOADS, load_workload
from evidence.errors import MeasurementError
from evidence.types import Measurement
from tests.benchmarks.conftest import GOOD, make_workload, suite_of

CORES = min(machine.physical_cores(), len(machine.usable_cpus()))
DRIFTS = """
import torch
from torch import nn

class Drifts(nn.Module):
    \"\"\"Changes its weight by what it sees, behind the back of whoever averages gradients.\"\"\"

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 4)

    def forward(self, x):
        with torch.no_grad():
            self.layer.weight.add_(x.mean() * 1e-3)
        return self.layer(x)

def build(config):
    return Drifts()
"""
HANGS = "import time\ntime.sleep(600)\n"
two_cores = pytest.mark.skipif(CORES < 2, reason="two processes of one thread need two cores")


def spec(framework: str, folder: Path, **more: Any) -> dict[str, Any]:
    work = load_workload(folder)
    common = {
        "framework": framework, "module": declared_frameworks()[framework]["module"], "device": "cpu",
        "seed": 3, "threads": 1, "cpus": machine.usable_cpus(), "folder": str(folder), "seconds": 0.01,
        "mode": mode_of(framework, work, ""), "batch_size": 8, "min_samples": 2, "phase": "train",
    }  # fmt: skip
    return common | more


def started(told: Mapping[str, Any], caches: Path, timeout_s: float = 240.0) -> Ended:
    return run(told, Launch(Path(sys.executable), timeout_s, caches))


def curves(folder: Path, **axes: list[int]) -> Suite:
    """A suite of nothing but curves of the synthetic workload."""
    task = {axis: "train" if axis == "processes" else "infer" for axis in axes}
    declared = {axis: {"workload": "good", "task": task[axis], "points": axes[axis]} for axis in axes}
    return replace(suite_of(folder, "good"), workloads={"good": []}, curves=declared)


@given(st.floats(0.2, 3.0), st.floats(1e-6, 1e3))
def test_the_exponent_of_a_power_law_is_found(power: float, scale: float) -> None:
    seconds = {size: scale * size**power for size in (64, 128, 256, 512)}
    assert scaling.exponent(seconds) == pytest.approx(power, rel=1e-6)


@pytest.mark.parametrize(("cores", "expected"), [(1, [1]), (2, [1, 2]), (6, [1, 2, 4]), (8, [1, 2, 4, 8])])
def test_points_without_a_list_are_powers_of_two(cores: int, expected: list[int]) -> None:
    assert scaling.points([], cores) == expected
    assert scaling.points([3, 5], cores) == [3, 5]


def test_a_curve_has_a_line_per_point_and_one_for_its_meaning(synthetic: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_suite(curves(synthetic, batch=[1, 2, 4]), out, frameworks=["pytorch"])
    found = [line.measurement for line in lines.read(out)[0] if "equivalence" not in line.measurement.metric]
    assert [(line.metric, line.variant, line.batch_size) for line in found] == [
        ("bench.scaling_step", "batch=1", 1),
        ("bench.scaling_step", "batch=2", 2),
        ("bench.scaling_step", "batch=4", 4),
        ("bench.batch_gain", "", 4),
    ]
    assert all(line.phase == "infer" and line.status == "ok" for line in found)
    assert all(len(line.samples) >= 2 for line in found[:3])
    first, last = found[0].value, found[2].value
    assert first and last and found[3].value == pytest.approx(4 * first / last)
    assert len({line.settings["cell"] for line in found}) == 1


def test_texts_alone_can_be_lengthened() -> None:
    longer = load_workload(WORKLOADS / "bert_mini", tokens=512)
    assert longer.inputs[0]["shape"] == [512]
    assert longer.config["tokens"] == 512
    assert longer.flops is None
    assert load_workload(WORKLOADS / "bert_mini").inputs[0]["shape"] == [128]
    assert load_workload(WORKLOADS / "gpt_nano", tokens=64).target["shape"] == [64]  # type: ignore[index]
    with pytest.raises(MeasurementError, match="no text"):
        load_workload(WORKLOADS / "mlp", tokens=64)


def test_the_declared_length_is_the_one_of_the_inputs() -> None:
    work = load_workload(WORKLOADS / "bert_mini")
    assert work.config["tokens"] == work.inputs[0]["shape"][0]


@two_cores
def test_two_processes_have_an_efficiency(synthetic: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_suite(curves(synthetic, processes=[1, 2, 2 * CORES]), out, frameworks=["pytorch"])
    found = {
        (line.measurement.metric, line.measurement.variant): line.measurement for line in lines.read(out)[0]
    }
    one, two = (found["bench.scaling_step", f"processes={n}"] for n in (1, 2))
    whole = found["bench.data_parallel_efficiency", ""]
    assert whole.value == pytest.approx(one.value / two.value)  # type: ignore[operator]
    assert (one.settings["processes"], two.settings["processes"]) == (1, 2)
    assert len(two.samples) >= coordinator.FEWEST_SAMPLES
    too_many = found["bench.data_parallel_efficiency", f"processes={2 * CORES}"]
    assert too_many.status == "not_run"
    assert "cores" in too_many.reason


@two_cores
@pytest.mark.parametrize("framework", ["pytorch", "tensorflow"])
def test_ranks_average_their_gradients(framework: str, tmp_path: Path) -> None:
    """Ranks that see different data end with the same weights; a rank alone ends with others."""
    told = spec(framework, WORKLOADS / "mlp", task="parallel", min_samples=3)
    alone, together = (started(told | {"processes": count}, tmp_path) for count in (1, 2))
    assert (alone.status, together.status) == ("ok", "ok"), alone.reason + together.reason
    assert alone.result["weights"] != together.result["weights"]
    assert math.isfinite(together.result["settings"]["last_value"])


@two_cores
def test_both_frameworks_train_the_same_in_parallel(tmp_path: Path) -> None:
    """The loss of the first rank, step for step: summing instead of averaging would show at once."""
    losses = []
    for framework in ("pytorch", "tensorflow"):
        told = spec(framework, WORKLOADS / "mlp", task="parallel", processes=2)
        ended = started(told, tmp_path)
        assert ended.status == "ok", ended.reason
        found = ended.result["settings"]
        losses.append([*found["first_losses"], found["last_value"]])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@two_cores
def test_ranks_that_drift_apart_are_an_error(tmp_path: Path) -> None:
    make_workload(tmp_path, "drifts", DRIFTS)
    ended = started(spec("pytorch", tmp_path / "drifts", task="parallel", processes=2), tmp_path)
    assert ended.status == "error"
    assert "different weights" in ended.reason


@two_cores
def test_a_time_out_kills_every_rank(tmp_path: Path) -> None:
    make_workload(tmp_path, "hangs", HANGS)
    told = spec("pytorch", tmp_path / "hangs", task="parallel", processes=2)
    ended = started(told, tmp_path, timeout_s=8.0)
    assert ended.status == "timeout"
    deadline = time.monotonic() + 30.0  # a killed process that waits for a busy processor is still there
    while (left := rank_processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def rank_processes() -> list[bytes]:
    running = [read(file) for file in Path("/proc").glob("[0-9]*/cmdline")]
    return [words for words in running if b"benchmarks.worker\0rank-" in words]


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process ended meanwhile
        return b""


def test_a_failing_rank_is_named_by_its_own_error(tmp_path: Path) -> None:
    make_workload(tmp_path, "fails", "raise ValueError('synthetic mistake')\n")
    ended = started(spec("pytorch", tmp_path / "fails", task="parallel", processes=2), tmp_path)
    assert (ended.status, ended.reason) == ("error", "ValueError: synthetic mistake")


def test_a_framework_without_a_parallel_program_is_unsupported(tmp_path: Path) -> None:
    told = spec("pytorch", WORKLOADS / "mlp", task="parallel", processes=2) | {"framework": "abacus"}
    assert started(told, tmp_path).status == "unsupported"


def test_ports_are_free_and_different() -> None:
    found = coordinator.free_addresses(8)
    assert len(set(found)) == 8
    assert all(
        address.startswith("127.0.0.1:") and 0 < int(address.split(":")[1]) < 65536 for address in found
    )


@pytest.mark.parametrize("framework", ["pytorch", "tensorflow"])
def test_every_pipeline_delivers_the_same_records_and_a_rate(framework: str, tmp_path: Path) -> None:
    work = load_workload(WORKLOADS / "image_pipeline")
    outputs = []
    for protocol in ("", "sequential"):
        file = tmp_path / f"{framework}-{protocol}.npz"
        mode = mode_of(framework, work, protocol)
        told = spec(framework, work.folder, task="equivalence", mode=mode, arrays=[[str(file), "float64"]])
        assert started(told, tmp_path).status == "ok"
        with np.load(file) as arrays:
            outputs.append(arrays["outputs"])
    assert outputs[0].shape == (24, 224, 224, 3)
    assert np.array_equal(*outputs)
    timed = started(spec(framework, work.folder, task="infer", phase="infer", threads=2), tmp_path)
    assert timed.status == "ok", timed.reason
    assert timed.result["settings"]["steps_per_sample"] % 16 == 0


def test_workers_of_a_loader_are_not_foreign() -> None:
    """CPU used by living descendants is ours, whoever their parent is."""
    before = noise.usage()
    assert before is not None
    child = os.fork()
    if child == 0:
        while True:
            sum(range(10_000))
    deadline, used = time.monotonic() + 60.0, 0.0
    try:
        while used < 0.1 and time.monotonic() < deadline:
            time.sleep(0.2)
            after = noise.usage()
            used = after.own_s - before.own_s if after else 0.0
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert used >= 0.1


def test_the_trainer_is_a_protocol_of_one_side_only() -> None:
    work = load_workload(WORKLOADS / "mlp")
    assert "fit" in modes_of("tensorflow", work)
    assert "fit" not in modes_of("pytorch", work)
    planned = [
        cell for cell in cells(load_suite("scaling"), ["pytorch", "tensorflow"], 0) if cell.protocol == "fit"
    ]
    assert {(cell.subject, cell.task, cell.framework) for cell in planned} == {
        ("mlp", "train", "tensorflow"),
        ("cnn_small", "train", "tensorflow"),
    }


def test_the_trainer_is_timed_by_step(tmp_path: Path) -> None:
    told = spec("tensorflow", WORKLOADS / "mlp", task="train", mode="fit", batch_size=4)
    ended = started(told, tmp_path)
    assert ended.status == "ok", ended.reason
    assert ended.result["settings"]["steps_per_sample"] % 32 == 0
    assert 0 < ended.result["median"] < 0.1


def test_two_modes_of_one_framework_are_compared_within_their_rounds(measurement: Measurement) -> None:
    found = []
    for number, drift in enumerate((1.0, 2.0, 3.0)):
        loop = replace(measurement, framework="one", phase="train", round=number, value=drift)
        found += [loop, replace(loop, variant="fit", value=1.5 * drift)]
    logs = compare.between_modes(found, "one", "fit")
    assert logs == {("synthetic", "train"): pytest.approx([math.log(1.5)] * 3)}
    assert compare.between_modes(found, "two", "fit") == {}
    assert compare.ratios(found, "one", "two") == []


def test_the_scaling_suite_runs_every_axis_and_changes_no_other_suite() -> None:
    both = ["pytorch", "tensorflow"]
    kinds = {cell.kind for cell in cells(load_suite("scaling"), both, 0)}
    assert kinds == {"check", "step", "threads", "batch", "tokens", "processes"}
    for name in ("quick", "cpu", "probes"):
        assert load_suite(name).curves == {}


def test_documented_modes_beside_the_headline_are_measured_against_it() -> None:
    suite, both = load_suite("modes"), ["pytorch", "tensorflow"]
    steps = [cell for cell in cells(suite, both, 0) if cell.kind == "step"]
    planned = [side for cell in steps for side in sides(suite, both, cell)]
    by_protocol = {
        protocol: {(c.framework, c.subject, c.task) for c in planned if c.protocol == protocol}
        for protocol in ("", "eager", "channels_last")
    }
    assert {framework for framework, *_ in by_protocol["eager"]} == {"tensorflow"}
    assert {framework for framework, *_ in by_protocol["channels_last"]} == {"pytorch"}
    assert by_protocol["eager"] | by_protocol["channels_last"] <= by_protocol[""]


def test_the_synthetic_programs_are_programs() -> None:
    for program in (GOOD, DRIFTS, HANGS):
        compile(program, "synthetic", "exec")
