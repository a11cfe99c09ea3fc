"""Causal cleaning of cumulative counters: which regime a value belongs to, and what it grew by per week.

A counter such as "forks ever" is republished by its source under changing definitions: 88,236, then
71,334, then 88,385. Differences across a change of definition are not growth. Each observation therefore
joins the *track* it continues, growth is taken inside one track only, and the track that counts is the one
seen most often in the trailing 26 weeks. A track that counts gives way only when it has been silent for eight
weeks: while a source still returns to it, what comes in between is a fault, however often it comes.

Everything here is causal: the rows known by a day never change when later observations are added.
Source: SCORING 2.3, read 2026-11-23. Values are counts; weeks start on Monday 00:00 UTC.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from evidence import parameters as p

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Increment:
    """The growth of one counter in the week that starts at `week_start`.

    `known_at` is the time of the observation that completed the week. `suspect` says that the source
    behaved in that week as no counter of the world does; `reason` is then one of `collapsed` (a sudden
    fall below a quarter of its own pace), `frozen` (it stands still), `caught up` (the first move after
    that) and `flip-flopping` (it returns between regimes; the growth inside the regime is usable).
    """

    week_start: datetime
    increment: float
    known_at: datetime
    suspect: bool
    reason: str


def increments(times: Sequence[datetime], values: Sequence[float]) -> tuple[Increment, ...]:
    """Return the weekly increments of a cumulative counter, at most one per week, oldest first.

    `times` are aware; of two values at one time the later one given counts. A week is given once the
    canonical track reaches beyond its end, so the newest started week is absent. Weeks inside a hole of
    more than 16 weeks, and weeks in which no regime is established, are absent: missing is not zero.
    Raises ValueError when a value is negative or not finite, or when the lengths differ.
    """
    seconds, counts = _ordered(times, values)
    if len(counts) < p.TRACK_ESTABLISHED:
        return ()
    weeks = (seconds - _MONDAY.timestamp()) / _WEEK.total_seconds()
    track = np.array(_assign(weeks.tolist(), counts.tolist()), dtype=np.int64)
    starts, growth, closing = _weekly(weeks, counts, track)
    if not len(starts):
        return ()
    flipping = _flip_flopping(weeks, track)[closing]
    reasons = _reasons(starts, growth, np.where(flipping, "flip-flopping", "").tolist(), counts[closing])
    known = [datetime.fromtimestamp(s, tz=UTC) for s in seconds.tolist()]
    return tuple(
        Increment(_MONDAY + week * _WEEK, increment, known[at], bool(reason), reason)
        for week, increment, at, reason in zip(
            starts.tolist(), growth.tolist(), closing.tolist(), reasons, strict=True
        )
    )


def tracks(times: Sequence[datetime], values: Sequence[float]) -> tuple[int, ...]:
    """Return the number of the track that each distinct time belongs to, in order of time, from 0."""
    seconds, counts = _ordered(times, values)
    return tuple(_assign((seconds / _WEEK.total_seconds()).tolist(), counts.tolist()))


def _ordered(times: Sequence[datetime], values: Sequence[float]) -> tuple[Floats, Floats]:
    by_time = dict(zip((t.timestamp() for t in times), values, strict=True))
    seconds = np.array(sorted(by_time), dtype=np.float64)
    counts = np.array([by_time[s] for s in seconds.tolist()], dtype=np.float64)
    wrong = ~(np.isfinite(counts) & (counts >= 0))
    if wrong.any():
        at = datetime.fromtimestamp(float(seconds[wrong][0]), tz=UTC)
        raise ValueError(f"a counter cannot be {counts[wrong][0]} ({at:%Y-%m-%d %H:%M} UTC)")
    return seconds, counts


@dataclass(slots=True)
class _Track:
    first_week: float
    first_count: float
    week: float
    count: float
    seen: int = 1

    def distance(self, week: float, count: float) -> float:
        """How far (in log growth) the value lies from where this track should be; infinite if elsewhere.

        A track seen long ago lies further off: else a growing counter would be caught by the track of any
        spurious value that it passes.
        """
        gap = max(week - self.week, 1.0)
        if gap > p.TRACK_JOIN_WEEKS:
            return math.inf
        pace = self._pace()
        if not self._continues(count - self.count, pace * gap, gap):
            return math.inf
        growth = math.log1p(count) - math.log1p(self.count)
        return abs(growth - pace * gap) + p.TRACK_STALE_WEEK * gap

    def _continues(self, change: float, usual: float, gap: float) -> bool:
        if change < 0:
            return -change <= max(p.TRACK_DROP * self.count, p.TRACK_SMALL_DROP)
        ceiling = max(p.TRACK_GROWTH_CEILING, p.TRACK_DROP + p.TRACK_GROWTH_OWN * usual)
        growth = min(p.TRACK_DROP + p.TRACK_GROWTH_WEEK * gap, ceiling)
        by_chance = p.TRACK_SMALL_RISE + p.TRACK_SMALL_RISE_SQRT * math.sqrt(self.count)
        return change <= max(math.expm1(growth) * self.count, by_chance)

    def _pace(self) -> float:
        """Its own log growth per week; 0 as long as it is not known."""
        span = self.week - self.first_week
        if self.seen < p.TRACK_ESTABLISHED or span < p.TRACK_PACE_WEEKS or self.first_count <= 0:
            return 0.0
        return max(math.log(max(self.count, 1e-9) / self.first_count) / span, 0.0)

    def join(self, week: float, count: float) -> None:
        """Take the value as this track's newest."""
        self.week, self.count, self.seen = week, count, self.seen + 1


