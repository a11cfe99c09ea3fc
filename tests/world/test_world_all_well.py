"""The whole collection against the world: when all is well, again on the same day, and a week later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from world_collecting import FRAMEWORKS, TOKENS, Memory, collect, facts
from world_server import CONTRACTS

import collectors

NEEDS_NOBODY = "published"
LATER = timedelta(hours=1)


@pytest.fixture
def memory():
    return Memory()


def until_complete(world, memory, home):
    """Collect until no source has history left to fetch; return how many runs that took."""
    for run in range(1, 9):
        if all(one.outcome != "capped" for one in collect(world, memory, home)):
            return run
        world.now += timedelta(days=1)
    return pytest.fail("the history never ends")


def test_every_source_of_the_project_has_a_contract_in_the_world():
    assert {one.source for one in CONTRACTS} == set(collectors.discover()) - {NEEDS_NOBODY}


def test_every_source_answers_once_per_framework(world, memory, own_home):
    made = collect(world, memory, own_home)
    asked = sorted((one.source, one.framework) for one in made)
    assert asked == sorted((source, one.id) for source in collectors.discover() for one in FRAMEWORKS)
    wrong = {one.source: one.reason for one in made if one.outcome not in ("ok", "capped")}
    assert list(wrong) == [NEEDS_NOBODY]
    assert {one.source for one in made if one.outcome == "capped"} == {"github"}  # a year of weeks
    assert [one.url for one in world.log if one.status >= 400] == []
    assert (world.broken, world.too_early, world.naps) == ([], [], [])


def test_every_metric_that_a_source_declares_is_delivered(world, memory, own_home):
    collect(world, memory, own_home)
    delivered = {metric for _, metric, *_ in facts(memory.saved)}
    declared = {metric for metric in collectors.metrics() if not metric.startswith(("bestof.", "published."))}
    assert declared - delivered == set()


def test_what_is_read_is_what_the_world_holds(world, memory, own_home):
    collect(world, memory, own_home)
    known = facts(memory.saved)
    stars = {next(iter(values)) for (_, metric, *_), values in known.items() if metric == "github.stars"}
    gained = sum(
        next(iter(values))
        for (who, metric, _, name, *_), values in known.items()
        if (who, metric, name) == ("alder", "github_rest.stars_gained", "alder/alder")
    )
    this_week = sum(world.figures.stars("alder/alder")[0][1])
    assert gained + this_week in stars
    assert 0 not in stars  # the closed list of stargazers answers 0


def test_no_secret_is_kept_or_told(world, memory, own_home):
    made = collect(world, memory, own_home)
    kept = "".join(f"{one!r}{one.body!r}" for one in memory.saved) + repr(made)
    assert [secret for secret in TOKENS.values() if secret in kept] == []


def test_a_second_run_on_the_same_day_moves_no_bodies(world, memory, own_home):
    until_complete(world, memory, own_home)
    world.now += timedelta(days=7)
    first = collect(world, memory, own_home)
    world.now += LATER
    second = collect(world, memory, own_home)
    assert sum(one.bytes for one in second) <= 0.05 * sum(one.bytes for one in first)
    assert [(one.source, one.outcome) for one in second] == [(one.source, one.outcome) for one in first]


def test_a_week_later_only_the_new_week_is_asked_for(world, memory, own_home):
    assert until_complete(world, memory, own_home) <= 3
    world.now += timedelta(days=7)
    made = collect(world, memory, own_home)
    assert {one.outcome for one in made if one.source != NEEDS_NOBODY} == {"ok"}
    over = [
        (one.source, one.requests)
        for one in made
        if one.requests > collectors.discover()[one.source].source.budget
    ]
    assert over == []


def test_two_runs_of_one_day_tell_the_same(world, own_home, tmp_path):
    one, other = Memory(), Memory()
    collect(world, one, own_home)
    collect(world, other, tmp_path)
    assert facts(one.saved) == facts(other.saved)
