"""Archive a file of the user's own figures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flows import definitions
from flows.collect import new_run
from flows.settings import Settings
from warehouse import ingest as ingesting
from warehouse.archive import Archive
from warehouse.publish import run_lock


def ingest(file: Path) -> ingesting.Ingested:
    """Check the file and archive it; raises InputError, with line and column, when it is malformed."""
    settings = Settings.from_environment()
    with run_lock(settings.home):
        return ingesting.ingest(
            file,
            archive=Archive(settings.home / "archive"),
            catalog=definitions.catalog(settings),
            sources=definitions.sources(),
            run=new_run(),
            now=datetime.now(UTC),
        )
