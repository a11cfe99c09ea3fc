"""Every rate family: exhausted for a moment, exhausted for hours, and open again."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from world_collecting import FRAMEWORKS, Memory, collect, facts, untrue
from world_limits import FAMILIES, Limit

from collectors._http import WAIT_BUDGET_S

CASES = [
    ("github", "github_rest"),
    ("github_secondary", "github_rest"),
    ("github_secondary", "github"),
    ("graphql", "github"),
    ("github", "mlperf"),
    ("openalex", "openalex"),
    ("openalex_second", "openalex"),
    ("huggingface", "huggingface"),
    ("dockerhub", "dockerhub"),
    ("stackexchange", "stackexchange"),
    ("pypistats", "pypistats"),
    ("semantic_scholar", "semantic_scholar"),
    ("arxiv", "arxiv"),
    ("retry_after_seconds", "discourse"),
    ("retry_after_seconds", "ecosystems"),
    ("retry_after_seconds", "osv"),
    ("retry_after_seconds", "hn_hiring"),
    ("retry_after_date", "pypi"),
    ("retry_after_date", "census"),
]
GIVES_UP_AT_ONCE = {"graphql"}
"""Families whose refusal the collector itself has to read: it leaves the rest to the next run."""

each_case = pytest.mark.parametrize(("family", "source"), CASES)
each_seed = pytest.mark.parametrize("seed", [1, 2])


def exhausted(world, home, *, source, family, window, seed):
    """Let a source refuse after a number of questions that the seed chooses; return what all well gives."""
    well = Memory()
    collect(world, well, home / "well", sources=[source], only=FRAMEWORKS[0])
    questions = len(world.asked(source))
    world.clear()
    allowed = Random(f"{family} {source} {seed}").randrange(questions)
    world.limits[source] = Limit(FAMILIES[family], allowed, window)
    return facts(well.saved)


@each_case
@each_seed
def test_a_limit_that_ends_soon_is_waited_for(make_world, own_home, family, source, seed):
    world, memory = make_world(seed), Memory()
    well = exhausted(world, own_home, source=source, family=family, window=timedelta(seconds=9), seed=seed)
    (made,) = collect(world, memory, own_home, sources=[source], only=FRAMEWORKS[0])
    if not FAMILIES[family].tells or family in GIVES_UP_AT_ONCE:
        assert made.outcome == "failed" and "rate limited until" in made.reason
        return
    assert made.outcome in ("ok", "capped"), made.reason
    assert untrue(well, facts(memory.saved)) == {} or made.outcome == "capped"
    assert 8 <= sum(world.naps) <= WAIT_BUDGET_S
    assert (world.too_early, world.broken) == ([], [])


@each_case
def test_who_comes_next_does_not_ask_before_the_limit_ends(make_world, own_home, family, source):
    world, memory = make_world(3), Memory()
    exhausted(world, own_home, source=source, family=family, window=timedelta(hours=2), seed=3)
    first, second = collect(world, memory, own_home, sources=[source])
    asked = len(world.asked(source))
    assert [one.outcome for one in (first, second)] == ["failed", "failed"]
    assert "rate limited until" in second.reason
    assert second.requests == 0
    (later,) = collect(world, memory, own_home, sources=[source], only=FRAMEWORKS[1])  # another run
    assert (later.outcome, later.requests, len(world.asked(source))) == ("failed", 0, asked)
    assert world.too_early == []
    world.now += timedelta(hours=2)
    again = collect(world, memory, own_home, sources=[source])
    assert {one.outcome for one in again} <= {"ok", "capped"}


@each_case
@each_seed
def test_a_limit_that_lasts_fails_and_the_next_run_goes_on(make_world, own_home, family, source, seed):
    world, memory = make_world(seed), Memory()
    well = exhausted(world, own_home, source=source, family=family, window=timedelta(hours=2), seed=seed)
    (made,) = collect(world, memory, own_home, sources=[source], only=FRAMEWORKS[0])
    assert made.outcome == "failed"
    assert "rate limited until" in made.reason
    assert sum(world.naps) <= WAIT_BUDGET_S
    assert (world.too_early, world.broken) == ([], [])
    assert untrue(facts(memory.saved), well) == {}
    kept = {one.url for one in memory.saved}
    world.log.clear()
    world.now += timedelta(hours=2)
    (again,) = collect(world, memory, own_home, sources=[source], only=FRAMEWORKS[0])
    assert again.outcome in ("ok", "capped"), again.reason
    assert untrue(well, facts(memory.saved)) == {}
    assert [one.url for one in world.asked(source) if one.url in kept and one.method == "GET"] == []
