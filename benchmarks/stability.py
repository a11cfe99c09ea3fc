"""Breaking changes of public names between two releases, by griffe on their Python files (PROBES §8).

What is public is told by the framework's file of the probe, by the same rule as in the documentation probe.
The unit is a callable and a kind of change: a method removed from a base class is seen through all its
subclasses and counts once, where it is defined; a parameter put in between moves all that follow and counts
once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import griffe

from benchmarks import releases

Names = Mapping[str, Any]
"""Public name -> griffe object or alias, one release."""

REMOVED = "removed"
SCORED = {
    griffe.BreakageKind.OBJECT_REMOVED: REMOVED,
    griffe.BreakageKind.PARAMETER_REMOVED: "parameter removed",
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED: "required parameter added",
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED: "parameter now required",
    griffe.BreakageKind.PARAMETER_MOVED: "parameter moved",
    griffe.BreakageKind.PARAMETER_CHANGED_KIND: "parameter's kind changed",
}
LISTED = {
    griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT: "default changed",
    griffe.BreakageKind.OBJECT_CHANGED_KIND: "kind of object changed",
}
"""A default that changes to an equivalent value breaks nobody, and a class may become a function that makes
one: listed, scored by a variant only. Types and base classes are not looked at: one side has no types."""

_SHOWN = 80


def collect(spec: Mapping[str, Any], public: Callable[[str, griffe.Module], Names]) -> list[dict[str, Any]]:
    """Return, for each package of a side, its pairs of releases with their breaks, and its newest names."""
    cache, now = releases.cache_folder(), datetime.now(UTC)
    found = []
    for package, distribution in spec["config"]["packages"][spec["framework"]].items():
        listed = releases.minor_releases(distribution, now=now)
        unread = spec["config"]["unread"]
        folders = [releases.python_files(one, package, cache, unread=unread) for one in listed]
        names = (public(package, load(package, folder)) for folder in folders)
        found.append({"package": package, **_pairs(package, listed, names)})
    return found


def _pairs(package: str, listed: Sequence[releases.Release], names: Iterator[Names]) -> dict[str, Any]:
    """Compare each release with the one before; only two of them are held in memory."""
    pairs, older, before = [], listed[0], next(names)
    for release, after in zip(listed[1:], names, strict=True):
        pair = {
            "package": package,
            "from": str(older.version),
            "to": str(release.version),
            "uploaded": release.uploaded.date().isoformat(),
            "days": round((release.uploaded - older.uploaded).total_seconds() / 86400, 1),
            "objects": count(before),
        }
        pairs.append(pair | {"breaks": breaks(before, after)})
        older, before = release, after
    return {"pairs": pairs, "names": shortest(before)}


def load(package: str, folder: Path) -> griffe.Module:
    """Return the package's modules without importing anything."""
    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    module = loader.load(package, try_relative_path=False)
    if not isinstance(module, griffe.Module):
        raise TypeError(f"{package} is not a package")
    loader.expand_exports(module)
    loader.expand_wildcards(module, external=False)
    return module


def modules(root: griffe.Module) -> Iterator[griffe.Module]:
    """Yield the module and all modules below it whose names have no underscore in front."""
    yield root
    for name, member in sorted(root.members.items()):
        if isinstance(member, griffe.Module) and not name.startswith("_"):
            yield from modules(member)


def target(thing: Any) -> Any | None:
    """Return the object that a name stands for; None when it is made at run time or defined elsewhere."""
    if not thing.is_alias:
        return thing
    try:
        return thing.final_target
    except (griffe.AliasResolutionError, griffe.CyclicAliasError):
        return None


def is_module(thing: Any) -> bool:
    """Whether a name is a module, or stands for one."""
    found = target(thing)
    return found is not None and found.is_module


def identity(thing: Any) -> str:
    """Return the path of the definition: the same for all names of an object."""
    found = target(thing)
    return str(thing.target_path if found is None else found.path)


def count(names: Names) -> int:
    """Return the number of public objects: aliases count once."""
    return len({identity(thing) for thing in names.values()})


def shortest(names: Names) -> list[str]:
    """Return one name per public object: the one with the fewest dots, then the shortest."""
    found: dict[str, str] = {}
    for name in sorted(names, key=_rank):
        found.setdefault(identity(names[name]), name)
    return sorted(found.values())


