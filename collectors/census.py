"""Which frameworks the architectures of one model library are implemented in, counted in its wheels.

The list of files at the end of a wheel is read, and nothing else of it: under half a megabyte a release. One
release of every quarter is counted, the newest of it. One library is not the world; it was the dominant one
for years, and what it drops is a fact about it. What a framework's files are called is the framework's name
for this source; what is vision and what is text says `census_names.toml`.
Facts of the file format: APPNOTE.TXT 6.3.10 (zip), sections 4.3.12 and 4.3.16, read 2026-11-26.
"""

from __future__ import annotations

import re
import struct
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from collectors._http import FOR_EVER, Client
from collectors._names import by_scope
from collectors._parse import as_array, as_moment, as_object, as_text, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

_ONE = "of one library at one of its releases"

SOURCE = Source(
    id="census",
    title="Architecture census of a model library",
    url="{0.scheme}://{0.netloc}/".format(urlsplit(PYPI_SIMPLE_ENDPOINT)),
    licence="Apache-2.0 (the library); counts of file names",
    citation="Wheels of the library on the Python package index, counted by Touchstone",
    needs="census",
    metrics=(
        Metric(
            "census.architectures",
            "architectures",
            "stock",
            f"architectures {_ONE} with a model file of the framework; not how good or used they are",
        ),
        Metric(
            "census.vision_architectures",
            "architectures",
            "stock",
            f"of a fixed list of vision architectures those {_ONE} with a model file of the framework",
        ),
        Metric(
            "census.text_architectures",
            "architectures",
            "stock",
            f"of a fixed list of text architectures those {_ONE} with a model file of the framework",
        ),
    ),
    min_interval=timedelta(days=1),
    budget=6,
    backfill=40,
)
"""A steady week costs one request for the releases, and one or two when a release came. The past is backfill,
newest quarter first."""

NAMES = Path(__file__).with_name("census_names.toml")
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_TAIL = 400_000
_MOST = 4_000_000
_END, _ENTRY = struct.Struct("<4s4H2IH"), struct.Struct("<4s6H3I5H2I")
_END_MARK, _ENTRY_MARK = b"PK\x05\x06", b"PK\x01\x02"


@dataclass(frozen=True)
class _Lists:
    library: str
    first_major: int
    not_architectures: frozenset[str]
    prefixes: tuple[str, ...]
    vision: frozenset[str]
    text: frozenset[str]


@dataclass(frozen=True)
class _Wheel:
    version: Version
    uploaded: str
    url: str


@cache
def lists() -> _Lists:
    """Return what `census_names.toml` says."""
    told = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    return _Lists(
        library=told["library"],
        first_major=told["first_major"],
        not_architectures=frozenset(told["not_architectures"]),
        prefixes=tuple(sorted(told["prefixes"], key=len, reverse=True)),
        vision=frozenset(told["vision"]),
        text=frozenset(told["text"]),
    )


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the list of releases and the file list of one wheel of every quarter, newest first.

    Raises Refused when the server sends no parts of files, Capped when the budget ends before the past does.
    """
    for subject, _ in by_scope(framework, SOURCE.needs):
        listed = client.get(f"simple/{lists().library}/", subject, headers={"Accept": _SIMPLE_JSON})
        yield listed
        for place, wheel in enumerate(_wheels(listed)):
            url = f"{wheel.url}#uploaded={wheel.uploaded}"
            asked_at = client.now()
            # A file on the index never changes.
            archived = client.archived(url, subject, fresh_for=FOR_EVER)
            yield archived or client.make_payload(
                subject,
                url=url,
                requested_at=asked_at,
                body=_file_list(client, wheel.url, backfill=place > 0),
            )


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the architectures of one wheel at its upload; nothing for the list of releases."""
    yield from observations(payload, _read)


