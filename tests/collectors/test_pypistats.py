"""Daily downloads through a local server, and what the service does when it will not answer."""

import json
from datetime import timedelta

import pytest
from asking import World, body

from collectors import pypistats

OVERALL = body("pypistats/overall.json")


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "pypistats")


def answer(server, name, data, **how):
    where = f"/packages/{name}/overall"
    server.expect_request(where, query_string="mirrors=false").respond_with_data(data, **how)


def test_one_request_a_name_and_one_fetch_a_day(world, httpserver):
    answer(httpserver, "torch", OVERALL, content_type="application/json")
    first = world.ask(core=["torch"])
    assert (first.outcome, first.requests) == ("ok", 1)
    assert world.values("pypistats.downloads")["2026-11-23"] == 3012877
    world.now += timedelta(hours=19)
    assert (world.ask(core=["torch"]).requests, world.saved) == (0, [])
    world.now += timedelta(hours=2)
    assert world.ask(core=["torch"]).requests == 1


def test_a_day_that_is_missing_or_not_over_has_no_observation(world, httpserver):
    answer(httpserver, "torch", OVERALL, content_type="application/json")
    world.ask(core=["torch"])
    assert set(world.values("pypistats.downloads")) == {
        "2026-11-20",
        "2026-11-21",
        "2026-11-23",
        "2026-11-24",
    }


def test_a_project_it_does_not_know_is_absent(world, httpserver):
    answer(httpserver, "no-such", "404", status=404, content_type="text/html")
    assert world.ask(core=["no-such"]).outcome == "absent"


def test_a_broad_name_it_does_not_know_is_noted(world, httpserver):
    answer(httpserver, "torch", OVERALL, content_type="application/json")
    answer(httpserver, "no-such", "404", status=404)
    made = world.ask(core=["torch"], broad=["no-such"])
    assert made.outcome == "ok"
    assert "no-such is absent" in made.reason


def test_its_rate_limit_page_is_no_evidence(world, httpserver):
    page = '<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>'
    answer(httpserver, "torch", page, status=429, content_type="text/html")
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert "rate limited until" in made.reason
    assert world.saved == []


def test_an_outage_is_a_failure_and_not_a_zero(world, httpserver):
    answer(httpserver, "torch", "503 TEMPORARILY DISABLED", status=503)
    made = world.ask(core=["torch"])
    assert (made.outcome, world.saved) == ("failed", [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": []}, "no day"),
        ({"package": "tensorflow"}, "about 'tensorflow'"),
        ({"type": "system_downloads"}, "of type"),
        ({"data": [{"category": "with_mirrors", "date": "2026-11-20", "downloads": 1}]}, "unknown category"),
        ({"data": [{"category": "without_mirrors", "date": "2026-11-20", "downloads": -1}]}, "cannot be -1"),
        (
            {"data": [{"category": "without_mirrors", "date": "2026-11-20", "downloads": None}]},
            "whole number",
        ),
    ],
)
def test_an_answer_that_means_something_else_is_refused_and_kept(world, httpserver, change, said):
    answer(httpserver, "torch", json.dumps({**json.loads(OVERALL), **change}))
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert said in made.reason
    assert len(world.saved) == 1


def test_names_are_compared_as_the_index_does(world, httpserver):
    answer(httpserver, "Torch", OVERALL)
    assert world.ask(core=["Torch"]).outcome == "ok"
    assert pypistats.SOURCE.budget == 10
