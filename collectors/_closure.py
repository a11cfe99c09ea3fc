"""What an installer brings along with a package: its requirements, theirs, and so on, on one stated machine.

The machine is REFERENCE, and nothing but wheels is installed on it. Of every project the newest version that
the index lists is taken which satisfies all who ask for it: no pre-release where a final one will do, nothing
yanked unless it is asked for by its very version. Extras count where a requirement names them. There
is no search back: choices are made anew until they hold together, and where they do not, or where something
has no wheel, the closure is not told and the statement says why.
Rules: PEP 440, 508, 592, 600, 658, 685 and 691, read 2026-11-26.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from urllib.parse import urljoin, urlsplit

from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from collectors._contract import Subject
from collectors._http import FOR_EVER, Client
from collectors._parse import as_array, as_count, as_object, as_text, json_object, reading
from collectors._parts import Parts
from evidence.errors import Absent, Refused
from evidence.types import Payload

REFERENCE = "CPython 3.12.3, Linux x86_64, glibc 2.39"
"""What Ubuntu 24.04 brings."""

_LISTING = {"Accept": "application/vnd.pypi.simple.v1+json"}
_ANY = {"Accept": "*/*"}
_INSIDE = "#metadata"
_ITS_OWN = re.compile(r"[^/]+[.]dist-info/METADATA")  # deeper ones are of packages that it carries
_NO_WHEEL = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError)
_MACHINE = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.3",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.12.3",
    "python_version": "3.12",
    "sys_platform": "linux",
}
_OLDER_NAMES = {17: "manylinux2014_x86_64", 12: "manylinux2010_x86_64", 5: "manylinux1_x86_64"}
_PLATFORMS = [
    name
    for minor in range(39, 4, -1)
    for name in (f"manylinux_2_{minor}_x86_64", _OLDER_NAMES.get(minor))
    if name
] + ["linux_x86_64"]
_RANKS: Mapping[Tag, int] = {
    tag: place
    for place, tag in enumerate(
        [
            *cpython_tags((3, 12), abis=["cp312"], platforms=_PLATFORMS),
            *compatible_tags((3, 12), interpreter="cp312", platforms=_PLATFORMS),
        ]
    )
}
_ROUNDS = 40  # every round goes at least one requirement deeper; the deepest real chains have about ten
_THE_SAME_DAY = timedelta(hours=20)


class Unresolved(ValueError):
    """The closure cannot be told, and why."""


@dataclass(frozen=True)
class Demand:
    """What all who ask for a project ask of it together."""

    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    extras: frozenset[str] = frozenset()

    def joined(self, requirement: Requirement) -> Demand:
        """Return the demand with one requirement more."""
        extras = {canonicalize_name(extra) for extra in requirement.extras}
        return Demand(self.specifier & requirement.specifier, self.extras | extras)


@dataclass(frozen=True)
class Wheel:
    """A file of a listing that the reference machine can install; `rank` 0 suits it best."""

    version: Version
    filename: str
    url: str
    size: int
    metadata_sha256: str
    is_yanked: bool
    rank: int


def demands(root: Requirement, known: Mapping[str, Iterable[Requirement]]) -> dict[str, Demand]:
    """Return all that is asked for, by name: by the root, and by those whose requirements are known."""
    found: dict[str, Demand] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if one.url:
            raise Unresolved(f"{one.name} is asked for by address, not from the index")
        name = canonicalize_name(one.name)
        before = found.get(name)
        found[name] = demand = (before or Demand()).joined(one)
        if before is None or demand.extras != before.extras:
            waiting += [asked for asked in known.get(name, ()) if _applies(asked, demand.extras)]
    return found


def wheels(listing: Payload) -> list[Wheel]:
    """Return the files of a listing that the reference machine can install."""
    told = json_object(listing)
    if canonicalize_name(as_text(told["name"])) != canonicalize_name(listing.name):
        raise ValueError(f"the listing is of {told['name']!r}")
    found = (_wheel(as_object(file), listing.url) for file in as_array(told["files"]))
    return [wheel for wheel in found if wheel]


def pick(name: str, listed: Sequence[Wheel], demand: Demand) -> Wheel:
    """Return the wheel that an installer takes. Raises Unresolved when there is none."""
    if not listed:
        raise Unresolved(f"{name} has no wheel for {REFERENCE}")
    pinned = any(one.operator in ("==", "===") and "*" not in one.version for one in demand.specifier)
    kept = [wheel for wheel in listed if pinned or not wheel.is_yanked]
    versions = list(demand.specifier.filter({wheel.version for wheel in kept}))
    if not versions:
        raise Unresolved(f"no wheel of {name} for {REFERENCE} satisfies {str(demand.specifier) or 'anybody'}")
    newest = max(versions)
    return min((one for one in kept if one.version == newest), key=lambda one: (one.is_yanked, one.rank))


def requirements(metadata: Payload) -> list[str]:
    """Return the lines that say what a wheel requires, as they stand.

    Raises ValueError or LookupError when they are of another wheel, or not those that the listing names.
    """
    named = urlsplit(metadata.url).fragment.partition("=")[2]
    if named and metadata.sha256 != named:
        raise ValueError("not the metadata that the listing names")
    told = parse_email(metadata.body)[0]
    if canonicalize_name(told["name"]) != canonicalize_name(metadata.name):
        raise ValueError(f"the metadata are those of {told['name']!r}")
    return told.get("requires_dist", [])


def unresolved(statement: Payload) -> str:
    """Return why a statement tells no closure; nothing when it tells one."""
    return as_text(json_object(statement)["unresolved"])


def sizes(payload: Payload) -> tuple[int, int] | None:
    """Return (packages besides the root, bytes of all wheels) of a statement; None when it tells no closure.

    Everything is worked out anew from the requirements in it. Raises ValueError, LookupError or TypeError
    when what is asked for is not what is listed.
    """
    statement = json_object(payload)
    root = Requirement(as_text(statement["requirement"]))
    about = as_text(statement["reference"]), canonicalize_name(root.name)
    if about != (REFERENCE, canonicalize_name(payload.name)):
        raise ValueError(f"the statement is about {about[1]} on {about[0]}")
    if unresolved(payload):
        return None
    packages = [as_object(value) for value in as_array(statement["packages"])]
    by_name: dict[str, Mapping[str, object]] = {
        canonicalize_name(as_text(package["name"])): package for package in packages
    }
    required: dict[str, list[Requirement]] = {
        name: [Requirement(as_text(line)) for line in as_array(package["requires_dist"])]
        for name, package in by_name.items()
    }
    asked = demands(root, required)
    if asked.keys() != by_name.keys() or len(by_name) != len(packages):
        raise ValueError("what is asked for is not what is listed")
    for name, demand in asked.items():
        if not demand.specifier.contains(as_text(by_name[name]["version"]), prereleases=True):
            raise ValueError(f"{name} is not as it is asked for")
    return len(asked) - 1, sum(as_count(package["bytes"]) for package in packages)


def state(client: Client, subject: Subject, root: str) -> Generator[Payload, None, bytes]:
    """Yield the listings and metadata that are read, and return the statement about a root like "a==1.0".

    All requests are backfill: a statement is made once for every release. Listings are those of the day,
    since choices depend on them; the metadata of a wheel never change and are asked for once.
    """
    told: dict[str, object] = {"requirement": root, "reference": REFERENCE, "unresolved": "", "packages": []}
    try:
        picked = yield from _settled(_Index(client, subject), Requirement(root))
        told["packages"] = [
            {
                "name": name,
                "version": str(wheel.version),
                "file": wheel.filename,
                "bytes": wheel.size,
                "requires_dist": lines,
            }
            for name, (wheel, lines) in sorted(picked.items())
        ]
    except Unresolved as why:
        told["unresolved"] = str(why)
    return json.dumps(told, indent=1).encode()


@dataclass(frozen=True)
class _Index:
    client: Client
    subject: Subject

    def listed(self, name: str) -> Generator[Payload, None, list[Wheel]]:
        about = replace(self.subject, name=name)
        try:
            page = self.client.get(
                f"simple/{name}/", about, headers=_LISTING, fresh_for=_THE_SAME_DAY, backfill=True
            )
        except Absent as absent:
            raise Unresolved(f"the index does not know {name}") from absent
        yield page
        return reading(page, wheels)

    def required(self, name: str, wheel: Wheel) -> Generator[Payload, None, list[str]]:
        about = replace(self.subject, name=name)
        try:
            told = self._beside(about, wheel) if wheel.metadata_sha256 else self._within(about, wheel)
        except Absent as absent:
            raise Unresolved(f"the index has no metadata of {wheel.filename}") from absent
        yield told
        return reading(told, requirements)

    def _beside(self, about: Subject, wheel: Wheel) -> Payload:
        url = f"{wheel.url}.metadata#sha256={wheel.metadata_sha256}"
        # A file on the index never changes.
        return self.client.get(url, about, headers=_ANY, fresh_for=FOR_EVER, backfill=True)

    def _within(self, about: Subject, wheel: Wheel) -> Payload:
        """Return the metadata that stand in the wheel, where the index does not show them beside it."""
        url = f"{wheel.url}{_INSIDE}"
        old = self.client.archived(url, about, fresh_for=FOR_EVER)
        if old:
            return old
        fetch = partial(self.client.get_range, wheel.url, backfill=True)
        asked_at = self.client.now()
        try:
            with zipfile.ZipFile(Parts(fetch, wheel.size)) as archive:
                body = archive.read(_own_metadata(archive.namelist()))
        except (*_NO_WHEEL, Refused) as error:
            raise Unresolved(f"the metadata of {wheel.filename} cannot be read: {error}") from error
        return self.client.make_payload(about, url=url, requested_at=asked_at, body=body)


def _own_metadata(names: Iterable[str]) -> str:
    found = [name for name in names if _ITS_OWN.fullmatch(name)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} files of the wheel are its metadata")
    return found[0]


def _settled(
    index: _Index, root: Requirement
) -> Generator[Payload, None, dict[str, tuple[Wheel, list[str]]]]:
    """Return wheel and requirements of every package once nobody's choice changes anybody else's."""
    listed: dict[str, list[Wheel]] = {}
    required: dict[str, list[str]] = {}
    picked: dict[str, Wheel] = {}
    for _ in range(_ROUNDS):
        known = {name: _read(wheel, required[wheel.filename]) for name, wheel in picked.items()}
        before, picked = picked, {}
        for name, demand in demands(root, known).items():
            if name not in listed:
                listed[name] = yield from index.listed(name)
            picked[name] = wheel = pick(name, listed[name], demand)
            if wheel.filename not in required:
                required[wheel.filename] = yield from index.required(name, wheel)
        if picked == before:
            return {name: (wheel, required[wheel.filename]) for name, wheel in picked.items()}
    raise Unresolved("the newest versions do not go together")


def _read(wheel: Wheel, lines: Iterable[str]) -> list[Requirement]:
    try:
        return [Requirement(line) for line in lines]
    except ValueError as error:
        raise Unresolved(f"{wheel.filename} requires what no installer reads: {error}") from error


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**_MACHINE, "extra": extra}) for extra in ("", *extras))


def _wheel(file: Mapping[str, object], page: str) -> Wheel | None:
    """Return what a listing says of a file; None for what the reference machine cannot install."""
    filename = as_text(file["filename"])
    try:
        _, version, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    rank = min((_RANKS[tag] for tag in tags if tag in _RANKS), default=None)
    allowed = SpecifierSet(as_text(file.get("requires-python") or ""))
    if rank is None or not allowed.contains(_MACHINE["python_full_version"]):
        return None
    told = file.get("core-metadata") or file.get("data-dist-info-metadata")
    digest = as_object(told).get("sha256", "") if isinstance(told, dict) else ""
    return Wheel(
        version=version,
        filename=filename,
        url=urljoin(page, as_text(file["url"])),
        size=as_count(file["size"]),
        metadata_sha256=as_text(digest),
        is_yanked=bool(file.get("yanked")),
        rank=rank,
    )
