"""Releases, wheels and requirements of projects on the Python package index, from its project JSON.

The index says when each file came and what it runs on, so that most quantities can be told for any past day.
It does not say when a release was yanked (a yanked one counts at no time) and forgets what was deleted.
Wheels that a project offers elsewhere, such as builds for one accelerator, are not seen. What a framework's
newest release brings along on one machine is stated once a release, from listings and metadata of wheels.
Facts of the interface: the index's user documentation (JSON API), read 2026-11-23.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from collectors import _closure
from collectors._contract import Subject
from collectors._cpython import CPYTHON_3, supported
from collectors._http import FOR_EVER, Client
from collectors._parse import (
    as_array,
    as_count,
    as_moment,
    as_object,
    as_text,
    event,
    flow,
    json_object,
    observations,
    reading,
    stock,
)
from evidence.errors import PayloadChanged
from evidence.types import Framework, Metric, Observation, Payload, Source

_FINAL = "final releases only: no pre-, post- or development release and none that is yanked today"
_NEWEST = "of the newest final release at the moment; monthly, and when asked"

SOURCE = Source(
    id="pypi",
    title="Python package index",
    url="{0.scheme}://{0.netloc}/".format(urlsplit(PYPI_SIMPLE_ENDPOINT)),
    licence="public metadata, no licence stated",
    citation="Python Package Index, project JSON API",
    needs="pypi",
    metrics=(
        Metric("pypi.release", "releases", "flow", f"a release, when its first file came; {_FINAL}"),
        Metric(
            "pypi.minor_release",
            "releases",
            "flow",
            f"the first release of an x.y line; repairs and backports are not counted; {_FINAL}",
        ),
        Metric(
            "pypi.support_days",
            "days",
            "flow",
            "days from the first release of an x.y line to one of its releases, over the time between the "
            f"two: 0 for the first, so that a line without a repair is seen; {_FINAL}",
        ),
        Metric("pypi.releases_final", "releases", "stock", f"releases so far; {_FINAL}"),
        Metric(
            "pypi.releases_year",
            "releases",
            "stock",
            f"releases in the 365 days before, once the project is a year old; {_FINAL}",
        ),
        Metric("pypi.yanked", "releases", "stock", "otherwise final releases all of whose files are yanked"),
        Metric(
            "pypi.wheel_bytes",
            "bytes",
            "stock",
            f"the Linux x86_64 wheel for the newest CPython it has, {_NEWEST}; its requirements left out",
        ),
        Metric("pypi.smallest_wheel_bytes", "bytes", "stock", f"size of the smallest wheel {_NEWEST}"),
        Metric(
            "pypi.installable_cells",
            "share",
            "stock",
            f"share of planned cells (operating system x supported CPython) with a wheel {_NEWEST}; "
            "source distributions and free-threaded builds do not count",
        ),
        Metric(
            "pypi.cells_with_wheel", "cells", "stock", f"cells with a wheel {_NEWEST}; see installable_cells"
        ),
        Metric(
            "pypi.cells_planned",
            "cells",
            "stock",
            "{Linux x86_64, Linux aarch64, macOS arm64, Windows x86_64} x {CPython 3 minors supported then}",
        ),
        Metric(
            "pypi.python_lag_days",
            "days",
            "stock",
            "days from CPython x.y.0 to the first wheel of a final release tagged for it, at its upload; "
            "negative when it came before; only for CPythons younger than the project; pure and abi3 wheels "
            "are not seen; a CPython without a wheel yet gives none, see python_waiting_days",
        ),
        Metric(
            "pypi.python_waiting_days",
            "days",
            "stock",
            "days that the longest waiting supported CPython, younger than the project, has waited for any "
            "wheel it can install; 0 when none waits; only for projects with wheels tagged for one CPython",
        ),
        Metric(
            "pypi.requirements",
            "projects",
            "stock",
            "distinct projects the newest version requires without extras, on any platform; not their own "
            "requirements; not told when the index lists none, which may mean that it does not know",
        ),
        Metric(
            "pypi.requirement_closure",
            "packages",
            "stock",
            f"packages that the newest final release brings along on {_closure.REFERENCE}: what it requires "
            "without extras, what that requires, and so on; as the index stood when the release was first "
            "seen; not told when one of them has no wheel there or no version suits all",
        ),
        Metric(
            "pypi.closure_bytes",
            "bytes",
            "stock",
            "bytes of all wheels that are downloaded for it: its own and those of pypi.requirement_closure",
        ),
    ),
    budget=12,
    backfill=120,
    parser_version=2,
)
"""A steady week costs one request a name, for those around the framework in one week of four. A new release
costs once, as backfill, two for every package that it brings along: 64 for the newest release of each of the
first two frameworks of the catalog on 2026-11-26."""

_PLATFORMS = {
    "linux_x86_64": re.compile(r"(many)?linux.*_x86_64"),
    "linux_aarch64": re.compile(r"(many)?linux.*_aarch64"),
    "macos_arm64": re.compile(r"macosx_.*_(arm64|universal2)"),
    "windows_x86_64": re.compile(r"win_amd64"),
}
_YEAR = timedelta(days=365)
_CLOSURE = "closure="
_OLDEST = datetime(2003, 1, 1, tzinfo=UTC)  # the year the index began
_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class _Wheel:
    uploaded: datetime
    size: int
    platforms: frozenset[str]
    minors: frozenset[int]  # of CPython 3 that can install it
    tagged: frozenset[int]  # of CPython 3 it was built for


@dataclass(frozen=True)
class _Release:
    version: Version
    uploaded: datetime
    wheels: tuple[_Wheel, ...]


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the project JSON of every name, then what the newest release of each core name brings along."""
    projects: list[tuple[Subject, Payload]] = []

    def ask(client: Client, subject: Subject) -> Iterator[Payload]:
        is_core = subject.scope == "core"
        # The index tells every release with its time: the packages around it lose nothing by turns.
        every = None if is_core else client.turn(subject, weeks=4)
        project = client.get(f"pypi/{subject.name}/json", subject, fresh_for=every)
        projects.extend([(subject, project)] * is_core)
        yield project

    yield from client.each(framework, ask)
    for subject, project in projects:
        yield from _brought_along(client, subject, project)


