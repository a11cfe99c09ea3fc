"""Packages that build on a framework, through a local server: one question in four weeks, stopped data."""

import json
from datetime import timedelta

import pytest
from asking import World, body

from collectors import dependents

MONTHS = body("dependents/months.json")


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "dependents")


def answer(server, data=MONTHS, **how):
    server.expect_request("/").respond_with_data(data, **how)


def months(*rows, newest="2026-11-24 23:59:58.000", told=None):
    columns = ("required", "month", "packages", "packages_or_extras")
    data = [{**dict(zip(columns, row, strict=True)), "newest": newest} for row in rows]
    return json.dumps({"data": data, "rows": len(data) if told is None else told})


def test_all_months_come_in_one_answer_that_is_asked_for_once_in_four_weeks(world, httpserver):
    answer(httpserver)
    first = world.ask(core=["torch"])
    assert (first.outcome, first.requests) == ("ok", 1)
    assert world.values("dependents.packages") == {"2016-09-01": 1, "2026-10-01": 11950, "2026-11-01": 12010}
    assert world.values("dependents.packages_or_extras")["2026-11-01"] == 16240
    asked = []
    for _ in range(12):
        world.now += timedelta(days=7)
        asked.append(world.ask(core=["torch"]).requests)
    assert sum(asked) == 3
    assert dependents.SOURCE.budget == 3


def test_the_names_are_asked_for_as_the_index_spells_them_and_only_those_of_the_framework(world, httpserver):
    answer(httpserver, months(("acme-core", "2026-11-01", 5, 6)))
    made = world.ask(core=["Acme_Core"], broad=["acme-vision"])
    assert made.outcome == "ok"
    assert [one.args["param_projects"] for one in world.requests()] == ["['acme-core']"]
    assert {one.args["user"] for one in world.requests()} == {"demo"}
    assert {(one.scope, one.name) for one in world.observations} == {("core", "acme-core")}


def test_metadata_that_stopped_are_kept_and_the_attempt_fails_until_they_go_on(world, httpserver):
    answer(httpserver, months(("torch", "2026-05-01", 5, 6), newest="2026-05-20 10:00:00.000"))
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert "the metadata end on 2026-05-20" in made.reason
    assert world.values("dependents.packages") == {"2026-05-01": 5}
    again = world.ask(core=["torch"])
    assert (again.outcome, again.requests) == ("failed", 0)


def test_a_project_that_nobody_requires_is_absent(world, httpserver):
    answer(httpserver, months())
    assert world.ask(core=["torch"]).outcome == "absent"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (months(("torch", "2026-11-01", 5, 6), told=2), "the answer was cut"),
        (months(*[("torch", f"2016-{n % 12 + 1:02}-01", n, n) for n in range(1000)]), "the answer was cut"),
        (months(("keras", "2026-11-01", 5, 6)), "the answer is about 'keras'"),
        (months(("torch", "2026-11-02", 5, 6)), "not the first of a month"),
        (months(("torch", "2026-12-01", 5, 6)), "not the first of a month that has come"),
        (months(("torch", "2026-12-01", 5, 6), newest="2031-01-01 00:00:00"), "that has come"),
        (months(("torch", "2026-11-01", -5, 6)), "a count cannot be -5"),
        (months(("torch", "2026-11-01", True, 6)), "a whole number was due"),
        (months(("torch", "2026-11-01", 5, 6), ("torch", "2026-11-01", 5, 7)), "two values"),
        ("Code: 241. DB::Exception: Memory limit exceeded", "JSONDecodeError"),
    ],
)
def test_rows_of_another_meaning_are_kept_and_refused(world, httpserver, data, why):
    answer(httpserver, data)
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert why in made.reason
    assert len(world.saved) == 1
