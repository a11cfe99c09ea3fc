"""Growth of counters: their weekly increments, computed once for every content of a counter.

The increments of a counter depend on its times and values alone (`evidence.regimes`), so they are kept
beside the parsed parts, under a hash of both and of the code that computes them. The file is a cache: it may
be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from evidence import parameters, regimes
from warehouse import _files, _sql
from warehouse._sql import Row

EVER = datetime(9999, 1, 1)  # noqa: DTZ001 - the database holds UTC without a zone

_BATCH = 500  # counters held as Python objects at a time
_KEY = b"touchstone"
_SERIES = ("source", "framework", "metric", "scope", "name")
_NAIVE_US = pa.timestamp("us")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _SERIES),
        ("content", pa.uint64()),
        ("week_start", _NAIVE_US),
        ("increment", pa.float64()),
        ("known_at", _NAIVE_US),
        ("suspect", pa.bool_()),
        ("reason", pa.string()),
    ]
)


def fill_increments(
    con: duckdb.DuckDBPyConnection, known: datetime = EVER, *, cache: Path | None = None
) -> None:
    """Fill table `increment` from the counters as they were known by an instant.

    With `cache`, what that file holds is not computed again, and it holds everything afterwards.
    """
    _sql.run(con, "statements/counter", known_by=known)
    con.register("kept", _kept(cache))
    con.register("fresh", pa.concat_tables([_SCHEMA.empty_table(), *map(_grown, _new_counters(con))]))
    _sql.run(con, "statements/grown")
    _sql.run(con, "statements/increment", known_by=known)
    for name in ("kept", "fresh"):
        con.unregister(name)
    if cache is not None:
        _keep(cache, con.table("grown").to_arrow_table())


def _new_counters(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    for batch in con.sql(_sql.text("statements/new_counter")).to_arrow_reader(_BATCH):
        yield from batch.to_pylist()


def _grown(counter: Row) -> pa.Table:
    times = [moment.replace(tzinfo=UTC) for moment in counter["times"]]
    found = regimes.increments(times, counter["counts"])
    columns = {
        **{name: pa.repeat(counter[name], len(found)) for name in _SERIES},
        "content": pa.repeat(pa.scalar(counter["content"], pa.uint64()), len(found)),
        "week_start": [item.week_start.replace(tzinfo=None) for item in found],
        "increment": [item.increment for item in found],
        "known_at": [item.known_at.replace(tzinfo=None) for item in found],
        "suspect": [item.suspect for item in found],
        "reason": [item.reason for item in found],
    }
    return pa.table(columns, schema=_SCHEMA)


def _kept(cache: Path | None) -> pa.Table:
    try:
        if cache is not None and pq.read_schema(cache).metadata[_KEY] == _code():
            return pq.read_table(cache, schema=_SCHEMA)
    except (OSError, pa.ArrowInvalid, KeyError, TypeError):
        pass  # not there, damaged or of another version: computed anew
    return _SCHEMA.empty_table()


def _keep(cache: Path, grown: pa.Table) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    temporary = cache.with_suffix(f".{os.getpid()}.tmp")
    pq.write_table(
        grown.cast(_SCHEMA).replace_schema_metadata({_KEY: _code()}), temporary, compression="zstd"
    )
    _files.sync(temporary)
    _files.put(temporary, cache)


def _code() -> bytes:
    """A hash of the code and the parameters that make increments."""
    files = (Path(module.__file__) for module in (regimes, parameters) if module.__file__)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest().encode()
