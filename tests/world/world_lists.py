"""The weekly list of projects, as the world serves it: its files, and what stands in one. All invented."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from werkzeug.wrappers import Request, Response
from world_figures import WEEK, Figures
from world_server import World, contract

_ALWAYS = (
    "fork_count",
    "open_issue_count",
    "closed_issue_count",
    "star_count",
    "commit_count",
    "release_count",
    "dependent_project_count",
    "github_dependent_project_count",
    "contributor_count",
    "projectrank",
    "projectrank_placing",
    "pypi_dependent_project_count",
    "pypi_monthly_downloads",
    "monthly_downloads",
    "conda_dependent_project_count",
    "dockerhub_stars",
    "dockerhub_pulls",
)
_LATER = ("recent_commit_count", "pr_count", "watchers_count", "conda_total_downloads")
"""Columns that the publisher added when the list was a year old."""


@contract(
    "bestof", "repos/(?P<repository>[^/]+/[^/]+)/contents/history", imitates="github-contents bestof-weeks"
)
def history(world: World, request: Request, found: Mapping[str, str]) -> Any:
    """The files of the folder: a table a week, and notes that are none."""
    names = [name for day in _days(world) for name in (f"{day}_changes.md", f"{day}_projects.csv")]
    return [_file(world, found["repository"], name) for name in sorted(names)]


def _file(world: World, repository: str, name: str) -> dict[str, Any]:
    body = _table(world, date.fromisoformat(name[:10])) if name.endswith(".csv") else b"made up\n"
    return {
        "name": name,
        "path": f"history/{name}",
        "type": "file",
        "size": len(body),
        "sha": hashlib.sha1(b"blob %d\0%b" % (len(body), body), usedforsecurity=False).hexdigest(),
        "download_url": f"{world.url('bestof')}/raw/{repository}/main/history/{name}",
    }


@contract(
    "bestof", "raw/[^/]+/[^/]+/main/history/(?P<day>[0-9-]{10})_projects[.]csv", imitates="bestof-weeks"
)
def week(world: World, _: Request, found: Mapping[str, str]) -> Response:
    """The table of one week."""
    day = date.fromisoformat(found["day"])
    if day not in _days(world):
        return Response("404: Not Found", status=404, mimetype="text/plain")
    return Response(_table(world, day), mimetype="text/plain")


def _days(world: World) -> list[date]:
    """Every Thursday of this world."""
    today = world.figures.today
    last = today - (today.weekday() - 3) % 7 * (WEEK / 7)
    return [last - WEEK * n for n in range(world.weeks)]


def _table(world: World, day: date) -> bytes:
    columns = _ALWAYS if day < date(2026, 5, 1) else (*_LATER, *_ALWAYS)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["", "name", "github_id", "description", *columns])
    names = [name for one in world.frameworks for name in one.named("bestof", "broad")]
    for place, name in enumerate([*names, "another"]):
        cells = list(_cells(world.figures, name, day, columns))
        writer.writerow([place, name.title(), f"{name}/{name}", 'A "made up"\nproject, invented', *cells])
    return written.getvalue().encode()


def _cells(figures: Figures, name: str, day: date, columns: tuple[str, ...]) -> Iterator[str]:
    """What the list says of a project on a day; a count is written as 12.0, and some are missing."""
    for column in columns:
        age = (day - date(2020, 1, 1)).days
        value = figures.of(name, column) + age * figures.of("a day", name, column, low=0, high=9)
        missing = figures.of("missing", name, column, day, low=0, high=30) == 0
        yield "" if missing else f"{value}.0"
