"""The JAX programs compute what the reference computes; careless ones are caught.

Runs where JAX can be imported, or with the interpreter that TOUCHSTONE_JAX_PYTHON names.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks import equivalence, lines
from benchmarks.plan import declared_frameworks
from benchmarks.process import Launch, run
from benchmarks.suite import run_suite
from benchmarks.workload import WORKLOADS, load_workload
from tests.benchmarks.conftest import GOOD, make_workload, suite_of

PYTHON = Path(os.environ.get("TOUCHSTONE_JAX_PYTHON", sys.executable))
HERE = importlib.util.find_spec("jax") is not None or "TOUCHSTONE_JAX_PYTHON" in os.environ
pytestmark = pytest.mark.skipif(not HERE, reason="JAX is not installed; TOUCHSTONE_JAX_PYTHON is not set")

LARGE = ("resnet50", "vit_s16", "mlp_wide", "bert_base", "gpt2_s")
"""Workloads of which a test compares the outputs only; the runner's own check compares everything."""
MISTAKES = {
    "layer_norm_epsilon": ("bert_mini", "1e-12", "1e-5"),
    "gelu_kind": ("bert_mini", '"none"', '"tanh"'),
    "lstm_gates": ("lstm", "i, f, g, o = ", "i, g, f, o = "),
    "lstm_bias": ("lstm", ' + w[f"rnn.bias_hh_l{level}"]', ""),
}
"""Name -> (workload, what stands in its program, what a careless translation would write)."""
PROGRAM = """
from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import linear, linear_shapes


def build(config):
    return Model(linear_shapes("0", 3, 4), lambda w, x, *, training: (linear(w, "0", x), {}))
"""


def folders() -> dict[str, Path]:
    """Every workload that JAX has a program for."""
    found = {file.parent.name: file.parent for file in sorted(WORKLOADS.glob("*/workload.toml"))}
    return {name: folder for name, folder in found.items() if load_workload(folder).file("jax").is_file()}


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Evaluate all workloads, and the wrong ones under JAX, in one process per framework."""
    root = tmp_path_factory.mktemp("jax")
    wrong = {name: make_mistake(root / name, *mistake) for name, mistake in MISTAKES.items()}
    with ThreadPoolExecutor() as pool:
        reference = pool.submit(evaluate, "pytorch", Path(sys.executable), folders(), root)
        other = pool.submit(evaluate, "jax", PYTHON, folders() | wrong, root)
        return {"pytorch": reference.result(), "jax": other.result()}


def make_mistake(target: Path, workload: str, right: str, wrong: str) -> Path:
    shutil.copytree(WORKLOADS / workload, target)
    program = target / "jax.py"
    text = program.read_text()
    assert right in text
    program.write_text(text.replace(right, wrong))
    return target


def evaluate(framework: str, python: Path, wanted: Mapping[str, Path], root: Path) -> dict[str, Any]:
    declared = declared_frameworks()[framework]
    common = {
        "framework": framework, "module": declared["module"], "device": "cpu", "seed": 20261126,
        "threads": 1, "cpus": [], "mode": declared["modes"][""],
    }  # fmt: skip
    specs = [
        common
        | {
            "task": "equivalence", "folder": str(folder), "batch_size": 2, "only_outputs": name in LARGE,
            "arrays": [[str(root / f"{name}-{framework}.npz"), "float64"]],
        }
        for name, folder in wanted.items()
    ]  # fmt: skip
    ended = run(common | {"task": "several", "specs": specs}, Launch(python, 600.0, root))
    assert ended.status == "ok", ended.reason
    return {
        name: {
            "arrays": equivalence.load_arrays(root / f"{name}-{framework}.npz"),
            "weights": result["weights"],
        }
        for name, result in zip(wanted, ended.result["results"], strict=True)
    }


def test_every_network_and_operation_has_a_program() -> None:
    assert len(folders()) >= 14


@pytest.mark.parametrize("name", folders())
def test_outputs_gradients_losses_and_weights_agree(name: str, sides: dict[str, dict[str, Any]]) -> None:
    workload = load_workload(WORKLOADS / name)
    reference, other = sides["pytorch"][name], sides["jax"][name]
    found = equivalence.compare(reference["arrays"], other["arrays"], workload.tolerance)
    found += equivalence.compare_weights(
        reference["weights"], other["weights"], parameters=workload.parameters
    )
    assert [check for check in found if not check.passed] == []
    trained = {key for key, entry in other["weights"].items() if entry["trained"]}
    gradients = {key.split("/", 1)[1] for key in other["arrays"] if key.startswith("gradient/")}
    assert gradients == (trained if workload.target and name not in LARGE else set())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_careless_translation_is_caught(mistake: str, sides: dict[str, dict[str, Any]]) -> None:
    name = MISTAKES[mistake][0]
    workload = load_workload(WORKLOADS / name)
    found = equivalence.compare(
        sides["pytorch"][name]["arrays"], sides["jax"][mistake]["arrays"], workload.tolerance
    )
    outputs = next(check for check in found if check.what == "outputs")
    assert outputs.error > 10 * outputs.tolerance


def test_the_runner_measures_three_frameworks_and_none_is_named_in_it(tmp_path: Path) -> None:
    make_workload(tmp_path / "workloads", "good", GOOD)
    (tmp_path / "workloads" / "good" / "jax.py").write_text(PROGRAM)
    out = tmp_path / "out.jsonl"
    frameworks = ["pytorch", "tensorflow", "jax"]
    run_suite(suite_of(tmp_path / "workloads", "good"), out, frameworks=frameworks, pythons={"jax": PYTHON})
    found = {line.measurement.framework: line.measurement for line in steps(out)}
    assert {name: found[name].status for name in frameworks} == {
        "pytorch": "ok", "tensorflow": "not_run", "jax": "ok",
    }  # fmt: skip
    assert "no file tensorflow.py" in found["tensorflow"].reason
    assert found["jax"].mode == "jit"
    assert found["jax"].settings["precision"] == "float32"
    taken = [line.measurement for line in lines.read(out)[0]]
    proofs = [line for line in taken if line.metric == "equivalence"]
    assert {line.framework for line in proofs if line.status == "ok"} == {"pytorch", "jax"}
    assert len({line.code_hash for line in proofs}) == 1


def steps(out: Path) -> list[lines.Line]:
    taken, refused = lines.read(out)
    assert not refused
    return [line for line in taken if line.measurement.metric == "bench.infer_step"]