def _brought_along(client: Client, subject: Subject, project: Payload) -> Iterator[Payload]:
    """Yield the closure of the newest release, from the archive when it has been told before."""
    try:
        newest = reading(project, _newest)
        if newest:
            yield from _closure_of(client, subject, f"{canonicalize_name(subject.name)}=={newest}")
    except PayloadChanged:
        return  # whoever keeps the answer says what is wrong with it


def _closure_of(client: Client, subject: Subject, root: str) -> Iterator[Payload]:
    url = f"{client.address('simple/')}#{_CLOSURE}{root}"
    asked_at = client.now()
    # What a release brought along when it came does not change.
    told = client.archived(url, subject, fresh_for=FOR_EVER)
    if told is None or reading(told, _closure.unresolved):
        body = yield from _closure.state(client, subject, root)
        told = client.make_payload(subject, url=url, requested_at=asked_at, body=body)
    yield told
    if why := reading(told, _closure.unresolved):
        client.notes.append(f"what {root} brings along is not told: {why}")


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the metrics of one project. Raises PayloadChanged when the bytes are not its JSON."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    parts = urlsplit(payload.url)
    if parts.fragment.startswith(_CLOSURE):
        yield from _closure_sizes(payload)
    elif parts.path.endswith((".whl", ".metadata")):
        _closure.requirements(payload)
    elif "/simple/" in parts.path:
        _closure.wheels(payload)
    else:
        yield from _project(payload)


def _closure_sizes(payload: Payload) -> Iterator[Observation]:
    sizes = _closure.sizes(payload)
    if sizes:
        yield stock(payload, "pypi.requirement_closure", payload.requested_at, sizes[0])
        yield stock(payload, "pypi.closure_bytes", payload.requested_at, sizes[1])


def _project(payload: Payload) -> Iterator[Observation]:
    project = json_object(payload)
    info, listed = as_object(project["info"]), as_object(project["releases"])
    if canonicalize_name(as_text(info["name"])) != canonicalize_name(payload.name):
        raise ValueError(f"the answer is about {info['name']!r}")
    files = {version: _files(value) for version, value in listed.items()}
    yanked = sum(1 for version, some in files.items() if _final(version) and some and not _kept(some))
    releases = list(_releases(files, payload.requested_at))
    yield stock(payload, "pypi.yanked", payload.requested_at, yanked)
    yield from _requirements(payload, info)
    yield from _release_events(payload, releases)
    yield from _python_lags(payload, releases)
    for at in _moments(releases, payload.requested_at):
        yield from _state(payload, releases, at)


