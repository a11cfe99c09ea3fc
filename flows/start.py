"""What a command checks and sets before it starts a flow in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows import definitions
from flows.settings import Settings
from warehouse.publish import run_lock


@contextmanager
def ready() -> Iterator[None]:
    """Check the catalog and take the home's lock, so that a mistake is said before anything starts.

    Heartbeats are off inside: joining their thread costs a second per flow (measured 2026-11-23), and no
    setting in the environment can say so.
    """
    settings = Settings.from_environment()
    definitions.catalog(settings)
    with run_lock(settings.home), temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
