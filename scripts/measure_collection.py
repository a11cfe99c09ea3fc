"""Measure weekly collections, week after week, against the world server: requests, wall time and bytes.

Two frameworks of the catalog, all sources, every answer 200 ms late. Before it the history is archived, at no
latency. What is asked once a month or a quarter takes turns, so that many weeks must hold, not one. The world
is invented; what it costs to ask it is not.

    python scripts/measure_collection.py [--latency 0.2] [--run-weeks 6] [--weeks 200]

What a new release of a framework brings along is read once a release, on a budget of its own: those requests
stand in the table and not in the goal.

Goals (docs/constraints.md), for every week: at most 80 requests; wall time at most 1.5 times the longest
chain of requests that wait for each other; a second run on the same day moves at most 5 % of the bodies.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "world"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world_code import make_repository
from world_collecting import WORKERS, collect_all, environment, homes
from world_figures import midnight, monday
from world_server import NOW, World

import collectors
from evidence.types import Attempt, Framework
from flows import definitions
from flows.collect import new_run
from flows.settings import Settings
from warehouse.archive import Archive

REQUESTS, WALL, AGAIN = 80, 1.5, 0.05
FOR_A_RELEASE = re.compile(r"/pypi/(simple|packages)/")


def frameworks() -> tuple[Framework, ...]:
    """Return the first two frameworks of the catalog."""
    return definitions.catalog(Settings.from_environment()).frameworks[:2]


def serve(compared: Sequence[Framework], folder: Path, weeks: int) -> World:
    """Return a world in which every name of the frameworks is known."""
    for name in {name for one in compared for name in one.named("git", "broad")}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        make_repository(folder / f"{name}.git", commits=2000, until=midnight(monday(NOW.date())), seed=1)
    return World(tuple(compared), folder, weeks=weeks)


def timed(world: World, home: Path) -> tuple[list[Attempt], float, float]:
    """Collect once, into the archive of the home; return the attempts, the seconds, and those of processor.

    The world answers in this process, so that its work is in both.
    """
    world.clear()
    archive = Archive(home / "archive")
    started, before = time.perf_counter(), time.process_time()
    with archive.writer(new_run()) as writer:
        made = collect_all(
            homes(world),
            run=writer.run,
            save=writer.save,
            previous=archive.previous,
            home=home,
            clock=world.clock,
            sleep=world.sleep,
            done=writer.attempt,
        )
    return made, time.perf_counter() - started, time.process_time() - before


def archive_history(world: World, home: Path) -> int:
    """Collect until no history is left; return how many runs that took."""
    for run in range(1, 30):
        made, *_ = timed(world, home)
        world.now += timedelta(days=1)
        if all(one.outcome != "capped" for one in made):
            return run
    raise RuntimeError("the history does not end within 29 runs")


def report(name: str, value: float, goal: float, unit: str) -> bool:
    """Print a number beside its goal; return whether it holds."""
    print(f"  {name:58} {value:9.2f} {unit:8} goal <= {goal:g}  {'holds' if value <= goal else 'MISSED'}")
    return value <= goal


@dataclass(frozen=True)
class Week:
    """One weekly collection: requests and answers by source, what was not ok, and what it cost.

    `for_a_release` of the requests read what a new release brings along.
    """

    asked: Counter[str]
    answered: Counter[str]
    for_a_release: int
    outcomes: Mapping[str, str]
    bytes: int
    wall_s: float
    processor_s: float

    @property
    def requests(self) -> int:
        """All requests; a transfer by git is one."""
        return self.asked.total()


def weekly(world: World, home: Path) -> Week:
    """Collect once."""
    made, wall_s, processor_s = timed(world, home)
    return Week(
        asked=Counter(one.source for one in made for _ in range(one.requests)),
        answered=Counter(one.source for one in world.log),
        for_a_release=sum(bool(FOR_A_RELEASE.search(one.url)) for one in world.asked("pypi")),
        outcomes={f"{one.source} x {one.framework}": one.outcome for one in made if one.outcome != "ok"},
        bytes=sum(one.bytes for one in made),
        wall_s=wall_s,
        processor_s=processor_s,
    )


def table(weeks: Sequence[Week]) -> None:
    """Print the requests of every week by source."""
    print(f"  {'requests':18}" + "".join(f"{place:>5}" for place in range(1, len(weeks) + 1)))
    for source in sorted(collectors.discover()):
        print(f"  {source:18}" + "".join(f"{week.asked[source]:>5}" for week in weeks))
    print(f"  {'all':18}" + "".join(f"{week.requests:>5}" for week in weeks))
    print(f"  {'for a release':18}" + "".join(f"{week.for_a_release:>5}" for week in weeks))


def measure(world: World, home: Path, *, latency_s: float, weeks: int) -> bool:
    """Run the weeks, and the last day again; print what they cost; return whether the goals hold."""
    print(f"runs until the history is archived: {archive_history(world, home)}")
    world.latency_s = latency_s
    found = []
    for _ in range(weeks):
        world.now += timedelta(days=7)
        found.append(weekly(world, home))
    print(f"{weeks} weeks, {latency_s * 1000:.0f} ms per answer, {WORKERS} sources at a time:")
    table(found)
    others = {place: week.outcomes for place, week in enumerate(found, 1) if week.outcomes}
    print("  outcomes other than ok, by week:", others or "none")
    dearest = max(week.requests - week.for_a_release for week in found)
    good = report("requests of the dearest week", dearest, REQUESTS, "")
    chains = [max(week.answered.values()) * latency_s for week in found]
    ratios = [week.wall_s / chain for week, chain in zip(found, chains, strict=True)]
    good &= report(
        f"wall time over the longest chain ({min(chains):.1f} to {max(chains):.1f} s), worst week",
        max(ratios),
        WALL,
        "x",
    )
    busy = max(week.processor_s for week in found)
    print(
        f"  processor: at most {busy:.1f} s a week; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()}"
    )
    world.now += timedelta(hours=1)
    again = weekly(world, home)
    print(f"the same day again: {again.requests} requests, {again.wall_s:.1f} s")
    return good & report("share of the first run's bodies", again.bytes / found[-1].bytes, AGAIN, "")


def main() -> int:
    """Print the measurement; the exit status says whether the goals hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--latency", type=float, default=0.2, help="seconds per answer")
    parser.add_argument("--run-weeks", type=int, default=6, help="how many weeks are collected")
    parser.add_argument("--weeks", type=int, default=200, help="how old everything in the world is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serve(frameworks(), Path(folder), options.weeks) as world:
        os.environ.update(environment(world))
        home = Path(folder) / "home"
        good = measure(world, home, latency_s=options.latency, weeks=options.run_weeks)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
