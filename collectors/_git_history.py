"""From a list of (time, author) to weekly flows and stocks of a repository."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from collectors._parse import flow, stock
from evidence.types import Metric, Observation, Payload

_WEEK = "per ISO week, UTC; the week under way is left out"
_PEOPLE = "people: neither programs nor shared accounts; somebody in two repositories counts in each"

METRICS = (
    Metric("git.commits", "commits", "flow", f"commits but merges, by people and shared accounts {_WEEK}"),
    Metric("git.all_commits", "commits", "flow", f"commits but merges, those of programs included {_WEEK}"),
    Metric("git.bot_commits", "commits", "flow", f"commits by programs, of git.all_commits {_WEEK}"),
    Metric(
        "git.unattributed_commits", "commits", "flow", f"commits of shared accounts, of all_commits {_WEEK}"
    ),
    Metric("git.new_authors", "people", "flow", f"{_PEOPLE}; with their first commit here {_WEEK}"),
    Metric("git.authors_year", "people", "stock", f"{_PEOPLE}; with a commit in the 365 days before"),
    Metric(
        "git.absence_factor",
        "people",
        "stock",
        "the fewest people with half of the commits of people in the 365 days before",
    ),
    Metric(
        "git.first_time_authors",
        "people",
        "stock",
        f"{_PEOPLE}; with their first commit here between 545 and 180 days before: the trials of retention",
    ),
    Metric(
        "git.retained_authors",
        "people",
        "stock",
        "those of first_time_authors who committed again on a later day within 180 days: the successes",
    ),
)

_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_YEAR_S = 365 * _DAY_S
_RETENTION_S = 180 * _DAY_S
_FIRST_MONDAY_S = 4 * _DAY_S  # 1970-01-05
_OLDEST_S = 631_152_000  # 1990-01-01: an older time is a clock that was not set
_NOBODY = {b"bot": "git.bot_commits", b"shared": "git.unattributed_commits"}

Commit = tuple[int, bytes]


@dataclass(frozen=True)
class _Newcomers:
    """When authors came, in order, and how many of the first n stayed."""

    came: Sequence[int]
    stayed: Sequence[int]


def observe(payload: Payload, times: Sequence[int], authors: Sequence[bytes]) -> Iterator[Observation]:
    """Yield the metrics at the end of every complete week since the first commit.

    `times` are in seconds since 1970, `authors` the digests of people, `bot` or `shared`.
    """
    asked = int(payload.requested_at.timestamp())
    end = _monday_before(asked)
    commits = sorted(pair for pair in zip(times, authors, strict=True) if _OLDEST_S <= pair[0] < end)
    if not commits:
        return
    by_people = [commit for commit in commits if commit[1] not in _NOBODY]
    newcomers = _newcomers(by_people)
    mondays = range(_monday_before(commits[0][0]) + _WEEK_S, end + 1, _WEEK_S)
    yield from _flows(payload, commits, newcomers, mondays)
    yield from _year_stocks(payload, by_people, mondays)
    yield from _retention(payload, newcomers, mondays)


def _flows(
    payload: Payload, commits: Sequence[Commit], newcomers: _Newcomers, mondays: range
) -> Iterator[Observation]:
    counts = Counter[tuple[str, int]]()
    for time, author in commits:
        monday = _monday_before(time)
        counts["git.all_commits", monday] += 1
        if author in _NOBODY:
            counts[_NOBODY[author], monday] += 1
    counts.update(("git.new_authors", _monday_before(came)) for came in newcomers.came)
    for end in mondays:
        start = end - _WEEK_S
        work = counts["git.all_commits", start] - counts["git.bot_commits", start]
        yield flow(payload, "git.commits", _moment(start), _moment(end), work)
        for metric in ("git.all_commits", *_NOBODY.values(), "git.new_authors"):
            yield flow(payload, metric, _moment(start), _moment(end), counts[metric, start])


def _year_stocks(payload: Payload, by_people: Sequence[Commit], mondays: range) -> Iterator[Observation]:
    """Move a window of a year over the commits: each enters once and leaves once."""
    window = Counter[bytes]()
    first = last = 0
    for end in mondays:
        while last < len(by_people) and by_people[last][0] < end:
            window[by_people[last][1]] += 1
            last += 1
        while first < last and by_people[first][0] < end - _YEAR_S:
            window[by_people[first][1]] -= 1
            first += 1
        window = +window  # drop who has left
        yield stock(payload, "git.authors_year", _moment(end), len(window))
        if window:
            yield stock(payload, "git.absence_factor", _moment(end), _absence_factor(window))


def _absence_factor(commits: Counter[bytes]) -> int:
    """Return the fewest authors with at least half of the commits (CHAOSS: contributor absence factor)."""
    total = commits.total()
    reached = accumulate(count for _, count in commits.most_common())
    return next(number for number, sum_ in enumerate(reached, 1) if 2 * sum_ >= total)


def _newcomers(by_people: Sequence[Commit]) -> _Newcomers:
    came: dict[bytes, int] = {}
    stayed: set[bytes] = set()
    for time, author in by_people:
        first = came.setdefault(author, time)
        if time // _DAY_S > first // _DAY_S and time - first <= _RETENTION_S:
            stayed.add(author)
    in_order = sorted((time, author in stayed) for author, time in came.items())
    return _Newcomers(
        [time for time, _ in in_order], list(accumulate((one for _, one in in_order), initial=0))
    )


def _retention(payload: Payload, newcomers: _Newcomers, mondays: range) -> Iterator[Observation]:
    for end in mondays:
        since = bisect_left(newcomers.came, end - _RETENTION_S - _YEAR_S)
        until = bisect_left(newcomers.came, end - _RETENTION_S)
        if until > since:
            stayed = newcomers.stayed[until] - newcomers.stayed[since]
            yield stock(payload, "git.first_time_authors", _moment(end), until - since)
            yield stock(payload, "git.retained_authors", _moment(end), stayed)


def _monday_before(time: int) -> int:
    """Return the Monday 00:00 UTC at or before a time."""
    return time - (time - _FIRST_MONDAY_S) % _WEEK_S


def _moment(time: int) -> datetime:
    return datetime.fromtimestamp(time, UTC)
