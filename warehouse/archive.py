"""The archive: every answer of every source, byte for byte, and the ledger of the attempts.

    bodies/ab/<sha256>.zst    a body, stored once however often it is received
    index/<run>.jsonl         one line per answer or attempt of one run
    index/<run>.open.jsonl    the same while the run goes on, or after it was killed

Crash rule: a body is synced and named before its index line is written, and a line is synced before
`save` returns. A kill therefore loses nothing that was saved; what it leaves is at most a body that no
line names and a torn last line, which readers leave out. Runs never share a file.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import zstandard
from pydantic import AfterValidator, AwareDatetime, TypeAdapter, ValidationError

from evidence.errors import ArchiveError, Busy, InputError
from evidence.types import Attempt, Payload, Scope
from warehouse import _files

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_OPEN, _DONE = ".open.jsonl", ".jsonl"
_LEVEL = 10  # JSON and HTML: a tenth smaller than level 3, still faster than any network
_DAY_S = 86_400.0
_KEPT = "What was saved before is kept."
_serial = itertools.count()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Utc = Annotated[AwareDatetime, AfterValidator(_utc)]


@dataclass(frozen=True)
class Entry:
    """One archived answer without its body: a `Payload`'s fields, its size and the run it came in."""

    run: str
    source: str
    framework: str
    scope: Scope
    name: str
    url: str
    requested_at: Utc
    status: int
    headers: Mapping[str, str]
    sha256: str
    bytes: int


@dataclass(frozen=True)
class _Line:
    payload: Entry | None = None
    attempt: Attempt | None = None


_LINE: TypeAdapter[_Line] = TypeAdapter(_Line)


class Archive:
    """What has been received so far, under one folder. Safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._newest: dict[str, Entry] = {}
        self._told: dict[tuple[str, str, str, str, str], tuple[datetime, str]] = {}
        self._read_to: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def writer(self, run: str) -> Iterator[RunWriter]:
        """Open the run's index for writing; left without an error, the run counts as complete.

        A run that was killed can be opened again under its id and goes on where it stopped. Raises
        InputError for an id that is no plain file name or is complete, Busy when another process writes it.
        """
        if not _RUN.fullmatch(run):
            raise InputError(f"{run!r} cannot name a run: letters, digits, - and _ only, at most 100")
        if self._index(run, _DONE).exists():
            raise InputError(f"run {run!r} is complete; start another one")
        with _files.explained(self.root, _KEPT):
            self._sweep()
            descriptor = _open_for_appending(self._index(run, _OPEN))
        writer = RunWriter(run, self, descriptor)
        try:
            yield writer
            with _files.explained(self.root, _KEPT):
                _files.put(self._index(run, _OPEN), self._index(run, _DONE))
        finally:
            writer.close()

    def entries(self) -> Iterator[Entry]:
        """Yield every archived answer, run by run in the order of the run ids, in order of arrival."""
        return (line.payload for line in self._lines() if line.payload is not None)

    def attempts(self) -> Iterator[Attempt]:
        """Yield the ledger: every attempt of every run, in the same order."""
        return (line.attempt for line in self._lines() if line.attempt is not None)

    def read(self) -> tuple[list[Entry], list[Attempt]]:
        """Return all answers and all attempts, in one pass over the index."""
        lines = list(self._lines())
        entries = [line.payload for line in lines if line.payload is not None]
        return entries, [line.attempt for line in lines if line.attempt is not None]

    def digest(self) -> str:
        """Return a hash of the whole index: it changes with every answer and attempt, and costs little."""
        found = hashlib.sha256()
        for run, _ in self._runs():
            with _files.explained(self.root, _KEPT), self._opened(run) as file:
                body = file.read()
            found.update(run.encode() + b"\0" + body[: body.rfind(b"\n") + 1] + b"\0")
        return found.hexdigest()

    def payload(self, entry: Entry) -> Payload:
        """Return an answer with its body. Raises ArchiveError when the body is lost or damaged."""
        fields = {key: getattr(entry, key) for key in Payload.__dataclass_fields__ if key != "body"}
        return Payload(**fields, body=self.body(entry.sha256))

    def body(self, sha256: str) -> bytes:
        """Return the bytes of that hash. Raises ArchiveError when they are lost or damaged."""
        path = self.location(sha256)
        try:
            body = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        except FileNotFoundError:
            raise ArchiveError(_lost(path, "the body is not there")) from None
        except (OSError, zstandard.ZstdError) as error:
            raise ArchiveError(_lost(path, f"the body cannot be read ({error})")) from None
        if hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveError(_lost(path, "the body is not what its name says"))
        return body

    def location(self, sha256: str) -> Path:
        """Return where the body of that hash lies, whether or not it is there."""
        return self.root / "bodies" / sha256[:2] / f"{sha256}.zst"

    def previous(self, url: str) -> Payload | None:
        """Return the newest answer to that url, or None when there is none to be used.

        A damaged or lost body counts as none: the url is then asked again, and saving the answer mends it.
        """
        with self._lock:
            self._catch_up()
            entry = self._newest.get(url)
        if entry is None:
            return None
        try:
            return self.payload(entry)
        except ArchiveError:
            return None

    def tells(self, entry: Entry) -> bool:
        """Say whether the newest line about the same subject and url is of the same answer."""
        with self._lock:
            self._catch_up()
            return self._told.get(_subject(entry)) == (entry.requested_at, entry.sha256)

    def keep(self, payload: Payload) -> None:
        """Store a body under its hash, once. Raises ArchiveError when the hash is not the body's."""
        if hashlib.sha256(payload.body).hexdigest() != payload.sha256:
            raise ArchiveError(
                f"{payload.source}: {payload.url}: sha256 is not that of the body; not archived"
            )
        path = self.location(payload.sha256)
        if self._intact(payload.sha256):
            _files.sync_folder(path.parent)  # another writer may have named it a moment ago
            return
        compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        temporary = self._temporary / f"{os.getpid()}-{next(_serial)}"
        _files.write(path, compressor.compress(payload.body), temporary=temporary)
        for folder in (path.parent.parent, self.root):  # they may be new as well
            _files.sync_folder(folder)

    def _intact(self, sha256: str) -> bool:
        try:
            self.body(sha256)
        except ArchiveError:
            return False
        return True

    @property
    def _temporary(self) -> Path:
        return self.root / "tmp"

    def _sweep(self) -> None:
        """Delete what killed writers left half written; a day is longer than any write."""
        if self._temporary.is_dir():
            for left in self._temporary.iterdir():
                with suppress(FileNotFoundError):  # another process may sweep too
                    if time.time() - left.stat().st_mtime > _DAY_S:
                        left.unlink()

    def _index(self, run: str, ending: str) -> Path:
        return self.root / "index" / f"{run}{ending}"

    def _runs(self) -> list[tuple[str, Path]]:
        folder = self.root / "index"
        files = folder.glob(f"*{_DONE}") if folder.is_dir() else ()
        return sorted((file.name.removesuffix(_DONE).removesuffix(".open"), file) for file in files)

    def _lines(self) -> Iterator[_Line]:
        for run, _ in self._runs():
            yield from (line for line, _ in self._read(run, 0))

    def _read(self, run: str, start: int) -> Iterator[tuple[_Line, int]]:
        """Yield (line, offset of its end) from `start`; the run may be completed while we read."""
        end = start
        with _files.explained(self.root, _KEPT), self._opened(run) as file:
            file.seek(start)
            for raw in file:
                end += len(raw)
                if not raw.endswith(b"\n"):
                    return  # torn by a kill, or still being written
                yield _parsed(raw, f"{file.name}, the line that ends at byte {end}"), end

    def _opened(self, run: str) -> IO[bytes]:
        try:
            return self._index(run, _OPEN).open("rb")
        except FileNotFoundError:
            return self._index(run, _DONE).open("rb")

    def _catch_up(self) -> None:
        for run, file in self._runs():
            start = self._read_to.get(run, 0)
            if file.exists() and file.stat().st_size == start:
                continue
            for line, end in self._read(run, start):
                self._read_to[run] = end
                if line.payload is not None:
                    self._note(line.payload)

    def _note(self, entry: Entry) -> None:
        known = self._newest.get(entry.url)
        if known is None or known.requested_at <= entry.requested_at:
            self._newest[entry.url] = entry
        self._told[_subject(entry)] = (entry.requested_at, entry.sha256)


