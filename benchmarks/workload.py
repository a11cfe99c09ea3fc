"""A workload: a folder with `workload.toml` and one file per framework."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import operator
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import precision
from benchmarks.outcome import NotRun
from evidence.errors import MeasurementError

ROOT = Path(__file__).parent
WORKLOADS = ROOT / "workloads"
PROBES = ROOT / "probes"
_SHARED = ("arrays.py", "precision.py", "timing.py", "worker.py")
_KEYS = {
    "title", "category", "why", "tasks", "flops_per_sample", "parameters", "batch_size", "inputs", "target",
    "tolerance", "loss", "metric", "seconds", "equivalence_batch", "config", "bytes_per_call",
    "train_passes", "modes", "precision", "program", "equivalence_tokens",
}  # fmt: skip
_NEEDED = ("title", "category", "why", "tasks", "batch_size", "inputs", "tolerance")
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Workload:
    """What is computed, on which input, and how closely two frameworks must agree.

    `flops` are floating-point operations of one forward pass of one sample (1 multiply-add = 2);
    `train_passes` is what a training step costs in forward passes;
    `parameters` counts trainable numbers in the canonical layout; `batch_size` and `precision` are by device.
    `modes` maps a framework and a protocol to what runs here, where that is not the framework's own mode.
    `programs` is the folder of the programs: another workload's, where this one is the same at another size.
    `equivalence_tokens` shortens texts for the proof, which needs the whole model but not the whole length.
    """

    id: str
    folder: Path
    programs: Path
    title: str
    category: str
    tasks: tuple[str, ...]
    flops: float | None
    parameters: int
    batch_size: Mapping[str, int]
    precision: Mapping[str, str]
    inputs: tuple[Mapping[str, Any], ...]
    target: Mapping[str, Any] | None
    tolerance: Mapping[str, float]
    config: Mapping[str, Any]
    metric: str
    equivalence_batch: int
    equivalence_tokens: int | None
    bytes_per_call: float | None
    train_passes: float
    modes: Mapping[str, Mapping[str, str]]

    def file(self, framework: str) -> Path:
        """Return where the framework's program stands; a missing file means: not measured."""
        return self.programs / f"{framework}.py"

    def program(self, framework: str) -> ModuleType:
        """Import the framework's program. Raises NotRun when there is none."""
        return load_module(self.file(framework))


def load_workload(folder: Path, *, tokens: int | None = None) -> Workload:
    """Read a workload folder; `tokens` gives texts another length than the declared one.

    Raises MeasurementError that names file, key and mend.
    """
    file = folder / "workload.toml"
    data = read_toml(file)
    if unknown := data.keys() - _KEYS:
        raise MeasurementError(f"{file}: unknown key {min(unknown)!r}. Known: {', '.join(sorted(_KEYS))}")
    for key in _NEEDED:
        if key not in data:
            raise MeasurementError(f"{file}: key {key!r} is missing")
    if tokens is not None:
        _lengthen(data, tokens, where=str(file))
    classes = dict.fromkeys(("cpu", "gpu"), precision.FLOAT32) | data.get("precision", {})
    if odd := set(classes.values()) - precision.ROOF.keys():
        raise MeasurementError(f"{file}: precision {min(odd)!r} is none of {', '.join(precision.ROOF)}")
    formula = data.get("flops_per_sample")
    size = data.get("bytes_per_call")
    return Workload(
        id=folder.name,
        folder=folder,
        programs=_programs(folder, data),
        title=data["title"],
        category=data["category"],
        tasks=tuple(data["tasks"]),
        flops=None if formula is None else arithmetic(formula, where=f"{file}: flops_per_sample"),
        parameters=data.get("parameters", 0),
        batch_size=data["batch_size"],
        precision=classes,
        inputs=tuple(data["inputs"]),
        target=data.get("target"),
        tolerance=data["tolerance"],
        config=data.get("config", {}),
        metric=data.get("metric", ""),
        equivalence_batch=data.get("equivalence_batch", 4),
        equivalence_tokens=data.get("equivalence_tokens"),
        train_passes=data.get("train_passes", 3.0),
        modes=data.get("modes", {}),
        bytes_per_call=None if size is None else arithmetic(size, where=f"{file}: bytes_per_call"),
    )


def _lengthen(data: dict[str, Any], tokens: int, *, where: str) -> None:
    """Give every text of a workload another length; the FLOP formula holds for the declared one only."""
    texts = [
        one
        for one in (*data["inputs"], data.get("target", {}))
        if one.get("kind") == "ids" and "shape" in one
    ]
    if not texts:
        raise MeasurementError(f"{where}: there is no text whose length could be {tokens} tokens")
    for one in texts:
        one["shape"] = [tokens, *one["shape"][1:]]
    data["config"] = data.get("config", {}) | {"tokens": tokens}
    data.pop("flops_per_sample", None)


def code_hash(
    folder: Path, *, frameworks: Collection[str] | None = None, framework_files: bool = True
) -> str:
    """Return the sha256 of everything that decides what the folder computes.

    That is every file of the folder; for a probe those of the probes that it borrows from; for a workload the
    code that runs it, because a proof of equivalence made with other code proves nothing about this one.
    `frameworks` are those of a run: what belongs to another decides nothing there, so that a new framework
    leaves the hash of the others as it is.
    """
    files = _files(folder)
    if framework_files:
        if (programs := _programs(folder, read_toml(folder / "workload.toml"))) != folder:
            files += _files(programs)
        files += sorted((ROOT / "frameworks").glob("*.py")) + sorted((WORKLOADS / "_blocks").glob("*.py"))
        files += [ROOT / name for name in _SHARED]
    else:
        borrowed = read_toml(folder / "probe.toml").get("borrows", ())
        files += [file for name in borrowed for file in _files(folder.parent / name)]
    known = {file.stem for file in (ROOT / "frameworks").glob("*.py")} - {"__init__"}
    foreign = known.difference(known if frameworks is None else frameworks)
    digest = hashlib.sha256()
    for file in (file for file in files if file.stem not in foreign):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    wanted = {".py", ".toml", ".txt", ".cc"}
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix in wanted)


def _programs(folder: Path, data: Mapping[str, Any]) -> Path:
    """Return where the programs of a workload stand: its own folder, or that of the workload it names."""
    return folder.parent / data["program"] if "program" in data else folder


def load_module(file: Path) -> ModuleType:
    """Import one file under a name of its own, so that `tensorflow.py` never hides the framework.

    Raises NotRun when there is no such file.
    """
    if not file.is_file():
        raise NotRun(f"{file.parent.name}: no file {file.name}; this framework is not measured there")
    name = f"measured_{file.parent.name}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise MeasurementError(f"{file.parent.name}: {file.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_toml(file: Path) -> dict[str, Any]:
    """Return the contents of a TOML file. Raises MeasurementError with file and cause."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MeasurementError(f"{file}: {error}") from error


def arithmetic(formula: str | float, *, where: str) -> float:
    """Return the value of numbers with + - * / ** and brackets. Raises MeasurementError for anything else."""
    if isinstance(formula, int | float):
        return float(formula)
    try:
        return _value(ast.parse(formula, mode="eval").body)
    except (SyntaxError, KeyError, TypeError, ZeroDivisionError) as error:
        raise MeasurementError(f"{where}: {formula!r} is not arithmetic of numbers ({error})") from error


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise TypeError(f"{ast.unparse(node)} is neither a number nor an operation")
