"""The Python files of a package's minor releases, read out of wheels on the package index, and kept.

Only the list of files at the end of a wheel and the blocks that hold `.py` and `.pyi` members travel: of the
527 MB of torch 2.13.0 that is 14 MB in six requests (PROBES §8). A server that ignores ranges sends the
whole file, which serves as well. Standard library only, since a worker has nothing else; this is the one
probe that needs a network, and it runs in a suite of its own.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from benchmarks.outcome import NotRun

MONTHS = 24
INDEX_VARIABLE = "TOUCHSTONE_INDEX_URL"
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_TIMEOUT_S = 60.0
_TAIL = 1 << 20
_GAP = 256 << 10
"""Members closer than this are read in one request: a request costs more than the bytes between them."""


@dataclass(frozen=True)
class Release:
    """A minor release: its first final version, its upload (UTC), and its wheels, smallest first."""

    version: Version
    uploaded: datetime
    wheels: tuple[str, ...]


def minor_releases(distribution: str, *, now: datetime, months: int = MONTHS) -> list[Release]:
    """Return the first final release of every minor version of the last months, and the one before, in order.

    Raises NotRun when the index cannot be reached or knows fewer than two of them.
    """
    page = urljoin(os.environ.get(INDEX_VARIABLE) or PYPI_SIMPLE_ENDPOINT, f"{distribution}/")
    listed = json.loads(_ask(page, {"Accept": _SIMPLE_JSON})[1])
    first: dict[tuple[int, int], Version] = {}
    wheels: dict[Version, list[Mapping[str, Any]]] = {}
    for file in listed["files"]:
        version = _final_version(file)
        if version:
            wheels.setdefault(version, []).append(file)
            minor = (version.major, version.minor)
            first[minor] = min(version, first.get(minor, version))
    releases = [_release(first[minor], wheels[first[minor]], page) for minor in sorted(first)]
    cut = now - timedelta(days=365.25 * months / 12)
    newer = [at for at, release in enumerate(releases) if release.uploaded >= cut]
    kept = releases[max(newer[0] - 1, 0) :] if newer else []
    if len(kept) < 2:
        raise NotRun(f"the index has fewer than two minor releases of {distribution} in {months} months")
    return kept


def python_files(release: Release, package: str, cache: Path, *, unread: Sequence[str] = ()) -> Path:
    """Return a folder that holds `package` with its Python files and stubs, from the cache or the index.

    Folders that `unread` names (`package/inner/`) are left in the wheel.
    The smallest wheel with such a package serves: the Python files of one release differ between its
    platforms in a version file only (PROBES §8).
    """
    folder = cache / package / str(release.version)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    for url in release.wheels:
        held = _Ranged(url)
        with zipfile.ZipFile(held) as wheel:
            members = [one for one in wheel.infolist() if _is_wanted(one.filename, package, tuple(unread))]
            if members:
                held.prefetch([(member.header_offset, _end(member)) for member in members])
                _unpack(wheel, members, folder)
                return folder
    raise NotRun(f"no wheel of {package} {release.version} holds Python files of it")


def cache_folder() -> Path:
    """Return where sources of releases are kept: below the data folder, which TOUCHSTONE_HOME may move."""
    project = Path(__file__).resolve().parent.parent
    return Path(os.environ.get("TOUCHSTONE_HOME") or project / "data") / "releases"


def _release(version: Version, files: Iterable[Mapping[str, Any]], page: str) -> Release:
    ordered = sorted(files, key=lambda file: (file.get("size") or 0, file["filename"]))
    uploaded = min(datetime.fromisoformat(file["upload-time"]).astimezone(UTC) for file in ordered)
    return Release(version, uploaded, tuple(urljoin(page, file["url"]) for file in ordered))


def _final_version(file: Mapping[str, Any]) -> Version | None:
    try:
        version = parse_wheel_filename(file["filename"])[1]
    except InvalidWheelFilename:
        return None
    return None if version.is_prerelease or version.is_postrelease or file.get("yanked") else version


def _is_wanted(name: str, package: str, unread: tuple[str, ...]) -> bool:
    inside = name.startswith(f"{package}/") and not name.startswith((f"{package}/include/", *unread))
    return inside and name.endswith((".py", ".pyi"))


def _unpack(wheel: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path) -> None:
    """Unpack into the folder's place in one rename, so that a half-read release is never taken for one."""
    partial = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        wheel.extractall(partial, members)  # checks every member's CRC
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _end(member: zipfile.ZipInfo) -> int:
    """Return a position behind the member: its local header may have a longer extra field than the list."""
    return member.header_offset + member.compress_size + len(member.filename) + 1024


class _Ranged(io.RawIOBase):
    """A file on a server, read by ranges; what was read is kept."""

    def __init__(self, url: str) -> None:
        self._url, self._at = url, 0
        start, body, size = _range(url, f"-{_TAIL}")
        self._size, self._blocks = size, [(start, body)]

    def prefetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Read the spans, those near each other in one request."""
        merged: list[list[int]] = []
        for start, end in sorted(spans):
            if merged and start - merged[-1][1] <= _GAP:
                merged[-1][1] = max(end, merged[-1][1])
            else:
                merged.append([start, end])
        for start, end in merged:
            self._block(start, min(end, self._size))

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._at + size, self._size)
        start, body = self._block(self._at, end)
        found = body[self._at - start : end - start]
        self._at = end
        return found

    def _block(self, start: int, end: int) -> tuple[int, bytes]:
        for at, body in self._blocks:
            if at <= start and end <= at + len(body):
                return at, body
        at, body, _ = _range(self._url, f"{start}-{end - 1}")
        self._blocks.append((at, body))
        return at, body


def _range(url: str, span: str) -> tuple[int, bytes, int]:
    """Return (start, bytes, size of the file); the whole file when the server ignores ranges."""
    headers, body = _ask(url, {"Range": f"bytes={span}", "Accept-Encoding": "identity"})
    told = headers.get("Content-Range")
    if told is None:
        return 0, body, len(body)
    places, _, size = told.removeprefix("bytes ").partition("/")
    return int(places.split("-")[0]), body, int(size)


def _ask(url: str, headers: Mapping[str, str]) -> tuple[Mapping[str, str], bytes]:
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - an address of the index
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the same
            return answer.headers, answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise NotRun(f"the package index does not answer: {error}. Run the suite where it does") from error