def _assign(weeks: list[float], counts: list[float]) -> list[int]:
    found: list[_Track] = []
    live: list[int] = []
    numbers: list[int] = []
    for week, count in zip(weeks, counts, strict=True):
        best, nearest = -1, math.inf
        for number in live:
            distance = found[number].distance(week, count)
            if distance < nearest:
                best, nearest = number, distance
        if best < 0:
            best = len(found)
            found.append(_Track(week, count, week, count))
            live = [n for n in live if week - found[n].week <= p.TRACK_JOIN_WEEKS] + [best]
        else:
            found[best].join(week, count)
        numbers.append(best)
    return numbers


def _weekly(weeks: Floats, counts: Floats, track: Ints) -> tuple[Ints, Floats, Ints]:
    """Return (week number, increment, index of the observation that completed it), in order of week.

    An observation completes weeks when its own track is canonical at that moment. Each week is completed
    once, by the first such observation at or after its end, and never revised.
    """
    canonical, seen = _canonical(weeks, track)
    closing = np.flatnonzero((track == canonical) & (seen >= p.TRACK_ESTABLISHED))
    if not len(closing):
        return np.array([], np.int64), np.array([], np.float64), np.array([], np.int64)
    ends = np.floor(weeks[closing]).astype(np.int64)
    candidates = np.arange(math.floor(weeks[0]), ends[-1])
    by = closing[np.searchsorted(ends, candidates + 1)]
    growth = np.full(len(candidates), np.nan)
    for number in np.unique(track[by]):
        rows = track[by] == number
        growth[rows] = _inside(weeks[track == number], counts[track == number], candidates[rows])
    known = ~np.isnan(growth)
    return candidates[known], growth[known], by[known]


def _inside(weeks: Floats, counts: Floats, starts: Ints) -> Floats:
    """Interpolate the running maximum of one track; NaN before its start and across holes."""
    level = np.maximum.accumulate(counts)
    ends = starts + 1.0
    growth = np.interp(ends, weeks, level) - np.interp(starts, weeks, level)
    before = np.searchsorted(weeks, starts, side="right") - 1
    after = np.minimum(np.searchsorted(weeks, ends, side="left"), len(weeks) - 1)
    widest = np.concatenate(([0.0], np.diff(weeks)))
    crossed = np.maximum(widest[after], widest[np.minimum(np.maximum(before, 0) + 1, len(weeks) - 1)])
    return np.where((before >= 0) & (crossed <= p.HOLE_WEEKS), growth, np.nan)


def _canonical(weeks: Floats, track: Ints) -> tuple[Ints, Ints]:
    """Return, per observation, the track that counts (seen most often in the trailing 26 weeks; of equals the
    older; one that is still returned to stays), and how often its own track has been seen so far."""
    most = np.zeros(len(track), np.int64)
    canonical = np.zeros(len(track), np.int64)
    seen = np.zeros(len(track), np.int64)
    opening = np.searchsorted(weeks, weeks - p.TRAILING_WEEKS, side="right")
    for number in range(int(track.max()) + 1):
        upto = np.cumsum(track == number)
        recent = upto - np.concatenate(([0], upto))[opening]
        seen = np.where(track == number, upto, seen)
        canonical = np.where(recent > most, number, canonical)
        most = np.maximum(most, recent)
    return _steady(weeks, track, canonical, seen), seen


def _steady(weeks: Floats, track: Ints, leading: Ints, seen: Ints) -> Ints:
    """Let an established track give way to the leading one only after it has been silent."""
    if (leading == leading[0]).all():
        return leading
    counts = int(leading[0])
    last: dict[int, tuple[float, int]] = {}
    found = []
    rows = zip(weeks.tolist(), track.tolist(), leading.tolist(), seen.tolist(), strict=True)
    for week, own, leader, times in rows:
        last[own] = (week, times)
        seen_on, seen_times = last.get(counts, (-math.inf, 0))
        if seen_times < p.TRACK_ESTABLISHED or week - seen_on > p.TRACK_SILENT_WEEKS:
            counts = leader
        found.append(counts)
    return np.array(found, np.int64)


def _flip_flopping(weeks: Floats, track: Ints) -> npt.NDArray[np.bool_]:
    """Whether, in the trailing 26 weeks, the source returned twice or more, to two regimes or more.

    Single spurious values do not make a flip-flop: nothing returns to them.
    """
    moved = np.concatenate(([False], track[1:] != track[:-1]))
    first = np.zeros(len(track), bool)
    first[np.unique(track, return_index=True)[1]] = True
    returns = moved & ~first
    opening = np.searchsorted(weeks, weeks - p.TRAILING_WEEKS, side="right")
    total = _trailing(returns, opening)
    regimes = np.zeros(len(track), np.int64)
    for number in np.unique(track[returns]):
        regimes += _trailing(returns & (track == number), opening) > 0
    return (total >= p.FLIP_RETURNS) & (regimes >= p.FLIP_RETURNS_TO)


