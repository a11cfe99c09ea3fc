"""Counters, weekly flows and a sample of conversations of repositories, from GitHub's GraphQL interface.

A token is required by the service. One question asks for everything about the repositories of a scope, and
one each for a sample of issues and of pull requests of the core repositories. The sample takes the first
threads of four weeks a quarter apart; which weeks moves on with every week, so that a year of runs has seen
all of them. Observations of repositories are named by their number, which survives a rename.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from collectors import _github_questions as questions
from collectors._contract import Subject
from collectors._github_questions import Question
from collectors._github_threads import THREAD_METRICS, sampled
from collectors._http import TRIES, Client, TooMuch
from collectors._names import by_scope
from collectors._parse import (
    as_array,
    as_count,
    as_object,
    as_text,
    flow,
    json_object,
    observations,
    stock,
)
from evidence.errors import Absent, Unavailable
from evidence.types import Framework, Metric, Observation, Payload, Source

_WEEK = "in the week, of all repositories of the scope together"

SOURCE = Source(
    id="github",
    title="GitHub (GraphQL)",
    url="https://api.github.com",
    licence="GitHub terms of service; aggregates only",
    citation="GitHub GraphQL API, docs.github.com/graphql",
    needs="github",
    metrics=(
        Metric("github.stars", "stars", "stock", "accounts that star the repository now; not users"),
        Metric("github.forks", "forks", "stock", "forks that exist now; not people who changed anything"),
        Metric("github.watchers", "accounts", "stock", "accounts that are notified of everything; not stars"),
        Metric("github.open_issues", "issues", "stock", "open issues; pull requests are not counted"),
        Metric("github.closed_issues", "issues", "stock", "closed issues, whoever or whatever closed them"),
        Metric("github.open_pull_requests", "pull requests", "stock", "open pull requests, drafts included"),
        Metric(
            "github.closed_pull_requests",
            "pull requests",
            "stock",
            "closed without the merge button; where a bot lands changes, the landed ones are here",
        ),
        Metric(
            "github.merged_pull_requests", "pull requests", "stock", "merged by the merge button; see closed"
        ),
        Metric(
            "github.releases", "releases", "stock", "releases published on the page; tags are not counted"
        ),
        Metric(
            "github.mentionable_users",
            "accounts",
            "stock",
            "accounts that can be mentioned: a stand-in for contributors that includes members and triagers",
        ),
        Metric(
            "github.discussions", "discussions", "stock", "discussions; 0 where a project has none enabled"
        ),
        Metric("github.issues_created", "issues", "flow", f"issues opened {_WEEK}; deleted ones left out"),
        Metric("github.issues_closed", "issues", "flow", f"issues closed {_WEEK} and not reopened since"),
        Metric(
            "github.pull_requests_created", "pull requests", "flow", f"pull requests opened {_WEEK}, bots too"
        ),
        Metric(
            "github.pull_requests_closed", "pull requests", "flow", f"closed or merged {_WEEK}, bots included"
        ),
        *THREAD_METRICS,
    ),
    budget=16,
    backfill=40,
    token_env="GITHUB_TOKEN",  # noqa: S106  the name of a variable, not a secret
    token_required=True,
)
"""A steady week costs 4 requests a framework with two scopes; the rest of the budget is for questions that
must be asked by halves. The year before the first run is backfill."""

BLOCK_WEEKS = 4
"""Weeks are asked for in blocks, so that a question about the past is the same in every run."""
HISTORY_BLOCKS = 13
_FIRST_MONDAY = date(2018, 1, 1)
_NEVER_AGAIN = timedelta(days=36500)
_COUNTERS = {
    "github.stars": "stargazerCount",
    "github.forks": "forkCount",
    "github.watchers": "watchers",
    "github.open_issues": "open_issues",
    "github.closed_issues": "closed_issues",
    "github.open_pull_requests": "open_pull_requests",
    "github.closed_pull_requests": "closed_pull_requests",
    "github.merged_pull_requests": "merged_pull_requests",
    "github.releases": "releases",
    "github.mentionable_users": "mentionableUsers",
    "github.discussions": "discussions",
}
_ALIAS = re.compile(r"(?:(repository)_\d+|(issues|pull_requests)_(?:(created|closed)_)?(\d{8}))")


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the counters and newest weeks of each scope, the samples, then blocks of weeks not yet archived.

    Raises Absent when no repository is known, Unavailable after what came when a part was denied.
    """
    scopes = by_scope(framework, SOURCE.needs)
    monday = _monday(client.now())
    unknown: list[Absent] = []
    for subject, names in scopes:
        try:
            yield from _ask(client, subject, questions.counts(names, _this_block(monday)))
        except Absent as absent:
            unknown.append(absent)
            client.notes.append(absent.why)
    if len(unknown) == len(scopes):
        raise unknown[0]
    core, names = scopes[0]
    for kind in ("issues", "pull_requests"):
        yield from _ask(client, core, questions.sample(names, kind, _sampled_weeks(monday)))
    for block in _past_blocks(monday):
        for subject, names in scopes:
            question = questions.weekly(names, block)
            yield from _ask(client, subject, question, fresh_for=_NEVER_AGAIN, backfill=True)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield what an answer holds: counters, weekly counts or a sample's medians. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _ask(
    client: Client,
    subject: Subject,
    question: Question,
    *,
    fresh_for: timedelta | None = None,
    backfill: bool = False,
) -> Iterator[Payload]:
    """Yield the answer if it holds anything; an archived one with errors in it is asked for anew."""
    spent = client.requests
    payload = _answer(client, subject, question, fresh_for, backfill)
    if client.requests == spent and _errors(payload):
        payload = _answer(client, subject, question, timedelta(0), backfill)
    errors = _errors(payload)
    _raise_when_limited(client, payload, errors)
    if not errors or _holds_anything(payload):
        yield payload
    _raise_what_is_missing(client, payload, errors)


