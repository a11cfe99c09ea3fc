"""What a collector is: a source, how it is asked, and how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence.errors import SourceError
from evidence.types import Framework, Observation, Payload, Scope, Source

if TYPE_CHECKING:
    from collectors._http import Client

Fetch = Callable[["Client", Framework], Iterator[Payload]]
"""Asks the source about one framework and yields every answer as soon as it is complete."""

Parse = Callable[[Payload], Iterator[Observation]]
"""Reads one answer. Pure and total: any byte string gives observations or raises PayloadChanged."""


@dataclass(frozen=True)
class Collector:
    """One module of this package: its `SOURCE`, `fetch` and `parse`."""

    source: Source
    fetch: Fetch
    parse: Parse


@dataclass(frozen=True)
class Subject:
    """Whom a request is about: a framework, and what the source calls it in its narrowest scope.

    `place` is the name's place among those that the source has for the framework, from 0.
    """

    framework: str
    scope: Scope
    name: str
    place: int = 0


class Capped(SourceError):
    """There is more than may be asked for now. What came is kept, and the next run goes on from there."""
