"""Equivalent programs pass, and deliberately wrong settings are caught by the tolerances of the workload."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks import equivalence, lines, machine
from benchmarks.arrays import draw_input, draw_weight, relative_error
from benchmarks.plan import declared_frameworks, mode_of
from benchmarks.process import Launch, run
from benchmarks.suite import run_suite
from benchmarks.workload import WORKLOADS, Workload, arithmetic, load_workload
from evidence.errors import MeasurementError
from tests.benchmarks.conftest import GOOD, make_workload, suite_of

ONE_BIAS = """
class OneBias(layers.LSTM):
    def canonical(self, prefix):
        module, level = prefix.rsplit(".", 1)
        yield Bound(self.cell.kernel, (f"{module}.weight_ih_l{level}",), np.transpose, np.transpose)
        yield Bound(self.cell.recurrent_kernel, (f"{module}.weight_hh_l{level}",), np.transpose, np.transpose)
        yield same(self.cell.bias, f"{module}.bias_ih_l{level}")


def build("""
IMPORTS = "import numpy as np\nfrom benchmarks.frameworks.tensorflow import Bound, same\nimport keras\n"
MISTAKES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "batch_norm_epsilon": ("cnn_small", [("epsilon=1e-5", "epsilon=1e-3")]),
    "stride_2_padding": (
        "cnn_small",
        [
            ("        x = layers.ZeroPadding2D(1)(x)\n", "        pass\n"),
            ("stride, use_bias", "stride, padding='same', use_bias"),
        ],
    ),
    "layer_norm_epsilon": (
        "bert_mini",
        [("epsilon=1e-12", "epsilon=1e-5"), ('epsilon": 1e-12', 'epsilon": 1e-5')],
    ),
    "gelu_kind": ("bert_mini", [('approximate": "none"', 'approximate": "tanh"')]),
    "lstm_bias": (
        "lstm",
        [("import keras\n", IMPORTS), ("def build(", ONE_BIAS), ("layers.LSTM(512", "OneBias(512")],
    ),
}
"""Name -> (workload, replacements in its program): what a careless translation would write."""
UNCACHED = """
import torch
from benchmarks.workloads.gpt_nano.pytorch import Decoder

class Uncached(Decoder):
    def forward(self, tokens):
        for _ in range(63):
            tokens = torch.cat([tokens, super().forward(tokens)[:, -1:].argmax(-1)], 1)
        return super().forward(tokens)

def build(config):
    return Uncached(**{name: size for name, size in config.items() if name != "length"})
"""
"""The same text generated without a cache: the whole model over all tokens so far, for every token."""
WHOLE = ("mlp", "cnn_small")
"""Workloads whose gradients and losses are compared here too; for the others a test looks at the outputs."""


@dataclass(frozen=True)
class Side:
    """What one framework's process returned for every folder."""

    files: Mapping[str, Path]
    weights: Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Side]:
    """Evaluate all workloads and all wrong ones, in one process per framework."""
    root = tmp_path_factory.mktemp("equivalence")
    folders = {
        folder.name: folder for folder in sorted(WORKLOADS.iterdir()) if (folder / "workload.toml").exists()
    }
    wrong = {name: make_mistake(root / name, *mistake) for name, mistake in MISTAKES.items()}
    with ThreadPoolExecutor() as pool:
        jobs = {
            "pytorch": pool.submit(evaluate, "pytorch", folders | {"uncached": uncached(root)}, root),
            "tensorflow": pool.submit(evaluate, "tensorflow", folders | wrong, root),
        }
        return {name: job.result() for name, job in jobs.items()}


def make_mistake(target: Path, workload: str, replacements: list[tuple[str, str]]) -> Path:
    shutil.copytree(WORKLOADS / workload, target)
    program = target / "tensorflow.py"
    text = program.read_text()
    for right, wrong in replacements:
        assert right in text
        text = text.replace(right, wrong)
    program.write_text(text)
    return target


def uncached(root: Path) -> Path:
    target = shutil.copytree(WORKLOADS / "gpt_nano_decode", root / "uncached")
    (target / "pytorch.py").write_text(UNCACHED)
    return target


