"""Replay five years of a published weekly list: how our contrast moves, beside the list's own rank.

The 208 snapshots of best-of-ml-python (CC BY-SA 4.0, `collectors/bestof_weekly.csv`) are
archived one by one, each as if it had been retrieved on its day, published into a temporary home, and
scored as of every snapshot. Nothing else is known there, so coverage is low: this shows how the method
behaves, not what it finds.

    python scripts/replay_bestof.py [--step 1] [--draws 1000] [--dimension community]
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import lines
from collectors import bestof
from evidence import parameters as p
from evidence.regimes import increments, tracks
from evidence.score import prepare, score_prepared
from evidence.timeline import timeline
from evidence.types import Break, Catalog, Contribution, Payload, Reading, Score
from flows import definitions
from flows.publish import parsers
from flows.settings import PROJECT, Settings
from warehouse import _sql, evaluate
from warehouse.archive import Archive
from warehouse.publish import Release, publish
from warehouse.read import Warehouse

TABLE = bestof.TABLE
DIMENSIONS = ("community", "industry")
LONGEST_WEEK_DAYS = 10
HALF_YEAR_DAYS = 182
PAIR = ("pytorch", "tensorflow")
RANK = "bestof_projectrank"
RANK_TERMS = {
    "dependents_total": 1.5,
    "github_stars": 2,
    "github_forks": 2,
    "github_contributors": 2,
    "github_commits_total": 2,
    "github_watchers": 2,
    "github_issues_closed": 2,
    "all_downloads_month": 2,
    "github_commits_recent": 1.5,
}
"""The columns that the peer's rank reads: each adds round(ln(x) / divisor) points (`calc_projectrank`)."""

PARTS = {
    "dependents_total": ("github_dependents", "pypi_dependents", "conda_dependents"),
    "all_downloads_month": ("pypi_downloads_month",),
}
"""The columns that are sums, and what they sum: a fault of a part is one of the sum."""

LEVELS = {
    "pypi_downloads_month",
    "pypi_dependents",
    "all_downloads_month",
    "github_commits_recent",
    "github_issues_open",
}
"""Columns that may fall as well as rise: they have no track to leave. Recounts are registered breaks."""

Snapshot = Mapping[str, Mapping[str, str]]
"""The row of every subject on one day."""


# --- the data, and the release made of it ------------------------------------------------------------------


