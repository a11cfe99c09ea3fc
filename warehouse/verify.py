"""Verify: compute the published scores again from the archived bytes and compare them, bit by bit.

The rebuild uses what the release itself lists: its catalog, its day, its answers and result lines. What came
later does not matter; what has been lost or changed since is reported.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evidence import catalog as catalogs
from evidence.errors import ArchiveError, InputError
from evidence.types import Source
from warehouse import _sql
from warehouse._parsed import Parse
from warehouse._results import LoadLine, ResultFile, ResultLine, read_lines
from warehouse._sql import Row
from warehouse._tables import naive
from warehouse.archive import Archive, Entry
from warehouse.build import Material, build_from
from warehouse.read import Warehouse

TABLES = (
    "score_json",
    "score",
    "contrast",
    "contribution",
    "contribution_value",
    "missing",
    "indicator_value",
)
"""What is compared: everything that was computed."""

_Key = tuple[object, ...]


@dataclass(frozen=True)
class Difference:
    """One row that is not the same: its table and key, as published and as rebuilt (None: not there)."""

    table: str
    key: str
    published: str | None
    rebuilt: str | None


@dataclass(frozen=True)
class Verification:
    """What came of it. `lost` names answers and lines of the release that are not there any more, `damaged`
    bodies that are not what their name says."""

    release: str
    scores: int
    differences: tuple[Difference, ...]
    lost: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        """Whether every score came out the same from bytes that are all there and whole."""
        return not (self.differences or self.lost or self.damaged)


def verify(
    home: Path,
    *,
    archive: Archive,
    result_files: Sequence[ResultFile],
    sources: Sequence[Source],
    parsers: Mapping[str, Parse],
    load_line: LoadLine,
) -> Verification:
    """Rebuild the published release from the bytes into a temporary file and compare. Changes nothing.

    Raises NothingPublished when there is none, InputError when it cannot be read.
    """
    meta, published = _published(home)
    entries, lost = _listed_entries(archive, published["payload"])
    entries, damaged = _whole(archive, entries)
    lines, lost_lines = _listed_lines(result_files, published["payload"])
    catalog = catalogs.from_json(meta["catalog"])
    rebuilt = _rebuilt(Material(archive, lines, catalog, sources, parsers, load_line, entries), meta)
    return Verification(
        release=meta.get("release", ""),
        scores=len(published["score_json"]),
        differences=tuple(
            found for table in TABLES for found in _compared(table, published[table], rebuilt[table])
        ),
        lost=(*lost, *lost_lines),
        damaged=tuple(damaged),
    )


def _published(home: Path) -> tuple[dict[str, str], dict[str, list[Row]]]:
    with Warehouse.open(home) as warehouse:
        meta, path = warehouse.meta(), warehouse.path
    with closing(_sql.open_for_reading(path)) as con:
        return meta, {table: _read(con, path, table) for table in (*TABLES, "payload")}


def _rebuilt(material: Material, meta: Mapping[str, str]) -> dict[str, list[Row]]:
    with tempfile.TemporaryDirectory(prefix="touchstone-verify-") as folder:
        out = Path(folder) / "rebuilt.duckdb"
        facts = {"built_at": meta["built_at"]}
        build_from(material, out, as_of=date.fromisoformat(meta["as_of"]), parsed=None, facts=facts)
        with closing(_sql.open_for_reading(out)) as con:
            return {table: _read(con, out, table) for table in TABLES}


def _read(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> list[Row]:
    try:
        return _sql.contents(con, table)
    except duckdb.Error as error:
        raise InputError(_sql.unreadable(path, error)) from error


def _listed_entries(archive: Archive, payloads: Sequence[Row]) -> tuple[list[Entry], list[str]]:
    """Return the archived answers that the release lists, in the archive's order, and those that are gone."""
    wanted = {_row_key(row): row["location"] for row in payloads if ":" not in row["location"]}
    found = [entry for entry in archive.entries() if _entry_key(entry) in wanted]
    there = {_entry_key(entry) for entry in found}
    return found, [f"{place}: no index line any more" for key, place in wanted.items() if key not in there]


def _listed_lines(files: Sequence[ResultFile], payloads: Sequence[Row]) -> tuple[list[ResultLine], list[str]]:
    wanted = {row["sha256"]: row["location"] for row in payloads if ":" in row["location"]}
    found = [line for line in read_lines(files) if line.sha256 in wanted]
    there = {line.sha256 for line in found}
    lost = [
        f"{place}: the line is gone or changed" for sha256, place in wanted.items() if sha256 not in there
    ]
    return found, lost


def _whole(archive: Archive, entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    whole, damaged = [], {}
    for entry in entries:
        try:
            if entry.sha256 not in damaged:
                archive.body(entry.sha256)
                whole.append(entry)
        except ArchiveError as error:
            damaged[entry.sha256] = str(error)
    return whole, list(damaged.values())


def _row_key(row: Row) -> _Key:
    texts = (str(row[name]) for name in ("run", "source", "framework", "name", "url", "sha256"))
    return (*texts, row["requested_at"])


def _entry_key(entry: Entry) -> _Key:
    at = naive(entry.requested_at)
    return entry.run, entry.source, entry.framework, entry.name, entry.url, entry.sha256, at


def _compared(table: str, published: Sequence[Row], rebuilt: Sequence[Row]) -> list[Difference]:
    before, after = ({_key(row): repr(row) for row in rows} for rows in (published, rebuilt))
    return [
        Difference(table, key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _key(row: Row) -> str:
    names = ("comparison", "dimension", "indicator", "framework", "scope", "window_weeks", "variant")
    return " ".join(str(row[name]) for name in names if name in row)
