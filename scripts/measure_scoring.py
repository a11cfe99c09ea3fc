"""Measure how fast scoring is: draws per second, and the share of time per stage.

The readings are synthetic (invented numbers, the shape of the real ones): eight dimensions of fourteen
indicators, three frameworks, three windows, two scopes, and every kind of sampling error.

    python scripts/measure_scoring.py [--draws 4000] [--repeats 5]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evidence import parameters
from evidence.overlay import WeightOverlay
from evidence.regimes import increments
from evidence.resampling import seeded
from evidence.score import prepare, score_prepared
from evidence.selection import by_protocol, select
from evidence.sensitivity import multiverse, sobol
from evidence.types import (
    Catalog,
    Claim,
    Comparison,
    Criterion,
    Dimension,
    Framework,
    Indicator,
    Par,
    Reading,
    Sample,
    Text,
)
from evidence.uncertainty import combine, draw_factors, simulate

AS_OF = date(2026, 3, 2)
FRAMEWORKS = ("alder", "birch", "cedar")
KINDS = ("weekly",) * 5 + ("rounds",) * 3 + ("share",) * 3 + ("none",) * 3
TEXT = Text("invented", "虚构")


def indicator(dimension: str, number: int) -> Indicator:
    """One invented indicator."""
    sampling = KINDS[number]
    curve = {"weekly": "P", "rounds": "E", "share": "S", "none": "R"}[sampling]
    return Indicator(
        id=f"{dimension}_{number}",
        dimension=dimension,
        criterion=f"{dimension}_{number % 2}",
        family=f"{dimension}_{number // 2}",
        title=TEXT,
        unit="things",
        direction="higher" if curve in "PS" else "lower",
        curve=curve,
        par=Par("pair") if curve == "E" else Par("panel", 100.0, AS_OF, "invented"),
        grade="ABC"[number % 3],
        window_weeks=52 if sampling == "weekly" else None,
        max_age=timedelta(days=400),
        needs=(f"source{number % 4}.things",),
        sampling=sampling,
        why=TEXT,
        bias=TEXT,
        guard=TEXT,
        sql="",
    )


def readings(one: Indicator, rng: np.random.Generator) -> list[Reading]:
    """Invented readings of one indicator for every framework, scope and window."""
    windows = (26, 52, 104) if one.sampling == "weekly" else (None,)
    return [
        reading(one, framework, scope, window, rng)
        for framework in FRAMEWORKS
        for scope in ("core", "broad")
        for window in windows
    ]


def reading(
    one: Indicator, framework: str, scope: str, window: int | None, rng: np.random.Generator
) -> Reading:
    """One invented reading with its replicates."""
    samples: tuple[Sample, ...] = ()
    successes = trials = None
    value = float(rng.uniform(20, 400))
    if one.sampling == "weekly":
        start = date(2026, 3, 2) - timedelta(weeks=window)
        weeks = (start + timedelta(weeks=n) for n in range(window))
        samples = tuple(Sample("", str(week), float(rng.gamma(3, value / 3))) for week in weeks)
    elif one.sampling == "rounds":
        samples = tuple(
            Sample(f"workload{block}", str(key), float(np.log(value) + rng.normal(0, 0.05)))
            for block in range(6)
            for key in range(7)
        )
    elif one.sampling == "share":
        trials = 40
        successes = int(rng.integers(0, trials + 1))
        value = successes / trials
    return Reading(
        one.id,
        framework,
        scope,
        window,
        "",
        value,
        datetime(2026, 3, 1, tzinfo=UTC),
        successes,
        trials,
        samples,
    )


def invented() -> tuple[Catalog, Comparison, list[Reading]]:
    """Eight dimensions with everything in them."""
    dimensions = [f"d{n}" for n in range(8)]
    indicators = tuple(indicator(dimension, n) for dimension in dimensions for n in range(len(KINDS)))
    catalog = Catalog(
        tuple(Framework(name, name, {}) for name in FRAMEWORKS),
        tuple(
            Dimension(d, TEXT, TEXT, TEXT, tuple(Criterion(f"{d}_{n}", d, TEXT) for n in (0, 1)))
            for d in dimensions
        ),
        indicators,
        (),
    )
    claims = tuple(Claim(d, f, 8.0, 10.0, TEXT) for d in dimensions for f in FRAMEWORKS[:2])
    comparison = Comparison("invented", TEXT, FRAMEWORKS, tuple(dimensions), claims)
    rng = np.random.default_rng(20261123)
    return catalog, comparison, [r for one in indicators for r in readings(one, rng)]


def fastest(
    work: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Seconds of the fastest of several runs, by default of processor time, which other work leaves alone."""
    seconds = []
    for _ in range(repeats):
        started = clock()
        work()
        seconds.append(clock() - started)
    return min(seconds)


