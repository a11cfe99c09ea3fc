"""Tell whoever listens what a run is doing, while it does it.

Flows run in threads of this process; a listener is a plain function. Without one nothing is said.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evidence.types import Attempt, Measurement


@dataclass(frozen=True)
class Stage:
    """A part of the run begins; `steps` is how many events to expect, 0 when unknown."""

    name: str
    steps: int = 0


Event = Stage | Attempt | Measurement
Listener = Callable[[Event], None]

_lock = threading.Lock()
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with every event inside the block, one at a time."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(event: Event) -> None:
    """Hand an event to the listeners."""
    with _lock:
        for listener in _listeners:
            listener(event)
