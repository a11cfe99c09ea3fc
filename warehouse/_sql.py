"""Runs the statements that stand in `sql/`: no SQL stands in Python code."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from evidence.errors import InputError

FOLDER = Path(__file__).parent / "sql"
Row = dict[str, Any]

BUILD_MEMORY = "2500MB"
"""What DuckDB may hold while building; with Python's and Arrow's share a build stays below 4 GiB."""

# Every column of every table takes a block at least: with large ones an empty database has 12 MB instead
# of 2. Ten million rows are a third smaller and are read faster in large ones.
_SMALL_BLOCK, _LARGE_BLOCK, _MANY_ROWS = "16384", "262144", 1_000_000

_READING: Mapping[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",  # a query must not read or write files of this machine
    "lock_configuration": "true",  # nor switch that back on
    "threads": "1",  # sums must not depend on who comes first: scores are bit-identical
}


@cache
def text(name: str) -> str:
    """Return the content of `sql/<name>.sql`."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def run(con: duckdb.DuckDBPyConnection, name: str, **values: object) -> None:
    """Run the statements of `sql/<name>.sql`; each takes of the values what it names."""
    for statement in con.extract_statements(text(name)):
        con.execute(statement, {key: values[key] for key in statement.named_parameters})


def rows(con: duckdb.DuckDBPyConnection, name: str, **values: object) -> list[Row]:
    """Run the one statement of `sql/<name>.sql` and return what it finds."""
    return fetched(con.execute(text(name), values or None))


def fetched(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return the rows of the statement just executed, by column name."""
    names = [column[0] for column in con.description or ()]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


def insert(con: duckdb.DuckDBPyConnection, table: str, found: Sequence[Row]) -> None:
    """Append rows to a table. A row names every column; what is not given is null."""
    if found:
        schema = con.table(table).limit(0).to_arrow_table().schema
        con.from_arrow(pa.Table.from_pylist(list(found), schema=schema)).insert_into(table)


def contents(con: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    """Return all rows of a table, in the order in which they were inserted."""
    found: list[Row] = con.table(table).to_arrow_table().to_pylist()
    return found


def checks(prefix: str) -> list[str]:
    """Return the names of the checks whose file starts with `prefix`."""
    return sorted(file.stem for file in (FOLDER / "checks").glob(f"{prefix}_*.sql"))


def open_for_building(path: Path, rows: int) -> duckdb.DuckDBPyConnection:
    """Create a database file for about so many rows, which nobody else sees yet."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": BUILD_MEMORY,
        "temp_directory": str(spill_folder(path)),
        "default_block_size": _SMALL_BLOCK if rows < _MANY_ROWS else _LARGE_BLOCK,
    }
    return duckdb.connect(path, config=config)


def spill_folder(path: Path) -> Path:
    """Return where a build puts what does not fit into memory."""
    return path.with_name(f"{path.name}.spill")


def open_for_reading(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file: it can be read, and nothing else can be done with it or with this machine.

    Raises InputError when the file is locked, damaged or of a version that this DuckDB cannot read.
    """
    try:
        return duckdb.connect(path, read_only=True, config=dict(_READING))
    except (duckdb.Error, OSError) as error:
        raise InputError(unreadable(path, error)) from error


def unreadable(path: Path | str, error: Exception) -> str:
    """Say why a database file cannot be read, and what to do."""
    why = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{path}: cannot be read as a published database ({why}). Publish again: touchstone publish"


def is_disk_full(error: duckdb.Error) -> bool:
    """Say whether DuckDB failed because the disk is full (it tells so in words only)."""
    return any(word in str(error) for word in (os.strerror(28), os.strerror(122), os.strerror(27)))
