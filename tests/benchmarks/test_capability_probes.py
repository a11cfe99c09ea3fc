"""Rules of the capability probes: lists complete on both sides, judged by program, a crash is a result."""

from __future__ import annotations

import ast
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import examples, forked, mistakes, snippets, transforms
from benchmarks.plan import usual_frameworks
from benchmarks.workload import PROBES, load_module, read_toml

SIDES = sorted(usual_frameworks())


def config(probe: str) -> dict[str, Any]:
    return read_toml(PROBES / probe / "probe.toml")


def functions(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("side", SIDES)
def test_every_mistake_is_written_for_every_side_with_one_marked_line(side: str) -> None:
    wanted = set(config("error_quality")["mistakes"])
    assert len(wanted) >= 30
    file = PROBES / "error_quality" / "mistakes" / f"{side}.py"
    assert wanted <= functions(file)
    assert set(mistakes.marked_lines(file)) == wanted


def test_mistakes_come_in_several_strata_of_comparable_size() -> None:
    strata = [rule["stratum"] for rule in config("error_quality")["mistakes"].values()]
    counts = {stratum: strata.count(stratum) for stratum in strata}
    assert len(counts) >= 9
    assert max(counts.values()) <= 5


@pytest.mark.parametrize("side", SIDES)
def test_every_snippet_is_written_for_every_side(side: str) -> None:
    wanted = set(config("compiles_as_is")["snippets"])
    assert len(wanted) >= 40
    source = (PROBES / "compiles_as_is" / "snippets" / f"{side}.py").read_text()
    assert all(f"def {name}(" in source or f"\n{name} = " in source for name in wanted)


def test_a_hundred_operations_or_more_stand_in_the_list() -> None:
    tables = read_toml(PROBES / "transforms" / "ops.toml").values()
    ops = {name: entry for table in tables for name, entry in table.items()}
    assert len(ops) >= 100
    for name, entry in ops.items():
        for expression in entry[:2]:
            ast.parse(expression, mode="eval")
        assert len(entry) in {2, 3, 4}, name


def test_an_error_must_name_the_line_and_say_the_facts(tmp_path: Path) -> None:
    file = tmp_path / "synthetic.py"
    file.write_text("def bad():\n    x = 37\n    raise ValueError('37 is not 41')  # mistake\n")
    assert mistakes.marked_lines(file) == {"bad": 3}
    frame = f'  File "{file}", line 3, in bad\n    raise ValueError(41)\n'
    text = f"Traceback (most recent call last):\n{frame}ValueError: 37 is not 41\n"
    assert mistakes.judge({"value": text}, file, 3, ["37", "41"])["passed"]
    assert not mistakes.judge({"value": text}, file, 2, ["37"])["line"]
    assert not mistakes.judge({"value": text}, file, 3, ["53"])["facts"]
    assert not mistakes.judge({"value": text.replace("37 is not 41", "wrong")}, file, 3, ["41"])["facts"]
    assert mistakes.judge({"value": text}, file, 3, ["absent|not"])["facts"]


@pytest.mark.parametrize("ended", [{"value": None}, {"crash": "SIGABRT"}, {"timeout": 60.0}])
def test_silence_a_crash_and_a_hang_name_nothing(ended: dict[str, Any], tmp_path: Path) -> None:
    found = mistakes.judge(ended, tmp_path / "x.py", 1, ["37"])
    assert not found["raised"]
    assert not found["passed"]
    assert found["message"]


def test_a_child_returns_its_value_its_failure_its_crash_or_its_time_out() -> None:
    assert forked.call(lambda: {"a": [1, 2.5]}, timeout_s=20) == {"value": {"a": [1, 2.5]}}
    assert "ZeroDivisionError" in forked.call(lambda: 1 / 0, timeout_s=20)["failed"]
    assert forked.call(lambda: os.kill(os.getpid(), signal.SIGTERM), timeout_s=20) == {"crash": "SIGTERM"}
    assert forked.call(lambda: time.sleep(60), timeout_s=0.5) == {"timeout": 0.5}


def test_a_slow_child_is_no_hang_and_an_endless_one_is() -> None:
    """One that computes gets twice the time as processor time, however long a busy machine makes it wait."""

    def busy() -> int:
        end = time.process_time() + 0.6
        while time.process_time() < end:
            pass
        return 1

    def stutter() -> int:
        for _ in range(8):
            time.sleep(0.2)
            end = time.process_time() + 0.08
            while time.process_time() < end:
                pass
        return 2

    assert forked.call(busy, timeout_s=0.5) == {"value": 1}
    assert forked.call(stutter, timeout_s=0.5) == {"value": 2}

    def endless() -> None:
        while True:
            pass

    begin = time.process_time()
    assert forked.call(endless, timeout_s=0.3) == {"timeout": 0.3}
    assert time.process_time() - begin < 1.0


def test_a_large_answer_passes_the_pipe() -> None:
    assert len(forked.call(lambda: "x" * 1_000_000, timeout_s=20)["value"]) == 1_000_000


def test_examples_run_statement_by_statement_and_get_a_class() -> None:
    def runs() -> None:
        """>>> a = 1
        >>> for i in range(2):
        ...     a += i
        """

    def undefined() -> None:
        """>>> nowhere(1)"""

    def raising() -> None:
        """>>> 1 / 0"""

    def foreign() -> None:
        """>>> import no_such_package_at_all"""

    def skipped() -> None:
        """>>> 1  # doctest: +SKIP"""

    things = [runs, undefined, raising, foreign, skipped]
    found = {one["name"]: one for one in examples.collect([(thing.__name__, thing) for thing in things], {})}
    assert {name: one["state"] for name, one in found.items()} == {
        "runs": "runs", "undefined": "undefined", "raising": "api_error",
        "foreign": "third_party", "skipped": "runs",
    }  # fmt: skip
    assert found["skipped"]["skipped"]


def test_an_example_that_runs_only_sometimes_is_flaky_and_counts_for_nobody(tmp_path: Path) -> None:
    def once() -> None:
        """>>> MARK.mkdir()"""

    (found,) = examples.collect([("once", once)], {"MARK": tmp_path / "made by the first run"})
    assert found["state"] == "flaky"
    assert found["error"] == "runs, then api_error"
    steady = [
        {"name": name, "kind": "interactive", "skipped": False, "state": name}
        for name in ("runs", "undefined")
    ]
    judge = load_module(PROBES / "docstring_examples" / "probe.py").judge
    for figure in judge({}, {"one": [*steady, found]}):
        assert (figure["successes"], figure["trials"]) == (1, 2)

    def lucky() -> None:
        """>>> [1][random.randint(0, 1)]"""

    (found,) = examples.collect([("lucky", lucky)], {"random": random})
    assert found["state"] == "flaky"

    def leaves() -> None:
        """>>> open("/tmp/left by the tests of the examples", "x").close()
        >>> from urllib.request import urlopen
        >>> urlopen("file:///tmp/left by the tests of the examples".replace(" ", "%20")).close()
        """

    (found,) = examples.collect([("leaves", leaves)], {})
    assert found["state"] == "runs"
    assert not Path("/tmp/left by the tests of the examples").exists()


def test_one_missing_name_is_supplied_from_the_home_module() -> None:
    def function() -> None:
        """>>> PROBES.name"""

    function.__module__ = "benchmarks.workload"
    (found,) = examples.collect([("function", function)], {})
    assert (found["state"], found["error"]) == ("needs_one_name", "PROBES")


class Plain:
    """A synthetic backend that differentiates numerically; its transforms are right by construction."""

    wrong = False

    def constant(self, array: np.ndarray) -> np.ndarray:
        return array

    def numpy(self, value: Any) -> np.ndarray:
        return np.asarray(value)

    def scalar(self, f: Any, w: np.ndarray) -> Any:
        return lambda x: float(np.sum(np.sin(f(x)) * w))

    def grad(self, g: Any) -> Any:
        def gradient(x: np.ndarray) -> np.ndarray:
            found = np.zeros_like(x)
            for place in np.ndindex(x.shape):
                step = np.zeros_like(x)
                step[place] = 1e-4
                found[place] = (g(x + step) - g(x - step)) / 2e-4
            return -found if self.wrong else found

        return gradient

    def second(self, g: Any, v: np.ndarray) -> Any:
        return lambda x: (self.grad(g)(x + 1e-4 * v) - self.grad(g)(x - 1e-4 * v)) / 2e-4

    def jvp(self, g: Any, x: np.ndarray, v: np.ndarray) -> float:
        return float(np.sum(self.grad(g)(x) * v))

    def vmap(self, f: Any, rows: np.ndarray) -> tuple[np.ndarray, str]:
        return np.stack([f(row) for row in rows]), "loops"

    def hessian(self, g: Any) -> Any:
        raise NotImplementedError("synthetic")


class Wrong(Plain):
    wrong = True


def test_transforms_are_judged_against_numerical_references(tmp_path: Path) -> None:
    (tmp_path / "ops.toml").write_text('[a]\nsquare = ["x * x", "x * x"]\nbroken = ["nothing(x)", "x"]\n')
    found = transforms.collect({"folder": str(tmp_path)}, "pytorch", {}, Plain())
    states = found["square"]["cells"]
    assert states["grad"] == states["jvp"] == states["grad_of_grad"] == "ok"
    assert states["vmap"] == "loops"
    assert states["hessian"].startswith("raises NotImplementedError")
    assert "NameError" in found["broken"]["error"]
    wrong = transforms.collect({"folder": str(tmp_path)}, "pytorch", {}, Wrong())["square"]["cells"]
    assert wrong["grad"].startswith("wrong by")
    assert wrong["grad_of_grad"].startswith("its gradient wrong")
    assert transforms.same_operations({"one": found, "two": found}) == ["square"]


def test_snippets_compare_with_a_fresh_copy_and_see_silent_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "snippets" / "pytorch.py"
    file.parent.mkdir()
    good = "def good(x):\n    return x\n"
    count = "calls = 0\ndef count(x):\n    global calls\n    calls += 1\n    return x * calls\n"
    file.write_text(good + count)
    rules = {name: {"calls": [[[1.0, 2.0]], [[1.0, 2.0]]]} for name in ("good", "count")}

    def frozen(function: Any) -> Any:
        """A synthetic compiler that keeps its first answer, as one that freezes Python state does."""
        answers: list[Any] = []

        def call(x: Any) -> Any:
            answers.append(function(x) if not answers else answers[0])
            return answers[0]

        return call

    def refusing(function: Any) -> Any:
        def call(x: Any) -> Any:
            raise TypeError("synthetic refusal")

        return call

    def compiler(wrap: Any, graphs: int = 1) -> snippets.Compiler:
        return snippets.Compiler(wrap, lambda function: graphs, np.asarray, np.asarray)

    compilers = {
        "": compiler(frozen), "refusing": compiler(refusing), "idle": compiler(lambda same: same, graphs=0),
    }  # fmt: skip
    spec = {"folder": str(tmp_path), "framework": "pytorch", "config": {"snippets": rules}}
    found = snippets.collect(spec, compilers)
    assert {name: one["state"] for name, one in found[""].items()} == {"good": "correct", "count": "wrong"}
    assert found["refusing"]["good"]["state"] == "refused"
    assert found["idle"]["good"]["state"] == "not_compiled"


def test_every_category_of_snippets_weighs_the_same() -> None:
    judge = load_module(PROBES / "compiles_as_is" / "probe.py").judge
    rules = {"snippets": {"a": {"category": "one"}, "b": {"category": "one"}, "c": {"category": "two"}}}
    states = {"a": {"state": "correct"}, "b": {"state": "wrong"}, "c": {"state": "correct"}}
    figures = {figure["variant"]: figure for figure in judge(rules, {"x": {"": states}})}
    assert figures[""]["value"] == pytest.approx(0.75)
    assert figures["wrong_counts_minus_one"]["value"] == pytest.approx(0.5)
    assert (figures[""]["successes"], figures[""]["trials"]) == (2, 3)
