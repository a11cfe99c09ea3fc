"""Issues and pull requests as conversations: when somebody answered, and how it ended.

Robots are told by the type of their account, and where they run under an ordinary one by the end of its
name; members by what the service says of the author. A member who hides the membership looks like an
outsider. Waits are Kaplan-Meier medians: what is still waiting counts as waiting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors._parse import as_array, as_moment, as_object, as_text, stock
from collectors._survival import median_wait
from evidence.types import Metric, Observation, Payload

_SAMPLE = "of a sample: the first of each of four weeks of the past year"

THREAD_METRICS = (
    Metric("github.sampled_issues", "issues", "stock", f"issues {_SAMPLE}; those opened by robots left out"),
    Metric(
        "github.sampled_issues_answered",
        "issues",
        "stock",
        f"issues {_SAMPLE} that a human other than their author answered or closed",
    ),
    Metric(
        "github.sampled_issues_resolved",
        "issues",
        "stock",
        f"issues {_SAMPLE} closed by a commit or pull request, or as completed by a human; "
        "closings by robots and closings as not planned do not count",
    ),
    Metric("github.sampled_issues_closed", "issues", "stock", f"issues {_SAMPLE} closed now, by whomever"),
    Metric(
        "github.issue_first_response",
        "hours",
        "stock",
        f"median wait for the first answer or closing by a human other than the author, {_SAMPLE}",
    ),
    Metric(
        "github.issue_first_member_response",
        "hours",
        "stock",
        f"median wait for the first comment of a member, owner or collaborator, {_SAMPLE}",
    ),
    Metric(
        "github.issue_time_to_close",
        "days",
        "stock",
        f"median days to the last closing, by whomever, {_SAMPLE}",
    ),
    Metric(
        "github.sampled_outside_pull_requests",
        "pull requests",
        "stock",
        f"pull requests {_SAMPLE} whose author is no robot and no visible member",
    ),
    Metric(
        "github.sampled_outside_pull_requests_landed",
        "pull requests",
        "stock",
        f"outside pull requests {_SAMPLE} that were merged or closed by a commit",
    ),
    Metric(
        "github.sampled_outside_pull_requests_closed",
        "pull requests",
        "stock",
        f"outside pull requests {_SAMPLE} closed now, landed or not",
    ),
    Metric(
        "github.outside_pull_request_first_response",
        "hours",
        "stock",
        f"median wait of outside pull requests for a human's answer, review or closing, {_SAMPLE}",
    ),
    Metric(
        "github.outside_pull_request_time_to_land",
        "days",
        "stock",
        f"median days until outside pull requests land; those closed otherwise are censored, {_SAMPLE}",
    ),
)

_MEMBERS = {"OWNER", "MEMBER", "COLLABORATOR"}
_ROBOTS = re.compile(
    r"\[bot\]$|[-_]bot$|(merge|github)bot$|butler$|copybara(-service)?$|gardener$|[-_]ci$", re.I
)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class _Thread:
    opened: datetime
    closed: datetime | None
    answered: datetime | None
    member_answered: datetime | None
    outside: bool
    solved: datetime | None
    """When it landed or was resolved; None while open and when it was closed for another reason."""


def sampled(payload: Payload, kind: str, slices: Sequence[object]) -> Iterator[Observation]:
    """Yield counts and medians of a sample; kind: issues or pull_requests; a slice: a week's threads."""
    nodes = [as_object(node) for part in slices for node in as_array(part) if node]
    threads = [thread for node in nodes if (thread := _thread(node))]
    if kind == "pull_requests":
        yield from _pull_requests(payload, [thread for thread in threads if thread.outside])
    else:
        yield from _issues(payload, threads)