def breaks(old: Names, new: Names) -> list[dict[str, Any]]:
    """Return every breaking change with its kind, public name, detail, and whether it had been announced."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for name in sorted(old, key=_rank):
        changes = _changes(name, old[name], new[name]) if name in new else _removal(name, old[name])
        for key, change in changes:
            found.setdefault(key, change)
    return list(found.values())


def _rank(name: str) -> tuple[int, int, str]:
    return name.count("."), len(name), name


def _removal(name: str, thing: Any) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    yield (REMOVED, identity(thing)), _item(REMOVED, name, name, "", _says_deprecated(target(thing)))


def _changes(name: str, old: Any, new: Any) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    before, after = target(old), target(new)
    if before is None or after is None or before.is_module or after.is_module:
        return
    for change in griffe.find_breaking_changes(_alone(before), _alone(after)):
        kind = SCORED.get(change.kind) or LISTED.get(change.kind)
        parameter = _parameter(change)
        member = "" if change.obj.name == after.name else f".{change.obj.name}"
        was = _member(before, member)
        if kind is None or not _is_break(change, parameter, was, (before, after)):
            continue
        announced = _says_deprecated(was, parameter)
        detail = f"{parameter} {_values(change)}".strip()
        yield (kind, identity(change.obj)), _item(kind, name, f"{name}{member}", detail, announced)


def _is_break(change: griffe.Breakage, parameter: str, was: Any | None, classes: tuple[Any, Any]) -> bool:
    """Leave out what a caller cannot notice, and what reading alone cannot decide.

    Private parameters; `*args, **kwargs` that are spelt out; special methods and instance attributes that are
    no longer written down in a class; members of a class whose new base is made at run time.
    """
    if change.kind is griffe.BreakageKind.OBJECT_REMOVED:
        return not _is_undecided(change.obj, *classes)
    if parameter.startswith("_"):
        return False
    variadic = [one.name for one in _variadic(was)]
    added = change.kind is griffe.BreakageKind.PARAMETER_ADDED_REQUIRED
    return parameter not in variadic and not (added and len(variadic) == 2)


def _is_undecided(member: Any, before: Any, after: Any) -> bool:
    found = target(member)
    labels = set() if found is None else found.labels
    written_in_class = "instance-attribute" not in labels or "class-attribute" in labels
    if member.name.startswith("__") or not written_in_class:
        return True
    same_bases = list(map(str, before.bases)) == list(map(str, after.bases))
    return not same_bases and len(after.resolved_bases) < len(after.bases)


def _variadic(thing: Any | None) -> list[griffe.Parameter]:
    found = None if thing is None else target(thing)
    kinds = (griffe.ParameterKind.var_positional, griffe.ParameterKind.var_keyword)
    return [one for one in found.parameters if one.kind in kinds] if found and found.is_function else []


def _alone(thing: Any) -> griffe.Module:
    """Return a module that exports nothing but this object, so that griffe looks at it and no further."""
    module = griffe.Module("public")
    module.members["it"] = griffe.Alias("it", thing, parent=module)
    module.exports = ["it"]
    return module


def _parameter(change: griffe.Breakage) -> str:
    value = change.new_value if change.old_value is None else change.old_value
    return str(value.name) if isinstance(value, griffe.Parameter) else ""


def _values(change: griffe.Breakage) -> str:
    if change.kind is griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT:
        return f"{change.old_value.default} -> {change.new_value.default}"[:_SHOWN]
    if change.kind is griffe.BreakageKind.OBJECT_CHANGED_KIND:
        return f"{change.old_value} -> {change.new_value}"
    return str(change.details)


def _member(thing: Any, member: str) -> Any | None:
    return thing.all_members.get(member[1:]) if member and thing.is_class else thing


def _says_deprecated(thing: Any | None, parameter: str = "") -> bool:
    """Whether the source of the release before speaks of deprecation (and names the parameter)."""
    found = None if thing is None else target(thing)
    if found is None or found.is_module:
        return False
    text = str(found.source) if found.source else ""
    named = not parameter or re.search(rf"\b{re.escape(parameter)}\b", text) is not None
    return named and "deprecat" in text.lower()


def _item(kind: str, owner: str, name: str, detail: str, announced: bool) -> dict[str, Any]:
    return {"kind": kind, "owner": owner, "name": name, "detail": detail, "announced": announced}
