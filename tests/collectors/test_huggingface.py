"""Model counts through a local server: the page's data, the page itself, and neither."""

from datetime import timedelta

import pytest
from asking import World, body

from collectors import huggingface

DATA, PAGE = body("huggingface/all_models.json"), body("huggingface/page.txt")


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "huggingface")


def test_five_requests_a_tag_once_a_week(world, httpserver):
    httpserver.expect_request("/models-json").respond_with_data(DATA, content_type="application/json")
    made = world.ask(core=["pytorch"])
    assert (made.outcome, made.requests) == ("ok", 5)
    assert [one.args.get("pipeline_tag", "") for one in world.requests()] == list(huggingface.TASKS)
    assert {one.args["library"] for one in world.requests()} == {"pytorch"}
    world.now += timedelta(days=5)
    assert world.ask(core=["pytorch"]).requests == 0
    assert huggingface.SOURCE.budget == 12


def test_tasks_are_told_apart_by_name(world, httpserver):
    httpserver.expect_request("/models-json").respond_with_data(DATA)
    world.ask(core=["pytorch"])
    names = {(one.metric, one.name) for one in world.observations}
    assert ("huggingface.models", "pytorch") in names
    assert ("huggingface.vision_models", "pytorch object-detection") in names
    assert len(names) == 5


@pytest.mark.parametrize("how", [{"status": 404}, {"status": 401}, {"status": 200}])
def test_when_the_data_cannot_be_had_the_page_is_read(world, httpserver, how):
    httpserver.expect_request("/models-json").respond_with_data('{"models": []}', **how)
    httpserver.expect_request("/models").respond_with_data(PAGE, content_type="text/html")
    made = world.ask(core=["pytorch"])
    assert (made.outcome, made.requests) == ("ok", 10)
    assert {one.value for one in world.observations} == {288477}
    assert ("from the page" in made.reason) == (how["status"] != 200)


def test_when_neither_tells_a_total_there_is_none(world, httpserver):
    httpserver.expect_request("/models-json").respond_with_data("gone", status=404)
    httpserver.expect_request("/models").respond_with_data("<html>new design</html>")
    made = world.ask(core=["pytorch"])
    assert made.outcome == "failed"
    assert "0 totals" in made.reason


def test_a_page_that_tells_two_totals_is_refused(world, httpserver):
    two = PAGE.replace(b"</body>", b"&quot;numTotalItems&quot;:5,</body>")
    httpserver.expect_request("/models-json").respond_with_data("gone", status=404)
    httpserver.expect_request("/models").respond_with_data(two)
    assert "2 totals" in world.ask(core=["pytorch"]).reason


def test_its_rate_limit_is_waited_for_once(world, httpserver):
    limit = {"RateLimit": '"pages";r=0;t=9', "RateLimit-Policy": '"fixed window";"pages";q=100;w=300'}
    httpserver.expect_oneshot_request("/models-json").respond_with_data("", status=429, headers=limit)
    httpserver.expect_request("/models-json").respond_with_data(DATA)
    assert world.ask(core=["pytorch"]).outcome in {"ok", "failed"}
    assert world.naps[:1] == [9]


def test_an_outage_is_a_failure_and_not_a_zero(world, httpserver):
    httpserver.expect_request("/models-json").respond_with_data("<html>502</html>", status=502)
    made = world.ask(core=["pytorch"])
    assert (made.outcome, world.saved) == ("failed", [])