def evaluate(framework: str, folders: Mapping[str, Path], root: Path) -> Side:
    declared = declared_frameworks()[framework]
    files = {name: root / f"{name}-{framework}.npz" for name in folders}
    common = {
        "framework": framework, "module": declared["module"], "device": "cpu", "seed": 20261126,
        "threads": machine.physical_cores(), "cpus": machine.usable_cpus(),
    }  # fmt: skip
    specs = [
        common
        | {
            "task": "equivalence", "folder": str(folder), "arrays": [[str(files[name]), "float64"]],
            "batch_size": min(2, load_workload(folder).equivalence_batch), "only_outputs": name not in WHOLE,
            "mode": mode_of(framework, load_workload(folder), ""),
            "tokens": load_workload(folder).equivalence_tokens,
        }
        for name, folder in folders.items()
    ]  # fmt: skip
    ended = run(common | {"task": "several", "specs": specs}, Launch(Path(sys.executable), 300.0, root))
    assert ended.status == "ok", ended.reason
    found = dict(zip(folders, ended.result["results"], strict=True))
    return Side(files, {name: result["weights"] for name, result in found.items()})


def workload_ids() -> list[str]:
    return sorted(folder.name for folder in WORKLOADS.iterdir() if (folder / "workload.toml").exists())


def checks(sides: dict[str, Side], workload: Workload, other: str) -> list[equivalence.Check]:
    reference = equivalence.load_arrays(sides["pytorch"].files[workload.id])
    return equivalence.compare(
        reference, equivalence.load_arrays(sides["tensorflow"].files[other]), workload.tolerance
    )


@pytest.mark.parametrize("name", workload_ids())
def test_outputs_gradients_losses_and_parameters_agree(name: str, sides: dict[str, Side]) -> None:
    workload = load_workload(WORKLOADS / name)
    found = [check for check in checks(sides, workload, name) if check.what != "losses" or name in WHOLE]
    found += equivalence.compare_weights(
        sides["pytorch"].weights[name], sides["tensorflow"].weights[name], parameters=workload.parameters
    )
    assert [check for check in found if not check.passed] == []
    assert "outputs" in {check.what for check in found}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_setting_is_caught(mistake: str, sides: dict[str, Side]) -> None:
    workload = load_workload(WORKLOADS / MISTAKES[mistake][0])
    outputs = next(check for check in checks(sides, workload, mistake) if check.what == "outputs")
    assert not outputs.passed
    assert outputs.error > 10 * outputs.tolerance


def test_a_cache_of_keys_and_values_changes_nothing(sides: dict[str, Side]) -> None:
    workload = load_workload(WORKLOADS / "gpt_nano_decode")
    whole = equivalence.load_arrays(sides["pytorch"].files["uncached"])
    assert whole["outputs"].shape[1:] == (workload.config["length"], workload.config["vocabulary"])
    for side in sides.values():
        cached = equivalence.load_arrays(side.files[workload.id])
        assert [one for one in equivalence.compare(whole, cached, workload.tolerance) if not one.passed] == []


def test_a_dropped_bias_is_a_weight_that_nobody_consumes(sides: dict[str, Side]) -> None:
    found = equivalence.compare_weights(
        sides["pytorch"].weights["lstm"], sides["tensorflow"].weights["lstm_bias"], parameters=6_239_234
    )
    assert any("bias_hh" in check.what for check in found if not check.passed)


ROUGH = """
import torch
from torch import nn

class Rough(nn.Module):
    \"\"\"Exact where it is proved, and rounded to bfloat16 where it is timed.\"\"\"

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 4)

    def forward(self, x):
        if x.dtype == torch.float32:
            x = x.to(torch.bfloat16).to(x.dtype)
        return self.layer(x)

def build(config):
    return Rough()
"""


def test_a_program_that_is_rough_only_where_it_is_timed_is_caught(tmp_path: Path) -> None:
    make_workload(tmp_path / "workloads", "rough", ROUGH)
    make_workload(tmp_path / "workloads", "good", GOOD)
    out = tmp_path / "out.jsonl"
    run_suite(suite_of(tmp_path / "workloads", "rough", "good"), out, frameworks=["pytorch"])
    found = {
        (line.measurement.subject, line.measurement.metric): line.measurement for line in lines.read(out)[0]
    }
    assert found["good", "equivalence"].status == found["good", "equivalence.float32"].status == "ok"
    assert 0 < found["good", "equivalence.float32"].value < 1e-6  # type: ignore[operator]
    for metric in ("equivalence", "equivalence.float32"):
        assert found["rough", metric].status == "error"
        assert "float32 outputs" in found["rough", metric].reason


def test_float32_gradients_may_be_three_times_as_far_as_the_reference_and_no_farther() -> None:
    truth = {"outputs": np.ones(4), "gradient/a": np.ones(4), "gradient/b": np.full(4, 2.0)}
    reference = truth | {"gradient/a": np.ones(4) + 1e-3}
    for factor, passed in ((2.9, True), (3.1, False)):
        other = truth | {"gradient/a": np.ones(4) + factor * 1e-3}
        outputs, gradients = equivalence.compare_rounded(truth, reference, other, "float32")
        assert outputs.passed
        assert gradients.passed is passed