def stages(
    catalog: Catalog, comparison: Comparison, found: list[Reading], draws: int, repeats: int
) -> dict[str, float]:
    """Seconds per stage of the eight dimensions together."""
    everywhere = {i.id: FRAMEWORKS for i in catalog.indicators}
    known = by_protocol(found, comparison.frameworks, AS_OF)
    selections = [
        select(catalog, comparison, d, readings=known, as_of=AS_OF, applicable=everywhere)
        for d in comparison.dimensions
    ]
    randoms = [seeded("invented", d, AS_OF, frame="", draws=draws) for d in comparison.dimensions]
    factors = [draw_factors(s, r) for s, r in zip(selections, randoms, strict=True)]
    points = [simulate(f) for f in factors]
    prepared = prepare(catalog, comparison, found, as_of=AS_OF, applicable=everywhere, draws=draws)
    aggregated = fastest(lambda: [combine(one) for one in points], repeats)
    return {
        "select readings": fastest(
            lambda: [
                select(catalog, comparison, d, readings=known, as_of=AS_OF, applicable=everywhere)
                for d in (*comparison.dimensions,)
            ],
            repeats,
        )
        + fastest(lambda: by_protocol(found, comparison.frameworks, AS_OF), repeats),
        "resample (F1)": fastest(
            lambda: [draw_factors(s, r) for s, r in zip(selections, randoms, strict=True)], repeats
        ),
        "curve (F2-F5)": fastest(lambda: [simulate(f) for f in factors], repeats),
        "weights, aggregate (F6, F7)": aggregated,
        "intervals, verdicts, robustness": fastest(lambda: score_prepared(prepared), repeats) - aggregated,
    }


def main() -> None:
    """Print the measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=parameters.DRAWS)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    catalog, comparison, found = invented()
    everywhere = {i.id: FRAMEWORKS for i in catalog.indicators}

    def whole() -> object:
        prepared = prepare(
            catalog, comparison, found, as_of=AS_OF, applicable=everywhere, draws=options.draws
        )
        return score_prepared(prepared)

    total = fastest(whole, options.repeats)
    count = len(comparison.dimensions)
    print(f"synthetic readings: {len(found)} of {len(catalog.indicators)} indicators, {count} dimensions")
    elapsed = fastest(whole, options.repeats, time.perf_counter)
    print(f"score, {options.draws} draws each: {total:.3f} s = {count * options.draws / total:,.0f} draws/s")
    print(f"  by the clock on the wall {elapsed:.3f} s; all other times are processor seconds of one core")
    parts = stages(catalog, comparison, found, options.draws, options.repeats)
    for name, seconds in parts.items():
        print(f"  {name:32} {seconds * 1000:8.1f} ms  {seconds / sum(parts.values()):6.1%}")
    prepared = prepare(catalog, comparison, found, as_of=AS_OF, applicable=everywhere, draws=options.draws)
    heavier = WeightOverlay(families={"d0_0": 2.0, "d3_1": 0.0})
    again = fastest(lambda: score_prepared(prepared, heavier), options.repeats)
    print(f"re-weighting, the same draws: {again * 1000:.1f} ms for all dimensions")
    one = prepared.dimensions[0]
    print(f"Sobol indices, one dimension: {fastest(lambda: sobol(one.selection, one.random), 2):.3f} s")
    print(
        f"sign multiverse, one dimension: {fastest(lambda: multiverse(one.selection, one.random), 2):.3f} s"
    )
    times = [datetime(2015, 1, 1, tzinfo=UTC) + timedelta(weeks=n) for n in range(500)]
    rng = np.random.default_rng(20261123)
    series = [np.cumsum(rng.poisson(rng.uniform(1, 300), 500)) + 5000.0 for _ in range(1000)]
    print(f"regimes, 1,000 series of 500: {fastest(lambda: [increments(times, s) for s in series], 1):.1f} s")


if __name__ == "__main__":
    main()
