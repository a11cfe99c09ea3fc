"""The questions that `github` asks, in GraphQL. Aliases say what the reader of an answer needs to know.

Every document validates against GitHub's public schema of 2025-02-27 (npm package @octokit/graphql-schema
15.26.1). `stargazers { totalCount }` is left out on purpose: it answers 0 since 2026-06-30.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

WEEK = timedelta(days=7)
SLICE = 15
"""How many threads of one sampled week are read."""

_RATE = "rateLimit { cost remaining resetAt }"
_REPOSITORY = """
fragment repository on Repository {
  databaseId nameWithOwner isArchived createdAt pushedAt
  stargazerCount forkCount watchers { totalCount }
  open_issues: issues(states: [OPEN]) { totalCount }
  closed_issues: issues(states: [CLOSED]) { totalCount }
  open_pull_requests: pullRequests(states: [OPEN]) { totalCount }
  closed_pull_requests: pullRequests(states: [CLOSED]) { totalCount }
  merged_pull_requests: pullRequests(states: [MERGED]) { totalCount }
  releases { totalCount } mentionableUsers { totalCount } discussions { totalCount }
}
"""
_WHO = "createdAt authorAssociation author { __typename login }"
_ISSUE = f"""
fragment thread on Issue {{
  {_WHO} closedAt
  talk: timelineItems(first: 20, itemTypes: [ISSUE_COMMENT]) {{ nodes {{
    ... on IssueComment {{ {_WHO} }}
  }} }}
  closings: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {{ nodes {{
    ... on ClosedEvent {{ createdAt stateReason actor {{ __typename login }} closer {{ __typename }} }}
  }} }}
}}
"""
_PULL_REQUEST = f"""
fragment thread on PullRequest {{
  {_WHO} closedAt mergedAt
  talk: timelineItems(first: 20, itemTypes: [ISSUE_COMMENT, PULL_REQUEST_REVIEW]) {{ nodes {{
    ... on IssueComment {{ {_WHO} }} ... on PullRequestReview {{ {_WHO} }}
  }} }}
  closings: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {{ nodes {{
    ... on ClosedEvent {{ createdAt actor {{ __typename login }} closer {{ __typename }} }}
  }} }}
}}
"""
_COUNTED = {
    "issues_created": "is:issue created",
    "issues_closed": "is:issue closed",
    "pull_requests_created": "is:pr created",
    "pull_requests_closed": "is:pr closed",
}
_SAMPLED = {"issues": ("is:issue", _ISSUE), "pull_requests": ("is:pr", _PULL_REQUEST)}


@dataclass(frozen=True)
class Question:
    """Parts that are asked for together, each under an alias of its own, and the fragment that some use."""

    parts: tuple[str, ...]
    fragment: str = ""

    @property
    def text(self) -> str:
        """The document. A fragment that no part uses would make it invalid."""
        used = self.fragment if any("..." in part for part in self.parts) else ""
        return f"query {{ {' '.join((_RATE, *self.parts))} }}{used}"

    def halves(self) -> tuple[Question, Question]:
        """Return the first and the second half of the parts as questions of their own."""
        middle = len(self.parts) // 2
        return replace(self, parts=self.parts[:middle]), replace(self, parts=self.parts[middle:])


def counts(repositories: Sequence[str], weeks: Iterable[date]) -> Question:
    """Return the question for the counters of repositories and for their threads of some weeks together."""
    parts = []
    for place, repository in enumerate(repositories):
        owner, name = repository.split("/")
        asked = f"owner: {json.dumps(owner)}, name: {json.dumps(name)}"
        parts.append(f"repository_{place}: repository({asked}) {{ ...repository }}")
    return Question((*parts, *_weekly(repositories, weeks)), _REPOSITORY)


def weekly(repositories: Sequence[str], weeks: Iterable[date]) -> Question:
    """Return the question for how many threads the repositories together opened and closed in some weeks."""
    return Question(tuple(_weekly(repositories, weeks)))


def sample(repositories: Sequence[str], kind: str, weeks: Iterable[date]) -> Question:
    """Return the question for the first threads of some weeks; kind: issues or pull_requests."""
    qualifier, fragment = _SAMPLED[kind]
    parts = []
    for week in weeks:
        found = _search(repositories, f"{qualifier} created:{_days(week)} sort:created-asc")
        parts.append(
            f"{kind}_{week:%Y%m%d}: search({found}, first: {SLICE}) {{ issueCount nodes {{ ...thread }} }}"
        )
    return Question(tuple(parts), fragment)


def _weekly(repositories: Sequence[str], weeks: Iterable[date]) -> list[str]:
    return [
        f"{alias}_{week:%Y%m%d}: search({_search(repositories, f'{what}:{_days(week)}')}) {{ issueCount }}"
        for week in weeks
        for alias, what in _COUNTED.items()
    ]


def _search(repositories: Sequence[str], rest: str) -> str:
    """Return the arguments of a search over all the repositories: several `repo:` mean any of them."""
    words = [*(f"repo:{repository}" for repository in repositories), rest]
    return f"query: {json.dumps(' '.join(words))}, type: ISSUE"


def _days(week: date) -> str:
    return f"{week}..{week + WEEK - timedelta(days=1)}"