@pytest.mark.parametrize("error", [1e-5, np.nan])
def test_float32_outputs_must_be_float32(error: float) -> None:
    truth = {"outputs": np.ones(4)}
    (only,) = equivalence.compare_rounded(truth, truth, {"outputs": np.ones(4) + error}, "float32")
    assert not only.passed


def test_a_missing_float32_gradient_fails() -> None:
    truth = {"outputs": np.ones(4), "gradient/a": np.ones(4)}
    found = equivalence.compare_rounded(truth, truth, {"outputs": np.ones(4)}, "float32")
    assert [check.passed for check in found] == [True, False]


def test_nan_a_missing_array_and_another_shape_never_pass() -> None:
    tolerance = {"outputs": 1e-7, "gradient": 1e-6}
    good = {"outputs": np.ones(3), "gradient/a": np.ones(2)}
    for bad in (
        {"outputs": np.array([1.0, np.nan, 1.0]), "gradient/a": np.ones(2)},
        {"outputs": np.ones(4), "gradient/a": np.ones(2)},
        {"outputs": np.ones(3)},
    ):
        assert not all(check.passed for check in equivalence.compare(good, bad, tolerance))


def test_a_gradient_that_is_zero_in_theory_is_not_compared() -> None:
    tiny = {"gradient/key.bias": np.full(4, 1e-12)}
    other = {"gradient/key.bias": np.full(4, -3e-12)}
    assert equivalence.compare(tiny, other, {"gradient": 1e-6}) == []


def test_a_weight_used_by_one_side_only_fails() -> None:
    one = {"a.weight": {"shape": [2, 3], "trained": True}}
    both = one | {"a.bias": {"shape": [2], "trained": True}}
    assert not all(check.passed for check in equivalence.compare_weights(both, one, parameters=8))
    assert all(check.passed for check in equivalence.compare_weights(both, both, parameters=8))


def test_weights_depend_on_name_shape_and_seed_only() -> None:
    assert np.array_equal(draw_weight("a", (3, 4), 1), draw_weight("a", (3, 4), 1))
    assert not np.array_equal(draw_weight("a", (3, 4), 1), draw_weight("b", (3, 4), 1))
    assert not np.array_equal(draw_weight("a", (3, 4), 1), draw_weight("a", (3, 4), 2))
    assert draw_weight("x.running_var", (9,), 1).min() > 0


def test_float32_computes_with_the_numbers_of_float64() -> None:
    weight = draw_weight("a.weight", (5, 6), 1)
    assert weight.dtype == np.float64
    assert np.array_equal(weight, weight.astype(np.float32))
    for kind, shape in (("normal", [7]), ("image", [4, 4, 3]), ("plain", [3, 3])):
        drawn = [
            draw_input({"kind": kind, "shape": shape}, batch=2, seed=5, dtype=d)
            for d in ("float32", "float64")
        ]
        assert np.array_equal(*drawn)


def test_relative_error_of_a_missed_zero_is_infinite() -> None:
    assert relative_error(np.ones(2), np.zeros(2)) == float("inf")
    assert relative_error(np.zeros(2), np.zeros(2)) == 0.0


def test_formulas_are_arithmetic_and_nothing_else() -> None:
    assert arithmetic("2*(3 + 4)**2 / 7", where="test") == 14.0
    for formula in ("__import__('os')", "a", "1 if 2 else 3", "'x'", "1/0"):
        with pytest.raises(MeasurementError, match="test"):
            arithmetic(formula, where="test")


@pytest.mark.parametrize("name", workload_ids())
def test_every_workload_folder_is_complete(name: str) -> None:
    workload = load_workload(WORKLOADS / name)
    assert workload.flops is None or workload.flops > 0
    assert set(workload.tasks) <= {"train", "infer"}
    assert {"cpu"} <= set(workload.batch_size)
    for framework, declared in declared_frameworks().items():
        assert declared.get("on_request") or workload.file(framework).is_file()


def test_an_unknown_or_missing_key_names_file_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    file = folder / "workload.toml"
    file.write_text("surprise = 1\n")
    with pytest.raises(MeasurementError, match="unknown key 'surprise'"):
        load_workload(folder)
    file.write_text('title = "x"\n')
    with pytest.raises(MeasurementError, match="'category' is missing"):
        load_workload(folder)
