"""The sources that answer one question with one small page: what they share, whatever they count."""

import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from asking import World, body
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from collectors import discover

INDEX = urlsplit(PYPI_SIMPLE_ENDPOINT).hostname
CASES = {
    "dockerhub": ("pytorch/pytorch", "/namespaces/pytorch/repositories/pytorch", "repository.json"),
    "conda": ("conda-forge/pytorch", "/package/conda-forge/pytorch", "package.json"),
    "scorecard": ("pytorch/pytorch", "/projects/github.com/pytorch/pytorch", "project.json"),
    "ecosystems": ("torch", f"/registries/{INDEX}/packages/torch", "package.json"),
}
each = pytest.mark.parametrize("source", CASES)


@pytest.fixture
def world(httpserver, monkeypatch, source):
    return World(httpserver, monkeypatch, source)


def answer(server, source, data=None, **how):
    _, path, file = CASES[source]
    server.expect_request(path).respond_with_data(body(f"{source}/{file}") if data is None else data, **how)


@each
def test_one_request_a_name_and_none_within_the_interval(world, httpserver, source):
    answer(httpserver, source)
    name = CASES[source][0]
    first = world.ask(core=[name])
    assert (first.outcome, first.requests) == ("ok", 1)
    assert world.observations
    interval = discover()[source].source.min_interval
    world.now += interval - timedelta(minutes=1)
    assert (world.ask(core=[name]).requests, world.saved) == (0, [])
    world.now += timedelta(minutes=2)
    assert world.ask(core=[name]).requests == 1


@each
def test_an_unchanged_page_moves_no_body(world, httpserver, source):
    answer(httpserver, source, headers={"ETag": '"one"'})
    name = CASES[source][0]
    world.ask(core=[name])
    httpserver.clear()
    httpserver.expect_request(CASES[source][1], headers={"If-None-Match": '"one"'}).respond_with_data(
        status=304
    )
    world.now += timedelta(days=7)
    made = world.ask(core=[name])
    assert (made.outcome, made.requests, made.bytes) == ("ok", 1, 0)
    assert world.saved[0].requested_at == world.now


@each
def test_a_name_it_does_not_know_is_absent(world, httpserver, source):
    answer(httpserver, source, "", status=404)
    made = world.ask(core=[CASES[source][0]])
    assert (made.outcome, world.saved) == ("absent", [])


@each
@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_outage_is_a_failure_and_not_a_zero(world, httpserver, source, status):
    answer(httpserver, source, "<html>sorry</html>", status=status)
    made = world.ask(core=[CASES[source][0]])
    assert (made.outcome, world.saved) == ("failed", [])
    assert str(status) in made.reason


@each
@pytest.mark.parametrize("page", [b"<html>Just a moment...</html>", b"{}", b'{"name": "other"'])
def test_a_page_of_another_shape_is_kept_and_fails(world, httpserver, source, page):
    answer(httpserver, source, page)
    assert world.ask(core=[CASES[source][0]]).outcome == "failed"
    assert [one.body for one in world.saved] == [page]


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        ("dockerhub", b'"namespace": "pytorch"', b'"namespace": "other"'),
        ("conda", b'"name": "pytorch"', b'"name": "other"'),
        ("ecosystems", b'"name": "torch"', b'"name": "other"'),
    ],
)
def test_an_answer_about_something_else_is_refused(world, httpserver, source, old, new):
    answer(httpserver, source, body(f"{source}/{CASES[source][2]}").replace(old, new))
    made = world.ask(core=[CASES[source][0]])
    assert made.outcome == "failed"
    assert "the answer is about" in made.reason


@pytest.mark.parametrize("source", ["dockerhub"])
def test_docker_says_the_moment_until_which_to_wait(world, httpserver, source):
    until = str(int(time.time()) + 12)  # the local server dates its answers by the real clock
    limit = {"X-Retry-After": until}
    httpserver.expect_oneshot_request(CASES[source][1]).respond_with_data("", status=429, headers=limit)
    answer(httpserver, source)
    assert world.ask(core=["pytorch/pytorch"]).requests == 2
    assert world.naps == [pytest.approx(12, abs=2)]


@pytest.mark.parametrize("source", ["scorecard"])
def test_a_check_that_could_not_be_decided_is_absent(world, httpserver, source):
    answer(httpserver, source)
    world.ask(core=["pytorch/pytorch"])
    checks = {one.name: one.value for one in world.observations if one.metric == "scorecard.check"}
    assert checks == {"Maintained": 10, "Fuzzing": 0}


@pytest.mark.parametrize(
    ("source", "score"), [("scorecard", b"11"), ("scorecard", b"-0.5"), ("scorecard", b'"6"')]
)
def test_points_outside_the_scale_are_refused(world, httpserver, source, score):
    answer(httpserver, source, body("scorecard/project.json").replace(b'"score": 6.1', b'"score": ' + score))
    assert world.ask(core=["pytorch/pytorch"]).outcome == "failed"


@pytest.mark.parametrize("source", ["ecosystems"])
def test_a_count_that_is_null_is_absent(world, httpserver, source):
    answer(httpserver, source)
    world.ask(core=["torch"])
    assert {one.metric for one in world.observations} == {
        "ecosystems.dependent_packages",
        "ecosystems.dependent_repositories",
    }


@pytest.mark.parametrize("source", ["conda"])
def test_channels_are_asked_one_by_one_and_an_empty_one_is_noted(world, httpserver, source):
    answer(httpserver, source)
    httpserver.expect_request("/package/old/pytorch").respond_with_data("{}", status=404)
    made = world.ask(core=["conda-forge/pytorch", "old/pytorch"])
    assert (made.outcome, made.requests) == ("ok", 2)
    assert "old/pytorch is absent" in made.reason
    assert list(world.values("conda.downloads").values()) == [50100]
