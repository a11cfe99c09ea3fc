"""The facts of the world: invented numbers that depend on a seed, a name and a day, and on nothing else.

Two answers about the same thing on the same day are the same, whoever asks and however often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    """The moment a day begins, in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def sunday(day: date) -> date:
    """The Sunday on or before a day."""
    return day - timedelta(days=(day.weekday() + 1) % 7)


@cache
def number(seed: int, low: int, high: int, *key: object) -> int:
    """A whole number in [low, high] that belongs to the key."""
    return Random("|".join(map(str, (seed, *key)))).randint(low, high)


@dataclass(frozen=True)
class Figures:
    """What is true in a world of this seed at a moment. `weeks` is how old everything in it is."""

    seed: int
    now: datetime
    weeks: int = 104

    @property
    def today(self) -> date:
        """The day of the moment."""
        return self.now.date()

    def of(self, *key: object, low: int = 10, high: int = 9000) -> int:
        """A number that never changes."""
        return number(self.seed, low, high, *key)

    def grown(self, *key: object, low: int = 1000, high: int = 90000) -> int:
        """A counter that grows every day by the same amount."""
        a_day = number(self.seed, 1, 40, "a day", *key)
        return number(self.seed, low, high, *key) + a_day * (self.today - date(2020, 1, 1)).days

    def stars(self, repository: str) -> list[tuple[date, list[int]]]:
        """The stars gained by day (Sunday to Saturday), newest week first, the present one included."""
        last = sunday(self.today)
        return [(week, list(self._star_days(repository, week))) for week in _back(last, self.weeks)]

    def _star_days(self, repository: str, week: date) -> Iterator[int]:
        for day in (week + timedelta(days=n) for n in range(7)):
            yield number(self.seed, 0, 60, repository, day) if day < self.today else 0

    def uploads(self, project: str) -> list[tuple[str, datetime]]:
        """Versions of a project and when their first file came, oldest first: one every 26 weeks."""
        found = []
        first = self.today - WEEK * 26 * 4
        anchor = date(2018, 1, 2)
        for n in range((self.today - anchor).days // 182 + 1):
            day = anchor + timedelta(days=182 * n)
            if first <= day < self.today:
                found.append(
                    (
                        f"2.{n}.0",
                        midnight(day) + timedelta(hours=15, seconds=number(self.seed, 0, 9, project, n)),
                    )
                )
        return found


def _back(last: date, count: int) -> Iterator[date]:
    return (last - WEEK * n for n in range(count))
