"""Parsed parts: what the parsers read from the archive, kept as Parquet so that nothing is parsed twice.

    parsed/<source>/<run>.<first>-v<parser version>.parquet

A part holds the observations of consecutive answers of one run from one source. Its metadata says which
answers it covers; a part that does not fit the archive any more is written anew. The folder is a cache: it
may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evidence.errors import PayloadChanged
from evidence.types import Observation, Payload, Source
from warehouse import _files
from warehouse.archive import Archive, Entry

Parse = Callable[[Payload], Iterable[Observation]]

_UTC_US = pa.timestamp("us", tz="UTC")
_NAIVE_US = pa.timestamp("us")
_FIELDS = (
    "source",
    "framework",
    "metric",
    "scope",
    "name",
    "start",
    "end",
    "value",
    "payload_sha256",
    "licence",
    "ref",
)
_TYPES = {"start": _UTC_US, "end": _UTC_US, "value": pa.float64()}
_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("framework", pa.string()),
        ("metric", pa.string()),
        ("scope", pa.string()),
        ("name", pa.string()),
        ("start_at", _NAIVE_US),
        ("end_at", _NAIVE_US),
        ("value", pa.float64()),
        ("payload_sha256", pa.string()),
        ("licence", pa.string()),
        ("ref", pa.string()),
        ("retrieved_at", _NAIVE_US),
    ]
)
_BATCH = 100_000  # observations held as Python objects at a time
_KEY = b"touchstone"
_fields_of = operator.attrgetter(*_FIELDS)


@dataclass(frozen=True)
class Refused:
    """Bytes that could not be understood, where they lie, and why."""

    source: str
    place: str
    sha256: str
    reason: str


@dataclass
class Parts:
    """The parts that hold all observations of these answers, and what parsing them came to."""

    entries: list[Entry]
    files: list[Path] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    parsed: int = 0

    @property
    def rows(self) -> int:
        """How many observations the parts hold."""
        return sum(pq.read_metadata(file).num_rows for file in self.files)


def parse_all(
    archive: Archive,
    entries: Iterable[Entry],
    *,
    sources: Sequence[Source],
    parsers: Mapping[str, Parse],
    folder: Path,
) -> Parts:
    """Parse what no part covers yet and return all parts, in the order of runs and sources.

    Answers of a source without a parser, and answers of a shape that the parser does not know, are refused.
    """
    versions = {source.id: source.parser_version for source in sources}
    parts = Parts(list(entries))
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in parts.entries:
        groups.setdefault((entry.run, entry.source), []).append(entry)
    for (run, source), group in groups.items():
        if source not in parsers or source not in versions:
            parts.refused += [_refused(archive, entry, f"no parser for source {source!r}") for entry in group]
            continue
        writer = _Writer(archive, parsers[source], folder / source / run, versions[source])
        _cover(writer, group, parts)
    return parts


def forget_unused(folder: Path, used: Iterable[Path]) -> None:
    """Delete the parts that a build did not use: of older parsers, of answers that are gone."""
    kept = set(used)
    for file in folder.glob("*/*.parquet"):
        if file not in kept:
            file.unlink()


def _cover(writer: _Writer, entries: list[Entry], parts: Parts) -> None:
    first = 0
    while first < len(entries):
        file = writer.file(first)
        count, refused = _covered(file, entries[first:])
        if not count:
            count, refused = len(entries) - first, writer.write(file, entries[first:])
            parts.parsed += count
        parts.files.append(file)
        parts.refused += refused
        first += count


def _covered(file: Path, entries: Sequence[Entry]) -> tuple[int, list[Refused]]:
    """Return how many of the entries, from the first on, the part holds; 0 when it cannot be used."""
    try:
        about = json.loads(pq.read_metadata(file).metadata[_KEY])
    except (OSError, pa.ArrowInvalid, KeyError, ValueError):
        return 0, []
    count = int(about["count"])
    if _digest(entries[:count]) != about["digest"]:
        return 0, []
    return count, [Refused(**item) for item in about["refused"]]


def _digest(entries: Sequence[Entry]) -> str:
    lines = (json.dumps(asdict(entry), sort_keys=True, default=str) for entry in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class _Writer:
    """Writes the parts of one run and source."""

    def __init__(self, archive: Archive, parse: Parse, stem: Path, version: int) -> None:
        self._archive, self._parse, self._stem, self._version = archive, parse, stem, version

    def file(self, first: int) -> Path:
        """Return the part that starts with that entry."""
        return self._stem.with_name(f"{self._stem.name}.{first}-v{self._version}.parquet")

    def write(self, file: Path, entries: Sequence[Entry]) -> list[Refused]:
        """Parse the entries into one part; return those that could not be understood."""
        refused: list[Refused] = []
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        with pq.ParquetWriter(temporary, _SCHEMA, compression="zstd") as writer:
            for batch in self._batches(entries, refused):
                writer.write_table(batch)
            about = {
                "count": len(entries),
                "digest": _digest(entries),
                "refused": [asdict(item) for item in refused],
            }
            writer.add_key_value_metadata({_KEY: json.dumps(about).encode()})
        _files.sync(temporary)
        _files.put(temporary, file)
        return refused

    def _batches(self, entries: Sequence[Entry], refused: list[Refused]) -> Iterator[pa.Table]:
        waiting: list[pa.Table] = []
        for entry in entries:
            try:
                waiting += self._tables(entry)
            except PayloadChanged as error:
                refused.append(_refused(self._archive, entry, error.why))
            if sum(table.num_rows for table in waiting) >= _BATCH:
                yield pa.concat_tables(waiting)
                waiting = []
        if waiting:
            yield pa.concat_tables(waiting)

    def _tables(self, entry: Entry) -> list[pa.Table]:
        """All of a payload or nothing of it: half an answer would look like a whole one."""
        found = iter(self._parse(self._archive.payload(entry)))
        tables = []
        while chunk := list(itertools.islice(found, _BATCH)):
            tables.append(_table(chunk, entry))
        return tables


def _table(observations: Sequence[Observation], entry: Entry) -> pa.Table:
    columns = zip(*map(_fields_of, observations), strict=True)
    arrays = [
        pa.array(column, _TYPES.get(name, pa.string())) for name, column in zip(_FIELDS, columns, strict=True)
    ]
    if not pc.all(pc.is_finite(arrays[_FIELDS.index("value")])).as_py():
        raise PayloadChanged(entry.source, entry.sha256, "the parser read a value that is not finite")
    retrieved = pa.scalar(entry.requested_at, _UTC_US)
    arrays.append(pa.repeat(retrieved, len(observations)))
    return pa.table([_naive(array) if array.type == _UTC_US else array for array in arrays], schema=_SCHEMA)


def _naive(times: pa.Array) -> pa.Array:
    """The same instants without a zone: UTC by convention, as in the database."""
    return times.cast(pa.int64()).cast(_NAIVE_US)


def _refused(archive: Archive, entry: Entry, why: str) -> Refused:
    place = archive.location(entry.sha256).relative_to(archive.root)
    return Refused(entry.source, place.as_posix(), entry.sha256, why)
