"""From a suite's name and a seed to the ordered list of cells; the same seed gives the same order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.workload import PROBES, ROOT, WORKLOADS, Workload, load_workload, read_toml
from evidence.errors import InputError, MeasurementError
from evidence.noise_floor import FEWEST_ROUNDS

AGAIN = "again"
AXES = ("threads", "batch", "tokens", "processes")
"""What a scaling curve goes along; each is a kind of cell."""
FRAMEWORKS_FILE = ROOT / "frameworks" / "frameworks.toml"


@dataclass(frozen=True)
class Cell:
    """The smallest thing that is measured, written and resumed as a whole.

    `kind` is one of check, probe, start, step, memory, ceiling, scale, floor, or the axis of a scaling
    curve; `framework` is empty where a cell asks all of them at once.
    """

    kind: str
    subject: str
    framework: str = ""
    task: str = ""
    protocol: str = ""
    round: int | None = None

    @property
    def id(self) -> str:
        """A name that is the same in every run of the same suite."""
        parts = (self.kind, self.subject, self.framework, self.task, self.protocol, self.round)
        return "/".join("" if part is None else str(part) for part in parts)


@dataclass(frozen=True)
class Suite:
    """A suite of `suites.toml` with the workloads it names.

    `frameworks` are those that it measures where no others are asked for (none: the usual ones);
    `protocols` and `starts` map a protocol to its number of rounds; `only` names the tasks
    (`workload/task`) of a protocol that not all of them run under; `repeated` are the workloads that run
    twice in every round, each framework against itself, for the noise floor; `curves` maps an axis to the
    workload, task and points of its scaling curve. `in_turns` makes one cell of all that one task of a
    workload measures in a round: its processes live side by side and take their samples in turns.
    """

    id: str
    workloads: Mapping[str, Sequence[str]]
    protocols: Mapping[str, int]
    starts: Mapping[str, int]
    only: Mapping[str, Sequence[str]]
    probes: Sequence[str]
    repeated: Sequence[str]
    scaled: Sequence[str]
    seconds: float
    min_samples: int
    retries: int
    retry_budget_s: float
    patience_s: float
    timeout_s: float
    ceilings: bool
    memory: bool
    shared_untimed: bool
    curves: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    in_turns: bool = False
    frameworks: Sequence[str] = ()
    folder: Path = WORKLOADS
    probe_folder: Path = PROBES

    def workload(self, name: str) -> Workload:
        """Read one workload of this suite."""
        return load_workload(self.folder / name)


def load_suite(name: str, file: Path = ROOT / "suites.toml") -> Suite:
    """Return a suite. Raises InputError for an unknown name, MeasurementError for a malformed file."""
    data = read_toml(file)
    if name not in data:
        raise InputError(f"no suite {name!r}. Known: {', '.join(data)}")
    table = {key: value for key, value in data[name].items() if key != "why"}
    try:
        return Suite(id=name, **table)
    except TypeError as error:
        raise MeasurementError(f"{file}: suite {name}: {error}") from error


@cache
def declared_frameworks() -> Mapping[str, Mapping[str, Any]]:
    """Return what `frameworks.toml` declares, by framework."""
    return read_toml(FRAMEWORKS_FILE)


def usual_frameworks() -> list[str]:
    """Return the frameworks that are measured where nobody asks for one by name."""
    return [name for name, declared in declared_frameworks().items() if not declared.get("on_request", False)]


def cells(suite: Suite, frameworks: Sequence[str], seed: int) -> list[Cell]:
    """Return every cell in the order of measurement.

    Untimed cells come first. In each round the workloads come in random order, and the frameworks and
    modes of one workload back to back, in random order too: what drifts, drifts for all of them.
    """
    order = random.Random(seed)  # noqa: S311 - the order of measurements is no secret
    # Probes before checks: a check switches its process to float64.
    plan = [Cell("probe", name) for name in suite.probes]
    plan += [Cell("check", name) for name in suite.workloads]
    if suite.ceilings:
        plan += [Cell("ceiling", "matmul", framework) for framework in frameworks]
    if suite.memory:
        plan += [cell for name in suite.workloads for cell in _memory(suite, frameworks, name)]
    for number in range(max([0, *suite.protocols.values(), *suite.starts.values()])):
        groups = list(_round(suite, frameworks, number))
        order.shuffle(groups)
        for group in groups:
            order.shuffle(group)
            plan += group
    if suite.repeated:
        plan += [Cell("floor", "noise_floor", framework) for framework in frameworks]
    return plan


def sides(suite: Suite, frameworks: Sequence[str], cell: Cell) -> list[Cell]:
    """Return the cells, one per framework and protocol, of which a cell measured in turns consists."""
    found = _steps(suite, frameworks, cell.subject, cell.round or 0)
    return [replace(one, round=cell.round) for one in found if one.task == cell.task]


def modes_of(framework: str, work: Workload) -> Mapping[str, str]:
    """Return what runs under each protocol: the framework's modes, or the workload's where it has its own."""
    return {**declared_frameworks()[framework]["modes"], **work.modes.get(framework, {})}


def mode_of(framework: str, work: Workload, protocol: str) -> str:
    """Return what runs under a protocol; `again` is the headline mode once more."""
    return modes_of(framework, work)["" if protocol == AGAIN else protocol]


def _round(suite: Suite, frameworks: Sequence[str], number: int) -> Iterator[list[Cell]]:
    for name, tasks in suite.workloads.items():
        found = list(_steps(suite, frameworks, name, number))
        for task in tasks:
            mine = [replace(cell, round=number) for cell in found if cell.task == task]
            yield [Cell("step", name, task=task, round=number)] if suite.in_turns and mine else mine
    if number < suite.protocols.get("", 0):
        for name in suite.scaled if number < FEWEST_ROUNDS else ():  # single figures: no verdict needs more
            yield [Cell("scale", name, framework, round=number) for framework in frameworks]
        for axis, one in suite.curves.items():
            yield [Cell(axis, one["workload"], each, one["task"], round=number) for each in frameworks]
    for variant, rounds in suite.starts.items():
        if number < rounds:
            yield [Cell("start", "first_result", one, protocol=variant, round=number) for one in frameworks]


def _memory(suite: Suite, frameworks: Sequence[str], name: str) -> list[Cell]:
    """Return the memory cells of a model's hungriest task; a single operation has none."""
    if suite.workload(name).metric:
        return []
    task = "train" if "train" in suite.workloads[name] else "infer"
    return [Cell("memory", name, framework, task) for framework in frameworks]


def _steps(suite: Suite, frameworks: Sequence[str], name: str, number: int) -> Iterator[Cell]:
    """Yield the cells of one workload in one round: every task, framework and protocol that is due."""
    due = {protocol for protocol, rounds in suite.protocols.items() if number < rounds}
    if name in suite.repeated and "" in due:
        due.add(AGAIN)
    for task in suite.workloads[name]:
        for framework in frameworks:
            known = {*modes_of(framework, suite.workload(name)), AGAIN}
            for protocol in sorted(due & known):
                if f"{name}/{task}" in suite.only.get(protocol, [f"{name}/{task}"]):
                    yield Cell("step", name, framework, task, protocol)
