"""Time operations with hand-written gradients against the built-in ones, and check that both agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks import paired
from benchmarks.arrays import Array, relative_error
from benchmarks.workload import load_module

SIZES = ("small", "large")


class Backend(Protocol):
    """How one framework runs an operation: `modes` names its ways, the headline one first and called ""."""

    modes: Sequence[str]

    def step(
        self, operation: Callable[..., Any], arrays: Sequence[Array], upstream: Array, mode: str
    ) -> Callable[[], Sequence[Any]]:
        """Return a call that runs forward and backward and returns the output and the gradients."""

    def numpy(self, tensor: Any) -> Array:
        """Return a tensor's numbers."""


def collect(spec: Mapping[str, Any], backend: Backend, tables: Any = None) -> list[dict[str, Any]]:
    """Return for every operation, size and mode the ratio of times and the worst relative difference.

    `tables` has the operations by name, `CUSTOM` and `BUILT_IN`; without it they are those of the probe's
    file `ops/<framework>.py`.
    """
    tables = tables or load_module(Path(spec["folder"]) / "ops" / f"{spec['framework']}.py")
    config = spec["config"]
    return [
        {"op": name, "size": size, "mode": mode}
        | _one(tables, name, _arrays(config, name, size), backend, mode)
        for name in config["ops"]
        for size in SIZES
        for mode in backend.modes
    ]


def _arrays(config: Mapping[str, Any], name: str, size: str) -> list[Array]:
    rng = np.random.default_rng(5)
    shapes = config["ops"][name].get(size) or config["shapes"][size]
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def _one(tables: Any, name: str, arrays: Sequence[Array], backend: Backend, mode: str) -> dict[str, Any]:
    output = backend.step(tables.BUILT_IN[name], arrays, np.ones((), np.float32), mode)()[0]
    upstream = np.random.default_rng(6).standard_normal(tuple(output.shape)).astype(np.float32)
    custom, built_in = (
        backend.step(table[name], arrays, upstream, mode) for table in (tables.CUSTOM, tables.BUILT_IN)
    )
    error = max(
        relative_error(backend.numpy(one), backend.numpy(other))
        for one, other in zip(custom(), built_in(), strict=True)
    )
    return {"error": error if np.isfinite(error) else None, **paired.ratio(custom, built_in)}
