"""Precision, ceilings, limits and refusals as the GPU suites use them, on whatever machine this is.

What a real GPU is needed for is the runner itself there; here the same code runs on the processor or is shown
a driver's tool made for the test.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import ceilings, gpu, lines, machine, noise, precision
from benchmarks.plan import cells, declared_frameworks, load_suite
from benchmarks.suite import run_suite
from benchmarks.workload import WORKLOADS, code_hash, load_workload
from evidence.errors import InputError, MeasurementError
from evidence.types import Measurement
from tests.benchmarks.conftest import GOOD, TOML, make_workload, suite_of

SUITES = ("gpu", "gpu_short", "gpu_smoke")
TOOL = """#!/bin/sh
case "$*" in
  *compute-apps*) {processes} ;;
  *memory.total*) echo "Synthetic GPU, 81559 MiB, 580.0" ;;
  *) echo "1980, 2619, 41, 98.5, {reasons}" ;;
esac
"""


def rows(out: Path, metric: str = "bench.infer_step") -> list[Measurement]:
    taken, refused = lines.read(out)
    assert not refused
    return [line.measurement for line in taken if line.measurement.metric == metric]


def with_precision(root: Path, name: str, declared: str) -> None:
    """Make a synthetic workload that declares a class of precision for the processor."""
    make_workload(root, name, GOOD)
    text = TOML.replace("[[inputs]]", f'[precision]\ncpu = "{declared}"\n[[inputs]]')
    (root / name / "workload.toml").write_text(text)


@pytest.mark.parametrize(
    ("bits", "found"), [(24, precision.FLOAT32), (11, precision.TF32), (8, precision.BF16)]
)
def test_the_class_follows_from_the_bits_that_survive(bits: int, found: str) -> None:
    def rounded(value: float) -> float:
        return round(value * 2 ** (bits - 1)) / 2 ** (bits - 1)

    assert precision.probed(rounded) == found


def test_mixed_precision_is_declared_probed_and_checked(tmp_path: Path) -> None:
    root, out = tmp_path / "workloads", tmp_path / "out.jsonl"
    for name in (precision.BF16, precision.BF16_PURE, precision.FLOAT32):
        with_precision(root, name, name)
    run_suite(suite_of(root, "bf16", "bf16_pure", "float32"), out, frameworks=["pytorch"])
    found = {line.subject: line for line in rows(out)}
    assert {name: (line.status, line.precision) for name, line in found.items()} == {
        name: ("ok", name) for name in ("bf16", "bf16_pure", "float32")
    }
    assert {name: line.settings["precision"] for name, line in found.items()} == {
        "bf16": "bf16", "bf16_pure": "bf16", "float32": "float32",
    }  # fmt: skip
    checks = {line.subject: line for line in rows(out, "equivalence.float32")}
    assert all(line.status == "ok" for line in checks.values())
    assert checks["bf16"].value is not None
    assert checks["float32"].value is not None
    assert checks["bf16"].value > 1e-4 > checks["float32"].value


def test_a_device_that_computes_in_another_class_is_refused(tmp_path: Path) -> None:
    with_precision(tmp_path / "workloads", "wrong", precision.TF32)
    out = tmp_path / "out.jsonl"
    run_suite(suite_of(tmp_path / "workloads", "wrong"), out, frameworks=["pytorch"])
    [line] = rows(out)
    assert line.status == "error"
    assert "declared is tf32, but a product on this device shows float32" in line.reason


def test_an_unknown_class_is_refused_with_its_file(tmp_path: Path) -> None:
    with_precision(tmp_path, "odd", "fp8")
    with pytest.raises(MeasurementError, match="precision 'fp8' is none of float32"):
        load_workload(tmp_path / "odd")


def test_a_rate_beyond_the_measured_ceiling_is_refused(synthetic: Path, tmp_path: Path) -> None:
    file = synthetic / "good" / "workload.toml"
    file.write_text(file.read_text().replace('"2*3*4"', '"2*10**15"'))
    out = tmp_path / "out.jsonl"
    run_suite(replace(suite_of(synthetic, "good"), ceilings=True), out, frameworks=["pytorch"])
    found = rows(out, "bench.ceiling")
    assert {line.status for line in found} == {"ok"}
    if all(line.quality == "noisy" for line in found):
        pytest.skip("the ceiling was measured on a busy machine, and then it bounds nothing")
    for metric in ("bench.infer_step", "bench.roofline_share"):
        [line] = rows(out, metric)
        assert line.status == "error"
        assert "this is not float32" in line.reason


@pytest.mark.parametrize(("declared", "bytes_"), [("float32", 4e6), ("bf16_pure", 2e6)])
def test_what_only_moves_memory_is_a_share_of_the_copy(
    synthetic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: str, bytes_: float
) -> None:
    """However far above a copy by one thread it is, it is no other class of precision, and not refused."""
    with_precision(synthetic, "mover", declared)
    file = synthetic / "mover" / "workload.toml"
    file.write_text(file.read_text().replace('flops_per_sample = "2*3*4"', 'bytes_per_call = "4*10**6"'))
    out = tmp_path / "out.jsonl"
    monkeypatch.setattr(noise, "judge", lambda *_: [])  # however busy the machine of the test is
    run_suite(replace(suite_of(synthetic, "mover"), ceilings=True), out, frameworks=["pytorch"])
    [copy] = rows(out, "bench.bandwidth")
    [step], [share] = rows(out), rows(out, "bench.roofline_share")
    assert share.settings["bounded_by"] == "bench.bandwidth"
    assert share.value == pytest.approx(bytes_ / step.value / copy.value)


def test_a_limit_ends_a_run_between_cells_and_the_next_call_goes_on(synthetic: Path, tmp_path: Path) -> None:
    out, suite = tmp_path / "out.jsonl", suite_of(synthetic, "good", rounds=2)
    begin = time.monotonic()

    def slowly(_: Measurement) -> None:
        time.sleep(max(0.0, begin + 6.0 - time.monotonic()))

    first = run_suite(suite, out, frameworks=["pytorch"], limit_s=5.0, report=slowly)
    # Nothing, where finding the framework took the five seconds already; never a second cell.
    assert {line.measurement.settings["cell"] for line in lines.read(out)[0]} <= {"check/good////"}
    assert run_suite(suite, out, frameworks=["pytorch"], limit_s=0.0) == 0
    rest = run_suite(suite, out, frameworks=["pytorch"])
    taken = [line.measurement for line in lines.read(out)[0]]
    assert len(taken) == first + rest
    assert len({line.run for line in taken}) == 1
    assert len(rows(out)) == 2


def test_what_came_of_installing_stands_on_the_lines(synthetic: Path, tmp_path: Path) -> None:
    bare = Path(sys.base_prefix) / "bin" / "python3"
    if subprocess.run([bare, "-c", "import torch"], capture_output=True, check=False).returncode == 0:
        pytest.skip("the base Python has the framework installed")
    out, why = tmp_path / "out.jsonl", "No matching distribution found"
    suite, where = suite_of(synthetic, "good"), {"pytorch": bare}
    run_suite(suite, out, frameworks=["pytorch"], pythons=where, reasons={"pytorch": why})
    [line] = rows(out)
    assert line.status == "not_run"
    assert line.reason.startswith("torch is not installed in the Python 3.")
    assert line.reason.endswith(why)


def test_reasons_for_an_unknown_framework_are_refused(synthetic: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="abacus"):
        run_suite(suite_of(synthetic, "good"), tmp_path / "out.jsonl", reasons={"abacus": "no"})


@pytest.mark.skipif(bool(machine.gpus()), reason="this machine has a GPU")
def test_without_a_gpu_every_row_says_so_and_none_has_a_number(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_suite("gpu_smoke", out, device="gpu")
    taken = [line.measurement for line in lines.read(out)[0]]
    assert {line.framework for line in taken} == {"pytorch", "tensorflow", "jax"}
    timed = [line for line in taken if line.metric in {"bench.train_step", "bench.ceiling", "equivalence"}]
    assert timed
    assert {line.status for line in taken} == {"not_run"}
    assert all(line.value is None and line.reason for line in taken)
    assert {line.precision for line in taken if line.metric == "bench.ceiling"} == {"float32", "tf32", "bf16"}


@pytest.mark.parametrize("name", SUITES)
def test_a_gpu_suite_names_workloads_that_declare_a_batch_and_a_class(name: str) -> None:
    suite = load_suite(name)
    for workload in suite.workloads:
        found = load_workload(WORKLOADS / workload)
        assert found.batch_size["gpu"] > 0
        assert found.precision["gpu"] in precision.ROOF
        assert found.precision["cpu"] == precision.FLOAT32
        for framework in suite.frameworks:
            assert found.file(framework).is_file()
    plan = cells(suite, suite.frameworks, seed=0)
    kinds = [cell.kind for cell in plan]
    assert kinds.index("check") < kinds.index("ceiling") < kinds.index("step")
    assert [cell.round for cell in plan if cell.kind == "step"] == sorted(
        cell.round for cell in plan if cell.kind == "step"
    )


def test_every_class_that_a_suite_declares_has_a_ceiling() -> None:
    planned = {rate.precision for rate in ceilings.PLANNED["gpu"] if rate.metric == ceilings.PRODUCT}
    assert planned == set(precision.ROOF.values())


def test_a_new_framework_leaves_the_hash_of_the_others(tmp_path: Path) -> None:
    make_workload(tmp_path, "good", GOOD)
    both, three = ["pytorch", "tensorflow"], ["pytorch", "tensorflow", "jax"]
    before = code_hash(tmp_path / "good", frameworks=both), code_hash(tmp_path / "good", frameworks=three)
    (tmp_path / "good" / "jax.py").write_text("def build(config): ...\n")
    after = code_hash(tmp_path / "good", frameworks=both), code_hash(tmp_path / "good", frameworks=three)
    assert before[0] == after[0]
    assert before[1] != after[1]
    (tmp_path / "good" / "pytorch.py").write_text(GOOD + "\n")
    assert code_hash(tmp_path / "good", frameworks=both) != after[0]


def test_a_workload_at_another_size_hashes_the_programs_it_borrows() -> None:
    folder = WORKLOADS / "bert_base"
    assert load_workload(folder).file("pytorch") == WORKLOADS / "bert_mini" / "pytorch.py"
    assert code_hash(folder) != code_hash(WORKLOADS / "bert_mini")
    shortened = load_workload(folder, tokens=load_workload(folder).equivalence_tokens)
    assert shortened.inputs[0]["shape"] == [32]
    assert load_workload(folder).inputs[0]["shape"] == [512]


@pytest.mark.parametrize(
    ("name", "parameters", "gigaflops"),
    [
        ("mlp_wide", 67_027_944, 0.134021),
        ("bert_base", 109_483_778, 96.638),
        ("gpt2_s", 124_439_808, 291.648),
    ],
)
def test_sizes_are_those_of_the_specification(name: str, parameters: int, gigaflops: float) -> None:
    found = load_workload(WORKLOADS / name)
    assert found.parameters == parameters
    assert found.flops == pytest.approx(gigaflops * 1e9, rel=1e-4)


def test_only_frameworks_on_request_are_left_out_by_default() -> None:
    named = {name for suite in SUITES for name in load_suite(suite).frameworks}
    assert {name for name, declared in declared_frameworks().items() if declared.get("on_request")} <= named


def driver(folder: Path, monkeypatch: pytest.MonkeyPatch, *, reasons: str, processes: str = ":") -> None:
    """Put a synthetic driver's tool in front of the PATH."""
    tool = folder / "nvidia-smi"
    tool.write_text(TOOL.format(reasons=reasons, processes=processes))
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine has a driver of its own")
def test_the_state_of_a_gpu_is_read_and_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver(tmp_path, monkeypatch, reasons="0x0000000000000004")
    assert machine.gpus() == [
        {"name": "Synthetic GPU", "memory.total": "81559 MiB", "driver_version": "580.0"}
    ]
    with gpu.watched("gpu") as calm:
        pass
    assert calm["sm_mhz"] == [1980.0, 1980.0]
    assert calm["temperature_c"] == [41.0, 41.0]
    assert calm["held_back"] == ["power cap"]
    assert calm["foreign_processes"] == 0
    assert calm["unseen"]
    assert gpu.judge(calm) == []
    driver(tmp_path, monkeypatch, reasons="0x0000000000000040", processes="echo 17; echo 18")
    with gpu.watched("gpu") as hot:
        pass
    assert len(gpu.judge(hot)) == 2


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine has a driver of its own")
def test_a_state_that_cannot_be_seen_is_said_and_other_devices_have_none() -> None:
    with gpu.watched("gpu") as blind:
        pass
    assert blind["unseen"]
    assert blind["readings"] == 0
    with gpu.watched("cpu") as report:
        pass
    assert report == {}
    assert gpu.judge(report) == []
