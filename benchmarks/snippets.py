"""Run dynamic snippets eagerly and compiled, each in a child process, and compare what they return."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import forked
from benchmarks.outcome import scrub
from benchmarks.workload import load_module

_TIMEOUT_S = 60.0
_CLOSE = 1e-5
_SHOWN = 120
CORRECT, REFUSED, WRONG, NOT_COMPILED = "correct", "refused", "wrong", "not_compiled"


@dataclass(frozen=True)
class Compiler:
    """How one framework compiles: the wrapper, the graphs it made, and how a list becomes a tensor."""

    wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
    graphs: Callable[[Callable[..., Any]], int]
    tensor: Callable[[Any], Any]
    plain: Callable[[Any], Any]


def collect(spec: Mapping[str, Any], compilers: Mapping[str, Compiler]) -> dict[str, Any]:
    """Return, by protocol and snippet, its state, the graphs made and what was said when it was refused."""
    file = Path(spec["folder"]) / "snippets" / f"{spec['framework']}.py"
    found: dict[str, dict[str, Any]] = {protocol: {} for protocol in compilers}
    for name, rule in spec["config"]["snippets"].items():
        for protocol, compiler in compilers.items():
            ended = forked.call(partial(_one, file, name, rule["calls"], compiler), timeout_s=_TIMEOUT_S)
            found[protocol][name] = ended.get("value", {"state": REFUSED, "said": scrub(str(ended))[:_SHOWN]})
    return found


def _one(file: Path, name: str, calls: list[list[Any]], compiler: Compiler) -> dict[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        module = load_module(file)
        eager = [_call(getattr(module, name), arguments, compiler) for arguments in calls]
        compiled = compiler.wrap(getattr(load_module(file), name))
        try:
            found = [_call(compiled, arguments, compiler) for arguments in calls]
        except Exception as error:  # noqa: BLE001 - any refusal is the finding
            return {"state": REFUSED, "said": scrub(f"{type(error).__name__}: {error}")[:_SHOWN]}
    graphs = compiler.graphs(compiled)
    if not all(map(_same, eager, found)):
        return {"state": WRONG, "graphs": graphs, "said": scrub(f"eager {eager}, compiled {found}")[:_SHOWN]}
    return {"state": CORRECT if graphs else NOT_COMPILED, "graphs": graphs}


def _call(function: Callable[..., Any], arguments: list[Any], compiler: Compiler) -> Any:
    ready = [compiler.tensor(value) if isinstance(value, list) else value for value in arguments]
    return _plain(function(*ready), compiler)


def _plain(value: Any, compiler: Compiler) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part, compiler) for key, part in value.items()}
    return np.asarray(compiler.plain(value)).tolist()


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    first, second = np.asarray(one), np.asarray(other)
    return first.shape == second.shape and bool(np.allclose(first, second, rtol=_CLOSE, atol=_CLOSE))
