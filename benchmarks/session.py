"""What all cells of one run share: the machine, the frameworks found, the run's own measurements so far."""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine, noise, precision, process, workload
from benchmarks.metrics import METRICS
from benchmarks.outcome import scrub
from benchmarks.plan import Cell, Suite, declared_frameworks
from evidence.errors import InputError
from evidence.types import Measurement

_DESCRIBE_TIMEOUT_S = 60.0
_SECOND_LOOKS = 2
_PROGRAM = (
    *("framework", "phase", "folder", "mode", "precision"),
    *("batch_size", "tokens", "threads", "processes"),
)
"""What makes two workers compile the same."""


@dataclass(frozen=True)
class Installed:
    """A framework as found with the Python that it is measured with; `missing` says why it is not there."""

    id: str
    declared: Mapping[str, Any]
    python: Path
    versions: Mapping[str, str]
    missing: str = ""


@dataclass
class Session:
    """One run in progress. `measured` holds every line of the run, those of a resumed file included.

    `answers` holds what untimed cells were told in advance, by cell and framework; `retried_s` is the time
    spent on repeating noisy cells; `compiled` are the programs that the compilers' caches hold.
    """

    run: str
    suite: Suite
    frameworks: Mapping[str, Installed]
    device: str
    seed: int
    caches: Path
    plan: str
    machine: Mapping[str, object]
    threads: int
    cpus: Sequence[int]
    measured: list[Measurement] = field(default_factory=list)
    canaries: list[float] = field(default_factory=list)
    answers: dict[tuple[str, str], process.Ended] = field(default_factory=dict)
    retried_s: float = 0.0
    compiled: set[tuple[object, ...]] = field(default_factory=set)

    def spec(self, framework: str, **more: Any) -> dict[str, Any]:
        """Return what every worker is told, and more."""
        declared = self.frameworks[framework].declared
        common = {
            "framework": framework,
            "module": declared["module"],
            "distributions": declared["distributions"],
            "device": self.device,
            "precision": precision.FLOAT32,
            "threads": self.threads,
            "cpus": list(self.cpus),
            "seed": self.seed,
        }
        return common | more

    def start(self, spec: Mapping[str, Any], **launch: Any) -> process.Ended:
        """Run one worker for a framework; a framework that is not there is `not_run` without a process."""
        found = self.frameworks[spec["framework"]]
        if found.missing:
            return process.Ended("not_run", found.missing)
        return process.run(spec, self._launch(spec, launch))

    def start_in_turns(self, specs: Sequence[Mapping[str, Any]], seed: str) -> list[process.Ended]:
        """Run a worker for each spec side by side, never two at work; `seed` gives the order."""
        there = [spec for spec in specs if not self.frameworks[spec["framework"]].missing]
        order = random.Random(seed)  # noqa: S311 - the order of measurements is no secret
        ended = iter(process.run_in_turns([(spec, self._launch(spec, {})) for spec in there], order))
        missing = {name: one.missing for name, one in self.frameworks.items() if one.missing}
        lost = {name: process.Ended("not_run", why) for name, why in missing.items()}
        return [lost.get(spec["framework"]) or next(ended) for spec in specs]

    def _launch(self, spec: Mapping[str, Any], launch: Mapping[str, Any]) -> process.Launch:
        found = self.frameworks[spec["framework"]]
        declared = found.declared.get("environment", {})
        environment = {name: text.format(caches=self.caches) for name, text in declared.items()}
        self.compiled.add(_program(spec))
        told: dict[str, Any] = {"timeout_s": self.suite.timeout_s, "environment": environment, **launch}
        return process.Launch(python=found.python, caches=self.caches, **told)

    def has_compiled(self, spec: Mapping[str, Any]) -> bool:
        """Whether this session ran the same program before: its compiler then finds its caches filled."""
        return _program(spec) in self.compiled

    def code_hash(self, folder: Path) -> str:
        """Return the hash of a workload folder for the frameworks of this run."""
        return workload.code_hash(folder, frameworks=self.frameworks)

    def line(self, cell: Cell, framework: str, metric: str, **fields: Any) -> Measurement:
        """Return a result line of this run; the caller says what came out."""
        settings = {"suite": self.suite.id, "seed": self.seed, "plan": self.plan, "cell": cell.id}
        fields["settings"] = settings | dict(fields.get("settings", {}))
        fields.setdefault("subject", cell.subject)
        fields.setdefault("started_at", datetime.now(UTC))
        versions = dict(self.frameworks[framework].versions) | dict(fields.pop("versions", {}))
        return Measurement(
            run=self.run,
            metric=metric,
            framework=framework,
            unit=METRICS[metric].unit,
            device=self.device,
            machine=self.machine,
            versions=versions,
            **{"status": "ok", "reason": "", "round": cell.round} | fields,
        )

    def canary(self) -> float:
        """Take a canary and remember it; a slow one is taken again at once, twice at most.

        A slow machine stays slow for longer than a canary. A hiccup of the canary itself says nothing of the
        cell beside it, and used to cost every tenth one.
        """
        taken = noise.canary(self.threads)
        for _ in range(_SECOND_LOOKS):
            if not self.canaries or taken <= (1 + noise.CANARY_LIMIT) * self.usual_canary():
                break
            taken = min(taken, noise.canary(self.threads))
        self.canaries.append(taken)
        return taken

    def usual_canary(self) -> float:
        """Return the median canary of the run so far, in seconds."""
        return statistics.median(self.canaries)