def _newest(project: Payload) -> Version | None:
    """Return the newest final version that is not yanked, if there is one."""
    listed = as_object(json_object(project)["releases"])
    kept = (_final(name) for name, files in listed.items() if _kept(_files(files)))
    return max((version for version in kept if version), default=None)


def _files(value: object) -> list[dict[str, object]]:
    return [dict(as_object(file)) for file in as_array(value)]


def _kept(files: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    return [file for file in files if file["yanked"] is not True]


def _final(version: str) -> Version | None:
    """Return the version if it is a final release by PEP 440, else None (as for names older than that)."""
    try:
        parsed = Version(version)
    except InvalidVersion:
        return None
    plain = not (parsed.is_prerelease or parsed.is_postrelease or parsed.local)
    return parsed if plain else None


def _releases(files: dict[str, list[dict[str, object]]], asked: datetime) -> Iterator[_Release]:
    for name, listed in files.items():
        version, kept = _final(name), _kept(listed)
        if version and kept:
            uploads = [_uploaded(file, asked) for file in kept]
            wheels = (_wheel(file, at) for file, at in zip(kept, uploads, strict=True))
            yield _Release(version, min(uploads), tuple(wheel for wheel in wheels if wheel))


def _uploaded(file: dict[str, object], asked: datetime) -> datetime:
    moment = as_moment(file.get("upload_time_iso_8601") or file["upload_time"])
    if not _OLDEST <= moment <= asked + _SKEW:
        raise ValueError(f"{file['filename']} was uploaded at {moment}")
    return moment


def _wheel(file: dict[str, object], uploaded: datetime) -> _Wheel | None:
    """Return what a wheel runs on; None for another kind of file or a name that no installer reads today."""
    try:
        tags = parse_wheel_filename(as_text(file["filename"]))[3]
    except InvalidWheelFilename:
        return None
    allowed = SpecifierSet(as_text(file.get("requires_python") or ""))
    minors = {minor for minor in CPYTHON_3 if any(_runs(tag, minor) for tag in tags)}
    return _Wheel(
        uploaded=uploaded,
        size=as_count(file["size"]),
        platforms=frozenset(name for name in _PLATFORMS if any(_is_for(tag, name) for tag in tags)),
        # The newest patch of a minor decides: ">=3.9.2" does not shut 3.9 out.
        minors=frozenset(minor for minor in minors if allowed.contains(f"3.{minor}.99")),
        tagged=frozenset(minor for minor in minors if any(tag.abi == f"cp3{minor}" for tag in tags)),
    )


def _runs(tag: Tag, minor: int) -> bool:
    """Say whether CPython 3.minor (with its lock) installs a tag: its own, an older abi3, or pure Python."""
    exact = re.fullmatch(r"cp3(\d+)", tag.interpreter)
    if exact and tag.abi == "abi3":
        return int(exact[1]) <= minor
    if exact:
        return int(exact[1]) == minor and re.fullmatch(rf"cp3{minor}m?|none", tag.abi) is not None
    pure = re.fullmatch(r"py3(\d*)", tag.interpreter)
    return pure is not None and tag.abi == "none" and int(pure[1] or 0) <= minor


def _is_for(tag: Tag, platform: str) -> bool:
    return tag.platform == "any" or _PLATFORMS[platform].fullmatch(tag.platform) is not None


def _requirements(payload: Payload, info: object) -> Iterator[Observation]:
    listed = as_object(info)["requires_dist"]
    if listed is None:
        return
    required = [Requirement(as_text(line)) for line in as_array(listed)]
    names = {canonicalize_name(one.name) for one in required if "extra" not in str(one.marker or "")}
    yield stock(payload, "pypi.requirements", payload.requested_at, len(names))


def _release_events(payload: Payload, releases: list[_Release]) -> Iterator[Observation]:
    lines: dict[tuple[int, int], datetime] = {}
    for release in releases:
        line = (release.version.major, release.version.minor)
        lines[line] = min(release.uploaded, lines.get(line, release.uploaded))
    for metric, moments in (
        ("pypi.release", [release.uploaded for release in releases]),
        ("pypi.minor_release", list(lines.values())),
    ):
        for at, count in sorted(Counter(moment.replace(microsecond=0) for moment in moments).items()):
            yield event(payload, metric, at, count)
    yield from _support(payload, releases, lines)


def _support(
    payload: Payload, releases: list[_Release], lines: Mapping[tuple[int, int], datetime]
) -> Iterator[Observation]:
    spans: dict[tuple[datetime, datetime], float] = {}
    for release in releases:
        begun = lines[release.version.major, release.version.minor]
        start, at = begun.replace(microsecond=0), release.uploaded.replace(microsecond=0)
        spans[start, max(at, start + timedelta(seconds=1))] = (release.uploaded - begun) / timedelta(days=1)
    for (start, end), days in sorted(spans.items()):
        yield flow(payload, "pypi.support_days", start, end, days)


def _python_lags(payload: Payload, releases: list[_Release]) -> Iterator[Observation]:
    for minor, wheels in _tagged(releases):
        first = min(wheel.uploaded for wheel in wheels)
        lag = first - CPYTHON_3[minor].released
        yield stock(payload, "pypi.python_lag_days", first, lag / timedelta(days=1))


def _tagged(releases: list[_Release]) -> Iterator[tuple[int, list[_Wheel]]]:
    """Yield (CPython minor younger than the project, wheels built for it)."""
    for minor in _younger(releases):
        wheels = [wheel for release in releases for wheel in release.wheels if minor in wheel.tagged]
        if wheels:
            yield minor, wheels


def _younger(releases: list[_Release]) -> list[int]:
    """Return the CPython minors that came out after the project's first final release."""
    first = min((release.uploaded for release in releases), default=None)
    return [minor for minor, span in CPYTHON_3.items() if first and span.released > first]


def _moments(releases: list[_Release], asked: datetime) -> Iterator[datetime]:
    """Yield the first of every month since the first release, and the moment of asking."""
    first = min((release.uploaded for release in releases), default=asked)
    month = first.year * 12 + first.month  # counted from 0, this is the month after the first release's
    while (at := datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)) < asked:
        yield at
        month += 1
    yield asked


