"""Weekly downloads through a local server: history once, silent cuts, stopped data."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from asking import World, body

from collectors import clickpy

THIS_YEAR = body("clickpy/this_year.json")


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "clickpy")


def weeks(*rows):
    data = [dict(zip(("project", "week", "downloads", "days"), row, strict=True)) for row in rows]
    return json.dumps({"data": data, "rows": len(data)})


def answer(server, data=THIS_YEAR, **how):
    server.expect_request("/").respond_with_data(data, **how)


def test_a_steady_week_costs_one_request_a_scope_and_history_none(world, httpserver):
    answer(httpserver)
    first = world.ask(core=["torch", "torchvision"])
    assert (first.outcome, first.requests) == ("ok", 1 + 10)  # 2016 to 2025 are asked once
    asked = []
    for _ in range(26):
        world.now += timedelta(days=7)
        asked.append(world.ask(core=["torch", "torchvision"]).requests)
    assert (
        sum(asked) == 26 + 10 + 1
    )  # within half a year each past year has its turn, and 2026 is over in March
    assert max(asked) <= 3
    assert clickpy.SOURCE.budget == 4


def test_years_are_asked_by_whole_weeks_without_gap_or_overlap(world, httpserver):
    answer(httpserver)
    world.ask(core=["torch", "torchvision"])
    spans = sorted((one.args["param_from"], one.args["param_to"]) for one in world.requests())
    assert spans[0][0] == "2016-01-04"
    assert spans[-1] == ("2026-01-05", "2026-11-23")
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert {one.args["param_projects"] for one in world.requests()} == {"['torch','torchvision']"}
    assert {one.args["user"] for one in world.requests()} == {"demo"}


def test_counts_are_summed_since_the_table_holds_partial_sums():
    assert "sum(count)" in clickpy.SQL
    assert "GROUP BY project, week" in clickpy.SQL


def test_in_january_last_year_is_still_open(world, httpserver):
    answer(httpserver)
    world.now = world.now.replace(year=2027, month=1, day=20)
    world.ask(core=["torch", "torchvision"])
    assert world.requests()[0].args["param_from"] == "2026-01-05"


def test_a_week_that_lacks_a_day_is_missing(world, httpserver):
    answer(httpserver)
    world.ask(core=["torch", "torchvision"])
    payload = world.saved[0]
    found = {(one.name, one.start.date().isoformat()): one.value for one in clickpy.parse(payload)}
    assert found == {
        ("torch", "2026-11-02"): 17950110,
        ("torch", "2026-11-09"): 18450231,
        ("torchvision", "2026-11-09"): 4402117,
    }


def test_an_answer_of_a_thousand_rows_is_refused(world, httpserver):
    answer(httpserver, weeks(*[("torch", "2026-11-09", n, 7) for n in range(1000)]))
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert "the answer was cut" in made.reason


def test_an_answer_that_counts_other_rows_than_it_has_is_refused(world, httpserver):
    answer(httpserver, json.dumps({"data": [], "rows": 3}))
    assert "0 rows of 3" in world.ask(core=["torch"]).reason


def test_data_that_stopped_are_kept_and_the_attempt_fails(world, httpserver):
    answer(httpserver, weeks(("torch", "2025-12-01", "5", "7")))
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert "the data end with the week of 2025-12-01" in made.reason
    assert world.values("clickpy.downloads") == {"2025-12-01": 5}


def test_a_project_without_a_download_is_absent(world, httpserver):
    answer(httpserver, weeks())
    assert world.ask(core=["no-such"]).outcome == "absent"


def test_an_error_of_the_database_is_refused(world, httpserver):
    answer(httpserver, "Code: 47. DB::Exception: Unknown expression identifier", status=404)
    assert world.ask(core=["torch"]).outcome in {"absent", "failed"}
    assert world.saved == []


def test_an_error_inside_status_200_is_refused_and_kept(world, httpserver):
    answer(httpserver, THIS_YEAR[:200] + b"Code: 241. DB::Exception: Memory limit exceeded")
    made = world.ask(core=["torch"])
    assert made.outcome == "failed"
    assert made.reason
    assert world.saved


@pytest.mark.parametrize(
    "row", [("torch", "2026-11-10", 1, 7), ("keras", "2026-11-09", 1, 7), ("torch", "2026-11-09", True, 7)]
)
def test_rows_of_another_meaning_are_refused(world, httpserver, row):
    answer(httpserver, weeks(row))
    assert world.ask(core=["torch"]).outcome == "failed"
