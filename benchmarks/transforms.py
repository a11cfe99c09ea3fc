"""Check transforms of an operation against numerical references, in whatever framework.

The framework hands over how it differentiates and vectorises; what is right is decided here, from its own
forward values in float64, so that neither side is the reference of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arrays import Array, relative_error
from benchmarks.workload import read_toml

TRANSFORMS = ("grad", "grad_of_grad", "vmap", "jvp", "hessian")
_STEP = 1e-5
_CLOSE = 1e-4
"""Central differences of float64 at this step are good to about 1e-9 relative for grad, 1e-6 for what
follows; a wrong formula is off by more than 1e-2."""


def collect(spec: Mapping[str, Any], side: str, modules: Mapping[str, Any], backend: Any) -> dict[str, Any]:
    """Return, for every operation of `ops.toml`, its forward values and the state of each transform."""
    column = {"pytorch": 0, "tensorflow": 1}[side]
    found = {}
    for category, ops in read_toml(Path(spec["folder"]) / "ops.toml").items():
        for name, entry in ops.items():
            domain = str(entry[2]) if len(entry) > 2 else "normal"
            shape = tuple(entry[3]) if len(entry) > 3 else (3, 4)
            found[name] = {"category": category} | _one(entry[column], modules, backend, (domain, shape))
    return found


def same_operations(facts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the operations whose forward values agree between all frameworks."""
    first = next(iter(facts.values()))
    return [
        name
        for name in first
        if all(
            "values" in found[name]
            and relative_error(np.asarray(found[name]["values"]), np.asarray(first[name].get("values", [])))
            < 1e-6
            for found in facts.values()
        )
    ]


def _one(
    text: str, modules: Mapping[str, Any], backend: Any, asked: tuple[str, tuple[int, ...]]
) -> dict[str, Any]:
    domain, shape = asked
    rng = np.random.default_rng(3)
    names = {
        "t": backend.constant(rng.standard_normal(shape)),
        "i": backend.constant(np.array([2, 0, 3, 1])),
    }
    raw = rng.standard_normal(shape)
    rows = np.stack([_in_domain(raw * scale, domain) for scale in (1.0, 0.9, 0.8)])
    code = compile(text, "ops.toml", "eval")

    def operation(value: Any) -> Any:
        return eval(code, {**modules, **names, "x": value})  # noqa: S307 - an expression of our own list

    try:
        values = backend.numpy(operation(backend.constant(rows[0])))
    except Exception as error:  # noqa: BLE001 - an operation may fail in any way; that is its result
        return {"error": _short(error), "cells": {}}
    check = _Check(backend, operation, rows, rng.standard_normal(values.shape))
    return {"values": values.ravel().tolist(), "cells": check.states()}


class _Check:
    """One operation with its outer function, and the numerical references of its transforms."""

    def __init__(self, backend: Any, operation: Callable[[Any], Any], rows: Array, w: Array) -> None:
        self.backend, self.operation, self.rows, self.x = backend, operation, rows, rows[0]
        self.v = np.random.default_rng(4).standard_normal(self.x.shape)
        self.g = backend.scalar(operation, backend.constant(w))

    def states(self) -> dict[str, str]:
        """Return the state of every transform; agreeing with a wrong gradient is not right."""
        found = {name: self.state(name) for name in TRANSFORMS}
        if found["grad"] != "ok":
            found |= dict.fromkeys(("grad_of_grad", "hessian"), f"its gradient {found['grad']}")
        return found

    def state(self, transform: str) -> str:
        """Return ok, loops, wrong, or the error that the transform raised."""
        try:
            return str(getattr(self, f"_{transform}")())
        except Exception as error:  # noqa: BLE001 - any failure is the finding
            return f"raises {_short(error)}"

    def _grad(self) -> str:
        return self._close(self._gradient(self.x), self._differences(self._value))

    def _grad_of_grad(self) -> str:
        direction = self.backend.constant(self.v)
        found = self.backend.numpy(self.backend.second(self.g, direction)(self.backend.constant(self.x)))
        return self._close(found, self._along_v())

    def _jvp(self) -> str:
        found = self.backend.jvp(self.g, self.backend.constant(self.x), self.backend.constant(self.v))
        return self._close(self.backend.numpy(found), np.sum(self._differences(self._value) * self.v))

    def _hessian(self) -> str:
        matrix = self.backend.numpy(self.backend.hessian(self.g)(self.backend.constant(self.x)))
        found = np.tensordot(matrix, self.v, self.x.ndim)
        return self._close(found, self._along_v())

    def _vmap(self) -> str:
        found, how = self.backend.vmap(self.operation, self.backend.constant(self.rows))
        loop = np.stack([self.backend.numpy(self.operation(self.backend.constant(row))) for row in self.rows])
        state = self._close(self.backend.numpy(found), loop)
        return "loops" if state == "ok" and how == "loops" else state

    def _value(self, x: Array) -> float:
        return float(self.backend.numpy(self.g(self.backend.constant(x))))

    def _gradient(self, x: Array) -> Array:
        gradient: Array = self.backend.numpy(self.backend.grad(self.g)(self.backend.constant(x)))
        return gradient

    def _differences(self, f: Callable[[Array], float]) -> Array:
        found: Array = np.zeros_like(self.x)
        for place in np.ndindex(self.x.shape):
            step = np.zeros_like(self.x)
            step[place] = _STEP
            found[place] = (f(self.x + step) - f(self.x - step)) / (2 * _STEP)
        return found

    def _along_v(self) -> Array:
        """Hessian . v by differences of the gradient along v."""
        step = _STEP * self.v
        return (self._gradient(self.x + step) - self._gradient(self.x - step)) / (2 * _STEP)

    def _close(self, found: Array, reference: Array) -> str:
        scale = max(1.0, float(np.linalg.norm(reference)))
        same_shape = np.shape(found) == np.shape(reference)
        error = float(np.linalg.norm(np.asarray(found) - reference)) / scale if same_shape else np.inf
        return "ok" if error < _CLOSE else f"wrong by {error:.1e}"


def _in_domain(x: Array, domain: str) -> Array:
    domains: Mapping[str, Callable[[Array], Array]] = {
        "normal": lambda a: a,
        "positive": lambda a: np.exp(a) + 0.1,
        "unit": lambda a: 0.9 * np.tanh(a),
        "above": lambda a: 1.1 + a * a,
        "spd": lambda a: a @ a.T + np.eye(len(a)),
    }
    found: Array = domains[domain](x)
    return found


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:120]
