"""Introspection, determinism, custom operations, export, code blocks: lists complete, judged by program.

Backends, routes and facts are made up; no figure of theirs is evidence.
"""

from __future__ import annotations

import ctypes
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import checklist, custom_ops, determinism, examples, exports, native, paired
from benchmarks.outcome import Unsupported
from benchmarks.plan import declared_frameworks
from benchmarks.process import Launch, run
from benchmarks.workload import PROBES, code_hash, load_module, read_toml

PAIR = ("pytorch", "tensorflow")
LISTS = {"introspection": "items", "determinism": "setups", "custom_op_cost": "ops"}
FILES = {"introspection": "items", "determinism": "setups", "custom_op_cost": "ops", "export": "models"}


def config(probe: str) -> dict[str, Any]:
    return read_toml(PROBES / probe / "probe.toml")


def judge(
    probe: str, facts: dict[str, Any], rules: dict[str, Any] | None = None
) -> dict[tuple[str, str, str], Any]:
    figures = load_module(PROBES / probe / "probe.py").judge(rules or config(probe), facts)
    return {(one["framework"], one["metric"], one.get("variant", "")): one for one in figures}


@pytest.mark.parametrize("probe", LISTS)
def test_half_of_every_list_comes_from_each_side(probe: str) -> None:
    sides = [entry["side"] for entry in config(probe)[LISTS[probe]].values()]
    assert sides.count(PAIR[0]) == sides.count(PAIR[1]) >= 5


@pytest.mark.parametrize("side", PAIR)
@pytest.mark.parametrize("probe", FILES)
def test_every_item_is_written_for_both_sides(probe: str, side: str) -> None:
    wanted = set(config(probe)[FILES[probe]])
    source = (PROBES / probe / FILES[probe] / f"{side}.py").read_text()
    written = {name for name in wanted if f"\ndef {name}(" in source}
    if probe == "custom_op_cost":
        written = {name for name in wanted if source.count(f'\n    "{name}": ') == 2}
    assert written == wanted


def test_a_task_works_is_not_offered_or_fails(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "pytorch.py").write_text(
        "import os\nfrom benchmarks.checklist import NotOffered\n"
        "def right(): return {'a': [1.0, 2.0000001], 'b': True}\n"
        "def wrong(): return [1.0, 2.1]\n"
        "def absent(): raise NotOffered('it has something else')\n"
        "def broken(): return 1 / 0\n"
        "def dead(): os.kill(os.getpid(), 15)\n"
    )
    items = {
        "right": {"expected": {"a": [1, 2], "b": True}},
        "wrong": {"expected": [1.0, 2.0]},
        "absent": {"expected": 1},
        "broken": {"expected": 1},
        "dead": {"expected": 1},
    }
    spec = {"folder": str(tmp_path), "framework": "pytorch", "config": {"items": items}}
    found = checklist.collect(spec)
    assert {name: one["state"] for name, one in found.items()} == {
        "right": "works", "wrong": "fails", "absent": "not_offered", "broken": "fails", "dead": "fails",
    }  # fmt: skip
    assert "ZeroDivisionError" in found["broken"]["said"]
    assert "SIGTERM" in found["dead"]["said"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [(True, 1), (1, True), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ("1", 1), (1.001, 1.0), ([True], [1.0])],
)
def test_what_differs_in_kind_structure_or_number_is_not_the_same(found: Any, expected: Any) -> None:
    assert not checklist.same(found, expected)
    assert checklist.same(found, found)
    assert checklist.same(expected, expected)


def test_introspection_counts_by_side_and_by_what_both_offer() -> None:
    rules = {
        "items": {
            name: {"side": side, "task": "", "page": ""}
            for name, side in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "y"))
        }
    }
    states = {"x": ("works", "works", "not_offered", "works"), "y": ("fails", "works", "works", "works")}
    facts = {
        side: {name: {"state": state, "said": ""} for name, state in zip("abcd", found, strict=True)}
        for side, found in states.items()
    }
    found = {key[::2]: one["value"] for key, one in judge("introspection", facts, rules).items()}
    assert found["x", ""] == found["y", ""] == 0.75
    assert (found["x", "offered_by_both"], found["y", "offered_by_both"]) == (1.0, pytest.approx(2 / 3))
    assert (found["y", "x_sourced"], found["y", "y_sourced"]) == (0.5, 1.0)


