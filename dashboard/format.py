"""Numbers, dates and text as a reader sees them. Pure; missing is a dash, never a zero.

A true minus, a sign on every difference, none on zero, a narrow no-break space before a unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from dashboard.texts import say

MISSING = "—"
MINUS = "\u2212"
THIN = "\u202f"
"""Narrow no-break space: keeps a number and its unit on one line."""

_BYTES = ("B", "kB", "MB", "GB", "TB")
_SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def level(value: float | None) -> str:
    """Return a score from 0 to 10 with one decimal."""
    return MISSING if value is None or not math.isfinite(value) else f"{value:.1f}"


def difference(value: float | None, *, digits: int = 1) -> str:
    """Return a difference with its sign; what rounds to zero has none."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def number(value: float | None, *, digits: int = 2) -> str:
    """Return a number without a sign of its own but the true minus."""
    return MISSING if value is None or not math.isfinite(value) else f"{value:.{digits}f}".replace("-", MINUS)


def parts(values: Sequence[float], total: float, *, digits: int = 2) -> tuple[str, ...]:
    """Return contributions so rounded that the printed numbers add up to the printed total.

    Each is at most one unit of the last digit off (largest remainder); the exact values are kept
    wherever data is handed out.
    """
    unit = 10**digits
    scaled = [value * unit for value in values]
    floors = [math.floor(value) for value in scaled]
    # The printed total, not the exact one: the reader adds up what the page shows.
    lacking = round(float(f"{total:.{digits}f}") * unit) - sum(floors)
    by_remainder = sorted(range(len(values)), key=lambda i: floors[i] - scaled[i])
    raised = set(by_remainder[: max(0, lacking)])
    return tuple(difference((floor + (i in raised)) / unit, digits=digits) for i, floor in enumerate(floors))


def share(value: float | None) -> str:
    """Return a share of one as a whole percentage."""
    return MISSING if value is None or not math.isfinite(value) else f"{value * 100:.0f}{THIN}%"


def ratio(value: float) -> str:
    """Return how many times as large, always at least one: the caller names which side."""
    return f"{max(value, 1 / value):.2f}×"


def between(low: str, high: str, language: str) -> str:
    """Return an interval in words: a dash would read as a minus."""
    return say("range", language, low=low, high=high)


def three_digits(value: float) -> str:
    """Return three significant digits; whole numbers below ten thousand stay exact."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return f"{value:.2e}".replace("-", MINUS)
    for factor, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= (factor if factor > 1e3 else 1e4):
            return f"{_significant(value / factor)}{THIN}{suffix}"
    if float(value).is_integer() or size >= 1000:
        return f"{value:,.0f}".replace("-", MINUS)
    return _significant(value)


def raw(value: float | None, unit: str) -> str:
    """Return a raw value; bytes, seconds and shares carry their own scaled unit."""
    if value is None or not math.isfinite(value):
        return MISSING
    if unit == "share":
        return share(value)
    if unit == "bytes":
        return _bytes(value)
    if unit in {"s", "seconds"}:
        return _seconds(value)
    return three_digits(value)


def carries_unit(unit: str) -> bool:
    """Say whether `raw` prints the unit itself, so that a column need not repeat it."""
    return unit in {"share", "bytes", "s", "seconds"}


def exact(value: float) -> str:
    """Return every digit that matters, to copy."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def day(moment: date | datetime | None) -> str:
    """Return an ISO date."""
    return MISSING if moment is None else f"{moment:%Y-%m-%d}"


def minute(moment: datetime | None) -> str:
    """Return an ISO date with the time, UTC."""
    return MISSING if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def age_days(moment: datetime, today: date) -> int:
    """Return whole days from an observation to a day, never negative."""
    return max(0, (today - moment.date()).days)


def spread(moments: Mapping[str, datetime]) -> str:
    """Return the dates behind a pair of values: one date, or the two ends."""
    days = sorted({day(moment) for moment in moments.values()})
    return MISSING if not days else days[0] if len(days) == 1 else f"{days[0]} / {days[-1]}"


def plain_markdown(text: str) -> str:
    """Return text that Markdown shows as it stands: for widget labels, which are Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _significant(value: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".replace("-", MINUS)


def _bytes(value: float) -> str:
    step = 0
    while abs(value) >= 1000 and step < len(_BYTES) - 1:
        value, step = value / 1000, step + 1
    return f"{value:.0f}{THIN}B" if step == 0 else f"{_significant(value)}{THIN}{_BYTES[step]}"


def _seconds(value: float) -> str:
    if value == 0:
        return f"0{THIN}s"
    if abs(value) >= 1000:
        return f"{value:,.0f}{THIN}s"
    for factor, unit in _SECONDS:
        if abs(value) >= factor or unit == "ns":
            return f"{_significant(value / factor)}{THIN}{unit}"
    return MISSING
