"""What a command checks and sets before it starts to work in this process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psutil

from flows import definitions
from flows.settings import Settings
from warehouse.publish import run_lock

STOPPED = 130
"""The exit status of a command that was stopped with Ctrl-C, as shells have it."""

SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def ready() -> Iterator[None]:
    """Check the catalog and take the home's lock, so that a mistake is said before anything starts."""
    settings = Settings.from_environment()
    definitions.catalog(settings)
    with run_lock(settings.home):
        before = signal.signal(signal.SIGINT, _stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def _stop(number: int, frame: FrameType | None) -> None:
    """End at once, with everything that was started.

    Nothing needs to be wound up: answers and result lines are on disk when they are reported, and a
    publication is one rename. Threads that wait for a source would hold an orderly end for half a minute.
    """
    for child in psutil.Process().children(recursive=True):
        child.kill()
    if sys.stderr.isatty():
        sys.stderr.write(SHOW_CURSOR)
    sys.stderr.write(
        "\nStopped. What was collected, measured and published is kept; run it again to go on.\n"
    )
    sys.stderr.flush()
    os._exit(STOPPED)
