"""Build: archive + result files + catalog become one new database file, checked before anybody sees it.

Nothing is migrated or updated in place: a parser's bug is mended by building again.
"""

from __future__ import annotations

import errno
import gc
import json
import math
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from evidence import catalog as catalogs
from evidence.errors import CatalogError, CheckFailed, InputError
from evidence.score import score_prepared
from evidence.types import Catalog, Comparison, Reading, Source
from warehouse import _files, _sql, _tables, evaluate
from warehouse._parsed import Parse, Parts, Refused, forget_unused, parse_all
from warehouse._results import (
    LoadLine,
    Measured,
    ResultFile,
    ResultLine,
    measurement_row,
    payload_row,
    read_lines,
    understand,
)
from warehouse.archive import Archive, Entry

__all__ = ["BuildReport", "ResultFile", "build"]

FORMAT = "3"
"""Version of the published tables; a reader refuses every other."""

_KEPT_ROWS = 1000  # rows of a warning that are stored; the first ones tell what is wrong
_KEPT = "Nothing was published."


@dataclass(frozen=True)
class BuildReport:
    """What a build came to. `seconds` is by stage; `warnings` by check, with the rows it found."""

    payloads: int
    parsed: int
    observations: int
    measurements: int
    scores: int
    refused: tuple[Refused, ...]
    warnings: Mapping[str, int]
    seconds: Mapping[str, float] = field(compare=False)


@dataclass(frozen=True)
class Material:
    """Everything that a build is made of."""

    archive: Archive
    lines: Sequence[ResultLine]
    catalog: Catalog
    sources: Sequence[Source]
    parsers: Mapping[str, Parse]
    load_line: LoadLine
    entries: Sequence[Entry] | None = None
    """Which answers of the archive; all of them without."""


def build(
    out: Path,
    *,
    archive: Archive,
    result_files: Sequence[ResultFile],
    catalog: Catalog,
    sources: Sequence[Source],
    parsers: Mapping[str, Parse],
    load_line: LoadLine,
    as_of: date,
    parsed: Path | None = None,
    facts: Mapping[str, str] | None = None,
) -> BuildReport:
    """Write a new, checked database to `out` and say what it came to.

    `parsed` is the folder of parsed parts (without it everything is parsed anew); `facts` go to table `meta`.
    On any error nothing stays at `out`. Raises CatalogError for an indicator that cannot be computed,
    ArchiveError for a damaged body, InputError for a file that cannot be read, CheckFailed when a structural
    fault is found, TouchstoneError when the disk is full.
    """
    material = Material(archive, read_lines(result_files), catalog, sources, parsers, load_line)
    return build_from(material, out, as_of=as_of, parsed=parsed, facts=facts or {})


def build_from(
    material: Material, out: Path, *, as_of: date, parsed: Path | None, facts: Mapping[str, str]
) -> BuildReport:
    """Build from material that is already gathered; see `build`."""
    if out.exists():
        raise InputError(f"{out}: exists already; a build writes a new file")
    _check_needs(material)
    try:
        with _files.explained(out.parent, _KEPT), _parts_folder(parsed) as folder:
            out.parent.mkdir(parents=True, exist_ok=True)
            return _build(material, out, as_of=as_of, folder=folder, facts=facts)
    except duckdb.ConstraintException as error:
        _discard(out)
        raise CheckFailed("table_constraints", [{"found": str(error).splitlines()[0]}]) from error
    except duckdb.Error as error:
        _discard(out)
        if _sql.is_disk_full(error):
            raise _files.refused(out.parent, errno.ENOSPC, str(error), _KEPT) from error
        raise
    except BaseException:
        _discard(out)
        raise


def _build(
    material: Material, out: Path, *, as_of: date, folder: Path, facts: Mapping[str, str]
) -> BuildReport:
    clock = _Clock()
    with clock.stage("parse"), _no_cycles():
        entries, attempts = material.archive.read()
        parts = _parse(material, entries if material.entries is None else material.entries, folder)
    with closing(_sql.open_for_building(out, parts.rows)) as con:
        with clock.stage("tables"):
            _create(con, material, as_of, facts)
        with clock.stage("load"):
            measured = understand(material.lines, material.load_line)
            _sql.insert(con, "payload", _tables.payload_rows(material.archive, parts.entries))
            _sql.insert(con, "attempt", _tables.attempt_rows(attempts))
            _load(con, parts, measured)
        with clock.stage("increments"), _no_cycles():
            evaluate.fill_increments(con, cache=folder / "increments.parquet")
        with clock.stage("scores"):
            _score(con, material.catalog, as_of)
        with clock.stage("checks"):
            warnings = _check(con)
        with clock.stage("write"):
            _sql.run(con, "statements/checkpoint")
        counts = _sql.rows(con, "statements/counts")[0]
    forget_unused(folder, parts.files)
    refused = (*parts.refused, *measured.refused)
    return BuildReport(
        **counts, parsed=parts.parsed, refused=refused, warnings=warnings, seconds=clock.seconds
    )


