"""Hiring threads through a local server: read once, shared by frameworks, whole words."""

import json
from datetime import timedelta

import pytest
from asking import World, body

from collectors import hn_hiring

THREAD = body("hn_hiring/thread.json")
MONTHS = ("October 2026", "September 2026", "August 2026")


def listing(*titles):
    days = {"November 2026": "2026-11-02", "October 2026": "2026-10-01", "December 2026": "2026-12-01"}
    hits = [
        {
            "objectID": str(41 + place),
            "title": title,
            "created_at": f"{days.get(title, '2026-08-03')}T16:00:00Z",
        }
        for place, title in enumerate(titles)
    ]
    for hit in hits:
        hit["title"] = f"Ask HN: Who is hiring? ({hit['title']})"
    hits += [
        {
            "objectID": "7",
            "title": "Ask HN: Who wants to be hired? (November 2026)",
            "created_at": "2026-11-02T16:00:00Z",
        },
        {"objectID": "8", "title": None, "created_at": "2026-11-02T16:00:00Z"},
    ]
    return json.dumps({"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1})


@pytest.fixture
def world(httpserver, monkeypatch):
    httpserver.expect_request("/items/41").respond_with_data(THREAD)
    httpserver.expect_request("/items/42").respond_with_data(THREAD.replace(b"November", b"October"))
    return World(httpserver, monkeypatch, "hn_hiring")


def answer(server, *titles):
    server.expect_request("/search_by_date").respond_with_data(listing(*titles))


def test_threads_are_read_once(world, httpserver):
    answer(httpserver, "November 2026", "October 2026")
    first = world.ask(core=["pytorch"])
    assert (first.outcome, first.requests) == ("ok", 3)
    world.now += timedelta(days=7)
    assert world.ask(core=["pytorch"]).requests == 1
    assert hn_hiring.SOURCE.budget == 3


def test_another_framework_reads_the_same_threads_without_asking(world, httpserver):
    answer(httpserver, "November 2026", "October 2026")
    world.ask("one", core=["pytorch"])
    made = world.ask("two", core=["tensorflow"])
    assert (made.outcome, made.requests) == ("ok", 0)
    assert world.values("hn_hiring.mentions", "tensorflow") == {"2026-11-01": 1, "2026-10-01": 1}
    assert {one.framework for one in world.observations} == {"two"}


def test_a_thread_younger_than_two_weeks_waits(world, httpserver):
    answer(httpserver, "November 2026", "October 2026")
    world.now = world.now.replace(day=10)
    assert world.ask(core=["pytorch"]).requests == 2
    assert set(world.values("hn_hiring.mentions")) == {"2026-10-01"}


def test_words_count_once_a_post_and_replies_and_deleted_posts_do_not(world, httpserver):
    answer(httpserver, "November 2026")
    world.ask(core=["pytorch", "jax"])
    assert world.values("hn_hiring.mentions", "pytorch") == {"2026-11-01": 3}
    assert world.values("hn_hiring.mentions", "jax") == {"2026-11-01": 1}
    assert world.values("hn_hiring.posts") == {"2026-11-01": 5}


def test_only_hiring_threads_are_read(world, httpserver):
    answer(httpserver)
    assert world.ask(core=["pytorch"]).requests == 1


@pytest.mark.parametrize("page", ["<html></html>", '{"hits": 3}', '{"hits": [{"title": "x"}]}'])
def test_a_list_of_another_shape_is_kept_and_fails(world, httpserver, page):
    httpserver.expect_request("/search_by_date").respond_with_data(page)
    assert world.ask(core=["pytorch"]).outcome == "failed"
    assert len(world.saved) == 1


def test_a_thread_that_is_missing_does_not_lose_the_others(world, httpserver):
    answer(httpserver, "November 2026", "October 2026", "August 2026")
    httpserver.expect_request("/items/43").respond_with_data("gone", status=500)
    made = world.ask(core=["pytorch"])
    assert made.outcome == "failed"
    assert set(world.values("hn_hiring.mentions")) == {"2026-11-01", "2026-10-01"}
