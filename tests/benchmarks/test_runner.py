"""The runner records every outcome, resumes after a kill, and never leaves a worker behind."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from benchmarks import compare, lines, noise, outcome
from benchmarks.__main__ import main
from benchmarks.plan import Suite, cells, load_suite
from benchmarks.process import PROJECT
from benchmarks.suite import run_suite
from evidence.errors import InputError
from tests.benchmarks.conftest import GOOD, make_workload, suite_of

CRASH = "import os\nos.kill(os.getpid(), 11)\n"
HANG = "import time\ntime.sleep(600)\n"
NO_MEMORY = "raise MemoryError('synthetic')\n"


@dataclass(frozen=True)
class Finished:
    """A run that went to its end, shared by the tests that look at its file."""

    suite: Suite
    out: Path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    root = tmp_path_factory.mktemp("finished")
    make_workload(root / "workloads", "good", GOOD)
    done = Finished(suite_of(root / "workloads", "good"), root / "out.jsonl")
    run_suite(done.suite, done.out, frameworks=["pytorch"])
    return done


def steps(file: Path) -> dict[str, lines.Measurement]:
    taken, refused = lines.read(file)
    assert not refused
    return {
        line.measurement.subject: line.measurement
        for line in taken
        if line.measurement.metric == "bench.infer_step"
    }


def test_every_way_to_fail_is_recorded_and_the_rest_goes_on(synthetic: Path, tmp_path: Path) -> None:
    programs = {"crash": CRASH, "hang": HANG, "memory": NO_MEMORY}
    for name, program in programs.items():
        make_workload(synthetic, name, program)
    out = tmp_path / "out.jsonl"
    run_suite(suite_of(synthetic, *programs, "good", timeout_s=10.0), out, frameworks=["pytorch"])
    found = steps(out)
    assert {name: found[name].status for name in found} == {
        "crash": "error", "hang": "timeout", "memory": "oom", "good": "ok",
    }  # fmt: skip
    assert "SIGSEGV" in found["crash"].reason
    assert found["good"].value is not None
    assert found["good"].value > 0
    assert len(found["good"].samples) >= 2


def test_a_framework_that_is_not_there_is_not_run(synthetic: Path, tmp_path: Path) -> None:
    bare = Path(sys.base_prefix) / "bin" / "python3"
    if subprocess.run([bare, "-c", "import torch"], capture_output=True, check=False).returncode == 0:
        pytest.skip("the base Python has the framework installed")
    out = tmp_path / "out.jsonl"
    run_suite(suite_of(synthetic, "good"), out, frameworks=["pytorch"], pythons={"pytorch": bare})
    assert steps(out)["good"].status == "not_run"


def test_a_killed_run_is_resumed_without_loss_or_double(synthetic: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    code = (
        "from pathlib import Path; from benchmarks.suite import run_suite;"
        "from tests.benchmarks.conftest import suite_of;"
        f"suite = suite_of(Path({str(synthetic)!r}), 'good', rounds=2);"
        f"run_suite(suite, Path({str(out)!r}), frameworks=['pytorch'])"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, start_new_session=True) as runner:
        while not (out.exists() and out.read_bytes().count(b"\n") >= 3):
            time.sleep(0.05)
            assert runner.poll() is None
        os.kill(runner.pid, signal.SIGKILL)
    before = out.read_bytes()
    out.write_bytes(before + before.splitlines()[-1][:50])  # a torn line, as a power cut would leave it
    run_suite(suite_of(synthetic, "good", rounds=2), out, frameworks=["pytorch"])
    after = out.read_bytes()
    assert after.startswith(before)
    taken, refused = lines.read(out)
    assert not refused
    assert len({line.measurement.run for line in taken}) == 1
    keys = [(line.measurement.settings["cell"], line.measurement.metric) for line in taken]
    assert len(keys) == len(set(keys)) == 2 + 2 * 2


def test_a_complete_run_is_followed_by_a_new_one(finished: Finished, tmp_path: Path) -> None:
    out = Path(shutil.copy(finished.out, tmp_path))
    run_suite(finished.suite, out, frameworks=["pytorch"])
    taken, _ = lines.read(out)
    assert len({line.measurement.run for line in taken}) == 2


def test_half_a_cell_at_the_end_is_measured_again(finished: Finished, tmp_path: Path) -> None:
    whole = finished.out.read_text().splitlines(keepends=True)
    out = tmp_path / "half.jsonl"
    out.write_text("".join(whole[:-1]))
    run_suite(finished.suite, out, frameworks=["pytorch"])
    again, _ = lines.read(out)
    assert len(again) == len(whole)
    assert len({line.measurement.run for line in again}) == 1


def test_no_line_names_the_machine_or_a_folder(finished: Finished) -> None:
    text = finished.out.read_text()
    host = os.uname().nodename
    # A host called "vm" or "test" occurs in ordinary words; only a telling name is looked for.
    secrets = [str(finished.suite.folder), str(PROJECT), *([host] if len(host) > 7 else [])]
    assert [secret for secret in secrets if secret in text] == []


def test_the_order_is_random_but_the_same_for_a_seed() -> None:
    suite = load_suite("cpu")
    both = ["pytorch", "tensorflow"]
    assert cells(suite, both, 1) == cells(suite, both, 1)
    assert cells(suite, both, 1) != cells(suite, both, 2)
    assert {cell.id for cell in cells(suite, both, 1)} == {cell.id for cell in cells(suite, both, 2)}


def test_modes_of_one_workload_stand_back_to_back() -> None:
    plan = [cell for cell in cells(load_suite("cpu"), ["pytorch", "tensorflow"], 3) if cell.kind == "step"]
    groups = [(cell.round, cell.subject, cell.task) for cell in plan]
    changes = sum(one != other for one, other in itertools.pairwise(groups))
    assert changes == len(set(groups)) - 1


@pytest.mark.parametrize(
    ("returncode", "stderr", "status"),
    [
        (1, "Traceback\nbenchmarks.outcome.Unsupported: no compiler\n", "unsupported"),
        (1, "Traceback\nModuleNotFoundError: No module named 'torch'\n", "not_run"),
        (1, "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory\n", "oom"),
        (1, "Traceback\nValueError: synthetic mistake in /home/somebody/file.py\n", "error"),
        (-9, "", "oom"),
        (-11, "Fatal\n", "error"),
        (3, "", "error"),
    ],
)
def test_the_end_of_a_process_is_named(returncode: int, stderr: str, status: str) -> None:
    found, reason = outcome.classify(returncode, stderr)
    assert found == status
    assert reason
    assert "/home" not in reason


def test_a_disturbed_cell_is_noisy_and_says_why() -> None:
    quiet = {"foreign": 0.0, "steal": 0.0}
    assert noise.judge(quiet, (0.02, 0.02), 0.02) == []
    assert "others used 20.0%" in noise.judge({"foreign": 0.2, "steal": 0.0}, (0.02, 0.02), 0.02)[0]
    assert "the host took" in noise.judge({"foreign": 0.0, "steal": 0.05}, (0.02, 0.02), 0.02)[0]
    assert "canary" in noise.judge(quiet, (0.02, 0.03), 0.02)[0]
    assert noise.judge({"foreign": None, "steal": None}, (0.02, 0.02), 0.02)


def test_a_task_that_waits_for_a_processor_is_pressure(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel tells it; who used how much stays with the other figures."""
    waited = iter([0.0, 0.2, 0.2, 0.2])
    monkeypatch.setattr(noise, "_waited_s", lambda: next(waited))
    monkeypatch.setattr(noise, "QUIET_LIMIT", 2.0)
    begin = time.monotonic()
    noise.wait_until_quiet(patience_s=30.0, look_s=0.2)
    assert time.monotonic() - begin >= 0.4  # a second look, because somebody waited during the first
    assert next(waited, None) is None


