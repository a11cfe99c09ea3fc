"""The only network code: one polite and patient HTTP client that keeps a secret.

Politeness is data: `Source.budget`, `Source.min_interval` and the constants below. The token of a source
goes to the origin of its address only, and never into a payload or a message.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
import tenacity
from requests.utils import get_environ_proxies, parse_header_links
from urllib3.exceptions import NameResolutionError

from collectors._contract import Capped, Subject
from collectors._limits import is_exhausted, is_rate_limit, wait_in_body, wait_of
from evidence.errors import Absent, RateLimited, Refused, SourceError, Unavailable
from evidence.types import Framework, Payload, Source

Previous = Callable[[str], Payload | None]
"""Gives the last archived answer to a url."""

PROJECT = "touchstone"
DEFAULT_HOME = Path(__file__).resolve().parent.parent / "data"

CONNECT_TIMEOUT_S = 2.5  # a lost packet is repeated after 1 s; a dead host must not hold up a run
READ_TIMEOUT_S = 20.0
WAIT_BUDGET_S = 30.0
"""The most seconds an attempt may lose to waits and failed tries; a longer wait is for the next run."""
TRIES = 4
UNREACHED_TRIES = 2
_DOWN_FOR = timedelta(minutes=10)
OLDER_PAGES_EVERY_WEEKS = 26
FOR_EVER = timedelta(days=3650)
"""How long an answer serves that cannot change."""
REDIRECTS = 5

BEARER = "Authorization: Bearer {token}"
"""How a token travels: a header line, or `?name={token}` for a query parameter."""

_KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "link", "x-pypi-last-serial")
_BACK_OFF = tenacity.wait_exponential(multiplier=0.5, max=8) + tenacity.wait_random(0, 0.5)
_A_MONDAY = datetime(2018, 1, 1, tzinfo=UTC)
_WEEK = timedelta(weeks=1)


class TooMuch(Unavailable):
    """A gateway lost patience, or we did: asking again may help, and so may asking for less."""


class _Unreached(Unavailable):
    """No connection, or no host of that name: one more try, for a moment without a network, and no more."""


_REACTIONS: Mapping[int, type[SourceError]] = {
    202: Unavailable,  # still computing
    204: Absent,  # nothing there, such as an empty repository
    404: Absent,
    408: Unavailable,
    425: Unavailable,
    502: TooMuch,
    504: TooMuch,
}
_MEANINGS = {202: "still computing", 204: "nothing there", 401: "the token is missing or wrong"}


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    token_as: str = BEARER
    backfill: bool = False
    tries: int = TRIES


@dataclass(frozen=True)
class _Answer:
    asked_at: datetime
    status: int
    headers: Mapping[str, str]
    body: bytes


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


_Origin = tuple[str, str | None, int | None]
_T = TypeVar("_T")

_ASKED: dict[str, datetime] = {}
_DOWN: dict[_Origin, datetime] = {}
"""Whom this process could not reach, and when: the next framework, minutes later, tries only once."""
_PACE_LOCKS: dict[str, threading.Lock] = {}


class Client:
    """Asks one source about one framework: one connection pool, one request budget, one wait budget.

    `previous` gives the archived answer to a url, for conditional requests and for `min_interval`. `folder`
    is where a collector may keep things between runs; there stands also until when the source wants not to be
    asked, which holds for the next framework and for the next run. `requests`, `bytes` and `notes` tell what
    the attempt cost and what a reader should know of it. TOUCHSTONE_<SOURCE>_URL replaces the address.
    """

    def __init__(
        self,
        source: Source,
        *,
        previous: Previous | None = None,
        home: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.source = source
        self.base = environment.get(f"TOUCHSTONE_{source.id.upper()}_URL") or source.url
        self.folder = (home or Path(environment.get("TOUCHSTONE_HOME") or DEFAULT_HOME)) / source.id
        self.now = clock
        self.requests = self.bytes = 0
        self.notes: list[str] = []
        self._previous = previous or (lambda _url: None)
        self._sleep = sleep
        self._backfilled = 0
        self._lost_s = 0.0
        self._token = _token(source, environment)
        self._limit = self.folder / ("limited-with-token.txt" if self._token else "limited.txt")
        self._blocked_until = _moment_in(self._limit)
        self._secret = _in_any_spelling(self._token)
        self._session = requests.Session()
        self._session.auth = _no_credentials
        self._session.headers["User-Agent"] = f"{PROJECT} ({_contact(environment)})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    @property
    def is_patient(self) -> bool:
        """Whether the time that an attempt may lose to waits and failed tries is not yet lost."""
        return self._lost_s < WAIT_BUDGET_S

    @property
    def has_token(self) -> bool:
        """Whether the source's token is set."""
        return bool(self._token)

    def each(
        self, framework: Framework, ask: Callable[[Self, Subject], Iterator[Payload]]
    ) -> Iterator[Payload]:
        """Ask about every name of the framework, core first; a name the source does not know is noted.

        Raises Absent when it knows none of them, Refused when it knows a name and denies a part of it.
        """
        unknown: list[Absent] = []
        answers = 0
        for place, (scope, name) in enumerate(framework.scoped_names(self.source.needs)):
            before = answers
            try:
                for payload in ask(self, Subject(framework.id, scope, name, place)):
                    answers += 1
                    yield payload
            except Absent as absent:
                if answers > before:
                    why = f"{absent.why} for a part of {name}, which it knows"
                    raise Refused(self.source.id, absent.url, why) from absent
                unknown.append(absent)
                self.notes.append(f"{name} is absent")
        if unknown and not answers:
            raise unknown[0]

    def get(
        self,
        path: str,
        subject: Subject,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        token_as: str = BEARER,
        fresh_for: timedelta | None = None,
        backfill: bool = False,
    ) -> Payload:
        """Return the answer to a GET of a path below the source's address, or of a full url.

        An archived answer younger than `fresh_for` (default: the source's `min_interval`) is returned as it
        is; an older one makes the request conditional, and a 304 gives its body under the new time.
        `backfill` draws on the backfill budget. Raises Absent, Capped, RateLimited, Refused, Unavailable.
        """
        url = self.address(path, params)
        request = _Request("GET", url, _accept_json(headers), token_as=token_as, backfill=backfill)
        return self._payload(request, subject, key=url, fresh_for=fresh_for)

    def post(
        self,
        path: str,
        subject: Subject,
        *,
        body: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
        token_as: str = BEARER,
        fresh_for: timedelta | None = None,
        backfill: bool = False,
        tries: int = TRIES,
    ) -> Payload:
        """Return the answer to a JSON question; the payload's url ends in `#` and the question's digest.

        `tries` is how often at most a question is put that is too much for the source.
        """
        url, question = self.address(path), _question(body)
        key = self.question_url(path, body)
        asked = {"Content-Type": "application/json", **_accept_json(headers)}
        request = _Request("POST", url, asked, question, token_as, backfill, tries)
        return self._payload(request, subject, key=key, fresh_for=fresh_for)

    def pages(
        self,
        path: str,
        subject: Subject,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        fresh_for: timedelta | None = None,
    ) -> Iterator[Payload]:
        """Yield the first page, then those the `Link` header names as next.

        The later ones are history: each is asked anew twice a year in its turn, as backfill.
        """
        payload = self.get(path, subject, params=params, headers=headers, fresh_for=fresh_for)
        seen = {payload.url}
        yield payload
        while url := self._next_page(payload):
            if url in seen:
                raise Refused(self.source.id, url, "the pages go round in a circle")
            # In strides, so that the same page of the next name has another week.
            settled = self.turn(subject, weeks=OLDER_PAGES_EVERY_WEEKS, step=5 * len(seen))
            seen.add(url)
            payload = self.get(url, subject, headers=headers, fresh_for=settled, backfill=True)
            yield payload

    def turn(self, subject: Subject, *, weeks: int, step: int = 0) -> timedelta:
        """Return for how long an answer is fresh that is renewed in one week out of so many.

        Not shorter than the source's `min_interval`. A turn that was missed is taken by the next run.
        """
        return max(self.now() - self.turn_began(subject, weeks=weeks, step=step), self.source.min_interval)

    def turn_began(self, subject: Subject, *, weeks: int, step: int = 0) -> datetime:
        """Return the Monday, 00:00 UTC, on which the newest turn of a question began.

        The week follows from source and framework, the subject's place, and `step`, the question's place
        among those about the subject: what is asked seldom is spread, and no week has to bear it all.
        """
        seed = hashlib.sha256(f"{self.source.id} {subject.framework}".encode()).digest()[0]
        week = (self.now() - _A_MONDAY) // _WEEK
        return _A_MONDAY + (week - (week - seed - subject.place - step) % weeks) * _WEEK

    def get_range(self, path: str, start: int, end: int | None = None, *, backfill: bool = False) -> bytes:
        """Return the bytes [start, end) of a file; a negative start without an end counts from its end.

        Raises Refused when the server sends the whole file instead.
        """
        span = f"{start}" if start < 0 else f"{start}-{'' if end is None else end - 1}"
        headers = {"Range": f"bytes={span}", "Accept-Encoding": "identity"}
        return self._exchange(_Request("GET", self.address(path), headers, backfill=backfill)).body

    def reach(self, url: str) -> None:
        """Raise Unavailable when the host of a url cannot be connected to. For programs we start."""
        address = _address(self._linked(url, ""))
        if address and not get_environ_proxies(url):
            self._patiently(partial(self._connect, address), _Request("CONNECT", url))

    def archived(self, url: str, subject: Subject, *, fresh_for: timedelta | None = None) -> Payload | None:
        """Return the archived answer to a url, if there is one younger than `fresh_for`."""
        old = self._old(url)
        if old is None:
            return None
        age = self.now() - old.requested_at
        limit = self.source.min_interval if fresh_for is None else fresh_for
        return _about(old, subject) if timedelta(0) <= age < limit else None

    def limited(self, url: str) -> RateLimited:
        """Return the error of an answer that says in its text that the quota is spent; note until when."""
        until = self._blocked_until or self.now() + timedelta(hours=1)
        self._block(until)
        return RateLimited(self.source.id, url, until)

    def spend(self, url: str, *, backfill: bool = False) -> None:
        """Count one request. Raises Capped when the budget has none left."""
        if not self._may_spend(backfill):
            budget = self.source.backfill if backfill else self.source.budget
            why = f"the budget of {budget} requests is spent; the next run goes on from here"
            raise Capped(self.source.id, url, why)
        self.requests += 1
        self._backfilled += backfill

    def make_payload(self, subject: Subject, *, url: str, requested_at: datetime, body: bytes) -> Payload:
        """Return a payload of bytes that came by another way than HTTP."""
        self.bytes += len(body)
        return _payload(self.source, subject, url, _Answer(requested_at, 200, {}, body))

    def address(self, path: str, params: Mapping[str, str | int] | None = None) -> str:
        """Return the full url of a path (or of a url) below the source's address, without any token."""
        path = path.removeprefix(self.source.url)
        url = path if urlsplit(path).scheme else urljoin(f"{self.base.rstrip('/')}/", path.lstrip("/"))
        return f"{url}?{urlencode(params)}" if params else url

    def question_url(self, path: str, body: Mapping[str, object]) -> str:
        """Return the url under which the answer to a JSON question is archived."""
        return f"{self.address(path)}#{hashlib.sha256(_question(body)).hexdigest()[:16]}"

    def scrub(self, text: str) -> str:
        """Return the text without the token, however it is percent-encoded there."""
        return self._secret.sub("***", text) if self._token else text

    def _payload(
        self, request: _Request, subject: Subject, *, key: str, fresh_for: timedelta | None
    ) -> Payload:
        fresh = self.archived(key, subject, fresh_for=fresh_for)
        if fresh:
            return fresh
        old = self._old(key)
        conditional = {**request.headers, **_conditions(old)}
        answer = self._exchange(replace(request, headers=conditional))
        if answer.status == requests.codes.not_modified and old:
            headers = {**old.headers, **answer.headers}
            return replace(
                _about(old, subject), requested_at=answer.asked_at, status=answer.status, headers=headers
            )
        return _payload(self.source, subject, key, answer)

    def _old(self, url: str) -> Payload | None:
        """Return the archived answer; another source may have asked the same url, and reads it otherwise."""
        old = self._previous(url)
        return old if old and old.source == self.source.id else None

    def _exchange(self, request: _Request) -> _Answer:
        return self._patiently(self._follow, request)

    def _patiently(self, ask: Callable[[_Request], _T], request: _Request) -> _T:
        """Ask until there is an answer, as long as asking again can help and the budgets last."""
        known_down = {one for one, at in _DOWN.copy().items() if abs(self.now() - at) < _DOWN_FOR}

        def give_up(state: tenacity.RetryCallState) -> bool:
            return (
                state.attempt_number >= _tries(_error(state), request, known_down)
                or self._lost_s + state.upcoming_sleep > WAIT_BUDGET_S
                or not self._may_spend(request.backfill)
            )

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Unavailable, RateLimited)),
            wait=self._wait_s,
            stop=give_up,
            sleep=self._rest,
            reraise=True,
        )
        return retrying(ask, request)

    def _wait_s(self, state: tenacity.RetryCallState) -> float:
        error = _error(state)
        if isinstance(error, RateLimited):
            return max(0.0, (error.until - self.now()).total_seconds())
        return _BACK_OFF(state)

    def _rest(self, seconds: float) -> None:
        self._lost_s += seconds
        ends = self._blocked_until and self._blocked_until <= self.now() + timedelta(seconds=seconds)
        self._sleep(seconds)
        if ends:
            self._blocked_until = None

    def _block(self, until: datetime) -> None:
        self._blocked_until = until
        self._limit.parent.mkdir(parents=True, exist_ok=True)
        self._limit.write_text(until.isoformat(), encoding="utf-8")

    def _may_spend(self, backfill: bool) -> bool:
        if backfill:
            return self._backfilled < self.source.backfill
        return self.requests - self._backfilled < self.source.budget

    def _follow(self, request: _Request) -> _Answer:
        """Follow redirects by hand: requests itself would carry some tokens to another host."""
        asked_at, asked = self.now(), request.url
        for _ in range(REDIRECTS + 1):
            response = self._send(request)
            if not response.is_redirect:
                return self._answer(response, request, asked_at)
            request = replace(request, url=self._linked(request.url, response.headers["location"]))
        raise Refused(self.source.id, asked, f"more than {REDIRECTS} redirects")

    def _send(self, request: _Request) -> requests.Response:
        if self._blocked_until and self.now() < self._blocked_until:
            raise RateLimited(self.source.id, request.url, self._blocked_until)
        self.spend(request.url, backfill=request.backfill)
        self._keep_pace()
        url, headers = self._signed(request)
        started = time.monotonic()
        try:
            with self._session.request(
                request.method,
                url,
                data=request.body,
                headers=headers,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                if "Range" in headers and response.status_code == requests.codes.ok:
                    raise Refused(self.source.id, request.url, "the server does not send parts of files")
                self.bytes += len(response.content)  # reads the body while a fault of it can still be mended
        except (requests.RequestException, ValueError) as error:
            self._lost_s += time.monotonic() - started
            # Not chained: the library's own message may hold the url with the token.
            raise self._unanswered(error, request.url) from None
        _DOWN.pop(_origin(request.url), None)
        return response

    def _connect(self, address: tuple[str, int], request: _Request) -> None:
        started = time.monotonic()
        try:
            socket.create_connection(address, timeout=CONNECT_TIMEOUT_S).close()
        except OSError as error:
            self._lost_s += time.monotonic() - started
            why = f"no connection to {address[0]}: {error}"
            raise self._unreached(request.url, why) from error
        _DOWN.pop(_origin(request.url), None)

    def _keep_pace(self) -> None:
        """Leave the source's pause since the last request to it, whoever in this process made that.

        A server that stands in for the source, by the environment, asks for none.
        """
        pause = self.source.pause
        if not pause or self.base != self.source.url:
            return
        with _PACE_LOCKS.setdefault(self.source.id, threading.Lock()):
            since = self.now() - _ASKED.get(self.source.id, datetime.min.replace(tzinfo=UTC))
            if timedelta(0) <= since < pause:
                self._sleep((pause - since).total_seconds())
            _ASKED[self.source.id] = self.now()

    def _signed(self, request: _Request) -> tuple[str, dict[str, str]]:
        """Return url and headers with the token, where it may go."""
        headers = dict(request.headers)
        if not self._token or _origin(request.url) != _origin(self.base):
            return request.url, headers
        if request.token_as.startswith("?"):
            name, _, value = request.token_as[1:].format(token=quote(self._token, safe="")).partition("=")
            url = re.sub(rf"(?<=[?&]){name}=[^&]*&?", "", request.url).rstrip("?&")  # a link to the next page
            return f"{url}{'&' if urlsplit(url).query else '?'}{name}={value}", headers
        name, _, value = request.token_as.format(token=self._token).partition(": ")
        return request.url, {**headers, name: value}

    def _unanswered(self, error: requests.RequestException | ValueError, url: str) -> SourceError:
        host = urlsplit(url).hostname
        if isinstance(error, ValueError):  # a url or a header that is none, here or in a redirect
            return Refused(self.source.id, url, f"cannot be asked: {self.scrub(str(error))}")
        if isinstance(error, requests.ConnectTimeout):
            return self._unreached(url, f"{host} did not answer within {CONNECT_TIMEOUT_S:g} s")
        if isinstance(error, requests.Timeout):
            return TooMuch(self.source.id, url, f"no answer within {READ_TIMEOUT_S:g} s")
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, NameResolutionError):
            return self._unreached(url, f"cannot resolve the host {host}")
        if isinstance(error, requests.ConnectionError):
            cause = getattr(reason, "__cause__", None) or reason or type(error).__name__
            return self._unreached(url, f"no connection to {host}: {self.scrub(str(cause))}")
        return Unavailable(self.source.id, url, f"the answer broke off ({type(error).__name__})")

    def _unreached(self, url: str, why: str) -> _Unreached:
        _DOWN[_origin(url)] = self.now()
        return _Unreached(self.source.id, url, why)

    def _next_page(self, payload: Payload) -> str | None:
        links = parse_header_links(payload.headers.get("link", ""))
        found = next((link["url"] for link in links if link.get("rel") == "next"), None)
        return self._linked(payload.url, found) if found else None

    def _linked(self, url: str, target: str) -> str:
        """Return the full url of what a page links to. Raises Refused when that is no url."""
        try:
            full = self.scrub(urljoin(url, target))
            _origin(full)
        except ValueError as error:
            raise Refused(self.source.id, url, f"not an address: {self.scrub(target)[:100]}") from error
        return full

    def _answer(self, response: requests.Response, request: _Request, asked_at: datetime) -> _Answer:
        status, headers, url = response.status_code, response.headers, request.url
        told = wait_in_body(response.content)
        wait = told or wait_of(headers, self.now())
        refused = is_rate_limit(status, headers, response.content)
        until = self.now() + (wait or timedelta(minutes=1))
        if refused or (wait and (told or is_exhausted(headers))):
            self._block(until)
        if refused:
            raise RateLimited(self.source.id, url, until)
        if status in (requests.codes.ok, requests.codes.partial, requests.codes.not_modified):
            kept = {name: self.scrub(headers[name]) for name in _KEPT_HEADERS if name in headers}
            return _Answer(asked_at, status, kept, response.content)
        reaction = _REACTIONS.get(status, Unavailable if status >= 500 else Refused)
        words = _MEANINGS.get(status, "") or response.reason or "no reason given"
        said = self.scrub(_message(response.content))
        raise reaction(self.source.id, url, f"{status} {words}" + (f": {said}" if said else ""))


