"""Run the tasks of a checklist, each in a child process, and compare what they return with what is due."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import forked
from benchmarks.outcome import scrub
from benchmarks.workload import load_module

WORKS, NOT_OFFERED, FAILS = "works", "not_offered", "fails"
_TIMEOUT_S = 60.0
_SHOWN = 160


class NotOffered(Exception):
    """The core of the framework has no documented way to do this; the message says what it has instead."""


def collect(spec: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the state of every task, and why it does not work where it does not."""
    module = load_module(Path(spec["folder"]) / "items" / f"{spec['framework']}.py")
    found = {}
    for name, item in spec["config"]["items"].items():
        ended = forked.call(partial(_one, getattr(module, name), item["expected"]), timeout_s=_TIMEOUT_S)
        found[name] = ended.get("value") or {"state": FAILS, "said": scrub(str(ended))[:_SHOWN]}
    return found


def _one(task: Callable[[], Any], expected: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        warnings.simplefilter("ignore")
        try:
            found = plain(task())
        except NotOffered as reason:
            return {"state": NOT_OFFERED, "said": str(reason)}
        except Exception as error:  # noqa: BLE001 - a task may fail in any way; that is its result
            return {"state": FAILS, "said": scrub(f"{type(error).__name__}: {error}")[:_SHOWN]}
        finally:
            os.chdir("/")
    if not same(found, expected):
        return {"state": FAILS, "said": scrub(f"found {found}, expected {expected}")[:_SHOWN]}
    return {"state": WORKS, "said": ""}


def plain(value: Any) -> Any:
    """Return numbers, lists, texts and dictionaries of what a task found."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if isinstance(value, str | bool) else np.asarray(value).tolist()


def same(found: Any, expected: Any) -> bool:
    """Whether both have the same structure, texts and truths, and numbers within 1e-5."""
    if isinstance(expected, Mapping):
        return (
            isinstance(found, Mapping)
            and found.keys() == expected.keys()
            and all(same(found[key], expected[key]) for key in expected)
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, str | bool) or isinstance(found, str | bool | Mapping | list):
        return type(found) is type(expected) and bool(found == expected)
    return bool(abs(found - expected) <= 1e-5 * max(1.0, abs(expected)))