@cache
def snapshots() -> Mapping[date, Snapshot]:
    """The table by day and subject."""
    found: dict[date, dict[str, dict[str, str]]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(date.fromisoformat(row["observed_on"]), {})[row["subject"]] = row
    return dict(sorted(found.items()))


def payloads(catalog: Catalog) -> Iterator[Payload]:
    """Every snapshot as an answer of its own, for every framework that the list has."""
    header, *rest = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
    for day, rows in snapshots().items():
        body = (header + "".join(line for line in rest if line.startswith(day.isoformat()))).encode()
        for framework in catalog.frameworks:
            for scope, name in framework.scoped_names(bestof.SOURCE.needs):
                if name in rows:
                    yield Payload(
                        source=bestof.SOURCE.id,
                        framework=framework.id,
                        scope=scope,
                        name=name,
                        url=TABLE.name,
                        requested_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
                        status=200,
                        headers={},
                        sha256=hashlib.sha256(body).hexdigest(),
                        body=body,
                    )


def released(home: Path) -> Release:
    """Archive every snapshot and publish, with the two rows that the list can feed."""
    catalog = definitions.catalog(Settings(home, PROJECT / "catalog"))
    archive = Archive(home / "archive")
    with archive.writer("replay") as writer:
        for payload in payloads(catalog):
            writer.save(payload)
    comparison = replace(catalog.comparisons[0], dimensions=DIMENSIONS)
    return publish(
        home,
        archive=archive,
        result_files=(),
        catalog=replace(catalog, comparisons=(comparison,)),
        sources=definitions.sources(),
        parsers=parsers(),
        load_line=lines.load,
        as_of=max(snapshots()),
    )


# --- scores of every week ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """One dimension as of one day: with everything, and with each family's figures left out."""

    whole: Score
    without: Mapping[str, Score]


def weeks(release: Release, dimension: str, days: Sequence[date], draws: int) -> list[Week]:
    """Score one dimension as of every day, clean and with each family missing."""
    found = []
    with Warehouse(release.path, release.path.parent.parent) as warehouse:
        catalog = warehouse.catalog()
        comparison = replace(catalog.comparisons[0], dimensions=(dimension,))
        fed = [
            indicator
            for indicator in catalog.indicators
            if indicator.grade != "X" and all(need.startswith("bestof.") for need in indicator.needs)
        ]
        family = {i.id: i.family for i in fed if i.dimension == dimension}
        with closing(_sql.open_for_reading(release.path)) as con:
            applicable = evaluate.applicable(con)
            for day in days:
                # What no figure feeds has no reading; not asking for it saves most of the time.
                known = evaluate.readings(
                    con, replace(catalog, indicators=tuple(fed)), comparison, evaluate.Moment(day)
                )

                def scored(readings: Sequence[Reading], day: date = day) -> Score:
                    ready = prepare(
                        catalog, comparison, readings, as_of=day, applicable=applicable, draws=draws
                    )
                    return score_prepared(ready)[0]

                whole = scored(known)
                present = sorted({c.family for c in whole.contributions})
                left = {f: scored([r for r in known if family[r.indicator] != f]) for f in present}
                found.append(Week(whole, left))
        _agrees(warehouse, dimension, found)
    return found


def _agrees(warehouse: Warehouse, dimension: str, found: Sequence[Week]) -> None:
    """The short way above and the application's own must give the same contrast."""
    some = [found[0], found[len(found) // 2], found[-1]]
    comparison = warehouse.default_comparison
    own = warehouse.history(comparison, dimension, [week.whole.as_of for week in some])
    for week, score in zip(some, own, strict=True):
        if week.whole.contributions != score.contributions:
            raise SystemExit(f"{dimension} {score.as_of}: not what the application says")


# --- which inputs are broken in which week -----------------------------------------------------------------


@cache
def faults(column: str, subject: str) -> Mapping[date, str]:
    """Days on which a cell was no measurement of the world, with what it did.

    A counter off the track of the half years before and after, or that stands still, collapses or catches up
    (`evidence.regimes`).
    """
    if column in LEVELS:
        return {}
    days, times, counts = _series(column, subject)
    number = tracks(times, counts)
    found: dict[date, str] = {}
    for day, own in zip(days, number, strict=True):
        near = [n for other, n in zip(days, number, strict=True) if abs((other - day).days) <= HALF_YEAR_DAYS]
        if own != Counter(near).most_common(1)[0][0]:
            found[day] = "is off its track"
    for item in increments(times, counts):
        if item.suspect and item.reason != "flip-flopping":  # growth inside the regime is usable
            found.setdefault(item.known_at.date(), item.reason)
    return found


@cache
def _series(column: str, subject: str) -> tuple[list[date], list[datetime], list[float]]:
    cells = {day: rows.get(subject, {}).get(column, "") for day, rows in snapshots().items()}
    days = [day for day, cell in cells.items() if cell]
    times = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
    return days, times, [float(cells[day]) for day in days]


def broken(column: str, subject: str, before: date, after: date, breaks: Sequence[Break]) -> str:
    """What is wrong with comparing a column's cells of two days; empty when nothing is.

    The same for both: a change touches a broken input when one of the two cells that it was read from is.
    """
    days, times, counts = _series(column, subject)
    missing = [day not in days for day in (before, after)]
    if any(missing):
        return "" if all(missing) else f"{subject} {column} {'comes' if missing[0] else 'goes'}"
    for day in (before, after):
        if what := faults(column, subject).get(day):
            return f"{subject} {column} {what}"
    number = dict(zip(days, tracks(times, counts), strict=True))
    if column not in LEVELS and number[before] != number[after]:
        return f"{subject} {column} jumps to another track"
    for known in breaks:
        edges = (known.start, known.end)
        if known.metric == f"bestof.{column}" and any(before < edge <= after for edge in edges):
            return f"{column}: in the register of breaks"
    return ""


# --- moves and leaders -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Steadiness:
    """How a contrast went through the weeks: large moves, leader changes, each with its broken input."""

    steps: int
    moves: Sequence[tuple[date, float, str]]
    leaders: Sequence[tuple[date, float, str]]

    def row(self, title: str) -> str:
        """One line of the table."""
        touched = [sum(1 for *_, why in found if why) for found in (self.moves, self.leaders)]
        return (
            f"{title:34}{self.steps:>7}{len(self.moves):>8}{touched[0]:>12}"
            f"{len(self.leaders):>10}{touched[1]:>12}"
        )


def ours(scores: Sequence[Score], catalog: Catalog) -> Steadiness:
    """Moves above the alarm on the indicators both weeks have; leader changes of the contrast.

    One touches a broken input when it would not have happened without the indicators that moved by one.
    """
    needs = {indicator.id: indicator.needs for indicator in catalog.indicators}
    found = [score for score in scores if score.contrast]
    moments = timeline(found, breaks=catalog.breaks, needs=needs)
    moves, leaders, steps = [], [], 0
    for (one, before), (two, after) in pairwise(zip(found, moments, strict=True)):
        weekly = _is_week(one.as_of, two.as_of)
        steps += weekly
        wrong = _moved_by_broken(one, two, needs, catalog.breaks)
        rest = math.fsum(move.change for move in after.moves if move.indicator not in wrong)
        causes = "; ".join(wrong.values())
        was, now, move = before.contrast or 0.0, after.contrast or 0.0, after.move or 0.0
        if weekly and abs(move) > p.MOVED_POINTS:
            moves.append((two.as_of, move, "" if abs(rest) > p.MOVED_POINTS else causes))
        if was * now < 0:
            # what came or went changes the contrast too, and is no growth of the world
            stays = (was + rest) * was > 0
            leaders.append((two.as_of, now - was, (causes or "composition") if stays else ""))
    return Steadiness(steps, moves, leaders)


def _moved_by_broken(
    before: Score, after: Score, needs: Mapping[str, Sequence[str]], breaks: Sequence[Break]
) -> dict[str, str]:
    """Indicators whose value moved for a framework whose input was broken, with what was wrong.

    A value is read from the newest cell that the method took for a measurement.
    """
    old = {item.indicator: item for item in before.contributions}
    found = {}
    for item in after.contributions:
        was = old.get(item.indicator, item)
        whys = (
            broken(column, s, _read_on(was, column, s), _read_on(item, column, s), breaks)
            for s in PAIR
            for column in (need.removeprefix("bestof.") for need in needs[item.indicator])
            if was.raw[s] != item.raw[s]
        )
        if why := next(filter(None, whys), ""):
            found[item.indicator] = why
    return found


def _read_on(item: Contribution, column: str, framework: str) -> date:
    """The day of the newest cell that a value can rest on."""
    newest = item.observed_at[framework].date()
    return max((day for day in _series(column, framework)[0] if day <= newest), default=newest)


def peer(days: Sequence[date], breaks: Sequence[Break]) -> Steadiness:
    """The list's own rank: any change of the difference is a move (its points are whole numbers).

    One touches a broken input when a term changed its points for a framework whose input was broken.
    """
    moves, leaders = [], []
    lead = 0.0
    for before, after in pairwise(days):
        one, two = rank_difference(before), rank_difference(after)
        causes = "; ".join(
            why
            for column, divisor in RANK_TERMS.items()
            for s in PAIR
            if points(column, divisor, s, before) != points(column, divisor, s, after)
            and (why := _broken_sum(column, s, before, after, breaks))
        )
        lead = one or lead
        if one != two and _is_week(before, after):
            moves.append((after, two - one, causes))
        if lead * two < 0:
            leaders.append((after, two - lead, causes))
    return Steadiness(sum(_is_week(*two) for two in pairwise(days)), moves, leaders)


def _is_week(before: date, after: date) -> bool:
    """Whether two snapshots are a week apart, give or take; over a hole any world moves as far."""
    return (after - before).days <= LONGEST_WEEK_DAYS


def _broken_sum(column: str, subject: str, before: date, after: date, breaks: Sequence[Break]) -> str:
    parts = (column, *PARTS.get(column, ()))
    return next(filter(None, (broken(part, subject, before, after, breaks) for part in parts)), "")


def rank_difference(day: date) -> float:
    """Rank of the first framework minus rank of the second."""
    first, second = (float(snapshots()[day][subject][RANK]) for subject in PAIR)
    return first - second


def points(column: str, divisor: float, subject: str, day: date) -> int:
    """What a column adds to the rank, up to a constant."""
    cell = snapshots()[day][subject].get(column, "")
    return round(math.log(float(cell)) / divisor) if cell and float(cell) > 0 else 0


# --- one family at a time missing --------------------------------------------------------------------------


@dataclass(frozen=True)
class Removal:
    """What leaving a family's figures out does, over the weeks in which something else is left."""

    family: str
    weeks: int
    inside: int
    lower: int
    ratios: Sequence[float]
    exceptions: Sequence[str]


def removal(family: str, found: Sequence[Week]) -> Removal:
    """Compare every week with and without a family."""
    inside, lower, ratios, exceptions = 0, 0, [], []
    for week in found:
        whole, left = week.whole.contrast, week.without[family].contrast if family in week.without else None
        if whole is None or left is None:
            continue
        covered = left.low90 <= whole.value <= left.high90
        inside += covered
        lower += week.without[family].coverage.share < week.whole.coverage.share
        ratios.append((left.high90 - left.low90) / (whole.high90 - whole.low90))
        if not covered:
            own = math.fsum(c.contribution for c in week.whole.contributions if c.family == family)
            exceptions.append(
                f"{week.whole.as_of} D {whole.value:+.2f}, without it {left.value:+.2f} "
                f"[{left.low90:+.2f}, {left.high90:+.2f}] of {week.without[family].coverage.measured} "
                f"families; it gave {own:+.2f}"
            )
    return Removal(family, len(ratios), inside, lower, ratios, exceptions)


# --- what is printed ---------------------------------------------------------------------------------------


HEADER = f"{'':34}{'weeks':>7}{'moves':>8}{'of broken':>12}{'leaders':>10}{'of broken':>12}"


def show(dimension: str, found: Sequence[Week], catalog: Catalog, listed: int) -> None:
    """Print one dimension."""
    needs = {indicator.id: indicator.needs for indicator in catalog.indicators}
    moments = timeline([week.whole for week in found], breaks=catalog.breaks, needs=needs)
    days = [week.whole.as_of for week in found]
    own = ours([week.whole for week in found], catalog)
    other = peer(days, catalog.breaks)
    some = [week.whole for week in found if week.whole.contrast]
    print(f"\n== {dimension}: {len(found)} weeks, {len(some)} with a contrast, {days[0]} to {days[-1]}")
    print(f"coverage {min(s.coverage.share for s in some):.2f} to {max(s.coverage.share for s in some):.2f}")
    print(HEADER)
    print(own.row(f"ours (moves above {p.MOVED_POINTS} a week)"))
    print(other.row("peer's rank (moves of 1 point)"))
    listing("ours", own, listed)
    largest = max((m for m in moments if m.move is not None), key=lambda m: abs(m.move or 0))
    print(f"   our largest weekly move: {largest.move:+.3f} in the week to {largest.as_of}")
    print(f"   marked 'moved, unexplained': {sum(m.unexplained for m in moments)}")
    print(
        f"{'without the family':34}{'weeks':>7}{'inside 90 %':>12}{'coverage falls':>16}{'width ratio':>13}"
    )
    removals = [removal(f, found) for f in sorted({f for week in found for f in week.without})]
    for item in removals:
        share = item.inside / item.weeks if item.weeks else math.nan
        print(
            f"{item.family:34}{item.weeks:>7}{share:>12.1%}{item.lower:>11}/{item.weeks:<4}{median(item.ratios):>13.2f}"
        )
    total = sum(item.weeks for item in removals)
    if total:
        inside, lower = sum(item.inside for item in removals) / total, sum(item.lower for item in removals)
        ratio = median([ratio for item in removals for ratio in item.ratios])
        print(f"{'all':34}{total:>7}{inside:>12.1%}{lower:>11}/{total:<4}{ratio:>13.2f}")
    for item in removals:
        for line in item.exceptions[:listed]:
            print(f"   outside without {item.family!r}: {line}")
        if len(item.exceptions) > listed:
            print(f"   outside without {item.family!r}: {len(item.exceptions) - listed} more")


def median(ratios: Sequence[float]) -> float:
    """The median; NaN of nothing."""
    return statistics.median(ratios) if ratios else math.nan


def listing(title: str, what: Steadiness, listed: int) -> None:
    """Print the moves and leader changes one by one."""
    for kind, items in (("move", what.moves), ("leader", what.leaders)):
        for day, size, why in items[:listed]:
            print(f"   {title} {kind:6} {day} {size:+.2f}  {why or 'no broken input'}")
        if len(items) > listed:
            print(f"   {title} {kind}: {len(items) - listed} more")


def main() -> None:
    """Run the replay and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--step", type=int, default=1, help="score every n-th snapshot")
    parser.add_argument("--draws", type=int, default=1000, help="Monte Carlo draws per score")
    parser.add_argument("--listed", type=int, default=12, help="moves and exceptions listed of each kind")
    parser.add_argument("--dimension", nargs="+", choices=DIMENSIONS, default=DIMENSIONS)
    given = parser.parse_args()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="touchstone-replay-") as folder:
        home = Path(folder)
        release = released(home)
        report = release.report
        if report:
            print(
                f"{report.payloads} payloads of {len(snapshots())} snapshots: {report.observations} figures"
            )
            print(f"built in {time.perf_counter() - begin:.1f} s")
        catalog = definitions.catalog(Settings(home, PROJECT / "catalog"))
        days = list(snapshots())[:: given.step]
        print("\n== the peer's rank, difference of the two")
        rank = peer(days, catalog.breaks)
        print(HEADER)
        print(rank.row("peer's rank (moves of 1 point)"))
        listing("peer", rank, given.listed)
        for dimension in given.dimension:
            show(dimension, weeks(release, dimension, days, given.draws), catalog, given.listed)
    print(f"\n{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