def _wheels(listed: Payload) -> list[_Wheel]:
    """Return the newest final wheel of every quarter, newest first; none of a list the parser refuses."""
    newest: dict[tuple[int, int], _Wheel] = {}
    try:
        for value in as_array(json_object(listed)["files"]):
            wheel = _wheel(as_object(value), listed.url)
            if wheel:
                day = as_moment(wheel.uploaded)
                quarter = (day.year, (day.month - 1) // 3)
                newest[quarter] = max(wheel, newest.get(quarter, wheel), key=lambda one: one.version)
    except (ValueError, LookupError, TypeError):
        return []
    return [newest[quarter] for quarter in sorted(newest, reverse=True)]


def _wheel(file: Mapping[str, object], page: str) -> _Wheel | None:
    """Return a wheel of a final release with folders that is not yanked; None for another file."""
    try:
        version = parse_wheel_filename(as_text(file["filename"]))[1]
    except InvalidWheelFilename:
        return None
    if version.is_prerelease or version.major < lists().first_major or file.get("yanked"):
        return None
    return _Wheel(version, as_text(file["upload-time"]), urljoin(page, as_text(file["url"])))


def _file_list(client: Client, url: str, *, backfill: bool) -> bytes:
    """Return the list of files at the end of a wheel, to the wheel's last byte."""
    tail = client.get_range(url, -_TAIL, backfill=backfill)
    end, size = _size(tail)
    if end < size <= _MOST:
        tail = client.get_range(url, -(size + len(tail) - end), backfill=backfill)
        end, size = _size(tail)
    return tail[max(end - size, 0) :]


def _size(tail: bytes) -> tuple[int, int]:
    """Return where the end mark stands and how long the list before it is; (0, 0) without a mark."""
    end = tail.rfind(_END_MARK, 0, len(tail) - _END.size + len(_END_MARK))
    return (end, _END.unpack_from(tail, end)[5]) if end >= 0 else (0, 0)


def _read(payload: Payload) -> Iterator[Observation]:
    if payload.body[:1] == b"{":
        for file in as_array(json_object(payload)["files"]):
            as_text(as_object(file)["filename"])
        return
    at = as_moment(urlsplit(payload.url).fragment.removeprefix("uploaded="))
    if at > payload.requested_at + timedelta(days=1):
        raise ValueError(f"the upload of {at} has not come yet")
    found = {place for name in _names(payload.body) if (place := _place(name))}
    if not found:
        raise ValueError("no file of the list is a model")
    for prefix in payload.name.split():
        folders = {folder for used, folder in found if used == prefix}
        for metric, among in (
            ("census.architectures", folders),
            ("census.vision_architectures", folders & lists().vision),
            ("census.text_architectures", folders & lists().text),
        ):
            yield replace(stock(payload, metric, at, len(among)), name=prefix)


def _place(name: str) -> tuple[str, str] | None:
    """Return (prefix, architecture) of a model file, None for any other file."""
    found = re.fullmatch(r"\w+/models/(?:deprecated/)?(\w+)/(\w+)\.py", name, re.ASCII)
    if not found or found[1] in lists().not_architectures:
        return None
    prefix = next((prefix for prefix in lists().prefixes if found[2].startswith(prefix)), None)
    return (prefix, found[1]) if prefix else None


def _names(body: bytes) -> Iterator[str]:
    """Yield the names of a zip's list of files. Raises ValueError when the list is not whole."""
    at = count = 0
    while body[at : at + 4] == _ENTRY_MARK and len(body) >= at + _ENTRY.size:
        fields = _ENTRY.unpack_from(body, at)
        start, lengths = at + _ENTRY.size, fields[10:13]
        yield body[start : start + lengths[0]].decode("utf-8")
        at, count = start + sum(lengths), count + 1
    if body[at : at + 4] != _END_MARK or len(body) < at + _END.size:
        raise ValueError("no list of files, or one that is cut")
    if _END.unpack_from(body, at)[4] != count:
        raise ValueError(f"{count} files are listed, and another number is told")