def _state(payload: Payload, releases: list[_Release], at: datetime) -> Iterator[Observation]:
    """Yield the stocks at one moment, from the files that were there by then."""
    there = [release for release in releases if release.uploaded <= at]
    yield stock(payload, "pypi.releases_final", at, len(there))
    if not there:
        return
    if min(release.uploaded for release in there) <= at - _YEAR:
        recent = [release for release in there if release.uploaded > at - _YEAR]
        yield stock(payload, "pypi.releases_year", at, len(recent))
    newest = max(there, key=lambda release: release.version)
    yield from _sizes(payload, [wheel for wheel in newest.wheels if wheel.uploaded <= at], at)
    yield from _cells(payload, [wheel for wheel in newest.wheels if wheel.uploaded <= at], at)
    yield from _waiting(payload, releases, at)


def _sizes(payload: Payload, wheels: list[_Wheel], at: datetime) -> Iterator[Observation]:
    linux = [wheel for wheel in wheels if "linux_x86_64" in wheel.platforms and wheel.minors]
    if linux:
        newest = max(max(wheel.minors) for wheel in linux)
        size = min(wheel.size for wheel in linux if newest in wheel.minors)
        yield stock(payload, "pypi.wheel_bytes", at, size)
    if wheels:
        yield stock(payload, "pypi.smallest_wheel_bytes", at, min(wheel.size for wheel in wheels))


def _cells(payload: Payload, wheels: list[_Wheel], at: datetime) -> Iterator[Observation]:
    planned = [(platform, minor) for platform in _PLATFORMS for minor in supported(at)]
    if not planned:
        return
    served = {(platform, minor) for wheel in wheels for platform in wheel.platforms for minor in wheel.minors}
    found = len(served.intersection(planned))
    yield stock(payload, "pypi.cells_with_wheel", at, found)
    yield stock(payload, "pypi.cells_planned", at, len(planned))
    yield stock(payload, "pypi.installable_cells", at, found / len(planned))


def _waiting(payload: Payload, releases: list[_Release], at: datetime) -> Iterator[Observation]:
    wheels = [wheel for release in releases for wheel in release.wheels if wheel.uploaded <= at]
    if not any(wheel.tagged for wheel in wheels):
        return
    served = frozenset[int]().union(*(wheel.minors for wheel in wheels))
    unserved = set(_younger(releases)) & set(supported(at)) - served
    waits = [(at - CPYTHON_3[minor].released) / timedelta(days=1) for minor in unserved]
    yield stock(payload, "pypi.python_waiting_days", at, max(waits, default=0.0))