def _payload(source: Source, subject: Subject, url: str, answer: _Answer) -> Payload:
    return Payload(
        source=source.id,
        framework=subject.framework,
        scope=subject.scope,
        name=subject.name,
        url=url,
        requested_at=answer.asked_at,
        status=answer.status,
        headers=answer.headers,
        sha256=hashlib.sha256(answer.body).hexdigest(),
        body=answer.body,
    )


def _about(payload: Payload, subject: Subject) -> Payload:
    """Two frameworks may share a name (a broad name of one is the core of another): say who asks now."""
    return replace(payload, framework=subject.framework, scope=subject.scope, name=subject.name)


def _question(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, sort_keys=True).encode()


def _accept_json(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {"Accept": "application/json", **(headers or {})}


def _conditions(old: Payload | None) -> dict[str, str]:
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return {ask: old.headers[kept] for ask, kept in pairs if kept in old.headers} if old else {}


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _tries(error: BaseException | None, request: _Request, known_down: Collection[_Origin]) -> int:
    if isinstance(error, _Unreached):
        return 1 if _origin(request.url) in known_down else UNREACHED_TRIES
    return request.tries if isinstance(error, TooMuch) else TRIES


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _address(url: str) -> tuple[str, int] | None:
    """Return host and port of a url; None when it has none, as a path has."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443, "git": 9418, "ssh": 22}.get(parts.scheme)
    return (parts.hostname, port) if parts.hostname and port else None


def _message(body: bytes) -> str:
    """Return what a JSON error says of itself, in one short line."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    text = (
        next((said[key] for key in ("message", "error", "detail") if said.get(key)), "")
        if isinstance(said, dict)
        else ""
    )
    return " ".join(text.split())[:200] if isinstance(text, str) else ""


def _token(source: Source, environment: Mapping[str, str]) -> str:
    token = environment.get(source.token_env or "", "").strip()
    if not token.isascii() or not token.isprintable():
        raise Refused(source.id, "", f"{source.token_env} holds characters that no header can carry")
    return token


def _moment_in(file: Path) -> datetime | None:
    """Return the moment that a file holds; None without one, and for what a kill or somebody else left."""
    try:
        moment = datetime.fromisoformat(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _in_any_spelling(token: str) -> re.Pattern[str]:
    return re.compile("".join(f"(?:{re.escape(letter)}|(?i:%{ord(letter):02x}))" for letter in token))


def _contact(environment: Mapping[str, str]) -> str:
    contact = environment.get("TOUCHSTONE_CONTACT") or PROJECT
    return "".join(letter for letter in contact if letter.isascii() and letter.isprintable())


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for requests' default, which sends what a ~/.netrc holds."""
    return request
