"""The rate families: each counts for real, refuses as its publisher does, and recovers when its time comes.

The client is told when to come back; a question before that is noted in `world.too_early`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from world_server import World


@dataclass(frozen=True)
class Family:
    """How a publisher says "not so fast", by which facts of docs/sources.md; `tells`: it says how long."""

    imitates: str
    refuse: Callable[[datetime, datetime], Response]
    mark: Callable[[Response, int, datetime, datetime], None] | None = None
    tells: bool = True


@dataclass
class Limit:
    """So many questions are answered, the next ones only `window` after the first refusal."""

    family: Family
    allowed: int
    window: timedelta
    taken: int = 0
    until: datetime | None = None
    told: bool = False
    refused: int = 0

    def take(self, world: World, request: Request) -> Response | None:
        """The refusal of a question, or None when there is room for it."""
        if self.until and world.now >= self.until:
            self.until, self.taken, self.allowed, self.told = None, 0, 10**6, False
        if self.taken < self.allowed:
            self.taken += 1
            return None
        if self.until is None:
            self.until = world.now + self.window
        if self.told:
            world.too_early.append(request.url)
        self.refused += 1
        self.told = self.family.tells
        return self.family.refuse(world.now, self.until)

    def mark(self, world: World, response: Response) -> None:
        """Put what is left into the headers of an answer; who reads there a 0 has been told."""
        if not self.family.mark:
            return
        left = max(self.allowed - self.taken, 0)
        if not left and self.until is None:
            self.until = world.now + self.window
        self.family.mark(response, left, world.now, self.until or world.now + self.window)
        self.told = self.told or not left


def _epoch(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _seconds(now: datetime, until: datetime) -> str:
    return str(max(int((until - now).total_seconds()), 0))


def _json(status: int, said: object, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(said), status=status, mimetype="application/json", headers=named)


def _github(now: datetime, until: datetime) -> Response:
    said = {"message": "API rate limit exceeded for user ID 12345.", "status": "403"}
    return _json(
        403, said, x_ratelimit_remaining="0", x_ratelimit_reset=_epoch(until), x_ratelimit_resource="core"
    )


def _github_mark(response: Response, left: int, now: datetime, until: datetime) -> None:
    response.headers["x-ratelimit-remaining"] = str(left)
    response.headers["x-ratelimit-reset"] = _epoch(until)


def _github_secondary(now: datetime, until: datetime) -> Response:
    said = {
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    }
    return _json(403, said, retry_after=_seconds(now, until))


def _graphql(now: datetime, until: datetime) -> Response:
    errors = [
        {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": "API rate limit already exceeded"}
    ]
    return _json(200, {"errors": errors}, x_ratelimit_remaining="0", x_ratelimit_reset=_epoch(until))


def _openalex(now: datetime, until: datetime) -> Response:
    wait = int(_seconds(now, until))
    said = {
        "error": "Rate limit exceeded",
        "message": "Insufficient budget. This request costs $0.001 but you only have $0 remaining.",
        "retryAfter": wait,
        "creditsRequired": 10,
        "creditsRemaining": 0,
    }
    return _json(429, said, Retry_After=str(wait), X_RateLimit_Remaining="0", X_RateLimit_Reset=str(wait))


def _openalex_mark(response: Response, left: int, now: datetime, until: datetime) -> None:
    response.headers["X-RateLimit-Remaining"] = str(left)
    response.headers["X-RateLimit-Reset"] = _seconds(now, until)


def _openalex_second(now: datetime, until: datetime) -> Response:
    said = {
        "error": "Rate limit exceeded",
        "message": "Rate limit exceeded: 10 requests per second. Please slow down.",
    }
    return _json(429, said, Retry_After=_seconds(now, until))


def _hugging_face(now: datetime, until: datetime) -> Response:
    response = _json(429, {"error": "We had to rate limit your IP"})
    _hugging_face_mark(response, 0, now, until)
    return response


def _hugging_face_mark(response: Response, left: int, now: datetime, until: datetime) -> None:
    response.headers["RateLimit"] = f'"pages";r={left};t={_seconds(now, until)}'
    response.headers["RateLimit-Policy"] = '"fixed window";"pages";q=100;w=300'


def _docker(now: datetime, until: datetime) -> Response:
    return _json(429, {"detail": "Rate limit exceeded", "error": False}, X_Retry_After=_epoch(until))


def _stack_exchange(now: datetime, until: datetime) -> Response:
    message = f"too many requests from this IP, more requests available in {_seconds(now, until)} seconds"
    said = {"error_id": 502, "error_name": "throttle_violation", "error_message": message}
    return _json(400, said)


def _page(now: datetime, until: datetime) -> Response:
    return Response('<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>', status=429, mimetype="text/html")


def _semantic_scholar(now: datetime, until: datetime) -> Response:
    return _json(429, {"message": "Too Many Requests. Please wait and try again", "code": "429"})


def _arxiv(now: datetime, until: datetime) -> Response:
    return Response("Rate exceeded.", status=429, mimetype="text/plain")


def _seconds_to_wait(now: datetime, until: datetime) -> Response:
    return _json(
        429, {"errors": ["You have performed this action too many times"]}, Retry_After=_seconds(now, until)
    )


def _date_to_wait_for(now: datetime, until: datetime) -> Response:
    return Response("Service Unavailable", status=503, headers={"Retry-After": http_date(until)})


FAMILIES = {
    "github": Family("github-primary-limit", _github, _github_mark),
    "github_secondary": Family("github-secondary-limit", _github_secondary),
    "graphql": Family("github-errors-in-200", _graphql),
    "openalex": Family("openalex-budget", _openalex, _openalex_mark),
    "openalex_second": Family("openalex-per-second", _openalex_second),
    "huggingface": Family("huggingface-limit", _hugging_face, _hugging_face_mark),
    "dockerhub": Family("dockerhub-limit", _docker),
    "stackexchange": Family("stackexchange-throttle", _stack_exchange),
    "pypistats": Family("pypistats-limit", _page, tells=False),
    "semantic_scholar": Family("semantic-scholar-limit", _semantic_scholar, tells=False),
    "arxiv": Family("arxiv-limit", _arxiv, tells=False),
    "retry_after_seconds": Family("retry-after", _seconds_to_wait),
    "retry_after_date": Family("retry-after", _date_to_wait_for),
}
