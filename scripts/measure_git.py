"""Measure the mining of a commit history against `git log` alone, on an invented history in a bare clone.

    python scripts/measure_git.py [--commits 30000] [--repeats 5]

Goal (docs/constraints.md): from a bare clone, mining runs at 0.8 times the speed of `git log` itself.
Mining is what the collector `git` does after the transfer: run its own log, tell people from programs, write
the table. Reading the table into weekly figures is timed apart: it happens when a release is built.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "world"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world_code import make_repository
from world_figures import midnight, monday
from world_server import NOW

from collectors import Subject, git
from collectors._http import Client

GOAL = 0.8


@dataclass(frozen=True)
class Speed:
    """Commits, and the fastest seconds of `git log` alone, of mining, and of reading the table."""

    commits: int
    log_s: float
    mining_s: float
    reading_s: float

    @property
    def ratio(self) -> float:
        """The speed of mining over that of `git log`."""
        return self.log_s / self.mining_s


def fastest(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Return each one's seconds in its fastest run; they take turns, so that a busy moment hits them all."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for place, work in enumerate(works):
            started = time.perf_counter()
            work()
            seconds[place].append(time.perf_counter() - started)
    return [min(some) for some in seconds]


def measure(folder: Path, commits: int, repeats: int) -> Speed:
    """Build a history of so many commits, clone it as the collector does, and time the parts."""
    made = folder / "made.git"
    make_repository(made, commits=commits, until=midnight(monday(NOW.date())), seed=1, names=2000)
    with Client(git.SOURCE, home=folder / "home", clock=lambda: NOW) as client:
        clone = git._Clone(client, str(made))
        clone.update()
        body = git._commit_table(clone.head(), clone.log())
        payload = client.make_payload(Subject("x", "core", "made"), url="made", requested_at=NOW, body=body)
        # Times, addresses and names as they stand, without a mail map: the least that serves the purpose.
        plain = [
            "git",
            "-c",
            "log.mailmap=false",
            "-c",
            "mailmap.blob=refs/none",
            f"--git-dir={clone.folder}",
        ]
        plain += ["log", "--no-merges", "--format=%ct%x09%ae%x09%an", "refs/heads/touchstone"]
        log_s, mining_s = fastest(
            [
                lambda: subprocess.run(plain, check=True, capture_output=True),
                lambda: git._commit_table(clone.head(), clone.log()),
            ],
            repeats,
        )
        (reading_s,) = fastest([lambda: list(git.parse(payload))], 1)
        return Speed(body.count(b"\n") - 1, log_s, mining_s, reading_s)


def main() -> int:
    """Print the measurement; the exit status says whether the goal holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commits", type=int, default=30_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        speed = measure(Path(folder), options.commits, options.repeats)
    print(f"invented history of {speed.commits:,} commits, fastest of {options.repeats}")
    print(f"  git log alone       {speed.log_s:7.3f} s  {speed.commits / speed.log_s:10,.0f} commits/s")
    print(f"  mining              {speed.mining_s:7.3f} s  {speed.commits / speed.mining_s:10,.0f} commits/s")
    print(
        f"  reading the table   {speed.reading_s:7.3f} s  {speed.commits / speed.reading_s:10,.0f} commits/s"
    )
    verdict = "holds" if speed.ratio >= GOAL else "MISSED"
    print(f"  mining / git log: {speed.ratio:.2f}, goal >= {GOAL}: {verdict}")
    return 0 if speed.ratio >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
