"""A server on this machine that speaks the contract of every source. Everything it says is invented.

One source is one first path segment: `/pypistats/packages/alder/overall`. Its host `localhost` is another
host than `127.0.0.1`, for redirects. Time passes only when somebody sleeps: `world.now` is the clock of the
server and of who asks it. What was asked stands in `world.log`.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.http import http_date
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response
from world_figures import Figures
from world_limits import Limit

from evidence.types import Framework

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
Handler = Callable[["World", Request, Mapping[str, str]], Any]


@dataclass(frozen=True)
class Contract:
    """How one kind of question to one source is answered, and which facts of docs/sources.md say so."""

    source: str
    method: str
    path: re.Pattern[str]
    imitates: tuple[str, ...]
    etag: bool
    answer: Handler


CONTRACTS: list[Contract] = []


def contract(
    source: str, path: str, *, imitates: str, method: str = "GET", etag: bool = False
) -> Callable[[Handler], Handler]:
    """Register a function as the answer to the questions of a source whose path matches as a whole."""

    def register(answer: Handler) -> Handler:
        anchors = tuple(imitates.split())
        CONTRACTS.append(Contract(source, method, re.compile(path), anchors, etag, answer))
        return answer

    return register


@dataclass(frozen=True)
class Fault:
    """What a source does instead of keeping its contract: `times` times, after `skip` matching questions."""

    source: str
    answer: Callable[[World, Request], Response | None]
    path: str = ".*"
    skip: int = 0
    times: int | None = None
    change: Callable[[World, Response], Response] | None = None
    """Given, the contract answers first, and this makes something else of it."""


@dataclass(frozen=True)
class Seen:
    """One question, and what became of it."""

    source: str
    host: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    sent: int
    at: datetime


@dataclass
class World:
    """The server, its clock, its faults and its limits."""

    frameworks: tuple[Framework, ...]
    repositories: Path
    seed: int = 1
    now: datetime = NOW
    weeks: int = 104
    latency_s: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    limits: dict[str, Limit] = field(default_factory=dict)
    log: list[Seen] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)
    too_early: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What went wrong in the world itself: a test that sees any of it is wrong, not the collector."""

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._met: dict[int, int] = {}
        self._server: BaseWSGIServer | None = None

    def __enter__(self) -> World:
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def figures(self) -> Figures:
        """What is true now."""
        return Figures(self.seed, self.now, self.weeks)

    def url(self, source: str, *, host: str = "127.0.0.1") -> str:
        """The address of a source, which stands in place of the publisher's."""
        return f"http://{host}:{self._server.port}/{source}"

    def clock(self) -> datetime:
        """The present moment of this world."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self.naps.append(seconds)
            self.now += timedelta(seconds=seconds)

    def knows(self, key: str, name: str) -> bool:
        """Whether a framework of this world has that name for a source."""
        return any(name in one.named(key, "broad") for one in self.frameworks)

    def clear(self) -> None:
        """Forget faults, limits and what was asked; the facts stay."""
        for kept in (self.faults, self.limits, self.log, self.naps, self.too_early):
            kept.clear()
        self._met.clear()

    def asked(self, source: str) -> list[Seen]:
        """What a source was asked."""
        return [one for one in self.log if one.source == source]

    def _application(self, environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(dict(environ))
        body = request.get_data()
        source, _, path = request.path.lstrip("/").partition("/")
        if self.latency_s:
            time.sleep(self.latency_s)
        try:
            response = self._answer(source, path, request)
        except Exception as error:
            self.broken.append(f"{source} {path}: {error!r}")
            raise
        response.headers.setdefault("Date", http_date(self.now))
        with self._lock:
            self.log.append(self._seen(source, request, body, response))
        return response(dict(environ), start_response)

    def _seen(self, source: str, request: Request, body: bytes, response: Response) -> Seen:
        sent = len(response.get_data()) if not response.is_streamed else 0
        host = request.host.partition(":")[0]
        return Seen(
            source,
            host,
            request.method,
            request.url,
            dict(request.headers),
            body,
            response.status_code,
            sent,
            self.now,
        )

    def _answer(self, source: str, path: str, request: Request) -> Response:
        with self._lock:
            limit = self.limits.get(source)
            refusal = limit.take(self, request) if limit else None
            fault = self._due(source, path)
        if refusal is not None:
            return refusal
        instead = fault.answer(self, request) if fault and not fault.change else None
        if instead is not None:
            return instead
        response = self._kept(source, path, request)
        if fault and fault.change:
            response = fault.change(self, response)
        if limit:
            limit.mark(self, response)
        return response

    def _due(self, source: str, path: str) -> Fault | None:
        for place, fault in enumerate(self.faults):
            if fault.source != source or not re.search(fault.path, path):
                continue
            self._met[place] = self._met.get(place, 0) + 1
            turn = self._met[place] - fault.skip
            if turn >= 1 and (fault.times is None or turn <= fault.times):
                return fault
        return None

    def _kept(self, source: str, path: str, request: Request) -> Response:
        for one in CONTRACTS:
            found = one.path.fullmatch(path)
            if one.source == source and one.method == request.method and found:
                made = one.answer(self, request, found.groupdict())
                return _finished(made, request, self.now, etag=one.etag)
        return Response(f"the world has no contract for {request.method} {source} {path!r}", status=501)


def _finished(made: Any, request: Request, now: datetime, *, etag: bool) -> Response:
    response = made if isinstance(made, Response) else Response(json.dumps(made), mimetype="application/json")
    response.headers["Date"] = http_date(now)  # before a conditional answer gets this machine's
    if etag and response.status_code == 200:
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:20], weak=True)
        response.make_conditional(request)
    return response


class _Quiet(WSGIRequestHandler):
    """Tells nobody of every request, and has no clock but the world's."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without the date of this machine."""
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  the name is the base's
        """Say nothing."""
