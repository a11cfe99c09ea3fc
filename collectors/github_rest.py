"""Repositories as GitHub's REST interface shows them: counters, star history, releases, health.

It answers without a token (60 requests an hour for everybody behind one address); with one, the broad names
are asked too and the limit is 5,000. Counters of people are not here: the git history counts them better.
Facts of the interface: docs.github.com/rest at version 2022-11-28, and github.blog/changelog of 2026-06-30
(the list of stargazers was closed) and 2026-09-04 (the history of stars was opened), read 2026-11-23.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import (
    as_count,
    as_moment,
    as_number,
    as_object,
    event,
    flow,
    json_array,
    json_object,
    observations,
    stock,
)
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="github_rest",
    title="GitHub REST",
    url="https://api.github.com/",
    licence="facts under GitHub's terms of service; no licence stated",
    citation="GitHub REST API, version 2022-11-28",
    needs="github",
    metrics=(
        Metric(
            "github_rest.repository_id", "number", "stock", "GitHub's own id; outlives a renaming; no measure"
        ),
        Metric("github_rest.stars", "accounts", "stock", "accounts that star the repository now; not users"),
        Metric("github_rest.forks", "repositories", "stock", "public forks; most are never changed"),
        Metric("github_rest.open_issues", "issues", "stock", "open issues and open pull requests together"),
        Metric(
            "github_rest.watchers", "accounts", "stock", "accounts that get its notices; stars not counted"
        ),
        Metric("github_rest.archived", "0 or 1", "stock", "1 when the repository is read-only"),
        Metric(
            "github_rest.stars_gained",
            "accounts",
            "flow",
            "accounts that starred in the week and still do: later withdrawals shrink past weeks; bought "
            "stars are among them",
        ),
        Metric(
            "github_rest.release",
            "releases",
            "flow",
            "a release published; drafts, previews and tags left out",
        ),
        Metric(
            "github_rest.health_percent",
            "percent",
            "stock",
            "share of recommended community files that exist",
        ),
    ),
    budget=24,
    backfill=40,
    token_env="GITHUB_TOKEN",  # noqa: S106  (its name)
)

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_WEEK = timedelta(weeks=1)
_SELDOM_WEEKS = 4  # a page of history holds 30 weeks: nothing is lost by asking less often
_TOLERANCE = 0.02

_COUNTERS = {
    "github_rest.repository_id": "id",
    "github_rest.stars": "stargazers_count",
    "github_rest.forks": "forks_count",
    "github_rest.open_issues": "open_issues_count",
    "github_rest.watchers": "subscribers_count",  # `watchers_count` repeats the stars
}


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the answers about every repository of the framework; without a token about the core ones only.

    Notes in the attempt when the history of stars does not add up to their count.
    """
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    core = subject.scope == "core"
    if not core and not client.has_token:
        note = f"broad names need {SOURCE.token_env}"
        if note not in client.notes:
            client.notes.append(note)
        return
    every = None if core else client.turn(subject, weeks=_SELDOM_WEEKS)
    repository = client.get(f"repos/{subject.name}", subject, headers=_HEADERS, fresh_for=every)
    yield repository
    if core:
        yield from _slow(client, subject)
    history = []
    for page in client.pages(
        f"repos/{subject.name}/stargazers/history",
        subject,
        params={"per_page": 30},
        headers=_HEADERS,
        fresh_for=every,
    ):
        yield page
        history.append(page)
    client.notes.extend(_disagreement(repository, history))


def _slow(client: Client, subject: Subject) -> Iterator[Payload]:
    """Yield what hardly changes from week to week: the list of releases holds all of them with their days."""
    first, second = (client.turn(subject, weeks=_SELDOM_WEEKS, step=step) for step in (0, 2))
    yield client.get(f"repos/{subject.name}/community/profile", subject, headers=_HEADERS, fresh_for=first)
    yield from client.pages(
        f"repos/{subject.name}/releases",
        subject,
        params={"per_page": 100},
        headers=_HEADERS,
        fresh_for=second,
    )


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the metrics of one answer, told by its path. Raises PayloadChanged for an unknown shape."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    found = _PATH.search(urlsplit(payload.url).path)
    if not found or found["part"] not in _READERS:
        raise ValueError("an answer to a question that this collector does not ask")
    return _READERS[found["part"]](payload)


def _repository(payload: Payload) -> Iterator[Observation]:
    repository, at = json_object(payload), payload.requested_at
    for metric, field in _COUNTERS.items():
        yield stock(payload, metric, at, as_count(repository[field]))
    if not isinstance(repository["archived"], bool):
        raise TypeError("'archived' is neither true nor false")
    yield stock(payload, "github_rest.archived", at, repository["archived"])


def _profile(payload: Payload) -> Iterator[Observation]:
    percent = as_number(json_object(payload)["health_percentage"])
    yield stock(payload, "github_rest.health_percent", payload.requested_at, percent)


def _releases(payload: Payload) -> Iterator[Observation]:
    moments: dict[datetime, int] = {}
    for release in map(as_object, json_array(payload)):
        if release["draft"] is False and release["prerelease"] is False:
            at = as_moment(release["published_at"]).replace(microsecond=0)
            moments[at] = moments.get(at, 0) + 1
    for at, count in moments.items():
        yield event(payload, "github_rest.release", at, count)


def _history(payload: Payload) -> Iterator[Observation]:
    """Yield the complete weeks (Sunday 00:00 UTC on): the present one is still being counted."""
    weeks = dict(_weeks(payload))
    if not weeks:
        raise ValueError("a page of history without a week")
    for start, total in weeks.items():
        if start + _WEEK <= payload.requested_at:
            yield flow(payload, "github_rest.stars_gained", start, start + _WEEK, total)


def _weeks(payload: Payload) -> Iterator[tuple[datetime, int]]:
    for week in map(as_object, json_array(payload)):
        yield datetime.fromtimestamp(as_count(week["week"]), UTC), as_count(week["total"])


def _disagreement(repository: Payload, pages: list[Payload]) -> Iterator[str]:
    """Yield a note when the sum of a history without gaps is off the count by more than the tolerance."""
    try:
        weeks = {start: total for page in reversed(pages) for start, total in _weeks(page)}
        stars = as_count(json_object(repository)["stargazers_count"])
    except (LookupError, TypeError, ValueError, OverflowError):
        return  # the parser says what is wrong with them
    starts = sorted(weeks)
    whole = all(after - before == _WEEK for before, after in itertools.pairwise(starts))
    total = sum(weeks.values())
    if whole and abs(total - stars) > _TOLERANCE * max(stars, 1):
        yield f"{repository.name}: the history sums to {total} stars, the counter says {stars}"


_PATH = re.compile(r"/(repos/[^/]+/[^/]+|repositories/\d+)(?P<part>(/[^/]+)*)$")  # the second: once renamed
_READERS = {
    "": _repository,
    "/community/profile": _profile,
    "/releases": _releases,
    "/stargazers/history": _history,
}