class Random:
    """A synthetic trainer: bits differ unless the switch is on; one set-up is refused, one is broken."""

    switched = False

    def prepare(self, threads: int, *, switch: bool) -> None:
        self.switched = switch

    def trainer(self, loss: Callable[..., Any], data: dict[str, Any]) -> tuple[Callable[[], None], Any]:
        weight = data["weight"].copy()
        generator = random.Random(1 if self.switched else os.getpid())

        def step() -> None:
            loss(self.switched)
            weight[0] += generator.random()

        return step, lambda: weight

    def refuses(self, error: Exception) -> bool:
        return "deterministic" in str(error)


def test_bits_are_compared_between_processes(tmp_path: Path) -> None:
    (tmp_path / "setups").mkdir()
    (tmp_path / "setups" / "pytorch.py").write_text(
        "def plain(switch): ...\n"
        "def refused(switch):\n    if switch: raise RuntimeError('nothing deterministic here')\n"
        "def broken(switch): raise ValueError('synthetic')\n"
    )
    setups = {name: {"weight": [3], "side": "pytorch"} for name in ("plain", "refused", "broken")}
    spec = {"folder": str(tmp_path), "framework": "pytorch", "config": {"setups": setups}}
    found = determinism.collect(spec, Random())
    assert {name: (one["with"]["state"], one["without"]["state"]) for name, one in found.items()} == {
        "plain": ("identical", "differs"), "refused": ("refused", "differs"), "broken": ("fails", "fails"),
    }  # fmt: skip
    figures = judge("determinism", {"pytorch": found}, {"setups": setups})
    assert figures["pytorch", "probe.deterministic_runs", ""]["value"] == pytest.approx(1 / 3)
    assert figures["pytorch", "probe.deterministic_runs", "without_switch"]["value"] == 0
    cost = figures["pytorch", "probe.determinism_cost", ""]
    assert [item["setup"] for item in cost["items"]] == ["plain"]


def test_parameters_that_are_not_finite_are_no_success() -> None:
    assert determinism.summary([{"timeout": 60.0}])["state"] == "fails"
    runs = [{"value": {"digest": "a", "seconds": seconds}} for seconds in (9.0, 1.0, 1.5)]
    assert determinism.summary(runs) == {"state": "identical", "said": "", "seconds": 1.0, "spread": 1.5}


def test_times_of_a_busy_machine_are_noisy() -> None:
    for spread, quality in ((1.1, "ok"), (1.6, "noisy")):
        one = {"state": "identical", "said": "", "seconds": 1.0, "spread": spread}
        rules = {"setups": {"a": {"side": "x"}}}
        found = judge("determinism", {"x": {"a": {"with": one, "without": one}}}, rules)
        assert found["x", "probe.determinism_cost", ""]["quality"] == quality
        assert found["x", "probe.deterministic_runs", ""].get("quality", "ok") == "ok"
    for spread, quality in ((0.1, "ok"), (0.6, "noisy")):
        times = {"ratio": 2.0, "spread": spread, "first_s": 2.0, "second_s": 1.0, "error": 0.0}
        cells = [{"op": "a", "size": size, "mode": "", **times} for size in ("small", "large")]
        found = judge("custom_op_cost", {"x": cells}, {"ops": {"a": {"side": "x"}}})
        assert found["x", "probe.custom_op_cost", ""]["quality"] == quality