def _trailing(marks: npt.NDArray[np.bool_], opening: Ints) -> Ints:
    upto = np.cumsum(marks)
    counted: Ints = upto - np.concatenate(([0], upto))[opening]
    return counted


def _reasons(starts: Ints, growth: Floats, given: list[str], counts: Floats) -> list[str]:
    """Add collapsed, frozen and caught up to the reasons given; each row looks at earlier rows only."""
    usual = _usual_pace_unmarked(starts, growth)
    still = _run_of_still_weeks(growth)
    first = _first_marked(growth, usual, still, counts)
    marks = [""] * first
    weeks, pace = starts.tolist(), growth.tolist()
    for row in range(first, len(pace)):
        marks.append(_mark(row, weeks, pace, marks, still=int(still[row]), count=float(counts[row])))
    return [mark or before for mark, before in zip(marks, given, strict=True)]


def _run_of_still_weeks(growth: Floats) -> Ints:
    rows = np.arange(len(growth))
    moved = np.maximum.accumulate(np.where(growth > p.STILL, rows, -1))
    run: Ints = rows - moved
    return run


def _usual_pace_unmarked(starts: Ints, growth: Floats) -> Floats:
    """The usual pace of every row as long as no row is marked; NaN where it is unknown."""
    lag = p.RECENT_WEEKS
    padding = p.USUAL_WEEKS + lag - 1
    pace = np.concatenate((np.full(padding, np.inf), growth))
    week = np.concatenate((np.full(padding, -(10**9)), starts))
    window = np.lib.stride_tricks.sliding_window_view(pace, p.USUAL_WEEKS)[: len(growth)]
    weeks = np.lib.stride_tricks.sliding_window_view(week, p.USUAL_WEEKS)[: len(growth)]
    fresh = starts[:, None] - weeks <= p.USUAL_MAX_AGE_WEEKS
    ordered = np.sort(np.where(fresh, window, np.inf), axis=1)
    n = np.count_nonzero(fresh, axis=1)
    rows, middle = np.arange(len(growth)), np.maximum(n - 1, 0)
    known = n >= p.USUAL_WEEKS_LEAST
    low, high = ordered[rows, middle // 2], ordered[rows, np.minimum((middle + 1) // 2, n)]
    return np.where(known, (np.where(known, low, 0.0) + np.where(known, high, 0.0)) / 2, np.nan)


def _first_marked(growth: Floats, usual: Floats, still: Ints, counts: Floats) -> int:
    """The first row that `_mark` marks: up to it no row is marked, so the unmarked pace is the pace."""
    upto = np.concatenate((np.zeros(p.RECENT_WEEKS), np.cumsum(growth)))
    recent = upto[p.RECENT_WEEKS :] - upto[: -p.RECENT_WEEKS]
    unknown = np.isnan(usual) & (still >= p.FROZEN_WEEKS_UNKNOWN) & (counts >= p.FROZEN_COUNT)
    frozen = (still >= p.RECENT_WEEKS) & (still * usual >= p.FROZEN_EXPECTED)
    expected = p.RECENT_WEEKS * usual
    collapsed = (recent < p.COLLAPSED_BELOW * expected * (1 + 1e-9)) & (expected >= p.COLLAPSED_EXPECTED)
    marked = np.flatnonzero(unknown | frozen | collapsed)
    return int(marked[0]) if len(marked) else len(growth)


def _mark(
    row: int, weeks: list[int], pace: list[float], marks: list[str], *, still: int, count: float
) -> str:
    usual = _usual_pace(row, weeks, pace, marks)
    if usual is None:
        return "frozen" if still >= p.FROZEN_WEEKS_UNKNOWN and count >= p.FROZEN_COUNT else ""
    if still >= p.RECENT_WEEKS and still * usual >= p.FROZEN_EXPECTED:
        return "frozen"
    if row and marks[row - 1] == "frozen" and pace[row] > p.CAUGHT_UP_TIMES * usual:
        return "caught up"
    expected = p.RECENT_WEEKS * usual
    recent = sum(pace[row - p.RECENT_WEEKS + 1 : row + 1])
    few = recent < p.COLLAPSED_BELOW * expected and expected >= p.COLLAPSED_EXPECTED
    return "collapsed" if few else ""


def _usual_pace(row: int, weeks: list[int], pace: list[float], marks: list[str]) -> float | None:
    """The median of the last 26 unmarked weeks before the recent ones, at most two years old."""
    clean: list[float] = []
    before = row - p.RECENT_WEEKS
    while before >= 0 and len(clean) < p.USUAL_WEEKS and weeks[row] - weeks[before] <= p.USUAL_MAX_AGE_WEEKS:
        if not marks[before]:
            clean.append(pace[before])
        before -= 1
    return statistics.median(clean) if len(clean) >= p.USUAL_WEEKS_LEAST else None
