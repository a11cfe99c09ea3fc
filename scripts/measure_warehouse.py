"""Measure the warehouse against its goals, on a synthetic load: every observation here is invented.

    python scripts/measure_warehouse.py --observations 1000000

The load has the shape of the real one: counters seen every week, flows of every day, over seven years.

Prints one line per goal: seconds of wall clock and of processor, the goal, and their ratio. Wall clock on a
shared machine is noise upwards; the processor time says what it would be on an idle one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evidence.types import (
    Catalog,
    Claim,
    Comparison,
    Criterion,
    Dimension,
    Framework,
    Indicator,
    Measurement,
    Metric,
    Observation,
    Par,
    Payload,
    Source,
    Text,
)
from warehouse.archive import Archive
from warehouse.publish import Release, publish
from warehouse.read import Warehouse

DAYS = 2_500  # about seven years
STEP_DAYS = {"stock": 7, "flow": 1}
FRAMEWORKS = 10
DIMENSIONS, PER_DIMENSION = 8, 5
AS_OF = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)
FIRST = NOW.replace(hour=0) - timedelta(days=DAYS)
TEXT = Text("synthetic", "虚构")
GOALS_S = {1_000_000: 10.0, 10_000_000: 60.0}
MEMORY_GOAL_GIB = 4.0
NOTHING_NEW_GOAL_S = 2.0
VIEW_GOAL_S = 0.05


def days(kind: str) -> range:
    """The days on which a series has an observation."""
    return range(0, DAYS, STEP_DAYS[kind])


SQL = {
    "stock": "select framework, value, observed_at, payloads, samples from yearly_flow('{}')",
    "flow": "select framework, value, observed_at, payloads, samples from window_mean('{}')",
}


@dataclass(frozen=True)
class Load:
    """How much is invented: `names` series per metric and framework."""

    names: int

    @property
    def observations(self) -> int:
        """How many observations there are."""
        return FRAMEWORKS * self.names * sum(len(days(metric.kind)) for metric in METRICS)


METRICS = tuple(
    Metric(f"load.{kind}_{number}", "things", kind, "synthetic")
    for number in range(DIMENSIONS * PER_DIMENSION // 2)
    for kind in ("stock", "flow")
)
SOURCE = Source("load", "Synthetic load", "synthetic://", "CC0-1.0", "none", "load", METRICS)


def catalog(load: Load) -> Catalog:
    """One indicator per metric, over eight dimensions; ten frameworks, the first two compared."""
    names = {
        f"framework_{number}": tuple(f"name_{number}_{name}" for name in range(load.names))
        for number in range(FRAMEWORKS)
    }
    return Catalog(
        frameworks=tuple(
            Framework(id_, id_, {"core": {"load": found}, "broad": {}}) for id_, found in names.items()
        ),
        dimensions=tuple(
            Dimension(f"dimension_{n}", TEXT, TEXT, TEXT, (Criterion("main", f"dimension_{n}", TEXT),))
            for n in range(DIMENSIONS)
        ),
        indicators=tuple(_indicator(number, metric) for number, metric in enumerate(METRICS)),
        comparisons=(
            Comparison(
                "pair",
                TEXT,
                tuple(names)[:2],
                tuple(f"dimension_{n}" for n in range(DIMENSIONS)),
                (Claim("dimension_0", "framework_0", 8, 10, TEXT),),
            ),
        ),
    )


def _indicator(number: int, metric: Metric) -> Indicator:
    return Indicator(
        id=metric.id.replace(".", "_"),
        dimension=f"dimension_{number % DIMENSIONS}",
        criterion="main",
        family=metric.id,
        title=TEXT,
        unit="things",
        direction="higher",
        curve="P",
        par=Par("panel", 1000.0, AS_OF, "synthetic"),
        grade="B",
        window_weeks=52,
        max_age=timedelta(days=60),
        needs=(metric.id,),
        sampling="weekly",
        why=TEXT,
        bias=TEXT,
        guard=TEXT,
        sql=SQL[metric.kind].format(metric.id),
    )


def parse(payload: Payload) -> Iterator[Observation]:
    """Read one synthetic series: its metric and a value per day."""
    body = json.loads(payload.body)
    metric, kind = body["metric"], body["kind"]
    width = timedelta(days=1 if kind == "flow" else 0)
    for day, value in zip(days(kind), body["values"], strict=True):
        start = FIRST + timedelta(days=day)
        yield Observation(
            payload.framework,
            metric,
            payload.scope,
            payload.name,
            start,
            start + width,
            value,
            "load",
            payload.sha256,
        )


def answers(load: Load) -> Iterator[Payload]:
    """One answer per metric, framework and name."""
    for number, metric in enumerate(METRICS):
        for framework in range(FRAMEWORKS):
            for name in range(load.names):
                pace = 3 + (number * 7 + framework * 5 + name) % 40
                yield _answer(metric, framework, name, pace)


def _answer(metric: Metric, framework: int, name: int, pace: int) -> Payload:
    if metric.kind == "stock":
        values = [1000 + pace * day + (day * 31) % 5 for day in days(metric.kind)]
    else:
        values = [100 * pace + (day * 37) % 29 for day in days(metric.kind)]
    about = {"metric": metric.id, "kind": metric.kind, "name": [framework, name]}
    body = json.dumps(about | {"values": values}).encode()
    return Payload(
        source="load",
        framework=f"framework_{framework}",
        scope="core",
        name=f"name_{framework}_{name}",
        url=f"synthetic://{metric.id}/{framework}/{name}",
        requested_at=NOW,
        status=200,
        headers={},
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
    )


def no_lines(line: str) -> Measurement:
    """There are no result lines in this load."""
    raise ValueError(line)


@dataclass(frozen=True)
class Taken:
    """What something took, and what came of it."""

    wall_s: float
    processor_s: float
    result: Any


def take(work: Callable[[], Any], times: int = 1) -> Taken:
    """Do it `times` times; the shortest counts, as every disturbance only adds."""
    best = Taken(math.inf, math.inf, None)
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        took = Taken(time.perf_counter() - wall, time.process_time() - processor, result)
        best = min(best, took, key=lambda taken: taken.wall_s)
    return best


def line(what: str, taken: Taken, goal_s: float | None = None) -> None:
    """Print one result."""
    goal = "" if goal_s is None else f"   goal {goal_s:g} s, ratio {taken.wall_s / goal_s:.2f}"
    print(f"{what:<44} {taken.wall_s:9.3f} s wall {taken.processor_s:9.3f} s processor{goal}")


def measure(load: Load, home: Path, goal: float | None) -> None:
    """Archive, publish, publish again, read."""
    made = material(load, home)
    line("archive the answers (synced one by one)", take(lambda: archive(load, home)))
    first = take(lambda: publish(home, **made, as_of=AS_OF, now=NOW))
    line("publish from the bytes: parse everything", first, goal)
    _stages(first.result)
    day = AS_OF + timedelta(days=1)
    again = take(lambda: publish(home, **made, as_of=day, now=NOW + timedelta(days=1)))
    line("publish on the next day: nothing to parse", again, goal)
    _stages(again.result)
    same = take(lambda: publish(home, **made, as_of=day, now=NOW + timedelta(days=1)), times=3)
    line("publish with nothing new", same, NOTHING_NEW_GOAL_S)
    _read(home)
    _sizes(home, load)


def material(load: Load, home: Path) -> dict[str, Any]:
    """Everything that a publication of the load is made of."""
    return {
        "archive": Archive(home / "archive"),
        "result_files": [],
        "catalog": catalog(load),
        "sources": (SOURCE,),
        "parsers": {"load": parse},
        "load_line": no_lines,
    }


def archive(load: Load, home: Path) -> None:
    """Archive every answer of the load."""
    with Archive(home / "archive").writer("load") as writer:
        for answer in answers(load):
            writer.save(answer)


def _stages(release: Release) -> None:
    if release.report is not None:
        stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in release.report.seconds.items())
        print(f"    stages in s: {stages}")


def _read(home: Path) -> None:
    line("open the release", take(lambda: Warehouse.open(home).close(), times=3))
    with Warehouse.open(home) as warehouse:
        line("view scorecard", take(lambda: warehouse.sql("from scorecard"), times=7), VIEW_GOAL_S)
        line("published scores as objects", take(lambda: warehouse.scores("pair"), times=3))
        line(
            "view evidence of one dimension", take(lambda: warehouse.evidence("pair", "dimension_0"), times=3)
        )
        line("view observation_latest", take(lambda: warehouse.table("observation_latest"), times=2))
        line("view freshness", take(lambda: warehouse.freshness(AS_OF), times=2))
        line("one metric of two frameworks", take(lambda: _series(warehouse), times=3))
        line(
            "scores as of a past day, computed now",
            take(lambda: warehouse.scores("pair", as_of=date(2025, 6, 1))),
        )


def _series(warehouse: Warehouse) -> object:
    return warehouse.metric(METRICS[0].id, ["framework_0", "framework_1"])


def _sizes(home: Path, load: Load) -> None:
    def megabytes(pattern: str) -> float:
        return sum(file.stat().st_size for file in home.glob(pattern)) / 1e6

    database = megabytes("touchstone.duckdb")
    print(
        f"sizes in MB: archive {megabytes('archive/**/*'):.0f}, parsed {megabytes('parsed/**/*'):.0f}, "
        f"database {database:.0f} ({database * 1e6 / load.observations:.1f} bytes per observation)"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GiB, goal {MEMORY_GOAL_GIB:g} GiB, ratio {peak / MEMORY_GOAL_GIB:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the options and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="use this folder and leave it")
    options = parser.parse_args(arguments)
    load = Load(max(1, math.ceil(options.observations / Load(1).observations)))
    home = options.keep or Path(tempfile.mkdtemp(prefix="touchstone-measure-"))
    series = len(METRICS) * FRAMEWORKS * load.names
    print(f"synthetic load: {load.observations:,} observations in {series:,} series")
    try:
        measure(load, home, GOALS_S.get(options.observations))
    finally:
        if not options.keep:
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