def _issues(payload: Payload, threads: Sequence[_Thread]) -> Iterator[Observation]:
    at = payload.requested_at
    yield stock(payload, "github.sampled_issues", at, len(threads))
    yield stock(payload, "github.sampled_issues_answered", at, sum(bool(one.answered) for one in threads))
    yield stock(payload, "github.sampled_issues_resolved", at, sum(bool(one.solved) for one in threads))
    yield stock(payload, "github.sampled_issues_closed", at, sum(bool(one.closed) for one in threads))
    ends = [(one, one.answered) for one in threads]
    yield from _median(payload, "github.issue_first_response", ends, _HOUR)
    ends = [(one, one.member_answered) for one in threads]
    yield from _median(payload, "github.issue_first_member_response", ends, _HOUR)
    ends = [(one, one.closed) for one in threads]
    yield from _median(payload, "github.issue_time_to_close", ends, _DAY)


def _pull_requests(payload: Payload, threads: Sequence[_Thread]) -> Iterator[Observation]:
    at, prefix = payload.requested_at, "github.sampled_outside_pull_requests"
    yield stock(payload, prefix, at, len(threads))
    yield stock(payload, f"{prefix}_landed", at, sum(bool(one.solved) for one in threads))
    yield stock(payload, f"{prefix}_closed", at, sum(bool(one.closed) for one in threads))
    ends = [(one, one.answered) for one in threads]
    yield from _median(payload, "github.outside_pull_request_first_response", ends, _HOUR)
    ends = [(one, one.solved) for one in threads]
    yield from _median(payload, "github.outside_pull_request_time_to_land", ends, _DAY)


def _median(
    payload: Payload,
    metric: str,
    ends: Sequence[tuple[_Thread, datetime | None]],
    unit: timedelta,
) -> Iterator[Observation]:
    """Yield the median wait, or nothing when fewer than half have ended."""
    asked = payload.requested_at
    waits = [((end or one.closed or asked) - one.opened, end is not None) for one, end in ends]
    median = median_wait((max(wait / unit, 0.0), ended) for wait, ended in waits)
    if median is not None:
        yield stock(payload, metric, asked, median)


def _thread(node: Mapping[str, object]) -> _Thread | None:
    """Return a thread, or None for one that a robot opened."""
    author = _login(node["author"])
    if author is _ROBOT:
        return None
    said = [as_object(item) for item in as_array(as_object(node["talk"])["nodes"]) if item]
    others = [item for item in said if _login(item["author"]) not in (author, _ROBOT)]
    members = [item for item in others if item["authorAssociation"] in _MEMBERS]
    closing = _last(node["closings"])
    closed = as_moment(node["closedAt"]) if node["closedAt"] else None
    answers = [as_moment(item["createdAt"]) for item in others]
    if closed and closing and _login(closing["actor"]) not in (author, _ROBOT):
        answers.append(closed)
    return _Thread(
        opened=as_moment(node["createdAt"]),
        closed=closed,
        answered=min(answers, default=None),
        member_answered=min((as_moment(item["createdAt"]) for item in members), default=None),
        outside=node["authorAssociation"] not in _MEMBERS,
        solved=closed if closed and _is_solved(node, closing) else None,
    )


def _is_solved(node: Mapping[str, object], closing: Mapping[str, object] | None) -> bool:
    """Say whether a closed thread was merged, closed by a change, or closed as completed by a human."""
    if node.get("mergedAt"):
        return True
    if closing is None:
        return False
    closer = as_object(closing["closer"])["__typename"] if closing["closer"] else None
    if "mergedAt" in node:  # a pull request: what another pull request replaced has not landed
        return closer == "Commit"
    by_human = _login(closing["actor"]) is not _ROBOT
    return closer in ("Commit", "PullRequest") or (by_human and closing["stateReason"] == "COMPLETED")


_ROBOT = "[bot]"


def _login(account: object) -> str:
    """Return the name of an account: "" for a deleted one, `_ROBOT` for any robot."""
    if account is None:
        return ""
    known = as_object(account)
    login = as_text(known["login"])
    return _ROBOT if known["__typename"] != "User" or _ROBOTS.search(login) else login


def _last(connection: object) -> Mapping[str, object] | None:
    nodes = as_array(as_object(connection)["nodes"])
    return as_object(nodes[-1]) if nodes and nodes[-1] else None
