"""The whole collection against the world: when all is well, again on the same day, and a week later."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from world_collecting import FRAMEWORKS, TOKENS, Memory, collect, facts
from world_server import CONTRACTS

import collectors

NEEDS_NOBODY = "published"


@pytest.fixture(scope="module")
def first(one_world, tmp_path_factory):
    """The world, what the first run of all has archived and made, and its home."""
    memory, home = Memory(), tmp_path_factory.mktemp("home")
    made = collect(one_world, memory, home)
    return one_world, memory, made, home, facts(memory.saved)


def test_every_source_of_the_project_has_a_contract_in_the_world():
    assert {one.source for one in CONTRACTS} == set(collectors.discover()) - {NEEDS_NOBODY}


def test_every_source_answers_once_per_framework(first):
    world, _, made, *_ = first
    asked = sorted((one.source, one.framework) for one in made)
    assert asked == sorted((source, one.id) for source in collectors.discover() for one in FRAMEWORKS)
    wrong = {one.source: one.reason for one in made if one.outcome != "ok"}
    assert list(wrong) == [NEEDS_NOBODY]
    assert [one.url for one in world.log if one.status >= 400] == []
    assert (world.broken, world.too_early, world.naps) == ([], [], [])


def test_a_question_is_asked_once(first):
    asked = Counter((one.source, one.url) for one in first[0].log if one.method == "GET")
    shared = {"git", "pypi"}  # git's own client asks as it likes; the index is asked by two sources
    assert [key for key, count in asked.items() if count > 1 and key[0] not in shared] == []


def test_every_metric_that_a_source_declares_is_delivered(first):
    delivered = {metric for _, metric, *_ in first[-1]}
    declared = {metric for metric in collectors.metrics() if not metric.startswith("published.")}
    assert declared - delivered == set()


def test_what_is_read_is_what_the_world_holds(first):
    world, known = first[0], first[-1]
    stars = {next(iter(values)) for (_, metric, *_), values in known.items() if metric == "github.stars"}
    gained = sum(
        next(iter(values))
        for (who, metric, _, name, *_), values in known.items()
        if (who, metric, name) == ("alder", "github_rest.stars_gained", "alder/alder")
    )
    this_week = sum(world.figures.stars("alder/alder")[0][1])
    assert gained + this_week in stars
    assert 0 not in stars  # the closed list of stargazers answers 0


def test_no_secret_is_kept_or_told(first):
    _, memory, made, *_ = first
    kept = "".join(f"{one!r}{one.body!r}" for one in memory.saved) + repr(made)
    assert [secret for secret in TOKENS.values() if secret in kept] == []


def test_two_archives_of_one_day_tell_the_same(first, tmp_path):
    other = Memory()
    collect(first[0], other, tmp_path)
    assert facts(other.saved) == first[-1]


def test_a_week_later_the_new_week_is_asked_for_and_on_the_same_day_nothing(first):
    world, memory, _, home, _ = first
    world.now += timedelta(days=7)
    made = collect(world, memory, home)
    assert {one.outcome for one in made if one.source != NEEDS_NOBODY} == {"ok"}
    budgets = {source: one.source.budget for source, one in collectors.discover().items()}
    assert [(one.source, one.requests) for one in made if one.requests > budgets[one.source]] == []
    world.now += timedelta(hours=1)
    again = collect(world, memory, home)
    assert sum(one.bytes for one in again) <= 0.05 * sum(one.bytes for one in made)
    assert [(one.source, one.outcome) for one in again] == [(one.source, one.outcome) for one in made]
