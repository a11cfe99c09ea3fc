"""Measure a steady weekly collection: requests, wall time and bytes, against the world server of the tests.

Two frameworks of the catalog, all sources, every answer 200 ms late. Before it the history is archived, at no
latency. The world is invented; what it costs to ask it is not.

    python scripts/measure_collection.py [--latency 0.2] [--weeks 200]

Goals (docs/constraints.md): at most 80 requests; wall time at most 1.5 times the longest chain of
requests that wait for each other; a second run on the same day moves at most 5 % of the bodies of the first.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "world"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world_code import make_repository
from world_collecting import WORKERS, Memory, collect, environment
from world_figures import midnight, monday
from world_server import NOW, World

from evidence.types import Attempt, Framework
from flows import definitions
from flows.settings import Settings

REQUESTS, WALL, AGAIN = 80, 1.5, 0.05


def frameworks() -> tuple[Framework, ...]:
    """Return the first two frameworks of the catalog."""
    return definitions.catalog(Settings.from_environment()).frameworks[:2]


def serve(compared: Sequence[Framework], folder: Path, weeks: int) -> World:
    """Return a world in which every name of the frameworks is known."""
    for name in {name for one in compared for name in one.named("git", "broad")}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        make_repository(folder / f"{name}.git", commits=2000, until=midnight(monday(NOW.date())), seed=1)
    return World(tuple(compared), folder, weeks=weeks)


def timed(world: World, memory: Memory, home: Path) -> tuple[list[Attempt], float]:
    """Collect once; return the attempts and how many seconds it took."""
    world.clear()
    started = time.perf_counter()
    made = collect(world, memory, home)
    return made, time.perf_counter() - started


def archive_history(world: World, memory: Memory, home: Path) -> int:
    """Collect until no history is left; return how many runs that took."""
    for run in range(1, 30):
        made, _ = timed(world, memory, home)
        world.now += timedelta(days=1)
        if all(one.outcome != "capped" for one in made):
            return run
    raise RuntimeError("the history does not end within 29 runs")


def report(name: str, value: float, goal: float, unit: str) -> bool:
    """Print a number beside its goal; return whether it holds."""
    print(f"  {name:58} {value:9.2f} {unit:8} goal <= {goal:g}  {'holds' if value <= goal else 'MISSED'}")
    return value <= goal


def measure(world: World, memory: Memory, home: Path, latency_s: float) -> bool:
    """Run the steady week and the same day again; print what they cost; return whether the goals hold."""
    print(f"runs until the history is archived: {archive_history(world, memory, home)}")
    world.now += timedelta(days=7)
    world.latency_s = latency_s
    made, wall_s = timed(world, memory, home)
    asked = Counter(one.source for one in made for _ in range(one.requests))
    answers = Counter(one.source for one in world.log)
    print(f"steady week, {latency_s * 1000:.0f} ms per answer, {WORKERS} sources at a time:")
    print("  requests by source:", ", ".join(f"{name} {count}" for name, count in sorted(asked.items())))
    unanswered = {f"{one.source} x {one.framework}": one.outcome for one in made if one.outcome != "ok"}
    print("  outcomes other than ok:", unanswered or "none")
    chain_s = max(answers.values()) * latency_s
    longest = max(answers, key=answers.__getitem__)
    good = report("requests (a git transfer is one)", sum(asked.values()), REQUESTS, "")
    good &= report(
        f"wall time over the longest chain ({longest}, {chain_s:.1f} s)", wall_s / chain_s, WALL, "x"
    )
    world.now += timedelta(hours=1)
    again, again_s = timed(world, memory, home)
    share = sum(one.bytes for one in again) / sum(one.bytes for one in made)
    print(f"the same day again: {sum(one.requests for one in again)} requests, {again_s:.1f} s")
    return good & report("share of the first run's bodies", share, AGAIN, "")


def main() -> int:
    """Print the measurement; the exit status says whether the goals hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--latency", type=float, default=0.2, help="seconds per answer")
    parser.add_argument("--weeks", type=int, default=200, help="how old everything in the world is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serve(frameworks(), Path(folder), options.weeks) as world:
        os.environ.update(environment(world))
        good = measure(world, Memory(), Path(folder) / "home", options.latency)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