class RunWriter:
    """Writes the answers and attempts of one run. Safe to share between threads."""

    def __init__(self, run: str, archive: Archive, descriptor: int) -> None:
        self.run = run
        self._archive = archive
        self._descriptor: int | None = descriptor
        self._lock = threading.Lock()

    def save(self, payload: Payload) -> None:
        """Keep an answer for good: when this returns, a kill or power cut no longer loses it.

        An answer that the archive gave out, since two frameworks share its url, gets no second line.
        """
        with _files.explained(self._archive.root, _KEPT):
            self._archive.keep(payload)
            fields = {key: getattr(payload, key) for key in Payload.__dataclass_fields__ if key != "body"}
            entry = Entry(self.run, **fields, bytes=len(payload.body))
            with self._lock:
                if not self._archive.tells(entry):
                    self._append(_Line(payload=entry))

    def attempt(self, attempt: Attempt) -> None:
        """Enter an attempt in the ledger, for good."""
        with _files.explained(self._archive.root, _KEPT), self._lock:
            self._append(_Line(attempt=attempt))

    def close(self) -> None:
        """Take no more lines."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._descriptor = None

    def _append(self, line: _Line) -> None:
        """Write a line; the caller holds the lock."""
        if self._descriptor is None:
            raise ArchiveError(f"run {self.run!r} is over; nothing more can be saved in it")
        _append(self._descriptor, _LINE.dump_json(line, exclude_none=True) + b"\n")


def _subject(entry: Entry) -> tuple[str, str, str, str, str]:
    return entry.source, entry.framework, entry.scope, entry.name, entry.url


def _append(descriptor: int, raw: bytes) -> None:
    """Append and sync one line, or nothing: half a line would swallow the next one."""
    end = os.fstat(descriptor).st_size
    try:
        left = raw
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _open_for_appending(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, path.read_bytes().rfind(b"\n") + 1)  # a line torn by a kill
        _files.sync_folder(path.parent)
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(f"{path}: another process writes this run; wait for it or start another run") from None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _parsed(raw: bytes, place: str) -> _Line:
    try:
        return _LINE.validate_json(raw)
    except ValidationError as error:
        why = error.errors(include_url=False)[0]["msg"]
        raise ArchiveError(
            f"{place}: not an index line ({why}). Restore the file from a copy, or delete the line"
        ) from None


def _lost(path: Path, why: str) -> str:
    return (
        f"{path}: {why}. Restore the file from a copy, or collect the source again: the same answer mends it"
    )
