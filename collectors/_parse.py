"""Helpers for `parse`: from bytes to checked observations, or to PayloadChanged at this one place."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from evidence.errors import PayloadChanged
from evidence.types import Observation, Payload

T = TypeVar("T")

_NOT_THE_SHAPE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def observations(payload: Payload, read: Callable[[Payload], Iterable[Observation]]) -> Iterator[Observation]:
    """Yield what `read` makes of the payload, all of it or nothing.

    Raises PayloadChanged when the bytes are not of the shape that `read` knows, when a value is not finite
    and when two values claim the same place.
    """

    def checked(payload: Payload) -> tuple[Observation, ...]:
        made = tuple(read(payload))
        _check(made)
        return made

    yield from reading(payload, checked)


def reading(payload: Payload, read: Callable[[Payload], T]) -> T:
    """Return what `read` makes of the payload. Raises PayloadChanged when it is not of the shape it knows."""
    try:
        return read(payload)
    except _NOT_THE_SHAPE as error:
        why = f"{payload.url}: {type(error).__name__}: {str(error)[:200]}"
        raise PayloadChanged(payload.source, payload.sha256, why) from error


def stock(payload: Payload, metric: str, at: datetime, value: float) -> Observation:
    """Return the state of something at one moment."""
    return flow(payload, metric, at, at, value)


def event(payload: Payload, metric: str, at: datetime, value: float = 1.0) -> Observation:
    """Return what happened in the second that begins at `at`."""
    start = at.replace(microsecond=0)
    return flow(payload, metric, start, start + timedelta(seconds=1), value)


def flow(payload: Payload, metric: str, start: datetime, end: datetime, value: float) -> Observation:
    """Return what happened in [start, end)."""
    return Observation(
        framework=payload.framework,
        metric=metric,
        scope=payload.scope,
        name=payload.name,
        start=start,
        end=end,
        value=float(value),
        source=payload.source,
        payload_sha256=payload.sha256,
    )


def json_object(payload: Payload) -> Mapping[str, object]:
    """Return the body as a JSON object. Raises ValueError or TypeError when it is none."""
    return as_object(json.loads(payload.body, parse_constant=_no_constant))


def json_array(payload: Payload) -> list[object]:
    """Return the body as a JSON array. Raises ValueError or TypeError when it is none."""
    return as_array(json.loads(payload.body, parse_constant=_no_constant))


def as_object(value: object) -> Mapping[str, object]:
    """Return the value if it is a JSON object, else raise TypeError."""
    if not isinstance(value, dict):
        raise TypeError(f"an object was due, not {_shown(value)}")
    return value


def as_array(value: object) -> list[object]:
    """Return the value if it is a JSON array, else raise TypeError."""
    if not isinstance(value, list):
        raise TypeError(f"an array was due, not {_shown(value)}")
    return value


def as_text(value: object) -> str:
    """Return the value if it is a text, else raise TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"a text was due, not {_shown(value)}")
    return value


def as_number(value: object) -> float:
    """Return the value if it is a number (true and false are none), else raise TypeError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number was due, not {_shown(value)}")
    return float(value)


def as_count(value: object) -> int:
    """Return the value if it is a whole number of at least 0, else raise TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number was due, not {_shown(value)}")
    if value < 0:
        raise ValueError(f"a count cannot be {value}")
    return value


def as_moment(value: object) -> datetime:
    """Return an ISO 8601 time as UTC; without an offset it is taken for UTC."""
    moment = datetime.fromisoformat(as_text(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _check(made: tuple[Observation, ...]) -> None:
    seen = set()
    for one in made:
        key = (one.metric, one.name, one.start, one.end)
        if key in seen:
            raise ValueError(f"{one.metric} has two values for {one.start:%Y-%m-%d %H:%M:%S}")
        seen.add(key)
        if not math.isfinite(one.value):
            raise ValueError(f"{one.metric} is {one.value}")


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON number")


def _shown(value: object) -> str:
    return repr(value)[:60]
