"""Measure the pages against their goals, in a browser, over a synthetic load: every observation is invented.

    python scripts/measure_dashboard.py --observations 10000000 [--home DIR] [--keep DIR]

The load is that of `measure_warehouse.py`; --home takes a home that is published already instead. Needs a
Chromium of this machine (TOUCHSTONE_CHROMIUM names one that is not on the PATH). Prints one line per figure:
milliseconds, the goal and their ratio, and first and last the load of the machine: others' work only adds.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import measure_warehouse as warehouses
import screenshots

from evidence.overlay import WeightOverlay
from evidence.score import score_prepared
from warehouse.publish import publish
from warehouse.read import Warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAINT_GOAL_S, CHANGE_GOAL_S, SLIDER_GOAL_S = 2.5, 0.7, 0.15
WIDE = {"width": 1280, "height": 800}
CARD = "table.ts-card tbody tr"
CHANGES = (
    ("Dimensions", ".ts-head"),
    ("Time", "h1:has-text('· Time')"),
    ("Benchmarks", "h1:has-text('Benchmarks')"),
    ("What if", "h1:has-text('What if')"),
    ("Data & health", "h1:has-text('Data & health')"),
    ("Scorecard", CARD),
)
"""Pages in the order of the visit: what the navigation calls them, and what no other page has."""

DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
"""The server has nothing more to say to this page."""

ROUNDS = 3


def main() -> int:
    """Make the load, look at it, print."""
    options = _options()
    if not screenshots.chromium():
        print("no Chromium on this machine; install one or name it in TOUCHSTONE_CHROMIUM", file=sys.stderr)
        return 1
    with _home(options) as home:
        _load()
        _reads(home)
        _sliders(home)
        _paints(home)
        _load()
    return 0


def _load() -> None:
    """Print how many programs wanted a processor in the last minutes, and how many there are."""
    one, five, fifteen = os.getloadavg()
    print(f"load average {one:.1f}, {five:.1f}, {fifteen:.1f} on {os.cpu_count()} processors")


def line(what: str, seconds: float, goal_s: float | None = None) -> None:
    """Print one figure."""
    goal = "" if goal_s is None else f"   goal {goal_s * 1e3:.0f} ms, ratio {seconds / goal_s:.2f}"
    print(f"{what:<52} {seconds * 1e3:8.0f} ms{goal}", flush=True)


def _reads(home: Path) -> None:
    with Warehouse.open(home) as warehouse:
        name = warehouse.default_comparison
        found = warehouse.table("framework")["id"].tolist()
        count = warehouse.sql("select count(*) as n from observation")["n"][0]
        print(f"observations: {int(count):,}")
        line("read the published scores", _took(lambda: warehouse.scores(name)))
        score = warehouse.scores(name)[0]
        line("read the bytes behind one dimension", _took(lambda: warehouse.origins(score)))
        line("read freshness", _took(lambda: warehouse.freshness(warehouses.AS_OF)))
        metric = warehouse.table("metric")["id"][0]
        line("read one quantity of two frameworks", _took(lambda: warehouse.metric(metric, found[:2])))


def _sliders(home: Path) -> None:
    """What one move of a slider computes: the row, and the recommendation that rests on all rows."""
    with Warehouse.open(home) as warehouse:
        name = warehouse.default_comparison
        begin = time.perf_counter()
        ready = warehouse.prepared(name)
        line("make a comparison ready to be weighed (once)", time.perf_counter() - begin)
        measured = next(item for item in ready.dimensions if item.selection.measured)
        one = replace(ready, dimensions=(measured,))
        family = measured.selection.measured[0].indicator.family
        took = _moves(lambda factor: score_prepared(one, WeightOverlay(families={family: factor})))
        line("slider moved: new verdict of the row", took, SLIDER_GOAL_S)
        need = dict.fromkeys((item.dimension for item in ready.dimensions), 1.0)

        def recommended(weights: WeightOverlay) -> object:
            return warehouse.recommendation(name, need, weights=weights)

        took = _moves(lambda factor: recommended(WeightOverlay(families={family: factor})))
        line("slider of a family moved: new recommendation", took, SLIDER_GOAL_S)
        took = _moves(lambda factor: recommended(WeightOverlay(dimensions={measured.dimension: factor})))
        line("slider of a dimension moved: new recommendation", took, SLIDER_GOAL_S)


def _paints(home: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=screenshots.chromium(), args=list(screenshots.FLAGS)
        )
        with screenshots.served(home) as address:
            line("first meaningful paint, first reader of the server", _paint(browser, address), PAINT_GOAL_S)
            later = [_paint(browser, address) for _ in range(ROUNDS)]
            line("first meaningful paint, new browser", statistics.median(later), PAINT_GOAL_S)
            _changes(browser, address)
        browser.close()


def _paint(browser: Browser, address: str) -> float:
    """Return the seconds from asking for the address to the whole table, in a browser that knows nothing."""
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(CARD)
    took = time.perf_counter() - begin
    context.close()
    return took


def _changes(browser: Browser, address: str) -> None:
    """Go through the pages by the navigation; print the first visit and the median of the later ones."""
    page = browser.new_context(viewport=WIDE).new_page()
    page.goto(address)
    page.wait_for_selector(CARD)
    page.wait_for_timeout(2000)
    visits = [{name: _change(page, name, own) for name, own in CHANGES} for _ in range(1 + ROUNDS)]
    for name, _ in CHANGES:
        first, later = visits[0][name], [visit[name] for visit in visits[1:]]
        seen, whole = (statistics.median(one[part] for one in later) for part in (0, 1))
        line(f"page change to {name}, first visit: seen", first[0], CHANGE_GOAL_S)
        line(f"page change to {name}, later: seen", seen, CHANGE_GOAL_S)
        line(f"page change to {name}, later: whole", whole)


def _change(page: Page, name: str, own: str) -> tuple[float, float]:
    """Return the seconds from the click to the page's own head, and to its end; then let it settle."""
    begin = time.perf_counter()
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_selector(own)
    seen = time.perf_counter() - begin
    page.wait_for_selector(DONE, timeout=120_000)
    whole = time.perf_counter() - begin
    page.wait_for_timeout(1000)
    return seen, whole


def _moves(answer: Callable[[float], object]) -> float:
    """Return the shortest of several moves of a slider, each to where it has not been before, in seconds."""
    positions = itertools.count(1)
    return float(warehouses.take(lambda: answer(0.05 + next(positions) / 10), times=10).wall_s)


def _took(work: object) -> float:
    """Return the shortest of three, in seconds."""
    taken = warehouses.take(work, times=3)  # type: ignore[arg-type]
    return float(taken.wall_s)


@contextmanager
def _home(options: argparse.Namespace) -> Iterator[Path]:
    if options.home:
        yield options.home
        return
    load = warehouses.Load(max(1, math.ceil(options.observations / warehouses.Load(1).observations)))
    home = options.keep or Path(tempfile.mkdtemp(prefix="touchstone-measure-"))
    print(f"synthetic load: {load.observations:,} invented observations")
    try:
        warehouses.archive(load, home)
        publish(home, **warehouses.material(load, home), as_of=warehouses.AS_OF, now=warehouses.NOW)
        yield home
    finally:
        if not options.keep:
            shutil.rmtree(home)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--observations", type=int, default=10_000_000)
    parser.add_argument("--home", type=Path, help="a home that is published already")
    parser.add_argument("--keep", type=Path, help="make the load in this folder and leave it")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
