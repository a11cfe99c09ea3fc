"""Take models out of a framework by its documented routes and compare what the target's runtime answers."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import forked
from benchmarks.arrays import Array
from benchmarks.outcome import scrub
from benchmarks.workload import load_module

CLOSE = 1e-4
OK, WRONG, FAILS_CONVERT, FAILS_RUN = "ok", "wrong", "fails_convert", "fails_run"
NOT_INSTALLED, NO_ROUTE = "not_installed", "no_route"
_TIMEOUT_S = 180.0
_SHOWN = 200
_Job = tuple[Callable[[], Any], Callable[[Any, Array], Array], Array]


@dataclass(frozen=True)
class Route:
    """A way to a target: `needs` are the modules it imports; `convert` writes into the working folder.

    `convert(model, example)` returns what `run(converted, example)` needs to answer with an array.
    """

    needs: tuple[str, ...]
    convert: Callable[[Any, Array], Any]
    run: Callable[[Any, Array], Array]


def collect(
    spec: Mapping[str, Any],
    routes: Mapping[str, Route],
    answer: Callable[[Any, Array], Array],
    image: tuple[int, ...],
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return by target and model the state, the largest absolute difference and what was said.

    `answer` gives the framework's own outputs, `image` is the shape of an image in its layout.
    """
    module = load_module(Path(spec["folder"]) / "models" / f"{spec['framework']}.py")
    jobs = {
        name: (getattr(module, name), answer, draw(model["field"], image))
        for name, model in spec["config"]["models"].items()
    }
    return {target: _cells(routes.get(target), jobs) for target in spec["config"]["targets"]}


def _cells(route: Route | None, jobs: Mapping[str, _Job]) -> dict[str, dict[str, Any]]:
    if route is None:
        return {name: {"state": NO_ROUTE, "said": "no route in the packages of the index"} for name in jobs}
    if missing := [name for name in route.needs if not _is_there(name)]:
        return {name: {"state": NOT_INSTALLED, "said": f"needs {', '.join(missing)}"} for name in jobs}
    ended = forked.call(partial(_all, route, jobs), timeout_s=_TIMEOUT_S * (1 + len(jobs)))
    return ended.get("value") or {name: _lost(ended) for name in jobs}


def _all(route: Route, jobs: Mapping[str, _Job]) -> dict[str, dict[str, Any]]:
    """Import what the route needs once, then take every model along it in a child of its own."""
    for name in route.needs:
        importlib.import_module(name)
    found = {}
    for name, job in jobs.items():
        ended = forked.call(partial(_one, route, *job), timeout_s=_TIMEOUT_S)
        found[name] = ended.get("value") or _lost(ended)
    return found


def _lost(ended: Mapping[str, Any]) -> dict[str, Any]:
    return {"state": FAILS_CONVERT, "said": scrub(str(ended))[:_SHOWN]}


def draw(field: str, image: tuple[int, ...]) -> Array:
    """Return two images of the given shape, or two texts of twelve ids below 100."""
    rng = np.random.default_rng(13)
    if field == "vision":
        return rng.standard_normal((2, *image)).astype(np.float32)
    return rng.integers(0, 100, (2, 12), dtype=np.int32)


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module.partition(".")[0]) is not None


def _one(
    route: Route, build: Callable[[], Any], answer: Callable[[Any, Array], Array], example: Array
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        warnings.simplefilter("ignore")
        state = FAILS_CONVERT
        try:
            model = build()
            expected = answer(model, example)
            converted = route.convert(model, example)
            state = FAILS_RUN
            found = np.asarray(route.run(converted, example))
        except Exception as error:  # noqa: BLE001 - a route may fail in any way; that is its result
            return {"state": state, "said": scrub(f"{type(error).__name__}: {error}")[:_SHOWN]}
        finally:
            os.chdir("/")
    if found.shape != expected.shape or not np.isfinite(found).all():
        return {"state": WRONG, "said": f"shape {found.shape} for {expected.shape}, or not finite"}
    difference = float(np.abs(found - expected).max())
    return {"state": OK if difference <= CLOSE else WRONG, "said": "", "difference": difference}