def test_pressure_is_a_share_of_time_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    with noise.watched() as seen:
        time.sleep(0.1)
    if noise.usage() is None:
        pytest.skip("this system does not tell who used the CPU")
    assert seen["pressure"] is None or 0.0 <= seen["pressure"] <= 1.0
    monkeypatch.setattr(noise, "_waited_s", lambda: None)
    with noise.watched() as blind:
        time.sleep(0.1)
    assert blind["pressure"] is None
    assert blind["foreign"] is not None


def test_the_first_of_several_rounds_compiles_with_empty_caches(synthetic: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_suite(suite_of(synthetic, "good", rounds=3), out, frameworks=["pytorch"])
    taken, _ = lines.read(out)
    calls = [line.measurement for line in taken if line.measurement.metric == "bench.warm_up"]
    assert [line.settings["compiled_before"] for line in calls] == [False, True, True]
    calls = [replace(line, quality="ok", variant="compiled") for line in calls]
    cold, *warm = (line.value for line in calls)
    assert compare.first_calls(calls, "pytorch") == {
        ("good", "infer", "compiled"): (cold, pytest.approx(statistics.median(warm)))
    }
    assert compare.first_calls(calls[1:], "pytorch") == {}


def test_the_noise_floor_of_a_run_lists_its_programs(
    synthetic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise, "judge", lambda *_: [])  # however busy the machine of the test is
    out = tmp_path / "out.jsonl"
    suite = replace(suite_of(synthetic, "good", rounds=3), repeated=["good"])
    run_suite(suite, out, frameworks=["pytorch"])
    found = [line.measurement for line in lines.read(out)[0]]
    [floor] = [line for line in found if line.metric == "bench.noise_floor"]
    logs = compare.self_ratios(found, ["pytorch"])
    assert floor.samples == tuple(logs["pytorch", "good", "infer", floor.run])
    middle = statistics.median(floor.samples)
    assert floor.items == ({"subject": "good", "phase": "infer", "rounds": 3, "median": middle},)
    assert floor.value == max(abs(one) for one in floor.samples)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["run", "--suite", "nothing", "--out", "{}"], "no suite 'nothing'"),
        (["run", "--suite", "quick", "--out", "{}", "--framework", "abacus"], "no framework 'abacus'"),
        (["run", "--suite", "quick", "--out", "{}", "--python", "pytorch"], "NAME=PATH"),
        (["run", "--suite", "quick", "--out", "{}", "--python", "pytorch=/no/python"], "no such Python"),
        (["check", "{}"], "cannot be read"),
    ],
)
def test_a_wrong_option_gets_one_clear_line(
    options: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([option.replace("{}", str(tmp_path / "out.jsonl")) for option in options]) == 1
    error = capsys.readouterr().err
    assert why in error
    assert error.count("\n") == 1


def test_an_unknown_device_is_refused(synthetic: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="abacus"):
        run_suite(suite_of(synthetic, "good"), tmp_path / "out.jsonl", device="abacus")


def test_check_counts_valid_and_refused_lines(
    tmp_path: Path, measurement: lines.Measurement, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(lines.dump(measurement) + "\n" + json.dumps({"schema": 1}) + "\n")
    assert main(["check", str(file)]) == 1
    captured = capsys.readouterr()
    assert "1 lines are valid, 1 are refused" in captured.out
    assert ":2: key" in captured.err


def test_the_synthetic_program_is_a_program() -> None:
    compile(GOOD, "good", "exec")