def _parse(material: Material, entries: Sequence[Entry], folder: Path) -> Parts:
    return parse_all(
        material.archive, entries, sources=material.sources, parsers=material.parsers, folder=folder
    )


def _create(
    con: duckdb.DuckDBPyConnection, material: Material, as_of: date, facts: Mapping[str, str]
) -> None:
    con.begin()
    for name in ("schema", "macros", "views"):
        _sql.run(con, name)
    con.commit()
    known = {
        "format": FORMAT,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "as_of": as_of.isoformat(),
        "frame": catalogs.frame_hash(material.catalog),
        "catalog": catalogs.to_json(material.catalog),
        **facts,
    }
    _sql.insert(con, "meta", [{"key": key, "value": value} for key, value in known.items()])
    for table, rows in {
        **_tables.catalog_rows(material.catalog),
        **_tables.source_rows(material.sources),
    }.items():
        _sql.insert(con, table, rows)


def _load(con: duckdb.DuckDBPyConnection, parts: Parts, measured: Measured) -> None:
    _sql.insert(con, "payload", [payload_row(line, found) for line, found in measured.lines])
    _sql.insert(con, "measurement", [measurement_row(line, found) for line, found in measured.lines])
    _sql.insert(con, "refused", [asdict(refused) for refused in (*parts.refused, *measured.refused)])
    if parts.files:
        files = [str(file) for file in parts.files]
        _sql.run(con, "statements/observation", parts=files)
        _sql.run(con, "statements/payload_fact")
        _sql.run(con, "statements/undeclared", parts=files)


def _score(con: duckdb.DuckDBPyConnection, catalog: Catalog, as_of: date) -> None:
    """Fill the tables from `indicator_value` to `score_json`."""
    _sql.run(con, "statements/one_thread")
    for comparison in catalog.comparisons:
        moment = evaluate.Moment(as_of)
        found = evaluate.readings(con, catalog, comparison, moment)
        _check_finite(comparison, found)
        rows = [_tables.reading_row(comparison.id, as_of, reading) for reading in found]
        _sql.insert(con, "indicator_value", rows)
        scores = score_prepared(evaluate.prepared(con, catalog, comparison, moment, found))
        pair = (*comparison.frameworks[:2], None, None)[:2]
        for score in scores:
            for table, added in _tables.score_rows(score, pair).items():
                _sql.insert(con, table, added)
    _sql.run(con, "statements/all_threads")


def _check(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Raise CheckFailed for a structural fault; store what the warning checks find, and count it."""
    for name in _sql.checks("fail"):
        if rows := _sql.rows(con, f"checks/{name}"):
            raise CheckFailed(name, list(rows))
    counts = {}
    for name in _sql.checks("warn"):
        rows = _sql.rows(con, f"checks/{name}")
        if rows:
            found = [json.dumps(row, default=str, ensure_ascii=False) for row in rows[:_KEPT_ROWS]]
            _sql.insert(con, "warning", [{"check_name": name, "found": item} for item in found])
            counts[name] = len(rows)
    return counts


def _check_needs(material: Material) -> None:
    declared = {metric.id for source in material.sources for metric in source.metrics}
    for indicator in material.catalog.indicators:
        for metric in indicator.needs:
            if metric not in declared:
                file = f"indicators/{indicator.dimension}/{indicator.id}.toml"
                raise CatalogError(
                    file, "needs", f"no source delivers {metric!r} (touchstone metrics lists them)"
                )


def _check_finite(comparison: Comparison, found: Sequence[Reading]) -> None:
    for reading in found:
        if not math.isfinite(reading.value):
            place = (comparison.id, reading.indicator, reading.framework)
            row: dict[str, object] = dict(zip(("comparison", "indicator", "framework"), place, strict=True))
            raise CheckFailed("indicator_value_is_finite", [row | {"value": reading.value}])


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Do not look for cycles among millions of objects that have none: it takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _parts_folder(parsed: Path | None) -> Iterator[Path]:
    if parsed is not None:
        yield parsed
        return
    with tempfile.TemporaryDirectory(prefix="touchstone-parsed-") as folder:
        yield Path(folder)


def _discard(out: Path) -> None:
    out.unlink(missing_ok=True)
    out.with_name(f"{out.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(_sql.spill_folder(out), ignore_errors=True)


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Take the time of one stage."""
        begin = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begin, 3)
