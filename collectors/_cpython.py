"""When each CPython minor version was there and until when it was supported.

Source: github.com/python/peps, release_management/python-releases.toml at ba4deeb, read 2026-11-23: the first
column is `first-release` (x.y.0), the second `end-of-life`. 3.15 stood there as scheduled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Support:
    """The time in which a CPython minor version was supported, [released, end_of_life)."""

    released: datetime
    end_of_life: datetime


def _support(released: str, end_of_life: str) -> Support:
    return Support(*(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (released, end_of_life)))


CPYTHON_3: Mapping[int, Support] = {
    4: _support("2014-03-16", "2019-03-18"),
    5: _support("2015-09-13", "2020-09-30"),
    6: _support("2016-12-23", "2021-12-23"),
    7: _support("2018-06-27", "2023-06-27"),
    8: _support("2019-10-14", "2024-10-07"),
    9: _support("2020-10-05", "2025-10-31"),
    10: _support("2021-10-04", "2026-10-01"),
    11: _support("2022-10-24", "2027-10-01"),
    12: _support("2023-10-02", "2028-10-01"),
    13: _support("2024-10-07", "2029-10-01"),
    14: _support("2025-10-07", "2030-10-01"),
    15: _support("2026-10-01", "2031-10-01"),
}
"""By the minor number of CPython 3."""


def supported(at: datetime) -> tuple[int, ...]:
    """Return the minor numbers of CPython 3 that were released and supported at a moment."""
    return tuple(minor for minor, span in CPYTHON_3.items() if span.released <= at < span.end_of_life)
