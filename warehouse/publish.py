"""Publish: build to a private file, then put it into place so that no reader ever sees a half-built state.

    published/touchstone-<release>.duckdb   every release; the last three are kept
    CURRENT                                 the release now published (long-lived readers follow it)
    touchstone.duckdb                       a copy under a fixed name, for people and other tools
    lock                                    held while a run is going on

The copy is a file of its own: whoever opens it for writing locks nobody else out.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from evidence import catalog as catalogs
from evidence.errors import Busy, InputError
from evidence.types import Catalog, Source
from warehouse import _files, _sql
from warehouse._parsed import Parse
from warehouse._results import LoadLine, ResultFile, read_lines
from warehouse.archive import Archive
from warehouse.build import FORMAT, BuildReport, Material, build_from

KEPT_RELEASES = 3
"""Releases that stay: a reader may still show an older one, and a bad week can be looked back at."""

_COPY, _POINTER = ".touchstone.duckdb.new", ".CURRENT.new"
_STAYS = "The last release stays in place."
_held: dict[Path, tuple[int, int]] = {}  # lock file: (descriptor, how often taken)
_guard = threading.Lock()


@dataclass(frozen=True)
class Release:
    """A published database. `report` is None where nothing was new and the release stands as it was."""

    id: str
    path: Path
    as_of: date
    report: BuildReport | None

    @property
    def is_new(self) -> bool:
        """Whether this publication built it."""
        return self.report is not None


@contextmanager
def run_lock(home: Path) -> Iterator[None]:
    """Hold the home for one run; within a process it may be taken again (a job collects, then publishes).

    Raises Busy, with the holder's process and start, when another process holds it. The lock of a process
    that was killed is free.
    """
    path = (home / "lock").absolute()
    with _guard:
        descriptor, times = _held.get(path) or (_locked(path, f"another run is going on in {home}"), 0)
        _held[path] = descriptor, times + 1
    try:
        yield
    finally:
        with _guard:
            descriptor, times = _held.pop(path)
            if times > 1:
                _held[path] = descriptor, times - 1
            else:
                os.close(descriptor)


def publish(
    home: Path,
    *,
    archive: Archive,
    result_files: Sequence[ResultFile],
    catalog: Catalog,
    sources: Sequence[Source],
    parsers: Mapping[str, Parse],
    load_line: LoadLine,
    as_of: date | None = None,
    changelog: str = "",
    now: datetime | None = None,
) -> Release:
    """Build, check and publish; where nothing is new, leave the release as it is and return it.

    `as_of` is today without; `changelog` the text in which a change of the frame must have its entry.
    Raises what `build` raises, and Busy while another process publishes; then the last release stays.
    """
    material = Material(archive, read_lines(result_files), catalog, sources, parsers, load_line)
    descriptor = _locked(home / "published" / "lock", f"another publication is going on in {home}")
    try:
        return _publish(home, material, as_of, changelog, now or datetime.now(UTC))
    finally:
        os.close(descriptor)


def _publish(home: Path, material: Material, as_of: date | None, changelog: str, moment: datetime) -> Release:
    day = as_of or moment.date()
    before = _standing(home)
    facts = {
        "inputs": fingerprint(material, day, changelog),
        "previous_frame": before.get("frame", ""),
        "changelog": changelog,
        "built_at": moment.isoformat(timespec="seconds"),
    }
    if before.get("inputs") == facts["inputs"]:
        return _restored(home, before)
    return _put_into_place(home, material, day, moment, facts)


def current(home: Path) -> str:
    """Return the release now published, empty when there is none."""
    try:
        return (home / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def release_path(home: Path, release: str) -> Path:
    """Return the file of a release, whether or not it is there."""
    return home / "published" / f"touchstone-{release}.duckdb"


def fingerprint(material: Material, as_of: date, changelog: str) -> str:
    """Return a hash of everything that a release depends on, this code included."""
    digest = hashlib.sha256()
    for part in (
        FORMAT,
        duckdb.__version__,
        as_of.isoformat(),
        changelog,
        catalogs.to_json(material.catalog),
        *(repr(source) for source in material.sources),
        *sorted(material.parsers),
        material.archive.digest(),
        *(f"{line.place} {line.origin} {line.sha256}" for line in material.lines),
    ):
        digest.update(part.encode() + b"\0")
    rooms = (Path(__file__).parent, Path(catalogs.__file__).parent)
    for file in sorted(file for room in rooms for file in room.rglob("*") if file.suffix in {".py", ".sql"}):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _put_into_place(
    home: Path, material: Material, as_of: date, moment: datetime, facts: Mapping[str, str]
) -> Release:
    folder = home / "published"
    release = f"{moment:%Y%m%dT%H%M%SZ}-{facts['inputs'][:6]}"
    private = folder / f".building-{release}.duckdb"
    with _files.explained(home, _STAYS):
        _sweep(folder)
        try:
            report = build_from(
                material, private, as_of=as_of, parsed=home / "parsed", facts={**facts, "release": release}
            )
            _files.sync(private)
            _files.put(private, release_path(home, release))
            _point_to(home, release)
        finally:
            _drop_unless_published(home, release, private)
        _prune(home)
    return Release(release, release_path(home, release), as_of, report)


def _drop_unless_published(home: Path, release: str, private: Path) -> None:
    """After a failure nothing of the release stays: on a full disk it would take the room of the next one."""
    for left in (private, home / _COPY, home / _POINTER):
        left.unlink(missing_ok=True)
    if current(home) != release:
        release_path(home, release).unlink(missing_ok=True)


def _point_to(home: Path, release: str) -> None:
    """Publish under the fixed name, then tell the readers. A kill in between leaves both files whole."""
    fixed = home / "touchstone.duckdb"
    temporary = home / _COPY
    shutil.copyfile(release_path(home, release), temporary)
    shutil.copystat(release_path(home, release), temporary)
    _files.sync(temporary)
    # What somebody wrote into the copy and did not check in must not be applied to the next one.
    fixed.with_name(f"{fixed.name}.wal").unlink(missing_ok=True)
    _files.put(temporary, fixed)
    _files.write(home / "CURRENT", f"{release}\n".encode(), temporary=home / _POINTER)


def _restored(home: Path, standing: Mapping[str, str]) -> Release:
    """The release stands; put the copy back where it was lost or touched."""
    release = standing["release"]
    path, fixed = release_path(home, release), home / "touchstone.duckdb"
    with _files.explained(home, _STAYS):
        if not fixed.exists() or _mark(fixed) != _mark(path):
            _point_to(home, release)
    return Release(release, path, date.fromisoformat(standing["as_of"]), None)


def _mark(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns


def _standing(home: Path) -> dict[str, str]:
    """Return what the published release says of itself; nothing when there is none that can be read."""
    path = release_path(home, current(home))
    if not path.exists():
        return {}
    try:
        with closing(_sql.open_for_reading(path)) as con:
            return {row["key"]: row["value"] for row in _sql.contents(con, "meta")}
    except (InputError, duckdb.Error):
        return {}  # damaged: it is built anew, which is what its reader is told to do


def _sweep(folder: Path) -> None:
    """Delete what a killed publication left half built."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".building-*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def _prune(home: Path) -> None:
    releases = sorted(
        (home / "published").glob("touchstone-*.duckdb"), key=lambda file: file.stat().st_mtime_ns
    )
    named = release_path(home, current(home))
    for old in [file for file in releases if file != named][: max(0, len(releases) - KEPT_RELEASES)]:
        old.unlink()


def _locked(path: Path, what: str) -> int:
    """Return the descriptor that holds the lock; when the process ends, however, the kernel frees it."""
    with _files.explained(path, "Nothing was started."):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            started = datetime.now(UTC).isoformat(timespec="seconds")
            os.ftruncate(descriptor, 0)
            os.write(descriptor, json.dumps({"pid": os.getpid(), "started": started}).encode())
        except BlockingIOError:
            os.close(descriptor)
            raise Busy(f"{what} ({_holder(path)}). Wait for it, or stop that process") from None
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def _holder(path: Path) -> str:
    try:
        said = json.loads(path.read_bytes())
        return f"process {said['pid']}, started {said['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it is just starting"
