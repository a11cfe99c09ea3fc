"""Run the interactive examples of docstrings, one child process per docstring (PROBES §2)."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import os
import re
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from benchmarks import documented, forked
from benchmarks.outcome import scrub

_TIMEOUT_S = 20.0
_DEVICE = re.compile(
    r"cuda|\bgpu\b|\btpu\b|nccl|\bxpu\b|\bmps\b|distributed|process group|accelerator", re.IGNORECASE
)
_NETWORK = re.compile(r"urlopen|URLError|HTTPError|ConnectionError|gaierror|Max retries", re.IGNORECASE)
_SHOWN = 120


def collect(found: Iterable[tuple[str, Any]], prelude: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the state of every public docstring that has interactive examples."""
    results = []
    for name, thing in documented.unique(found):
        text = getattr(thing, "__doc__", None)
        if not isinstance(text, str) or ">>>" not in text:
            continue
        ended = _attempt(text, prelude)
        missing = re.search(r"NameError: name '(\w+)'", ended.get("error", ""))
        if missing and (supplied := _name_from_home(thing, missing.group(1))):
            ended = _attempt(text, {**prelude, **supplied})
            if ended["state"] == "runs":
                ended = {"state": "needs_one_name", "error": missing.group(1)}
        results.append({"name": name, "skipped": "+SKIP" in text or "+REQUIRES" in text} | ended)
    return results


def _attempt(text: str, prelude: Mapping[str, Any]) -> dict[str, Any]:
    try:
        sources = [example.source for example in doctest.DocTestParser().get_examples(text)]
    except ValueError as error:
        return {"state": "not_python", "error": scrub(str(error))[:_SHOWN]}
    ended = forked.call(partial(_run, sources, dict(prelude)), timeout_s=_TIMEOUT_S)
    said = ended.get("value", " ".join(f"{key} {what}" for key, what in ended.items()))
    return {"state": _state(said), "error": scrub(said)[:_SHOWN]} if said else {"state": "runs"}


def _run(sources: list[str], names: dict[str, Any]) -> str:
    """Execute the statements in a scratch folder; return the error's text, or an empty text."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        warnings.simplefilter("ignore")
        try:
            for source in sources:
                exec(compile(source, "<example>", "single"), names)  # noqa: S102 - the frameworks' own examples
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
