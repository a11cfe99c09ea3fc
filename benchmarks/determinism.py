"""Train small set-ups in fresh processes, with and without the documented switch, and compare the bits."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks import forked
from benchmarks.arrays import Array
from benchmarks.outcome import scrub
from benchmarks.workload import load_module

RUNS = 3
STEPS = 5
THREADS = 2
_TIMEOUT_S = 60.0
_SHOWN = 160
IDENTICAL, DIFFERS, REFUSED, FAILS = "identical", "differs", "refused", "fails"


class Backend(Protocol):
    """How one framework trains: threads and switch of the process, and a step on a set-up's loss."""

    def prepare(self, threads: int, *, switch: bool) -> None:
        """Set threads, seed and, if asked for, the documented switch."""

    def trainer(self, loss: Callable[..., Any], data: Mapping[str, Array]) -> tuple[Callable[[], None], Any]:
        """Return a step of plain gradient descent, and the function that gives the parameters."""

    def refuses(self, error: Exception) -> bool:
        """Whether the error says that there is no deterministic way."""


def collect(spec: Mapping[str, Any], backend: Backend) -> dict[str, dict[str, Any]]:
    """Return, by set-up, the state with and without the switch, and the seconds of a step in both."""
    module = load_module(Path(spec["folder"]) / "setups" / f"{spec['framework']}.py")
    found: dict[str, dict[str, Any]] = {}
    for name, rule in spec["config"]["setups"].items():
        runs: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for number in range(2 * RUNS):  # in turn, so that what drifts drifts for both
            switch = number % 2 == 0
            one = partial(_one, backend, getattr(module, name), rule, switch)
            runs[switch].append(forked.call(one, timeout_s=_TIMEOUT_S))
        found[name] = {"with": summary(runs[True]), "without": summary(runs[False])}
    return found


def summary(ended: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the state of the runs of a set-up, and the median seconds of a step in the quickest of them.

    Two threads on a busy machine wait for each other: the quickest run is the least disturbed one, and its
    spread is how far the second quickest lies above it.
    """
    values = [one.get("value", {"state": FAILS, "said": scrub(str(one))[:_SHOWN]}) for one in ended]
    failed: dict[str, Any] | None = next((value for value in values if "state" in value), None)
    if failed:
        return failed
    same = len({value["digest"] for value in values}) == 1
    quickest, second = sorted(value["seconds"] for value in values)[:2]
    found = {"state": IDENTICAL if same else DIFFERS, "said": ""}
    return found | {"seconds": quickest, "spread": second / quickest}


def draw(rule: Mapping[str, Any]) -> dict[str, Array]:
    """Return the arrays of a set-up, the same in every process."""
    rng = np.random.default_rng(9)
    found: dict[str, Array] = {"weight": 0.1 * rng.standard_normal(rule["weight"]).astype(np.float32)}
    if "x" in rule:
        found["x"] = rng.standard_normal(rule["x"]).astype(np.float32)
    if "ids" in rule:
        found["ids"] = rng.integers(0, rule["high"], rule["ids"], dtype=np.int64)
    return found


def _one(backend: Backend, loss: Callable[..., Any], rule: Mapping[str, Any], switch: bool) -> dict[str, Any]:
    backend.prepare(THREADS, switch=switch)
    try:
        step, parameters = backend.trainer(loss, draw(rule))
        step()  # traces and allocates; not in the time
        times = [_timed(step) for _ in range(STEPS)]
        final = np.asarray(parameters())
    except Exception as error:  # noqa: BLE001 - a set-up may fail in any way; that is its result
        state = REFUSED if backend.refuses(error) else FAILS
        return {"state": state, "said": scrub(f"{type(error).__name__}: {error}")[:_SHOWN]}
    if not np.isfinite(final).all():
        return {"state": FAILS, "said": "the parameters are not finite"}
    return {"digest": hashlib.sha256(final.tobytes()).hexdigest(), "seconds": statistics.median(times)}


def _timed(step: Callable[[], None]) -> float:
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin
