"""A weekly list of machine-learning projects: every counter as its publisher recorded it, faults included.

best-of-ml-python writes a table of all its projects a week, since 2020-11. `bestof_weekly.csv` beside this
module holds the first 208 of them for six projects, so that a first run has that history without a network.
What it lacks, a newer week or another project, is read from the list's repository, newest first, over several
runs; a week that is archived is not asked for again unless its file was changed. The counters collapse,
freeze and jump between their own sources: no level is to be trusted without the regime tracker.
Facts of the interface: docs.github.com/rest/repos/contents at version 2022-11-28, and the list's repository,
read 2026-11-26.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from collectors._contract import Subject
from collectors._http import FOR_EVER, Client
from collectors._parse import as_count, as_object, as_text, json_array, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

_FAULTS = "as recorded by the publisher, faults included"
_COUNTERS = (
    # metric, the publisher's column, unit, what it counts
    ("github_stars", "star_count", "stars", "stars of the main repository at the snapshot; not users"),
    ("github_forks", "fork_count", "forks", "forks of the main repository; not people who changed anything"),
    ("github_commits_total", "commit_count", "commits", "commits ever on the default branch, bots included"),
    (
        "github_contributors",
        "contributor_count",
        "people",
        "contributors ever as the repository page says; not active people",
    ),
    (
        "github_issues_open",
        "open_issue_count",
        "issues",
        "open issues; pull requests left out where the publisher could",
    ),
    ("github_issues_closed", "closed_issue_count", "issues", "issues closed ever, by bots and by people"),
    (
        "github_commits_recent",
        "recent_commit_count",
        "commits",
        "commits of the publisher's recent period (about a quarter)",
    ),
    ("github_pull_requests", "pr_count", "pull requests", "pull requests ever, whatever became of them"),
    (
        "github_watchers",
        "watchers_count",
        "accounts",
        "accounts that watch the repository; stars not counted",
    ),
    (
        "github_dependents",
        "github_dependent_project_count",
        "repositories",
        "repositories the repository page lists as dependents",
    ),
    (
        "pypi_dependents",
        "pypi_dependent_project_count",
        "packages",
        "packages of the index that depend on it; frozen for long spells",
    ),
    (
        "conda_dependents",
        "conda_dependent_project_count",
        "packages",
        "conda packages that depend on it; mostly absent",
    ),
    (
        "dependents_total",
        "dependent_project_count",
        "dependents",
        "sum of the dependents that could be read; drops when a part fails",
    ),
    ("releases_total", "release_count", "releases", "releases ever; tags are counted for some projects"),
    (
        "pypi_downloads_month",
        "pypi_monthly_downloads",
        "downloads/month",
        "file downloads from the index a month; machines included",
    ),
    (
        "all_downloads_month",
        "monthly_downloads",
        "downloads/month",
        "index downloads a month plus other channels averaged",
    ),
    (
        "conda_downloads_total",
        "conda_total_downloads",
        "downloads",
        "downloads ever from one conda channel; other channels left out",
    ),
    (
        "dockerhub_pulls_total",
        "dockerhub_pulls",
        "pulls",
        "pulls ever of the official image; other registries left out",
    ),
    ("dockerhub_stars", "dockerhub_stars", "stars", "stars of the official image"),
    (
        "bestof_projectrank",
        "projectrank",
        "points",
        "the publisher's own composite score; shown, never evidence of use",
    ),
    (
        "bestof_rank_in_category",
        "projectrank_placing",
        "rank",
        "the publisher's placing (1 best, 3 lowest); shown only",
    ),
)

SOURCE = Source(
    id="bestof",
    title="best-of-ml-python, weekly list",
    url="https://api.github.com",
    licence="CC-BY-SA-4.0",
    citation="best-of-ml-python by Lukas Masuch and contributors, github.com/ml-tooling/best-of-ml-python",
    needs="bestof",
    metrics=tuple(
        Metric(f"bestof.{name}", unit, "stock", f"{what}; {_FAULTS}") for name, _, unit, what in _COUNTERS
    ),
    min_interval=timedelta(days=6),
    budget=4,
    backfill=40,
    token_env="GITHUB_TOKEN",  # noqa: S106  the name of a variable, not a secret
)
"""A steady week costs one request for the list of files and one for a new week, for all frameworks together;
earlier weeks are backfill."""

REPOSITORY = "ml-tooling/best-of-ml-python"
TABLE = Path(__file__).with_name("bestof_weekly.csv")
_COLUMNS: Mapping[str, str] = {column: f"bestof.{name}" for name, column, *_ in _COUNTERS}
_TABLE_COLUMNS: Mapping[str, str] = {name: f"bestof.{name}" for name, *_ in _COUNTERS}
_FILE = re.compile(r"(\d{4}-\d\d-\d\d)_projects\.csv")
_MOST_FILES = 1000  # a longer folder is cut there without a word
_BLOB = re.compile(r"[0-9a-f]{40}")
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_SNAPSHOT = f"https://github.com/{REPOSITORY}/blob/main/history/{{day:%Y-%m-%d}}_projects.csv"


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the table that comes with the project, the list of weekly files, and the weeks nobody has yet.

    A framework's name is that of the list, in any case. Raises Capped while there is history left to read.
    """
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    held = _held().get(subject.name.casefold(), frozenset())
    if held:
        yield _table(client, subject)
    listed = client.get(f"repos/{REPOSITORY}/contents/history", subject, headers=_HEADERS)
    yield listed
    weeks = [(day, url) for day, url in _weeks(listed) if day not in held]
    for place, (_, url) in enumerate(weeks):
        headers = {"Accept": "text/csv"}
        # The address holds the digest of the file: changed, it is another address.
        yield client.get(url, subject, headers=headers, fresh_for=FOR_EVER, backfill=place > 0)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counters of one project; nothing for the list of files and for a week without the project.

    An empty cell and a column that a week does not have are absent; every 0 was recorded as 0. Raises
    PayloadChanged for a table of another shape, and for a file that is not whole.
    """
    yield from observations(payload, _read)


@cache
def _held() -> Mapping[str, frozenset[datetime]]:
    """Return the days that the table has of each project."""
    held: dict[str, set[datetime]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            held.setdefault(row["subject"], set()).add(_day(row["observed_on"]))
    return {subject: frozenset(days) for subject, days in held.items()}


def _table(client: Client, subject: Subject) -> Payload:
    """Return the table as it was archived, or as it is now where that is another."""
    body = TABLE.read_bytes()
    old = client.archived(TABLE.name, subject, fresh_for=FOR_EVER)
    if old and old.body == body:
        return old
    return Payload(
        source=SOURCE.id,
        framework=subject.framework,
        scope=subject.scope,
        name=subject.name,
        url=TABLE.name,
        requested_at=client.now(),
        status=200,
        headers={},
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
    )


def _weeks(listed: Payload) -> list[tuple[datetime, str]]:
    """Return (day, address) of the weekly files, newest first; none of a list that the parser refuses."""
    try:
        return sorted(_files(listed), reverse=True)
    except (ValueError, LookupError, TypeError, RecursionError):
        return []


def _files(listed: Payload) -> Iterator[tuple[datetime, str]]:
    entries = json_array(listed)
    if len(entries) >= _MOST_FILES:
        raise ValueError(f"{len(entries)} files: the list was cut")
    for value in entries:
        file = as_object(value)
        found = _FILE.fullmatch(as_text(file["name"]))
        if found and as_count(file["size"]):
            blob = as_text(file["sha"])
            if not _BLOB.fullmatch(blob):
                raise ValueError(f"{blob!r} is no digest of a file")
            yield _day(found[1]), f"{as_text(file['download_url'])}#{blob}"


def _read(payload: Payload) -> Iterator[Observation]:
    if payload.url == TABLE.name:
        yield from _from_table(payload)
    elif _FILE.search(urlsplit(payload.url).path):
        yield from _from_week(payload)
    elif not any(True for _ in _files(payload)):
        raise ValueError("no weekly file is listed")


def _from_table(payload: Payload) -> Iterator[Observation]:
    for row in _rows(payload, "subject", {"observed_on", *_TABLE_COLUMNS}):
        yield from _counters(payload, row, _day(row["observed_on"]), _TABLE_COLUMNS)


def _from_week(payload: Payload) -> Iterator[Observation]:
    place = urlsplit(payload.url)
    if place.fragment != _git_digest(payload.body):
        raise ValueError("the file is not the one that was listed, or not all of it")
    found = _FILE.search(place.path)
    rows = list(_rows(payload, "name", {"star_count"}))
    if len(rows) > 1:
        raise ValueError(f"{len(rows)} projects are called {payload.name!r}")
    for row in rows:
        yield from _counters(payload, row, _day(found[1] if found else ""), _COLUMNS)


def _rows(payload: Payload, column: str, needed: set[str]) -> Iterator[Mapping[str, str]]:
    """Yield the rows with the payload's name in a column; every row must fill all columns of the header."""
    name = payload.name.casefold()
    try:
        reader = csv.reader(io.StringIO(payload.body.decode(), newline=""), strict=True)
        header = next(reader, [])
        if {column, *needed} - set(header) or len(set(header)) != len(header):
            raise ValueError(f"the columns are {', '.join(header)[:200]}")
        place = header.index(column)
        for cells in reader:
            if len(cells) != len(header):
                raise ValueError(f"line {reader.line_num}: {len(cells)} cells for {len(header)} columns")
            if cells[place].casefold() == name:
                yield dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise ValueError(f"not a CSV table: {error}") from error


def _counters(
    payload: Payload, row: Mapping[str, str], day: datetime, columns: Mapping[str, str]
) -> Iterator[Observation]:
    if day > payload.requested_at:
        raise ValueError(f"{day:%Y-%m-%d} has not come yet")
    page = _SNAPSHOT.format(day=day)
    for column, metric in columns.items():
        if row.get(column):
            yield replace(stock(payload, metric, day, _number(row[column])), ref=page)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{text!r} is no count")
    return value


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def _git_digest(body: bytes) -> str:
    """Return what git calls a file of these bytes (gitformat: `blob <size> NUL <bytes>`, SHA-1)."""
    return hashlib.sha1(b"blob %d\0%b" % (len(body), body), usedforsecurity=False).hexdigest()
