"""Run the examples of docstrings, one child process per docstring and kind of example (PROBES §2).

Interactive examples (`>>>`) and plain code blocks are two kinds: one side tests the first and puts what does
not run into the second, the other has few of the second.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
import io
import os
import random
import re
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks import documented, forked
from benchmarks.outcome import scrub

_TIMEOUT_S = 20.0
_DEVICE = re.compile(
    r"cuda|\bgpu\b|\btpu\b|nccl|\bxpu\b|\bmps\b|distributed|process group|accelerator", re.IGNORECASE
)
_NETWORK = re.compile(r"urlopen|URLError|HTTPError|ConnectionError|gaierror|Max retries", re.IGNORECASE)
_SHOWN = 120
_FENCE = re.compile(r"^ *```(?:python|py)?[ \t]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_LITERAL = re.compile(
    r"(?:Examples?\s*::|\.\. code(?:-block)?:: *python)[ \t]*\n(?:[ \t]*\n)*((?: +.*\n|[ \t]*\n)+)"
)
_TMP = re.compile(r"(?:(?<=file://)|(?<![\w/]))/tmp\b")
INTERACTIVE, BLOCK = "interactive", "block"


def collect(found: Iterable[tuple[str, Any]], prelude: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the state of every public docstring that has examples, by kind of example; each runs twice."""
    results = []
    for name, thing in documented.unique(found):
        text = getattr(thing, "__doc__", None)
        if not isinstance(text, str):
            continue
        skipped = "+SKIP" in text or "+REQUIRES" in text
        if ">>>" in text:
            state = _twice(thing, partial(_interactive, text), prelude)
            results.append({"name": name, "kind": INTERACTIVE, "skipped": skipped} | state)
        if code := blocks(text):
            state = _twice(thing, partial(_blocks, code), prelude)
            results.append({"name": name, "kind": BLOCK, "skipped": skipped} | state)
    return results


def blocks(text: str) -> list[str]:
    """Return the code blocks without prompts: fenced ones, and those that an `Example::` introduces."""
    clean = inspect.cleandoc(text) + "\n"
    fenced = [match.group(1) for match in _FENCE.finditer(clean)]
    literal = [match.group(1) for match in _LITERAL.finditer(clean) if match.group(1).strip()]
    return [inspect.cleandoc("\n" + code) for code in fenced + literal if ">>>" not in code]


def _twice(
    thing: Any, attempt: Callable[[Mapping[str, Any]], dict[str, Any]], prelude: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the state in which two runs with their own seeds agree; else flaky: a port, a clock, chance."""
    first, second = (_state_of(thing, partial(attempt, seed=seed), prelude) for seed in range(2))
    if first["state"] == second["state"]:
        return first
    return {"state": "flaky", "error": f"{first['state']}, then {second['state']}"}


def _state_of(
    thing: Any, attempt: Callable[[Mapping[str, Any]], dict[str, Any]], prelude: Mapping[str, Any]
) -> dict[str, Any]:
    """Attempt once, and once more with the one name that was missing, from the defining module."""
    ended = attempt(prelude)
    missing = re.search(r"NameError: name '(\w+)'", ended.get("error", ""))
    if missing and (supplied := _name_from_home(thing, missing.group(1))):
        ended = attempt({**prelude, **supplied})
        if ended["state"] == "runs":
            return {"state": "needs_one_name", "error": missing.group(1)}
    return ended


def _interactive(text: str, prelude: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    try:
        sources = [example.source for example in doctest.DocTestParser().get_examples(text)]
    except ValueError as error:
        return {"state": "not_python", "error": scrub(str(error))[:_SHOWN]}
    return _ended(partial(_run, sources, dict(prelude), "single", seed))


def _blocks(code: list[str], prelude: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    return _ended(partial(_run, code, dict(prelude), "exec", seed))


def _ended(run: Callable[[], str]) -> dict[str, Any]:
    ended = forked.call(run, timeout_s=_TIMEOUT_S)
    said = ended.get("value", " ".join(f"{key} {what}" for key, what in ended.items()))
    return {"state": _state(said), "error": scrub(said)[:_SHOWN]} if said else {"state": "runs"}


def _run(sources: list[str], names: dict[str, Any], mode: str, seed: int) -> str:
    """Execute the sources in turn in a scratch folder; return the error's text, or an empty text.

    Paths under /tmp lead to the scratch folder: what an earlier run left there must not fail a later one.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        random.seed(seed)
        np.random.seed(seed)
        warnings.simplefilter("ignore")
        try:
            for source in sources:
                moved = _TMP.sub(folder, source)
                exec(compile(moved, "<example>", mode), names)  # noqa: S102 - the frameworks' own examples
        except BaseException as error:  # noqa: BLE001 - an example may fail in any way, and may exit
            return f"{type(error).__name__}: {error}"
        finally:
            os.chdir("/")
    return ""


def _state(error: str) -> str:
    kind = error.split(":", 1)[0].split(" ", 1)[0]
    if kind == "ModuleNotFoundError" or (kind == "ImportError" and "install" in error):
        return "third_party"
    if _DEVICE.search(error):
        return "device"
    if _NETWORK.search(error):
        return "network"
    states = {"NameError": "undefined", "SyntaxError": "not_python", "IndentationError": "not_python"}
    return states.get(kind, kind if kind in {"timeout", "crash"} else "api_error")


def _name_from_home(thing: Any, name: str) -> dict[str, Any]:
    """Return the one missing name from the module that defines the object, if it is there."""
    home = getattr(thing, "__module__", None)
    if not home:
        return {}
    module = importlib.import_module(home)
    return {name: getattr(module, name)} if hasattr(module, name) else {}
