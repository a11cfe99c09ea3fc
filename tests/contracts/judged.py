"""Answers that are held to the official contracts: the recorded ones, and those of the world server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from world_collecting import FRAMEWORKS, Memory, collect, environment
from world_server import World

from collectors._record import read_case
from evidence.types import Payload

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads"


def recorded(source: str) -> list[Payload]:
    """The recorded answers of a source."""
    return [read_case(about) for about in sorted((PAYLOADS / source).glob("*.about.json"))]


def answered(source: str, folder: Path) -> list[Payload]:
    """What the world answers a source when all is well."""
    memory = Memory()
    with World(FRAMEWORKS, folder, weeks=40) as world, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(world).items():
            patch.setenv(name, value)
        collect(world, memory, folder, sources=[source], only=FRAMEWORKS[0])
    return memory.saved


def as_json_schema(node: Any, *, whole: bool) -> Any:
    """Return an OpenAPI 3.0 or Swagger schema as a JSON Schema: `nullable` becomes a type of its own.

    Without `whole` a missing field is no fault: recorded answers are cut down to what is read, and some more.
    """
    if isinstance(node, list):
        return [as_json_schema(one, whole=whole) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {
        key: as_json_schema(value, whole=whole)
        for key, value in node.items()
        if key not in ("example", "examples")
    }
    if not whole and isinstance(made.get("required"), list):
        del made["required"]
    if made.pop("nullable", False) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def schema_of(document: Mapping[str, Any], pointer: Any, *, whole: bool = False) -> dict[str, Any]:
    """Return a schema of a document together with everything that it refers to."""
    reached = dict(_reached(document, pointer))
    made: dict[str, Any] = {**as_json_schema(pointer, whole=whole)}
    for path, node in reached.items():
        place = made
        *folders, name = path
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = as_json_schema(node, whole=whole)
    return made


def _reached(document: Mapping[str, Any], start: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    waiting, seen = [start], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, Mapping):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                path = tuple(reference.removeprefix("#/").split("/"))
                target: Any = document
                for part in path:
                    target = target[part]
                yield path, target
                waiting.append(target)
            waiting += [value for value in node.values() if not isinstance(value, str)]


def check(body: object, schema: Mapping[str, Any]) -> None:
    """Fail with the place and the reason when an answer is not what its contract says."""
    fault = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(body))
    assert fault is None, f"{fault.json_path}: {fault.message[:300]}"


def body_of(payload: Payload) -> Any:
    """The answer as JSON."""
    return json.loads(payload.body)
