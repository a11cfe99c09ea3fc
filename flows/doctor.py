"""What is missing on this machine: tokens, hosts that do not answer, tools, old evidence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

import collectors
from collectors._http import Client
from evidence.errors import SourceError, TouchstoneError
from evidence.types import Source
from flows import definitions
from flows.settings import Settings
from warehouse.read import Warehouse

LOW_DISK_BYTES = 5e9
"""A publication with ten million observations writes about half a gigabyte, three are kept."""

TOOLS = (
    ("git", "commit histories", "install git"),
    ("g++", "compiled modes of the benchmarks", "install a C++ compiler; without one they are unsupported"),
)


@dataclass(frozen=True)
class Finding:
    """One thing looked at, its state in a few words, and what to do about it ("" when nothing)."""

    what: str
    state: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield every finding, quick ones first."""
    yield from _folders(settings)
    yield from _tools()
    yield from _catalog(settings)
    yield from _tokens()
    yield from _hosts()
    yield from _evidence(settings)


def _folders(settings: Settings) -> Iterator[Finding]:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    mend = "free some space" if free < LOW_DISK_BYTES else ""
    yield Finding(f"home {settings.home}", f"{free / 1e9:.0f} GB free", mend)


def _tools() -> Iterator[Finding]:
    for tool, use, mend in TOOLS:
        found = shutil.which(tool)
        yield Finding(f"tool {tool} ({use})", found or "not found", "" if found else mend)


def _catalog(settings: Settings) -> Iterator[Finding]:
    try:
        catalog = definitions.catalog(settings)
    except TouchstoneError as error:
        yield Finding(f"catalog {settings.catalog}", str(error), "mend the file it names")
        return
    yield Finding(f"catalog {settings.catalog}", f"{len(catalog.indicators)} indicators, no fault")


def _tokens() -> Iterator[Finding]:
    for source in _sources():
        if source.token_env:
            state = "set" if os.environ.get(source.token_env) else "not set"
            need = "without it nothing is collected" if source.token_required else "it deepens the collection"
            yield Finding(
                f"token {source.token_env} ({source.id})",
                state,
                "" if state == "set" else f"{need}: export {source.token_env}=…",
            )


def _hosts() -> Iterator[Finding]:
    asked = [source for source in _sources() if source.url.startswith("http")]
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield from pool.map(_host, asked)


def _host(source: Source) -> Finding:
    try:
        with Client(source) as client:
            client.reach(client.base)
    except SourceError as error:
        return Finding(
            f"source {source.id}", error.why, "its evidence stays as old as it is until it answers"
        )
    return Finding(f"source {source.id}", "answers")


def _evidence(settings: Settings) -> Iterator[Finding]:
    try:
        with Warehouse.open(settings.home) as warehouse:
            yield Finding("database", f"release {warehouse.release}")
            frame = warehouse.freshness(datetime.now(UTC).date())
    except TouchstoneError as error:
        yield Finding("database", str(error), "touchstone run")
        return
    for row in frame.to_dict("records"):
        newest = row["newest"]
        state = "none yet" if pd.isna(newest) else f"newest {newest:%Y-%m-%d}"
        yield Finding(f"evidence {row['source']} × {row['framework']}", state)


def _sources() -> list[Source]:
    return [collector.source for collector in collectors.discover().values()]
