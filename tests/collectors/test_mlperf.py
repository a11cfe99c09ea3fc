"""MLPerf rounds through a local server: which are read, what counts, errors inside status 200."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from asking import World, body

from collectors import mlperf

ROUND = body("mlperf/round.json")
JSON = {"content-type": "application/json"}


def listing(*versions, **changes):
    names = [*(f"training_results_v{version}" for version in versions), "training_results_visualization"]
    items = [{"full_name": f"mlcommons/{name}"} for name in names]
    return json.dumps({"total_count": len(items), "incomplete_results": False, "items": items} | changes)


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    return World(httpserver, monkeypatch, "mlperf")


def answer(server, listed, *rounds):
    server.expect_ordered_request("/search/repositories").respond_with_data(listed, headers=JSON)
    for one in rounds:
        server.expect_ordered_request("/graphql", method="POST").respond_with_data(one, headers=JSON)


def asked(world):
    found = [request.get_json()["variables"] for request in world.requests() if request.method == "POST"]
    return [one["name"] for one in found]


def test_the_newest_six_rounds_are_read_once(world, httpserver):
    answer(httpserver, listing("5.1", "0.5", "10.0", "5.0", "4.1", "4.0", "3.1", "3.0"), *[ROUND] * 6)
    first = world.ask(core=["pytorch"])
    assert (first.outcome, first.requests) == ("ok", 7)
    assert asked(world) == [f"training_results_v{v}" for v in ("10.0", "5.1", "5.0", "4.1", "4.0", "3.1")]
    world.now += timedelta(days=7)
    answer(httpserver, listing("5.1"))
    assert world.ask(core=["pytorch"]).requests == 1
    assert mlperf.SOURCE.budget == 8


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"incomplete_results": True}, "incomplete_results"), ({"total_count": 40}, "40 repositories")],
)
def test_a_search_that_lists_not_all_rounds_reads_none_and_is_put_again(world, httpserver, changes, said):
    answer(httpserver, listing("5.1", **changes))
    made = world.ask(core=["pytorch"])
    assert (made.outcome, made.requests) == ("failed", 1)
    assert said in made.reason
    answer(httpserver, listing("5.1"), ROUND)
    assert world.ask(core=["pytorch"]).outcome == "ok"


def test_another_framework_reads_the_same_rounds_without_asking(world, httpserver):
    answer(httpserver, listing("5.1"), ROUND)
    world.ask("one", core=["pytorch"])
    assert world.ask("two", core=["mxnet"]).requests == 0
    assert {one.framework for one in world.observations} == {"two"}
    assert list(world.values("mlperf.systems").values()) == [4]


def test_a_system_that_names_two_counts_for_both_and_one_without_for_none(world, httpserver):
    answer(httpserver, listing("5.1"), ROUND)
    world.ask(core=["dgl"])
    found = {one.metric: one.value for one in world.observations}
    assert (found["mlperf.systems"], found["mlperf.systems_total"]) == (1, 18)
    assert (found["mlperf.results"], found["mlperf.results_total"]) == (2, 39)
    assert (found["mlperf.vision_results"], found["mlperf.language_results_total"]) == (0, 22)


def test_words_are_whole(world, httpserver):
    answer(httpserver, listing("5.1"), ROUND)
    world.ask(core=["torch"])
    assert list(world.values("mlperf.systems").values()) == [0]


def test_without_a_token_it_says_which_is_missing(httpserver, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    made = World(httpserver, monkeypatch, "mlperf").ask(core=["pytorch"])
    assert (made.outcome, made.reason) == ("failed", "no GITHUB_TOKEN")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"type": "RATE_LIMITED", "message": "m"}, "rate limited until"),
        ({"type": "X", "message": "too slow"}, "too slow"),
    ],
)
def test_errors_inside_status_200_are_no_evidence(world, httpserver, error, said):
    answer(httpserver, listing("5.1"), json.dumps({"data": {"repository": None}, "errors": [error]}))
    made = world.ask(core=["pytorch"])
    assert made.outcome == "failed"
    assert said in made.reason
    assert len(world.saved) == 1  # the list


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        '{"data": {"repository": null}}',
        '{"data": {"repository": {"createdAt": "2025-10-10", "tree": {"submitters": []}}}}',
        ROUND.replace(b"2025-10-10T15", b"2035-10-10T15"),
        ROUND.replace(b'"results"', b'"outcomes"'),
    ],
)
def test_a_round_of_another_shape_is_kept_and_fails(world, httpserver, page):
    answer(httpserver, listing("5.1"), page)
    assert world.ask(core=["pytorch"]).outcome == "failed"
    assert len(world.saved) == 2


def test_a_description_that_is_no_json_names_nothing():
    assert mlperf._frameworks("{not json") == ""
    assert mlperf._frameworks('["PyTorch"]') == ""
    assert mlperf._frameworks('{"framework": "PyTorch 2"}') == "PyTorch 2"


def test_benchmarks_belong_to_one_field():
    fields = mlperf.fields()
    assert set(fields) == {"vision", "language"}
    assert not fields["vision"] & fields["language"]


def test_a_framework_of_several_words_is_found_by_any(world, httpserver):
    answer(httpserver, listing("5.1"), ROUND)
    world.ask(core=["mxnet", "dgl"])
    payload = replace(world.saved[1], name="mxnet dgl")
    assert {one.value for one in mlperf.parse(payload) if one.metric == "mlperf.systems"} == {5}
