"""The weekly list: the table that comes along, weeks nobody has yet, and values exactly as recorded."""

import csv
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asking import NOW, World

from collectors import bestof
from collectors._http import Client
from evidence.errors import PayloadChanged
from evidence.types import Framework, Payload

HISTORY = f"/repos/{bestof.REPOSITORY}/contents/history"
HEADER = ",name,github_id,star_count,fork_count"


def week(*rows, header=HEADER):
    return "\n".join([header, *rows, ""]).encode()


def file(server, day, data, **changes):
    blob = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
    name = f"{day}_projects.csv"
    address = server.url_for(f"/raw/history/{name}")
    return {"name": name, "size": len(data), "sha": blob, "download_url": address, **changes}


def serve(server, weeks):
    """Serve a folder with these weeks and a note that is no table."""
    server.clear()
    note = {"name": "2026-11-19_changes.md", "size": 5, "sha": "0" * 40, "download_url": "x"}
    listed = [note, *(file(server, day, data) for day, data in weeks.items())]
    server.expect_request(HISTORY).respond_with_data(json.dumps(listed))
    for day, data in weeks.items():
        server.expect_request(f"/raw/history/{day}_projects.csv").respond_with_data(data)


def weeks(count):
    days = [NOW.date() - timedelta(days=6 + 7 * n) for n in range(count)]
    return {str(day): week(f"0,Acme,acme/acme,{place}.0,7.0") for place, day in enumerate(days)}


def asked(world):
    return [request.path for request in world.requests()]


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "bestof")


def payload(data, url="bestof_weekly.csv", name="acme"):
    return Payload("bestof", "acme", "core", name, url, NOW, 200, {}, hashlib.sha256(data).hexdigest(), data)


# The table that comes with the project


@pytest.mark.parametrize("name", ["pytorch", "tensorflow", "keras", "jax", "paddlepaddle", "mxnet"])
def test_a_first_run_without_a_network_has_208_weeks(httpserver, monkeypatch, name):
    world = World(httpserver, monkeypatch, "bestof")
    httpserver.expect_request(HISTORY).respond_with_data("gone", status=404)
    made = world.ask(core=[name])
    assert made.outcome != "ok"  # and says so
    stars = world.values("bestof.github_stars")
    assert (len(stars), min(stars), max(stars)) == (208, "2020-11-30", "2025-10-30")


@pytest.mark.parametrize(
    ("name", "metric", "day", "value"),
    [
        # history/2020-11-30_projects.csv, rows PyTorch and Tensorflow
        ("pytorch", "github_forks", "2020-11-30", 11382),
        ("pytorch", "pypi_downloads_month", "2020-11-30", 1789489),
        ("tensorflow", "github_stars", "2020-11-30", 150975),
        ("tensorflow", "conda_dependents", "2020-11-30", 0),
        ("tensorflow", "dockerhub_pulls_total", "2025-10-30", 80704688),
    ],
)
def test_a_figure_is_the_one_that_was_published(name, metric, day, value):
    table = payload(bestof.TABLE.read_bytes(), name=name)
    found = {f"{one.start:%Y-%m-%d}": one for one in bestof.parse(table) if one.metric == f"bestof.{metric}"}
    assert found[day].value == value
    assert found[day].ref.endswith(f"/history/{day}_projects.csv")


def test_the_table_is_archived_once_and_again_when_it_is_another(world, httpserver, monkeypatch, tmp_path):
    serve(httpserver, {"2020-11-30": week("0,PyTorch,pytorch/pytorch,99.0,7.0")})
    world.ask(core=["pytorch"])
    assert world.saved[0].url == "bestof_weekly.csv"
    world.now += timedelta(days=7)
    world.ask(core=["pytorch"])
    assert "bestof_weekly.csv" not in [one.url for one in world.saved]
    head, *lines = bestof.TABLE.read_text().splitlines(keepends=True)
    (tmp_path / "bestof_weekly.csv").write_text(head + "".join(lines[:600]))
    monkeypatch.setattr(bestof, "TABLE", tmp_path / "bestof_weekly.csv")
    world.ask(core=["pytorch"])
    assert [one.url for one in world.saved] == ["bestof_weekly.csv"]


def test_weeks_that_the_table_has_are_not_asked_for(world, httpserver):
    data = week("0,PyTorch,pytorch/pytorch,99.0,7.0")
    serve(httpserver, {"2020-11-30": data, "2025-10-30": data, "2026-11-19": data})
    made = world.ask(core=["pytorch"])
    assert (made.outcome, made.requests) == ("ok", 2)
    assert asked(world)[1:] == ["/raw/history/2026-11-19_projects.csv"]
    assert world.values("bestof.github_stars")["2026-11-19"] == 99


# Backfill


def test_a_project_that_the_table_lacks_is_read_from_its_first_week_over_several_runs(world, httpserver):
    world.allow_backfill(4)
    serve(httpserver, weeks(12))
    found = {}
    for requests, outcome in ((6, "capped"), (4, "capped"), (3, "ok")):
        made = world.ask()
        assert (made.outcome, made.requests) == (outcome, requests)
        found |= world.values("bestof.github_stars")
    assert len(found) == 12
    files = asked(world)[1:]
    assert files == sorted(set(files), reverse=True)  # each once, newest first


