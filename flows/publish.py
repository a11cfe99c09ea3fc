"""Build the database from the archive, the result files and the catalog, and put it into place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow

import collectors
from benchmarks import lines
from evidence.errors import InputError
from flows import definitions
from flows.progress import Stage, tell
from flows.settings import COMMITTED_RESULTS, Settings
from warehouse import ingest, verify
from warehouse.archive import Archive
from warehouse.build import ResultFile
from warehouse.history import Filled, fill
from warehouse.publish import publish as publish_release
from warehouse.publish import run_lock
from warehouse.read import Warehouse

SCHEDULED_S = 900.0
"""What the weekly job gives to past weeks; nobody waits for it."""

WAITED_S = 20.0
"""What a run gives to them while a person waits."""


@flow(name="publish", validate_parameters=False)
def publish(as_of: date | None = None) -> Path:
    """Publish what is archived and measured, as of a day (today without); return the release's file.

    Where nothing is new since the last release, that one stands.
    """
    settings = Settings.from_environment()
    tell(Stage("publish"))
    with run_lock(settings.home):
        return publish_release(settings.home, as_of=as_of, **material(settings)).path


@flow(name="history", validate_parameters=False)
def history(seconds: float = SCHEDULED_S) -> Filled:
    """Work out past weeks that the published release lacks, for at most so many seconds.

    The release is in place before and stays as it is: only the page of time waits for this.
    """
    settings = Settings.from_environment()
    tell(Stage("past weeks"))
    with run_lock(settings.home), Warehouse.open(settings.home) as warehouse:
        return fill(warehouse, seconds=seconds)


def material(settings: Settings) -> Mapping[str, Any]:
    """Everything a publication is made of, as the warehouse asks for it."""
    changelog = settings.catalog / "CHANGELOG.md"
    return {
        "archive": Archive(settings.home / "archive"),
        "result_files": result_files(settings),
        "catalog": definitions.catalog(settings),
        "sources": definitions.sources(),
        "parsers": parsers(),
        "load_line": lines.load,
        "changelog": changelog.read_text(encoding="utf-8") if changelog.exists() else "",
    }


def result_files(settings: Settings) -> tuple[ResultFile, ...]:
    """The committed result files and those of this home, never pooled."""
    committed = (ResultFile(file, "committed") for file in sorted(COMMITTED_RESULTS.glob("*.jsonl")))
    own = (ResultFile(file, "own") for file in sorted(settings.own_results.glob("*.jsonl")))
    return (*committed, *own)


def verify_release() -> verify.Verification:
    """Rebuild the published release from its bytes and compare. Raises InputError when anything differs."""
    settings = Settings.from_environment()
    given = material(settings)
    wanted = ("archive", "result_files", "sources", "parsers", "load_line")
    found = verify.verify(settings.home, **{key: given[key] for key in wanted})
    if not found.is_identical:
        said = [
            *(
                f"{item.table} {item.key}: {item.published} published, {item.rebuilt} rebuilt"
                for item in found.differences
            ),
            *(f"lost: {item}" for item in found.lost),
            *(f"damaged: {item}" for item in found.damaged),
        ]
        raise InputError(f"release {found.release} does not rebuild: " + "; ".join(said[:10]))
    return found


def parsers() -> dict[str, Any]:
    """Every parser by source, that of ingested figures included."""
    found = {id_: collector.parse for id_, collector in collectors.discover().items()}
    return {**found, ingest.SOURCE.id: ingest.parse}
