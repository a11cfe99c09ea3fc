"""Advisories and releases through a local server: pages, aliases, repairs."""

import json
from datetime import timedelta

import pytest
from asking import World, body

from collectors import osv

TOGETHER = json.loads(body("osv/together.json"))
FIRST, SECOND = TOGETHER["advisories"]


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.setenv(osv.INDEX_URL_ENV, httpserver.url_for("/index"))
    return World(httpserver, monkeypatch, "osv")


def answer(server, *pages, project=TOGETHER["project"], **how):
    for page in pages:
        server.expect_ordered_request("/query", method="POST").respond_with_data(page, **how)
    server.expect_request("/index/pypi/torch/json").respond_with_data(project)


def test_a_package_costs_its_pages_and_one_request_for_the_releases(world, httpserver):
    answer(httpserver, FIRST, SECOND)
    made = world.ask(core=["torch"])
    assert (made.outcome, made.requests) == ("ok", 3)
    asked = [one.get_json() for one in world.requests()[:2]]
    assert asked[0] == {"package": {"name": "torch", "ecosystem": "PyPI"}}
    assert asked[1]["page_token"] == "p2"
    world.now += timedelta(hours=23)
    assert (world.ask(core=["torch"]).requests, world.saved) == (0, [])
    assert osv.SOURCE.budget == 6


def test_both_answers_are_kept_word_for_word(world, httpserver):
    answer(httpserver, FIRST, SECOND)
    world.ask(core=["torch"])
    assert json.loads(world.saved[0].body) == TOGETHER


def test_an_advisory_of_two_databases_is_one(world, httpserver):
    answer(httpserver, FIRST, SECOND)
    world.ask(core=["torch"])
    names = [one.name for one in world.observations if one.metric == "osv.advisory"]
    assert sorted(names) == ["CVE-2025-0001", "CVE-2025-0002", "CVE-2026-0003"]


def test_a_repair_before_the_advisory_took_no_day_and_none_has_no_figure(world, httpserver):
    answer(httpserver, FIRST, SECOND)
    world.ask(core=["torch"])
    days = {one.name: one.value for one in world.observations if one.metric == "osv.days_to_fix"}
    assert days == {"CVE-2025-0001": 0, "CVE-2025-0002": pytest.approx(129.5)}


def test_aliases_join_advisories_in_a_chain():
    def advisory(*names):
        return osv._Advisory(frozenset(names), osv.as_moment("2026-01-01"), frozenset(names))

    (one,) = osv._merged([advisory("a", "b"), advisory("c", "d"), advisory("b", "c")])
    assert one.names == one.fixed_in == {"a", "b", "c", "d"}


def test_a_package_without_advisories_is_no_failure(world, httpserver):
    answer(httpserver, "{}")
    made = world.ask(core=["torch"])
    assert (made.outcome, world.observations) == ("ok", [])


def test_a_package_the_index_does_not_know_is_absent(world, httpserver):
    httpserver.expect_request("/query").respond_with_data("{}")
    httpserver.expect_request("/index/pypi/no-such/json").respond_with_data("", status=404)
    assert world.ask(core=["no-such"]).outcome == "absent"


def test_an_outage_is_a_failure(world, httpserver):
    httpserver.expect_request("/query").respond_with_data("upstream", status=503)
    made = world.ask(core=["torch"])
    assert (made.outcome, world.saved) == ("failed", [])


@pytest.mark.parametrize(
    ("page", "project"),
    [
        ("<html></html>", TOGETHER["project"]),
        ('{"message": "hello"}', TOGETHER["project"]),
        (SECOND, "<html></html>"),
        (SECOND, TOGETHER["project"].replace('"torch"', '"other"')),
        (SECOND.replace("2026-01-05", "2036-01-05"), TOGETHER["project"]),
    ],
)
def test_answers_of_another_shape_are_kept_and_fail(world, httpserver, page, project):
    answer(httpserver, page, project=project)
    assert world.ask(core=["torch"]).outcome == "failed"
    assert len(world.saved) == 1
