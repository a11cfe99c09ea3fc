"""Where packages come from, as the world serves it: index, statistics, images, advisories. All invented."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from packaging.utils import canonicalize_name
from werkzeug.wrappers import Request, Response
from world_figures import DAY, WEEK, Figures, monday
from world_server import World, contract

LIBRARY = "transformers"
WHEELS = ("4.50.0", "5.1.0", "5.4.0")
REQUIRED = ["filelock", "oak[leaf]>=1", "sympy>=1.13; extra == 'x'", "pip; os_name == 'nt'"]
"""What every project of the world requires."""
SHELF = {
    "filelock": {"3.0": [], "3.1": []},
    "oak": {
        "1.0": ["filelock<3.1", "nothing; python_version < '3.9'", "leaf; extra == 'leaf'"],
        "2.0rc1": [],
    },
    "leaf": {"0.9": ["oak"]},  # a circle
}
"""What these require, by version."""
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_14_0_arm64", "win_amd64")


def _json(said: object, status: int = 200) -> Response:
    return Response(json.dumps(said), status=status, mimetype="application/json")


def _is_project(world: World, name: str) -> bool:
    return any(world.knows(key, name) for key in ("pypi", "osv", "ecosystems"))


# The index


@contract("pypi", "pypi/(?P<name>[^/]+)/json", imitates="pypi-json", etag=True)
def project(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """A project with all of its files."""
    name = found["name"]
    if not _is_project(world, name):
        return _json({"message": "Not Found"}, 404)
    releases = {version: list(_files(name, version, at)) for version, at in world.figures.uploads(name)}
    info = {
        "name": name,
        "version": list(releases)[-1],
        "requires_dist": REQUIRED,
        "yanked": False,
    }
    return {"info": info, "last_serial": 1, "releases": releases, "urls": [], "vulnerabilities": []}


def _files(name: str, version: str, at: datetime) -> Iterator[dict[str, Any]]:
    wheel = canonicalize_name(name).replace("-", "_")
    for minor in (12, 14):
        for place, platform in enumerate(_PLATFORMS):
            moment = at + timedelta(minutes=minor + place)
            yield {
                "filename": f"{wheel}-{version}-cp3{minor}-cp3{minor}-{platform}.whl",
                "packagetype": "bdist_wheel",
                "size": 90_000_000 + 1000 * minor + place,
                "upload_time": f"{moment:%Y-%m-%dT%H:%M:%S}",
                "upload_time_iso_8601": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "requires_python": ">=3.11",
                "yanked": False,
                "url": f"../../packages/{wheel}-{version}.whl",
            }


@contract("pypi", "simple/(?P<name>[^/]+)/", imitates="pypi-listing", etag=True)
def wheels(world: World, request: Request, found: Mapping[str, str]) -> Any:
    """The wheels of a project or of what stands on the shelf, in the JSON form."""
    name = found["name"]
    versions = list(SHELF.get(name, ())) or [version for version, _ in world.figures.uploads(name)]
    if not _is_project(world, name) and name not in SHELF:
        return Response("404 Not Found", status=404, mimetype="text/plain")
    if request.headers["Accept"] != "application/vnd.pypi.simple.v1+json":
        return Response("<html>files</html>", mimetype="text/html")
    files = [_listed(name, version) for version in versions]
    return {"meta": {"api-version": "1.1"}, "name": name, "files": files, "versions": versions}


def _listed(name: str, version: str) -> dict[str, Any]:
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return {
        "filename": file,
        "url": f"../../packages/{file}",
        "hashes": {},
        "size": len(_wheel(name, version)),
        "upload-time": "2026-01-02T10:00:00Z",
        "requires-python": ">=3.9",
        "yanked": False,
        "core-metadata": {"sha256": hashlib.sha256(_metadata(name, version)).hexdigest()},
    }


def _metadata(name: str, version: str) -> bytes:
    lines = [f"Requires-Dist: {line}" for line in SHELF.get(name, {}).get(version, REQUIRED)]
    return "\n".join(["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines, ""]).encode()


@contract(
    "pypi", "packages/(?P<name>[^/-]+)-(?P<version>[^/-]+)-.*[.]whl[.]metadata", imitates="pypi-metadata"
)
def metadata(_: World, __: Request, found: Mapping[str, str]) -> Response:
    """What a wheel says of itself."""
    made = _metadata(found["name"].replace("_", "-"), found["version"])
    return Response(made, mimetype="application/octet-stream")


def _wheel(name: str, version: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(zipfile.ZipInfo(f"{name}/library.so"), "x" * 1000 * len(name))
        file.writestr(zipfile.ZipInfo(f"{name}-{version}.dist-info/METADATA"), _metadata(name, version))
    return made.getvalue()


@contract(
    "pypi", "packages/(?P<name>[^/-]+)-(?P<version>[^/-]+)-.*[.]whl", imitates="pypi-listing pypi-ranges"
)
def part_of_a_package(_: World, request: Request, found: Mapping[str, str]) -> Response:
    """The asked part of a wheel."""
    return _part(_wheel(found["name"].replace("_", "-"), found["version"]), request)


@contract("census", f"simple/{LIBRARY}/", imitates="pypi-simple", etag=True)
def listing(_: World, request: Request, __: Mapping[str, str]) -> Any:
    """The files of the library."""
    if request.headers["Accept"] != "application/vnd.pypi.simple.v1+json":
        return Response("<html>files</html>", mimetype="text/html")
    moments = ("2025-05-06T10:00:00.5Z", "2026-02-03T10:00:00Z", "2026-08-04T10:00:00Z")
    files = [
        {
            "filename": f"{LIBRARY}-{version}-py3-none-any.whl",
            "url": f"../../packages/{version}/{LIBRARY}-{version}-py3-none-any.whl",
            "upload-time": moment,
            "yanked": False,
            "hashes": {},
            "size": len(wheel(version)),
        }
        for version, moment in zip(WHEELS, moments, strict=True)
    ]
    return {"meta": {"api-version": "1.4"}, "name": LIBRARY, "files": files, "versions": list(WHEELS)}


def wheel(version: str) -> bytes:
    """A zip whose list of files tells which framework has how many architectures."""
    made = io.BytesIO()
    prefixes = ("modeling_", "modeling_tf_", "modeling_flax_") if version.startswith("4") else ("modeling_",)
    with zipfile.ZipFile(made, "w") as file:
        for architecture in ("bert", "albert", "vit", "detr", "invented"):
            for prefix in prefixes:
                file.writestr(
                    zipfile.ZipInfo(f"{LIBRARY}/models/{architecture}/{prefix}{architecture}.py"), "x" * 90
                )
    return made.getvalue()


@contract("census", "packages/(?P<version>[^/]+)/.*[.]whl", imitates="pypi-ranges")
def part_of_a_wheel(_: World, request: Request, found: Mapping[str, str]) -> Response:
    """The asked part of a file."""
    return _part(wheel(found["version"]), request)


def _part(data: bytes, request: Request) -> Response:
    span = request.headers.get("Range", "").removeprefix("bytes=")
    if not span:
        return Response(data, mimetype="application/octet-stream")
    first, _, last = span.partition("-")
    start = int(first) if first else max(len(data) - int(last), 0)
    end = min(int(last) + 1, len(data)) if first and last else len(data)
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}
    return Response(data[start:end], status=206, headers=headers, mimetype="application/octet-stream")


# Downloads


@contract("pypistats", "packages/(?P<name>[^/]+)/overall", imitates="pypistats-overall pypistats-window")
def overall(world: World, request: Request, found: Mapping[str, str]) -> Any:
    """The last 180 days up to yesterday."""
    name = found["name"]
    if not world.knows("pypi", name):
        return Response("404", status=404, mimetype="text/html")
    kind = {"true": "with_mirrors", "false": "without_mirrors"}[request.args["mirrors"]]
    yesterday = world.figures.today - DAY
    days = [yesterday - DAY * n for n in range(180)]
    rows = [
        {"category": kind, "date": str(day), "downloads": downloads(world.figures, name, day)}
        for day in reversed(days)
    ]
    return {"data": rows, "package": name, "type": "overall_downloads"}


def downloads(figures: Figures, name: str, day: date) -> int:
    """How often a project was downloaded on a day."""
    return figures.of("downloads", name, day, low=100_000, high=900_000)


@contract("clickpy", "", imitates="clickpy-sql clickpy-rows")
def clickpy(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """The weeks of a question, cut at a thousand rows without a word."""
    asked = request.args
    sql = asked["query"]
    if "sum(count)" not in sql or "GROUP BY" not in sql or asked.get("user") != "demo":
        return Response(
            "Code: 47. DB::Exception: not what the world understands", status=404, mimetype="text/plain"
        )
    names = asked["param_projects"].strip("[]").replace("'", "").split(",")
    start, end = (date.fromisoformat(asked[f"param_{edge}"]) for edge in ("from", "to"))
    rows = list(_weeks(world, sorted(names), start, end))
    shown = rows[:1000]
    return _json({"meta": [], "data": shown, "rows": len(shown), "rows_before_limit_at_least": len(rows)})


def _weeks(world: World, names: list[str], start: date, end: date) -> Iterator[dict[str, Any]]:
    first, last = date(2022, 1, 3), world.figures.today - DAY
    for name in names:
        if not world.knows("pypi", name):
            continue
        week = monday(max(start, first))
        while week < min(end, last):
            days = [week + DAY * n for n in range(7) if start <= week + DAY * n < min(end, last + DAY)]
            total = sum(downloads(world.figures, name, day) for day in days)
            yield {"project": name, "week": str(week), "downloads": str(total), "days": str(len(days))}
            week += WEEK


@contract("dependents", "", imitates="clickpy-metadata clickpy-rows")
def living(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """How many packages with a release of the twelve months before require a project, month by month."""
    if "requires_dist" not in request.args["query"] or request.args.get("user") != "demo":
        return Response("Code: 47. DB::Exception: not what the world understands", status=404)
    names = request.args["param_projects"].strip("[]").replace("'", "").split(",")
    today = world.figures.today
    months = [date(at // 12, at % 12 + 1, 1) for at in range(2016 * 12, today.year * 12 + today.month)]
    rows = [_month(world, name, month) for name in names if world.knows("pypi", name) for month in months]
    return _json({"meta": [], "data": rows, "rows": len(rows), "rows_before_limit_at_least": len(rows)})


def _month(world: World, name: str, month: date) -> dict[str, Any]:
    plain = world.figures.of("dependents", name, month, low=100, high=9000)
    return {
        "required": name,
        "month": str(month),
        "packages": str(plain),
        "packages_or_extras": str(2 * plain),
        "newest": f"{world.figures.today - DAY} 23:59:58.000",
    }


@contract(
    "dockerhub", "namespaces/(?P<owner>[^/]+)/repositories/(?P<image>[^/]+)", imitates="dockerhub-image"
)
def image(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """An image and its counters."""
    name = f"{found['owner']}/{found['image']}"
    if not world.knows("dockerhub", name):
        return _json({"message": "object not found", "errinfo": {}}, 404)
    pulls, stars = world.figures.grown("pulls", name), world.figures.grown("docker stars", name)
    return {
        "user": found["owner"],
        "namespace": found["owner"],
        "name": found["image"],
        "pull_count": pulls,
        "star_count": stars,
    }


@contract("conda", "package/(?P<channel>[^/]+)/(?P<name>[^/]+)", imitates="conda-files")
def conda(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """A package of a channel with all of its files."""
    name = f"{found['channel']}/{found['name']}"
    if not world.knows("conda", name):
        return _json({"error": f'"{found["name"]}" could not be found'}, 404)
    files = [
        {
            "version": f"2.{n}",
            "basename": f"linux-64/x-2.{n}.conda",
            "ndownloads": world.figures.grown(name, n),
            "attrs": {},
        }
        for n in range(5)
    ]
    return {"name": found["name"], "owner": {"login": found["channel"]}, "ndownloads": None, "files": files}


# Advisories and dependents


@contract("osv", "query", method="POST", imitates="osv-query osv-empty osv-pages")
def advisories(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """What is known about a package, on two pages; `{}` when it is nothing."""
    asked = request.get_json()
    name = asked["package"]["name"]
    if asked["package"]["ecosystem"] != "PyPI" or not world.knows("osv", name):
        return {}
    if world.figures.of("advisories", name, low=0, high=4) == 0:
        return {}
    second = "page_token" in asked
    said: dict[str, Any] = {"vulns": [_advisory(name, n) for n in ((3,) if second else (0, 1, 2))]}
    return said if second else {**said, "next_page_token": "two"}


def _advisory(name: str, place: int) -> dict[str, Any]:
    alias = f"CVE-2024-{place // 2:04}"  # every two describe the same
    events = [{"introduced": "0"}, {"fixed": "2.14.0"}] if place < 3 else [{"introduced": "0"}]
    affected = {
        "package": {"name": name, "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {
        "id": f"GHSA-{name}-{place}",
        "aliases": [alias] if place < 3 else [],
        "summary": "invented",
        "published": f"2024-0{place + 1}-10T10:00:00Z",
        "modified": "2024-12-01T00:00:00Z",
        "affected": [affected],
    }


@contract("ecosystems", "registries/[^/]+/packages/(?P<name>[^/]+)", imitates="ecosystems-package")
def dependents(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """A package and who depends on it."""
    name = found["name"]
    if not world.knows("ecosystems", name):
        return _json({"error": "Not Found"}, 404)
    figures = world.figures
    return {
        "name": name,
        "ecosystem": "pypi",
        "dependent_packages_count": figures.grown("packages", name),
        "dependent_repos_count": figures.grown("repositories", name),
        "docker_dependents_count": figures.grown("docker", name) if len(name) % 2 else None,
    }