def _answer(
    client: Client, subject: Subject, question: Question, fresh_for: timedelta | None, backfill: bool
) -> Payload:
    """Return the answer to a question, by halves where the whole is too much for the service.

    What asks for too much at once gets 502, 504 or no answer in time, again and again. The halves' answers
    are archived as one, under the whole question.
    """
    body, small = {"query": question.text}, len(question.parts) == 1
    asked_at = client.now()
    try:
        return client.post(
            "graphql",
            subject,
            body=body,
            fresh_for=fresh_for,
            backfill=backfill,
            tries=TRIES if small else 1,
        )
    except TooMuch:
        if small or not client.is_patient:
            raise
    halves = [_answer(client, subject, half, fresh_for, backfill) for half in question.halves()]
    url = client.question_url("graphql", body)
    return client.make_payload(subject, url=url, requested_at=asked_at, body=_joined(halves))


def _joined(halves: Sequence[Payload]) -> bytes:
    """Return the data and errors of all answers as one; one that cannot be read stands for all."""
    data: dict[str, object] = {}
    errors: list[object] = []
    for half in halves:
        try:
            answer = json_object(half)
            data |= as_object(answer.get("data") or {})
            errors += as_array(answer.get("errors") or [])
        except (ValueError, TypeError, RecursionError):
            return half.body
    return json.dumps({"data": data, **({"errors": errors} if errors else {})}).encode()


def _errors(payload: Payload) -> list[Mapping[str, object]]:
    """Return the errors of an answer, which come with status 200. An answer that is no JSON has none here."""
    try:
        found = json.loads(payload.body).get("errors") or []
    except (ValueError, AttributeError, RecursionError):
        return []
    return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def _holds_anything(payload: Payload) -> bool:
    data = json.loads(payload.body).get("data")
    return isinstance(data, dict) and any(data[alias] for alias in data if _ALIAS.fullmatch(alias))


def _raise_when_limited(client: Client, payload: Payload, errors: Sequence[Mapping[str, object]]) -> None:
    if any(error.get("type") in ("RATE_LIMIT", "RATE_LIMITED") for error in errors):
        raise client.limited(payload.url)


def _raise_what_is_missing(client: Client, payload: Payload, errors: Sequence[Mapping[str, object]]) -> None:
    """Raise for parts that were denied: Unavailable for a fault, Absent when nothing is known."""
    said = "; ".join(client.scrub(str(error.get("message", "no reason")))[:120] for error in errors)
    if any(error.get("type") != "NOT_FOUND" for error in errors):
        raise Unavailable(SOURCE.id, payload.url, f"a part of the answer is missing: {said}")
    if errors and not _holds_anything(payload):
        raise Absent(SOURCE.id, payload.url, said)
    if errors:
        client.notes.append(said)


def _monday(now: datetime) -> date:
    today = now.date()
    return today - timedelta(days=today.weekday())


def _this_block(monday: date) -> list[date]:
    """Return the complete weeks of the block of weeks that is not over yet."""
    weeks = (monday - _FIRST_MONDAY).days // 7
    return [monday - questions.WEEK * back for back in range(weeks % BLOCK_WEEKS, 0, -1)]


def _past_blocks(monday: date) -> Iterator[list[date]]:
    """Yield the blocks of weeks that are over, newest first."""
    end = monday - questions.WEEK * len(_this_block(monday))
    for back in range(1, HISTORY_BLOCKS + 1):
        start = end - questions.WEEK * BLOCK_WEEKS * back
        yield [start + questions.WEEK * week for week in range(BLOCK_WEEKS)]


def _sampled_weeks(monday: date) -> list[date]:
    """Return four weeks of the last 52, a quarter apart; the next run takes those two weeks later.

    Two and thirteen have no common divisor, so that a quarter of runs sees every week of its year.
    """
    shift = -((monday - _FIRST_MONDAY).days // 7) % 13
    return [monday - questions.WEEK * (1 + shift + 13 * quarter) for quarter in range(4)]


def _read(payload: Payload) -> Iterator[Observation]:
    data = as_object(json_object(payload)["data"])
    threads: dict[str, list[object]] = {}
    known = [found for alias in data if (found := _ALIAS.fullmatch(alias)) and data[alias] is not None]
    if not known:
        raise ValueError("no part of the answer holds anything")
    for found in known:
        answer, (repository, kind, what, day) = as_object(data[found[0]]), found.groups()
        if repository:
            yield from _repository(payload, answer)
        elif what:
            yield _week(payload, f"github.{kind}_{what}", day, answer)
        else:
            threads.setdefault(kind, []).append(answer["nodes"])
    for kind, nodes in threads.items():
        yield from sampled(payload, kind, nodes)


def _repository(payload: Payload, answer: Mapping[str, object]) -> Iterator[Observation]:
    number, name = as_count(answer["databaseId"]), as_text(answer["nameWithOwner"])
    for metric, field in _COUNTERS.items():
        count = answer[field]
        total = as_object(count)["totalCount"] if isinstance(count, dict) else count
        one = stock(payload, metric, payload.requested_at, as_count(total))
        yield replace(one, name=str(number), ref=f"https://github.com/{name}")


def _week(payload: Payload, metric: str, day: str, answer: Mapping[str, object]) -> Observation:
    start = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    return flow(payload, metric, start, start + questions.WEEK, as_count(answer["issueCount"]))