def test_a_ratio_of_times_is_the_ratio_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock of its own; what is disturbed now and then a median does not see, the spread does."""
    now, calls = [0.0], [0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def work(seconds: float, disturbed: int = 10) -> Callable[[], None]:
        def call() -> None:
            calls[0] += 1
            now[0] += seconds * (50 if calls[0] % disturbed == 0 else 1)

        return call

    found = paired.ratio(work(0.006), work(0.002))
    assert found["ratio"] == pytest.approx(3.0)
    assert (found["first_s"], found["second_s"]) == (pytest.approx(0.006), pytest.approx(0.002))
    assert found["spread"] == pytest.approx(0.0)
    assert paired.ratio(work(0.006, 3), work(0.002, 3))["spread"] > 0.5


class Numeric:
    """A synthetic backend that differentiates nothing: the gradient of `f` is what the function says."""

    modes = ("", "eager")

    def step(self, operation: Any, arrays: Any, upstream: Any, mode: str) -> Callable[[], Any]:
        return lambda: operation(arrays[0])

    def numpy(self, tensor: Any) -> Any:
        return tensor


def test_an_operation_that_differs_from_the_built_in_one_counts_for_nobody(tmp_path: Path) -> None:
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "pytorch.py").write_text(
        "def good(x): return (x * 2, x)\ndef bad(x): return (x * 2, x + 1)\n"
        "CUSTOM = {'good': good, 'bad': bad}\nBUILT_IN = {'good': good, 'bad': good}\n"
    )
    ops = {name: {"side": "pytorch"} for name in ("good", "bad")}
    rules = {"shapes": {"small": [[3]], "large": [[5]]}, "ops": ops}
    spec = {"folder": str(tmp_path), "framework": "pytorch", "config": rules}
    found = custom_ops.collect(spec, Numeric())
    assert {(one["op"], one["size"], one["mode"]) for one in found} == {
        (op, size, mode) for op in ops for size in ("small", "large") for mode in ("", "eager")
    }
    assert all((one["error"] > 1e-4) == (one["op"] == "bad") for one in found)
    figures = judge("custom_op_cost", {"pytorch": found}, rules)
    ratios = [one["ratio"] for one in found if one["op"] == "good" and not one["mode"]]
    for variant, counted in (("without_floor", ratios), ("", [max(1.0, ratio) for ratio in ratios])):
        expected = float(np.exp(np.mean(np.log(counted))))
        assert figures["pytorch", "probe.custom_op_cost", variant]["value"] == pytest.approx(expected)
    states = {item["op"]: item["state"] for item in figures["pytorch", "probe.custom_op_cost", ""]["items"]}
    assert states == {"good": "counted", "bad": "differs from the built-in one"}


NATIVE = 'extern "C" int answer() { return 42; }\n'


def test_an_operation_in_cpp_is_built_with_one_call_of_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "answer.cc").write_text(NATIVE)
    built = native.build(tmp_path / "answer.cc", ["-std=c++17"])
    assert ctypes.CDLL(built["library"]).answer() == 42
    assert built["build_s"] > 0
    assert built["library_bytes"] == Path(built["library"]).stat().st_size
    assert built["compiler"]


def test_a_source_that_does_not_compile_says_its_first_error(tmp_path: Path) -> None:
    (tmp_path / "broken.cc").write_text("int answer() { return undeclared_name; }\n")
    with pytest.raises(RuntimeError, match=r"refused broken.cc: .*undeclared_name"):
        native.build(tmp_path / "broken.cc", [])


def test_without_a_compiler_an_operation_in_cpp_is_unsupported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(Unsupported, match="none of g\\+\\+"):
        native.build(tmp_path / "answer.cc", [])


def test_operations_in_cpp_are_judged_as_those_in_python_and_their_build_is_told() -> None:
    names = list(config("custom_op_native")["ops"])
    cells = [
        {"op": op, "size": size, "mode": "", "error": 0.0, "ratio": ratio, "spread": 0.1}
        | {"first_s": 1.0, "second_s": 1.0}
        for op, ratio in zip(names, (0.5, 4.0), strict=True)
        for size in ("small", "large")
    ]  # fmt: skip
    facts = {name: {"cells": cells, "build_s": 9.0, "compiler": "c", "library_bytes": 7} for name in PAIR}
    figures = judge("custom_op_native", facts)
    for name in PAIR:
        assert figures[name, "probe.native_op_cost", ""]["value"] == pytest.approx(2.0)
        assert figures[name, "probe.native_op_cost", "without_floor"]["value"] == pytest.approx(2**0.5)
        assert figures[name, "probe.native_op_build", ""]["value"] == 9.0
    folder = PROBES / "custom_op_native"
    assert {file.name for file in (folder / "ops").glob("*.cc")} == {f"{name}.cc" for name in PAIR}


@pytest.mark.slow
@pytest.mark.parametrize("framework", PAIR)
def test_operations_in_cpp_build_load_and_agree(framework: str, tmp_path: Path) -> None:
    declared = declared_frameworks()[framework]
    folder = PROBES / "custom_op_native"
    told = {
        "task": "probe", "framework": framework, "module": declared["module"], "folder": str(folder),
        "config": read_toml(folder / "probe.toml"), "device": "cpu", "seed": 0, "threads": 1, "cpus": [],
    }  # fmt: skip
    ended = run(told, Launch(Path(sys.executable), 400.0, tmp_path))
    assert ended.status == "ok", ended.reason
    cells = ended.result["facts"]["cells"]
    assert {one["op"] for one in cells} == {"muladd", "zero_out"}
    assert all(one["error"] is not None and one["error"] <= 1e-6 for one in cells)


def test_the_hash_of_a_probe_covers_what_it_borrows(tmp_path: Path) -> None:
    for name, text in (("lender", ""), ("borrower", 'borrows = ["lender"]\n')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "probe.toml").write_text(text)
    before = [code_hash(tmp_path / name, framework_files=False) for name in ("lender", "borrower")]
    (tmp_path / "lender" / "op.cc").write_text(NATIVE)
    after = [code_hash(tmp_path / name, framework_files=False) for name in ("lender", "borrower")]
    assert all(one != other for one, other in zip(before, after, strict=True))
    for folder in PROBES.iterdir():
        if (folder / "probe.toml").exists():
            told = read_toml(folder / "probe.toml").get("borrows", [])
            text = " ".join(file.read_text() for file in folder.glob("*.py"))
            assert set(told) == {other.name for other in PROBES.iterdir() if f'"{other.name}"' in text}


def test_an_exported_model_is_judged_by_its_own_answers(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "pytorch.py").write_text("def plain(): return lambda x: x\n")

    def refuse(model: Any, example: Any) -> Any:
        raise TypeError("synthetic")

    routes = {
        "right": exports.Route((), lambda model, x: model, lambda model, x: model(x)),
        "wrong": exports.Route((), lambda model, x: model, lambda model, x: model(x) + 0.01),
        "shape": exports.Route((), lambda model, x: model, lambda model, x: model(x)[:1]),
        "refused": exports.Route((), refuse, lambda model, x: model(x)),
        "dumb": exports.Route((), lambda model, x: model, refuse),
        "absent": exports.Route(("no_such_module_at_all",), refuse, refuse),
    }
    rules = {"targets": [*routes, "nowhere"], "models": {"plain": {"field": "vision"}}}
    spec = {"folder": str(tmp_path), "framework": "pytorch", "config": rules}
    found = exports.collect(spec, routes, lambda model, x: model(x), (4, 4, 3))
    assert {target: cells["plain"]["state"] for target, cells in found.items()} == {
        "right": "ok", "wrong": "wrong", "shape": "wrong", "refused": "fails_convert", "dumb": "fails_run",
        "absent": "not_installed", "nowhere": "no_route",
    }  # fmt: skip
    assert found["absent"]["plain"]["said"] == "needs no_such_module_at_all"


def test_only_targets_that_both_sides_could_be_asked_about_are_scored() -> None:
    rules = {
        "scored": ["onnx", "litert"],
        "models": {"a": {"field": "vision"}, "b": {"field": "text"}},
        "requirements": {"x": ["onnx"], "y": ["tf2onnx"]},
    }
    ok, wrong, absent = ({"state": state, "said": ""} for state in ("ok", "wrong", "not_installed"))
    facts = {
        "x": {"own": {"a": ok, "b": ok}, "onnx": {"a": ok, "b": wrong}, "litert": {"a": absent, "b": absent}},
        "y": {"own": {"a": ok, "b": ok}, "onnx": {"a": ok, "b": ok}, "litert": {"a": ok, "b": ok}},
    }
    found = judge("export", facts, rules)
    assert (found["x", "probe.export", ""]["value"], found["y", "probe.export", ""]["value"]) == (0.5, 1.0)
    assert found["x", "probe.export_text", ""]["value"] == 0
    assert ("x", "probe.export", "litert") not in found
    counted = {item["target"]: item["counted"] for item in found["x", "probe.export", ""]["items"]}
    assert counted == {"own": False, "onnx": True, "litert": False}
    facts["y"]["onnx"] = {"a": absent, "b": absent}
    nothing = judge("export", facts, rules)["y", "probe.export", ""]
    assert nothing["status"] == "not_run"
    assert "tf2onnx" in nothing["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "Do it.\n\n```python\nx = 1\nif x:\n    y = 2\n```\n",
        "Do it.\n\nExample::\n\n    x = 1\n    if x:\n        y = 2\n\nMore text.\n",
        "    Do it.\n\n    .. code-block:: python\n\n        x = 1\n        if x:\n            y = 2\n",
    ],
)
def test_code_blocks_are_found_in_every_style(text: str) -> None:
    (code,) = examples.blocks(text)
    names: dict[str, Any] = {}
    exec(code, names)
    assert (names["x"], names["y"]) == (1, 2)


@pytest.mark.parametrize(
    "text", ["```\n>>> 1\n```", "```shell\nls\n```", "Example::\n\n    >>> 1\n", "x::\n\n    y\n"]
)
def test_prompts_shells_and_other_literals_are_no_code_blocks(text: str) -> None:
    assert examples.blocks(text) == []


def test_a_docstring_with_two_kinds_passes_when_both_run() -> None:
    def both() -> None:
        """>>> 1

        ```python
        undefined_name
        ```
        """

    def block() -> None:
        """
        ```
        a = 1
        ```
        """

    facts = {"x": examples.collect([("both", both), ("block", block)], {})}
    found = {
        key[2]: (one["successes"], one["trials"]) for key, one in judge("docstring_examples", facts).items()
    }
    assert found[""] == (1, 1)
    assert found["with_code_blocks"] == (1, 2)
