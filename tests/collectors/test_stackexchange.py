"""Questions and answers through a local server: the filter, quotas, samples."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from asking import World, body

from collectors import stackexchange

QUESTIONS = body("stackexchange/questions.json")
FILTER = {"items": [{"filter": "!made-up", "filter_type": "safe", "included_fields": ["question.answers"]}]}


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.delenv("STACKEXCHANGE_KEY", raising=False)
    return World(httpserver, monkeypatch, "stackexchange")


def answer(server, data=QUESTIONS, **how):
    server.expect_request("/filters/create").respond_with_json(FILTER)
    server.expect_request("/questions").respond_with_data(data, **how)


def test_the_filter_is_made_once_and_a_week_costs_one_request(world, httpserver):
    answer(httpserver)
    assert world.ask(core=["pytorch"]).requests == 2
    assert world.requests()[1].args["filter"] == "!made-up"
    world.now += timedelta(days=7)
    made = world.ask(core=["pytorch"])
    assert (made.outcome, made.requests) == ("ok", 1)
    assert stackexchange.SOURCE.budget == 4


def test_the_sample_is_a_week_old_and_the_same_all_week(world, httpserver):
    answer(httpserver)
    world.ask(core=["pytorch"])
    asked = world.requests()[1].args
    assert int(asked["todate"]) == datetime(2026, 11, 16, tzinfo=UTC).timestamp()  # a Monday
    assert (asked["site"], asked["tagged"], asked["pagesize"]) == ("stackoverflow", "pytorch", "100")
    world.now += timedelta(hours=23)
    assert world.ask(core=["pytorch"]).requests == 0


def test_the_key_travels_in_the_question_only(world, httpserver, monkeypatch):
    monkeypatch.setenv("STACKEXCHANGE_KEY", "s3cret")
    answer(httpserver)
    world.ask(core=["pytorch"])
    assert world.requests()[1].args["key"] == "s3cret"
    assert "s3cret" not in repr(world.saved)


def test_an_answer_by_the_asker_is_none_and_a_late_one_does_not_help(world, httpserver):
    answer(httpserver)
    world.ask(core=["pytorch"])
    found = {one.metric.partition(".")[2]: one.value for one in world.observations}
    assert found == {
        "sampled_questions": 6,
        "sampled_questions_answered": 4,
        "sampled_newcomer_questions": 3,
        "sampled_newcomer_questions_helped": 1,
        "time_to_first_answer": 24,
        "newcomer_time_to_first_answer": 24,  # of 6, 24 and 288 hours
    }


def test_when_fewer_than_half_are_answered_there_is_no_median(world, httpserver):
    few = json.loads(QUESTIONS)
    few["items"] = [few["items"][0], *[few["items"][4]] * 5]
    answer(httpserver, json.dumps(few))
    world.ask(core=["pytorch"])
    assert world.values("stackexchange.time_to_first_answer") == {}
    assert list(world.values("stackexchange.sampled_questions").values()) == [6]


def test_a_tag_without_questions_gives_counted_zeros(world, httpserver):
    answer(httpserver, '{"items": [], "has_more": false, "quota_remaining": 1}')
    world.ask(core=["pytorch"])
    assert list(world.values("stackexchange.sampled_questions").values()) == [0]


def test_a_throttled_address_is_no_evidence(world, httpserver):
    said = {
        "error_id": 502,
        "error_message": "too many requests from this IP, more requests available in 17524 seconds",
        "error_name": "throttle_violation",
    }
    answer(httpserver, json.dumps(said), status=400)
    made = world.ask(core=["pytorch"])
    assert made.outcome == "failed"
    assert world.values("stackexchange.sampled_questions") == {}


def test_a_filter_that_was_not_obeyed_is_seen(world, httpserver):
    bare = json.loads(QUESTIONS)
    for item in bare["items"]:
        item.pop("answers", None)
    answer(httpserver, json.dumps(bare))
    made = world.ask(core=["pytorch"])
    assert made.outcome == "failed"
    assert "the filter was not obeyed" in made.reason


@pytest.mark.parametrize(
    "page",
    ["<html></html>", '{"items": [{}]}', QUESTIONS.replace(b'"creation_date": ', b'"creation_date": 9')],
)
def test_an_answer_of_another_shape_is_kept_and_fails(world, httpserver, page):
    answer(httpserver, page)
    assert world.ask(core=["pytorch"]).outcome == "failed"
    assert len(world.saved) == 2
