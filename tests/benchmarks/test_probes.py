"""Probes count by fixed rules, twice alike; every paired program gives the same outputs on both sides."""

from __future__ import annotations

import ast
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks import documented, machine, programs
from benchmarks.installed import footprint
from benchmarks.metrics import METRICS
from benchmarks.plan import declared_frameworks, usual_frameworks
from benchmarks.process import Launch, run
from benchmarks.workload import PROBES, load_module, read_toml

COLLECTED = ("program_size", "documentation")
Facts = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Facts]:
    """The facts of each probe by framework, collected in one process per framework."""
    root = tmp_path_factory.mktemp("probes")
    with ThreadPoolExecutor() as pool:
        jobs = {name: pool.submit(collect, name, root) for name in usual_frameworks()}
        found = {name: job.result() for name, job in jobs.items()}
    return {probe: {name: found[name][probe] for name in found} for probe in COLLECTED}


def collect(framework: str, root: Path) -> Facts:
    declared = declared_frameworks()[framework]
    common = {
        "framework": framework, "module": declared["module"], "device": "cpu", "seed": 0,
        "threads": machine.physical_cores(), "cpus": machine.usable_cpus(),
    }  # fmt: skip
    specs = [
        common
        | {"task": "probe", "folder": str(PROBES / name), "config": read_toml(PROBES / name / "probe.toml")}
        for name in COLLECTED
    ]
    ended = run(common | {"task": "several", "specs": specs}, Launch(Path(sys.executable), 300.0, root))
    assert ended.status == "ok", ended.reason
    return {name: one["facts"] for name, one in zip(COLLECTED, ended.result["results"], strict=True)}


def judged(name: str, facts: dict[str, Facts]) -> list[dict[str, Any]]:
    config = read_toml(PROBES / name / "probe.toml")
    return list(load_module(PROBES / name / "probe.py").judge(config, facts[name]))


def test_every_program_runs_and_agrees_with_its_counterparts(facts: dict[str, Facts]) -> None:
    config = read_toml(PROBES / "program_size" / "probe.toml")
    assert programs.disagreements(config["programs"], facts["program_size"]) == {}
    assert len(config["programs"]) >= 12


@pytest.mark.parametrize("name", COLLECTED)
def test_figures_are_the_same_when_judged_twice_and_carry_declared_metrics(
    name: str, facts: dict[str, Facts]
) -> None:
    first = judged(name, facts)
    assert first == judged(name, facts)
    declared = set(read_toml(PROBES / name / "probe.toml")["metrics"])
    assert {figure["metric"] for figure in first} == declared <= METRICS.keys()
    keys = [(figure["framework"], figure["metric"], figure["variant"]) for figure in first]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", COLLECTED)
def test_every_declared_figure_exists_for_both_and_lists_its_items(
    name: str, facts: dict[str, Facts]
) -> None:
    found = {(f["framework"], f["metric"]): f for f in judged(name, facts) if f["variant"] == ""}
    for framework in usual_frameworks():
        for metric in read_toml(PROBES / name / "probe.toml")["metrics"]:
            assert found[framework, metric]["items"]
            assert found[framework, metric]["value"] > 0


def test_twelve_topics_or_more_are_compared(facts: dict[str, Facts]) -> None:
    figure = next(
        f for f in judged("documentation", facts) if f["metric"] == "probe.docstrings" and f["variant"] == ""
    )
    assert len(figure["items"]) >= 12


def test_a_cell_that_fails_or_disagrees_counts_for_nobody() -> None:
    rules = {"p": {"tolerance": 1e-4}, "q": {"tolerance": 1e-4}}
    facts = {
        "one": {"p/a": {"outputs": [1.0]}, "q/a": {"outputs": [1.0]}},
        "two": {"p/a": {"outputs": [2.0]}, "q/a": {"error": "ValueError: x"}},
    }
    refused = programs.disagreements(rules, facts)
    assert "differ" in refused["p", "a"]
    assert "failed" in refused["q", "a"]


def test_tokens_ignore_layout_comments_and_docstrings() -> None:
    plain = ast.parse("def f(x):\n    return g(x, k=1)\n")
    decorated = ast.parse('def f( x ):  # why\n    """Doc."""\n\n    return g(\n        x, k = 1,\n    )\n')
    assert programs.count_tokens(plain) == programs.count_tokens(decorated)


def test_names_are_those_of_others_only() -> None:
    head = "import lib as l\nfrom lib.sub import thing\n"
    text = head + "def own(a):\n    a.mine = l.x.y(a, key=1)\n    thing(a.mine).out\n"
    assert programs.names(ast.parse(text)) == {"lib.x.y", "lib.sub.thing", "key=", ".out"}


@pytest.mark.parametrize(
    "line",
    [
        "x: v",
        "x (int): v",
        "x (int, optional) – v",
        "x, y: both",
        "* **x** – v",
        ":param int x: v",
        "x : int",
    ],
)
def test_every_docstring_style_documents_a_parameter(line: str) -> None:
    def function(x: int) -> None: ...

    function.__doc__ = f"Do it.\n\nArgs:\n    {line}\n"
    entry = next(documented.describe("function", function, stubs={}))
    assert (entry["parameters"], entry["documented"], entry["typed"]) == (1, 1, 1)


def test_a_sentence_does_not_document_a_parameter() -> None:
    def function(x): ...

    function.__doc__ = "The x is used here: see below."
    entry = next(documented.describe("function", function, stubs={}))
    assert (entry["documented"], entry["typed"]) == (0, 0)


def test_inherited_docstrings_and_methods_are_not_the_class_own() -> None:
    class Base:
        """Base."""

        def run(self, a: int) -> None:
            """Run."""

    class Child(Base):
        def run(self, a: int) -> None: ...

        def new(self, b): ...

    entries = {entry["name"]: entry for entry in documented.describe("Child", Child, stubs={})}
    assert set(entries) == {"Child", "Child.new"}
    assert not entries["Child"]["docstring"]


def test_the_footprint_follows_requirements_and_counts_bytes() -> None:
    found = footprint({"distributions": ["pytest"]})
    assert {"pytest", "pluggy", "iniconfig"} <= {item["name"] for item in found}
    assert all(item["bytes"] > 0 for item in found)
    assert footprint({"distributions": ["no-such-distribution"]}) == []
