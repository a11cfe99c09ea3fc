"""What the public callables of a framework tell about themselves: docstrings, parameters, types.

Shared by the documentation probe of every framework. A parameter counts as documented when a line of
the docstring begins with its name and a colon, a type in brackets or a numpy-style type; headings
(Args, Parameters, Keyword args) need not be understood, so that no style is favoured.
"""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
Stubs = Mapping[str, Mapping[str, bool]]
_HEAD = re.compile(
    r"^\s*(?:[-+*] +)?([^\s:(\[–][^:(\[–\n]{0,120})(?:\([^\n]*?\)|\[[^\n]*?\])?[^:–\n]{0,20}(?::|–|--)",
    re.MULTILINE,
)
_SPHINX = re.compile(r"^\s*:param\s+(?:[^:\n]*\s)?([*\\\w]+)\s*:", re.MULTILINE)
_NAME_LIST = re.compile(r"[A-Za-z_]\w*(?:\s*(?:,|/|\band\b|\bor\b)\s*[A-Za-z_]\w*)*")
_SKIPPED = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def describe(name: str, thing: Any, *, stubs: Stubs, methods: bool = True) -> Iterator[Entry]:
    """Yield an entry for a public function or class, and for each public method that it defines first."""
    if inspect.isclass(thing):
        constructor = thing.__init__ if "__init__" in vars(thing) else None
        own_text = "\n".join(filter(None, (_own_doc(thing), _own_doc(constructor))))
        yield _entry(name, "class", thing, own_text, stubs)
        if methods:
            for method, function in vars(thing).items():
                if _is_new_method(thing, method, function):
                    yield _entry(f"{name}.{method}", "method", function, _own_doc(function), stubs)
    else:
        yield _entry(name, "function", thing, _own_doc(thing), stubs)


def public_members(
    module: types.ModuleType, *, is_public: Callable[[str, Any], bool]
) -> Iterator[tuple[str, Any]]:
    """Yield (name, object) of the public functions and classes of a module, in the order of their names."""
    for name in sorted(set(getattr(module, "__all__", dir(module)))):
        thing = getattr(module, name, None)
        if not name.startswith("_") and is_callable(thing) and is_public(name, thing):
            yield name, thing


def unique(found: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Keep one name per object: the one with the fewest dots, then the shortest (aliases count once)."""
    best: dict[int, tuple[str, Any]] = {}
    for name, thing in found:
        known = best.get(id(thing))
        if known is None or (name.count("."), len(name), name) < (
            known[0].count("."),
            len(known[0]),
            known[0],
        ):
            best[id(thing)] = (name, thing)
    return sorted(best.values(), key=lambda pair: pair[0])


def read_stubs(files: Iterable[Path]) -> dict[str, dict[str, bool]]:
    """Return, by function name, each parameter of a stub file and whether it carries a type."""
    found: dict[str, dict[str, bool]] = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                parameters = {
                    a.arg: a.annotation is not None for a in arguments if a.arg not in {"self", "cls"}
                }
                known = found.setdefault(node.name, {})
                found[node.name] = {**parameters, **known}
    return found


def _entry(name: str, kind: str, thing: Any, text: str, stubs: Stubs) -> Entry:
    parameters = _parameters(thing, name, text, stubs)
    if kind == "method" and parameters:
        parameters = {key: typed for key, typed in parameters.items() if key not in {"self", "cls"}}
    documented = _documented_names(text)
    return {
        "name": name,
        "kind": kind,
        "docstring": bool(text.strip()),
        "parameters": len(parameters or {}),
        "known": parameters is not None,
        "documented": sum(parameter in documented for parameter in parameters or {}),
        "typed": sum((parameters or {}).values()),
    }


def _parameters(thing: Any, name: str, text: str, stubs: Stubs) -> dict[str, bool] | None:
    """Return name -> typed, from the signature, else a stub, else the first line of the docstring."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return _from_stub_or_text(name.rsplit(".", 1)[-1], text, stubs)
    found = [p for p in signature.parameters.values() if p.kind not in _SKIPPED]
    return {p.name: p.annotation is not inspect.Parameter.empty for p in found}


def _from_stub_or_text(name: str, text: str, stubs: Stubs) -> dict[str, bool] | None:
    if name in stubs:
        return dict(stubs[name])
    match = re.search(rf"\b{re.escape(name)}\(([^)]*)\)", text.strip().split("\n\n", 1)[0])
    if match is None:
        return None
    parts = (re.match(r"\s*([A-Za-z_]\w*)", part) for part in match.group(1).split(","))
    return {part.group(1): False for part in parts if part}


def _documented_names(text: str) -> set[str]:
    names = {match.group(1).strip("*\\") for match in _SPHINX.finditer(text)}
    for match in _HEAD.finditer(text):
        head = re.sub(r"[`*\\]|--$", "", match.group(1)).strip()
        if _NAME_LIST.fullmatch(head):
            names |= set(re.findall(r"[A-Za-z_]\w*", head))
    return names


def _own_doc(thing: Any) -> str:
    """Return the docstring that the object itself brings; inherited and built-in texts are not its own."""
    text = getattr(thing, "__doc__", None) if thing is not None else None
    if not isinstance(text, str) or (
        inspect.isclass(thing) and text == getattr(thing.__base__, "__doc__", None)
    ):
        return ""
    return inspect.cleandoc(text)


def _is_new_method(owner: type, name: str, function: Any) -> bool:
    inherited = any(name in vars(base) for base in owner.__mro__[1:])
    return inspect.isfunction(function) and not name.startswith("_") and not inherited


def is_callable(thing: Any) -> bool:
    """Whether a public object is a function (decorated or built in) or a class."""
    return (
        inspect.isroutine(thing)
        or inspect.isclass(thing)
        or inspect.isfunction(inspect.unwrap(thing) if callable(thing) else thing)
    )
