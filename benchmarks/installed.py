"""What a framework occupies on the disk, without importing it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import metadata
from typing import Any


def footprint(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return name, version and bytes of the framework's distribution and of all it requires, largest first.

    Only what is installed is counted, extras are not followed, and byte code is left out, since not
    everybody has it. `spec["distributions"]` names the candidates; the first installed one is the root.
    """
    todo = [name for name in spec["distributions"] if _distribution(name)][:1]
    seen: dict[str, dict[str, Any]] = {}
    while todo:
        name = todo.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        found = _distribution(name)
        if key in seen or found is None:
            continue
        seen[key] = {"name": key, "version": found.version, "bytes": _bytes(found)}
        todo += [_requirement(line) for line in found.requires or () if "extra ==" not in line]
    return sorted(seen.values(), key=lambda item: -int(item["bytes"]))


def _distribution(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def _requirement(line: str) -> str:
    match = re.match(r"[\w.-]+", line)
    return match.group() if match else ""


def _bytes(distribution: metadata.Distribution) -> int:
    paths = (file.locate() for file in distribution.files or () if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())  # type: ignore[attr-defined]
