"""Result lines: one `Measurement` as one line of JSON, with a schema number, checked when read.

A line that is not exactly what `dump` writes is refused with its reason; the lines around it are kept.
Standard library only, so that a machine which merely measures needs nothing else.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

from benchmarks.metrics import METRICS
from evidence.errors import MeasurementError
from evidence.types import Measurement

SCHEMA = 1
_FIELDS = {field.name: field for field in dataclasses.fields(Measurement)}
_HINTS = get_type_hints(Measurement)
STATUSES: tuple[str, ...] = get_args(_HINTS["status"])
QUALITIES: tuple[str, ...] = get_args(_HINTS["quality"])
_REQUIRED = {
    name
    for name, field in _FIELDS.items()
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
}
_TEXTS = {name for name, hint in _HINTS.items() if hint is str} | {"status", "quality"}
_COUNTS = {"successes", "trials", "batch_size", "round"}
_MAPPINGS = {"versions", "machine", "settings"}


@dataclasses.dataclass(frozen=True)
class Line:
    """A valid line: where it stands (from 1) and what it says."""

    number: int
    measurement: Measurement


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A line that was not taken: where it stands (from 1) and why."""

    number: int
    why: str


def dump(measurement: Measurement) -> str:
    """Return one line of JSON without its line end. Raises MeasurementError for an invalid measurement."""
    body = {"schema": SCHEMA} | dataclasses.asdict(measurement)
    body["started_at"] = measurement.started_at.isoformat()
    _check(body)
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def load(line: str) -> Measurement:
    """Return the measurement of one line. Raises MeasurementError that says what is wrong with it."""
    try:
        body = json.loads(line, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise MeasurementError(f"not JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(body, dict):
        raise MeasurementError("not a JSON object")
    _check(body)
    body.pop("schema")
    body["started_at"] = _utc(body["started_at"])
    body["samples"] = tuple(float(sample) for sample in body.get("samples", ()))
    body["items"] = tuple(body.get("items", ()))
    return Measurement(**body)


def read(file: Path) -> tuple[list[Line], list[Refusal]]:
    """Return the valid lines of a result file and the refused ones, each with its line number.

    Raises MeasurementError only when the file itself cannot be read.
    """
    try:
        text = file.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise MeasurementError(
            f"{file}: cannot be read ({error.strerror}). Give the path of a result file"
        ) from error
    taken, refused = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            taken.append(Line(number, load(line)))
        except MeasurementError as error:
            refused.append(Refusal(number, str(error)))
    return taken, refused


def _check(body: Mapping[str, Any]) -> None:
    if body.get("schema") != SCHEMA:
        raise MeasurementError(f"schema is {body.get('schema')!r}, this version reads {SCHEMA}")
    if unknown := body.keys() - _FIELDS.keys() - {"schema"}:
        raise MeasurementError(f"unknown key {min(unknown)!r}")
    if missing := _REQUIRED - body.keys():
        raise MeasurementError(f"key {min(missing)!r} is missing")
    for key, value in body.items():
        if key != "schema":
            _check_type(key, value)
    _utc(body["started_at"])
    _check_metric(body)
    _check_outcome(body)


def _check_type(key: str, value: Any) -> None:
    if key in _TEXTS and not isinstance(value, str):
        raise MeasurementError(f"{key} must be text, not {value!r}")
    if (
        key in _COUNTS
        and value is not None
        and (not isinstance(value, int) or isinstance(value, bool) or value < 0)
    ):
        raise MeasurementError(f"{key} must be a count or null, not {value!r}")
    if key in _MAPPINGS and not isinstance(value, Mapping):
        raise MeasurementError(f"{key} must be an object, not {value!r}")
    if key == "items" and not (
        isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value)
    ):
        raise MeasurementError("items must be a list of objects")
    if key == "samples" and not (isinstance(value, list | tuple) and all(map(_is_number, value))):
        raise MeasurementError("samples must be a list of finite numbers")
    if key == "seconds" and not _is_number(value):
        raise MeasurementError(f"seconds must be a finite number, not {value!r}")


def _check_metric(body: Mapping[str, Any]) -> None:
    metric = METRICS.get(body["metric"])
    if metric is None:
        raise MeasurementError(f"metric {body['metric']!r} is not declared in benchmarks/metrics.py")
    if body["unit"] != metric.unit:
        raise MeasurementError(f"unit of {metric.id} is {metric.unit!r}, the line says {body['unit']!r}")


def _check_outcome(body: Mapping[str, Any]) -> None:
    status, value = body["status"], body.get("value")
    if status not in STATUSES:
        raise MeasurementError(f"status {status!r} is none of {', '.join(STATUSES)}")
    if body.get("quality", "ok") not in QUALITIES:
        raise MeasurementError(f"quality {body['quality']!r} is none of {', '.join(QUALITIES)}")
    if status == "ok" and not _is_number(value):
        raise MeasurementError(f"value must be a finite number when status is ok, not {value!r}")
    if status != "ok" and (value is not None or body.get("samples")):
        raise MeasurementError(f"a line with status {status} carries no value and no samples")
    if status != "ok" and not body["reason"]:
        raise MeasurementError(f"a line with status {status} says its reason")
    successes, trials = body.get("successes"), body.get("trials")
    if (successes is None) != (trials is None) or (successes is not None and successes > trials):
        raise MeasurementError(f"successes {successes!r} do not fit trials {trials!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _utc(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise MeasurementError(f"started_at must be an ISO time with its offset, not {text!r}") from error
    if moment.tzinfo is None:
        raise MeasurementError(f"started_at has no offset from UTC: {text!r}")
    return moment.astimezone(UTC)


def _no_constant(name: str) -> float:
    raise MeasurementError(f"{name} is not a finite number")
