"""Citation counts by one question, through a local server."""

import json
from datetime import timedelta

import pytest
from asking import World, body

from collectors import semantic_scholar

BATCH = body("semantic_scholar/batch.json")
PAPERS = ["ARXIV:1912.01703", "DOI:10.1145/3620665.3640366", "ARXIV:0000.00000"]


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.delenv("SEMANTIC_SCHOLAR_KEY", raising=False)
    return World(httpserver, monkeypatch, "semantic_scholar")


def answer(server, data=BATCH, **how):
    server.expect_request("/paper/batch", method="POST").respond_with_data(data, **how)


def test_one_question_for_all_papers_once_a_week(world, httpserver):
    answer(httpserver)
    made = world.ask(core=PAPERS)
    assert (made.outcome, made.requests) == ("ok", 1)
    (request,) = world.requests()
    assert request.get_json() == {"ids": PAPERS}
    assert "citationCount" in request.args["fields"]
    world.now += timedelta(days=5)
    assert world.ask(core=PAPERS).requests == 0
    world.now += timedelta(days=2)
    assert world.ask(core=PAPERS).requests == 1
    assert semantic_scholar.SOURCE.budget == 4


def test_answers_come_in_the_order_of_the_question_and_null_is_absent(world, httpserver):
    answer(httpserver)
    world.ask(core=PAPERS)
    found = {one.name: one.value for one in world.observations if one.metric == "semantic_scholar.citations"}
    assert found == {"ARXIV:1912.01703": 45563, "DOI:10.1145/3620665.3640366": 890}


def test_a_framework_whose_papers_are_all_unknown_is_absent(world, httpserver):
    answer(httpserver, "[null]")
    assert world.ask(core=["ARXIV:0000.00000"]).outcome == "absent"


def test_the_key_travels_in_its_header_only(world, httpserver, monkeypatch):
    monkeypatch.setenv("SEMANTIC_SCHOLAR_KEY", "s3cret")
    answer(httpserver)
    world.ask(core=PAPERS)
    assert world.requests()[0].headers["x-api-key"] == "s3cret"
    assert "s3cret" not in repr(world.saved)


def test_the_shared_quota_is_waited_for_and_then_given_up(world, httpserver):
    answer(httpserver, '{"message":"Too Many Requests. Please wait.","code":"429"}', status=429)
    made = world.ask(core=PAPERS)
    assert made.outcome == "failed"
    assert "rate limited until" in made.reason
    assert world.saved == []


def test_a_fault_inside_is_tried_again(world, httpserver):
    bad = '{"message":"Internal Server Error"}'
    httpserver.expect_oneshot_request("/paper/batch").respond_with_data(bad, status=500)
    answer(httpserver)
    assert world.ask(core=PAPERS).outcome == "ok"


def test_a_key_without_rights_is_refused_with_its_reason(world, httpserver):
    answer(httpserver, '{"message":"Forbidden"}', status=403)
    made = world.ask(core=PAPERS)
    assert (made.outcome, world.saved) == ("failed", [])
    assert "Forbidden" in made.reason


@pytest.mark.parametrize(
    "page",
    [
        json.dumps([None]),
        "{}",
        "<html></html>",
        BATCH.replace(b"45563", b"-1"),
        BATCH.replace(b"45563", b"null"),
    ],
)
def test_an_answer_of_another_shape_is_kept_and_fails(world, httpserver, page):
    answer(httpserver, page)
    assert world.ask(core=PAPERS).outcome == "failed"
    assert len(world.saved) == 1