def test_a_steady_week_costs_two_requests_for_all_frameworks_together(world, httpserver):
    serve(httpserver, weeks(3))
    world.ask()
    world.now += timedelta(days=7)
    both = weeks(3) | {"2026-11-26": week("0,ACME,acme/acme,5.0,", "1,Other,other/other,6.0,7.0")}
    serve(httpserver, both)
    made = world.ask()
    assert (made.outcome, made.requests) == ("ok", 2)
    assert world.values("bestof.github_stars") == {"2026-11-26": 5}
    assert world.ask("other", core=["other"]).requests == 0
    assert world.values("bestof.github_stars") == {"2026-11-26": 6}


def test_a_week_whose_file_was_written_anew_is_asked_for_again(world, httpserver):
    serve(httpserver, weeks(2))
    world.ask()
    world.now += timedelta(days=7)
    day = min(weeks(2))
    serve(httpserver, weeks(2) | {day: week("0,Acme,acme/acme,77.0,7.0")})
    made = world.ask()
    assert made.requests == 2
    assert world.values("bestof.github_stars") == {day: 77}


@pytest.mark.parametrize(
    "spoilt", [b"<!doctype html><p>Unicorn!</p>", b"", week("0,Acme,acme/acme,1.0,7.0")[:-9]]
)
def test_a_file_that_is_not_the_listed_one_is_kept_and_asked_for_again(world, httpserver, spoilt):
    serve(httpserver, weeks(2))
    httpserver.expect_oneshot_request(f"/raw/history/{max(weeks(2))}_projects.csv").respond_with_data(spoilt)
    made = world.ask()
    assert made.outcome == "failed"
    assert "not the one that was listed" in made.reason
    assert len(world.saved) == 3
    serve(httpserver, weeks(2))
    again = world.ask()
    assert (again.outcome, again.requests) == ("ok", 1)


# Values as recorded


def read(data, name="acme", day="2026-11-19"):
    blob = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
    url = f"https://raw.example/main/history/{day}_projects.csv#{blob}"
    return {one.metric: one.value for one in bestof.parse(payload(data, url, name))}


def test_an_empty_cell_is_absent_a_zero_is_a_zero_and_a_column_may_be_missing():
    assert read(week("0,Acme,acme/acme,,0.0")) == {"bestof.github_forks": 0}
    header = ",name,star_count,watchers_count,trending"
    row = "0,acme,1e3,5,9"
    assert read(week(row, header=header)) == {"bestof.github_stars": 1000, "bestof.github_watchers": 5}


def test_a_week_without_the_project_says_nothing():
    assert read(week("0,Other,other/other,1.0,2.0")) == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (week("0,Acme,a/a,1.0,2.0", "1,ACME,b/b,1.0,2.0"), "2 projects are called"),
        (week("0,Acme,a/a,1.0"), "4 cells for 5 columns"),
        (week("0,Acme,a/a,many,2.0"), "many"),
        (week("0,Acme,a/a,-1,2.0"), "no count"),
        (week("0,Acme,a/a,nan,2.0"), "no count"),
        (week("0,Acme,a/a,1", header=",name,github_id,fork_count"), "the columns are"),
        (week("0,Acme,a/a,1,1", header=",name,name,star_count,x"), "the columns are"),
        (week('0,"Acme,a/a,1,1'), "CSV"),
        (b"\xff\xfe", "UnicodeDecodeError"),
    ],
)
def test_a_table_of_another_shape_is_refused(data, said):
    with pytest.raises(PayloadChanged, match=said):
        read(data)


def test_a_week_that_has_not_come_yet_is_refused():
    with pytest.raises(PayloadChanged, match="has not come yet"):
        read(week("0,Acme,a/a,1.0,2.0"), day="2031-01-01")


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([], "no weekly file"),
        ([{"name": "README.md", "size": 1}], "no weekly file"),
        ([{"name": "2026-11-19_projects.csv", "size": 9, "sha": "x", "download_url": "y"}], "no digest"),
        ([{"name": f"{n}.md", "size": 1} for n in range(1000)], "the list was cut"),
    ],
)
def test_a_list_of_another_shape_is_refused_and_nothing_is_asked_for(listed, said):
    one = payload(json.dumps(listed).encode(), f"https://api.example{HISTORY}")
    with pytest.raises(PayloadChanged, match=said):
        list(bestof.parse(one))
    assert bestof._weeks(one) == []


def test_the_table_has_the_columns_of_the_metrics():
    with bestof.TABLE.open(newline="") as lines:
        header = next(csv.reader(lines))
    assert {f"bestof.{column}" for column in header[2:]} == {one.id for one in bestof.SOURCE.metrics}


def test_two_spellings_of_a_name_are_one():
    framework = Framework("a", "A", {"core": {"bestof": ("PyTorch",)}})
    with Client(bestof.SOURCE, clock=lambda: datetime(2026, 11, 25, tzinfo=UTC)) as client:
        table = next(iter(bestof.fetch(client, framework)))
    assert len(list(bestof.parse(replace(table, name="PyTorch")))) == len(
        list(bestof.parse(replace(table, name="pytorch")))
    )
