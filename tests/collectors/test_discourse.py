"""Forums at addresses of their own, through a local server."""

from datetime import timedelta

import pytest
from asking import World, body

from collectors import discourse

ABOUT, LATEST = body("discourse/about.json"), body("discourse/latest.json")


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "discourse")


def forum(server, about=ABOUT, latest=LATEST, **how):
    server.expect_request("/about.json").respond_with_data(about, **how)
    server.expect_request("/latest.json", query_string="order=created").respond_with_data(latest)
    return server.url_for("/")


def test_two_requests_a_forum_once_a_day(world, httpserver):
    name = forum(httpserver)
    made = world.ask(core=[name])
    assert (made.outcome, made.requests) == ("ok", 2)
    assert list(world.values("discourse.posts_week").values()) == [240]
    world.now += timedelta(hours=23)
    assert world.ask(core=[name]).requests == 0
    assert discourse.SOURCE.budget == 4


def test_topics_that_are_new_or_pinned_are_left_out_of_the_sample(world, httpserver):
    world.ask(core=[forum(httpserver)])
    assert list(world.values("discourse.sampled_topics").values()) == [3]
    assert list(world.values("discourse.sampled_topics_replied").values()) == [2]


def test_a_forum_that_hides_its_statistics_fails_and_says_so(world, httpserver):
    made = world.ask(core=[forum(httpserver, about='{"about": {"title": "A forum"}}')])
    assert made.outcome == "failed"
    assert "stats" in made.reason


def test_a_statistic_that_is_not_told_is_absent(world, httpserver):
    world.ask(core=[forum(httpserver, about='{"about": {"stats": {"topic_count": 7}}}')])
    assert list(world.values("discourse.topics").values()) == [7]
    assert world.values("discourse.users") == {}


def test_a_busy_forum_is_waited_for(world, httpserver):
    url = httpserver.url_for("/")
    httpserver.expect_oneshot_request("/about.json").respond_with_data(
        "slow", status=429, headers={"Retry-After": "3"}
    )
    forum(httpserver)
    assert world.ask(core=[url]).outcome == "ok"
    assert world.naps == [3]


def test_a_forum_that_moved_is_followed(world, httpserver):
    name = forum(httpserver)
    httpserver.expect_request("/old/about.json").respond_with_data(
        "", status=301, headers={"Location": "/about.json"}
    )
    httpserver.expect_request("/old/latest.json").respond_with_data(
        "", status=302, headers={"Location": "/latest.json?order=created"}
    )
    assert world.ask(core=[f"{name}old"]).outcome == "ok"
