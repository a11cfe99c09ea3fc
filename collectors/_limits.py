"""How sources say "not so fast": the headers of every rate family, read into one wait.

Families (read 2026-11-23): GitHub `x-ratelimit-reset` in epoch seconds; OpenAlex `X-RateLimit-Reset` in
seconds to go; Docker Hub `X-RateLimit-Reset` and `X-Retry-After` in epoch seconds; Hugging Face
`RateLimit: "api";r=0;t=300`; pepy `X-Rate-Limit-Retry-After-Seconds`; everybody `Retry-After` in seconds or
as a date; Stack Exchange in the body: `backoff`, or seconds in the message of a `throttle_violation`.
A moment is compared with the server's own `Date`, so that a wrong clock here does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EPOCH = 1e9  # a larger number is a moment, not a number of seconds to go
_EPOCH_MS = 1e12
_LONGEST = timedelta(days=31)
_WRAPPER = re.compile(rb'"quota_max"|"throttle_violation"')
_IN_WRAPPER = re.compile(rb'(?<!\\)"backoff"\s*:\s*(\d{1,6})|available in (\d{1,6}) seconds')
_WORDS = re.compile(rb"rate limit|abuse detection|too many requests", re.IGNORECASE)


def wait_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the headers ask to wait (1 s to 31 days), or None when they name no time."""
    server_now = _date(headers.get("date", "")) or now
    for name, read in _WAITS:
        seconds = read(headers[name], server_now) if name in headers else None
        if seconds is not None:
            return timedelta(seconds=min(max(seconds, 1.0), _LONGEST.total_seconds()))
    return None


def wait_in_body(body: bytes) -> timedelta | None:
    """Return how long Stack Exchange's wrapper asks to wait, in an answer or an error; None for any other."""
    found = _IN_WRAPPER.search(body) if _WRAPPER.search(body) else None
    return timedelta(seconds=int(found[1] or found[2])) if found else None


def is_exhausted(headers: Mapping[str, str]) -> bool:
    """Say whether the headers announce that the next request would be one too many."""
    left = [headers[name] for name in ("x-ratelimit-remaining", "x-rate-limit-remaining") if name in headers]
    return "0" in left or bool(re.search(r"\br=0\b", headers.get("ratelimit", "")))


def is_rate_limit(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether an error means "later" and not "no": GitHub answers 403 for both, Stack Exchange 400."""
    if status == 429 or (status == 400 and b'"throttle_violation"' in body[:2000]):
        return True
    if status == 503:
        return "retry-after" in headers
    return status == 403 and (
        "retry-after" in headers or is_exhausted(headers) or bool(_WORDS.search(body[:2000]))
    )


def _seconds(text: str, server_now: datetime) -> float | None:
    if not re.fullmatch(r"\s*\d{1,15}(\.\d+)?\s*", text):
        return None
    value = float(text)
    if value >= _EPOCH_MS:
        value /= 1000
    return value - server_now.timestamp() if value >= _EPOCH else value


def _seconds_or_date(text: str, server_now: datetime) -> float | None:
    moment = _date(text)
    return (moment - server_now).total_seconds() if moment else _seconds(text, server_now)


def _structured(text: str, server_now: datetime) -> float | None:
    found = re.search(r"\bt=(\d{1,15})", text)
    return _seconds(found[1], server_now) if found else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_WAITS: tuple[tuple[str, Callable[[str, datetime], float | None]], ...] = (
    ("retry-after", _seconds_or_date),
    ("x-retry-after", _seconds),
    ("x-rate-limit-retry-after-seconds", _seconds),
    ("x-ratelimit-reset", _seconds),
    ("ratelimit", _structured),
)