def _program(spec: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(spec.get(key) for key in _PROGRAM)


def find(
    frameworks: Sequence[str], pythons: Mapping[str, Path], caches: Path, reasons: Mapping[str, str]
) -> dict[str, Installed]:
    """Look which frameworks are installed, without importing them. Raises InputError for an unknown name.

    `reasons` say what came of trying to install those that are not.
    """
    known = declared_frameworks()
    for name in (*frameworks, *pythons, *reasons):
        if name not in known:
            raise InputError(f"no framework {name!r} can be measured. Known: {', '.join(known)}")
    return {
        name: _find(name, Path(pythons.get(name, sys.executable)).absolute(), caches, reasons.get(name, ""))
        for name in frameworks
    }


def _find(name: str, python: Path, caches: Path, reason: str) -> Installed:
    declared = declared_frameworks()[name]
    if not python.is_file():
        raise InputError(f"{python}: no such Python (for {name}). Give the path of its interpreter")
    spec = {"task": "describe", "framework": name, "cpus": [], "threads": 1} | {
        key: declared[key] for key in ("module", "distributions")
    }
    ended = process.run(spec, process.Launch(python=python, timeout_s=_DESCRIBE_TIMEOUT_S, caches=caches))
    if ended.status != "ok":
        return Installed(
            name, declared, python, {}, missing=f"this Python cannot run the worker: {ended.reason}"
        )
    versions = dict(ended.result["versions"]) | {"python": ended.result["python"]}
    missing = ""
    if not ended.result["installed"]:
        where = f"the Python {versions['python']} used for {name}"
        missing = f"{declared['module']} is not installed in {where}"
        missing += f": {scrub(reason)}" if reason else ""
    return Installed(name, declared, python, versions, missing)


def plan_hash(
    suite: Suite, frameworks: Mapping[str, Installed], *, device: str, seed: int | None = None
) -> str:
    """Return what must be the same for a killed run to be resumed: suite, code, versions, machine."""
    described = repr(suite).replace(str(suite.folder), "").replace(str(suite.probe_folder), "")
    content = {
        "suite": described,
        "code": {
            name: workload.code_hash(suite.folder / name, frameworks=frameworks) for name in suite.workloads
        },
        "probes": {
            name: workload.code_hash(suite.probe_folder / name, framework_files=False)
            for name in suite.probes
        },
        "frameworks": {name: dict(found.versions) for name, found in frameworks.items()},
        "machine": machine.identity(machine.fingerprint()),
        "device": device,
        "seed": seed,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
