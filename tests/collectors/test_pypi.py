"""The package index: what its project JSON gives. Projects and figures here are invented."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from asking import NOW, World, body

from collectors import attempt, discover
from collectors._cpython import CPYTHON_3, supported
from evidence.errors import PayloadChanged
from evidence.types import Framework, Payload

ASKED = datetime(2026, 11, 23, 6, tzinfo=UTC)


def file(name, uploaded, *, size=1000, yanked=False, requires_python=None):
    return {
        "filename": name,
        "upload_time_iso_8601": uploaded,
        "upload_time": uploaded.rstrip("Z"),
        "size": size,
        "yanked": yanked,
        "requires_python": requires_python,
    }


def parsed(releases, *, asked=ASKED, requires_dist=None, name="acme"):
    body = json.dumps({"info": {"name": name, "requires_dist": requires_dist}, "releases": releases}).encode()
    payload = Payload(
        "pypi", "f", "core", "acme", "u", asked, 200, {}, hashlib.sha256(body).hexdigest(), body
    )
    return list(discover()["pypi"].parse(payload))


def latest(observations):
    return {one.metric: one.value for one in observations}


def series(observations, metric):
    return [(one.end.date().isoformat(), one.value) for one in observations if one.metric == metric]


def test_only_final_releases_with_files_count():
    made = parsed(
        {
            "1.0": [file("acme-1.0.tar.gz", "2025-01-05T10:00:00Z")],
            "1.1": [],
            "1.1rc1": [file("acme-1.1rc1.tar.gz", "2025-02-05T10:00:00Z")],
            "1.1.dev3": [file("acme-1.1.dev3.tar.gz", "2025-02-05T10:00:00Z")],
            "1.1.post1": [file("acme-1.1.post1.tar.gz", "2025-02-06T10:00:00Z")],
            "1.2": [file("acme-1.2.tar.gz", "2025-03-05T10:00:00Z", yanked=True)],
            "best-of-2009": [file("acme-best.tar.gz", "2025-03-05T10:00:00Z")],
        }
    )
    assert latest(made)["pypi.releases_final"] == 1
    assert latest(made)["pypi.yanked"] == 1
    assert series(made, "pypi.release") == [("2025-01-05", 1.0)]


def test_a_release_is_dated_by_its_first_file_with_or_without_microseconds():
    files = [file("acme-1.0-a.tar.gz", "2025-01-05T10:00:00.123456Z"), file("b.zip", "2025-01-05T09:59:59Z")]
    release = next(one for one in parsed({"1.0": files}) if one.metric == "pypi.release")
    assert (release.start, release.end) == (
        datetime(2025, 1, 5, 9, 59, 59, tzinfo=UTC),
        datetime(2025, 1, 5, 10, tzinfo=UTC),
    )


def test_releases_of_the_same_second_are_one_observation():
    twins = {version: [file("x.zip", "2025-01-05T10:00:00Z")] for version in ("1.0", "2.0")}
    assert series(parsed(twins), "pypi.release") == [("2025-01-05", 2.0)]


def test_a_backport_is_a_release_but_no_minor_release_and_not_the_newest():
    wheel = "acme-{}-py3-none-any.whl"
    made = parsed(
        {
            "2.0": [file(wheel.format("2.0"), "2025-01-05T10:00:00Z", size=200)],
            "10.0": [file(wheel.format("10.0"), "2025-02-05T10:00:00Z", size=300)],
            "2.0.1": [file(wheel.format("2.0.1"), "2025-03-05T10:00:00Z", size=100)],
        }
    )
    assert series(made, "pypi.release")[-1] == ("2025-03-05", 1.0)
    assert series(made, "pypi.minor_release") == [("2025-01-05", 1.0), ("2025-02-05", 1.0)]
    spans = [
        (one.start.date(), one.end.date(), one.value) for one in made if one.metric == "pypi.support_days"
    ]
    january, february, march = date(2025, 1, 5), date(2025, 2, 5), date(2025, 3, 5)
    assert spans == [(january, january, 0.0), (january, march, 59.0), (february, february, 0.0)]
    assert latest(made)["pypi.smallest_wheel_bytes"] == 300


def test_stocks_are_told_for_the_first_of_every_month_from_what_was_there_then():
    made = parsed(
        {
            "1.0": [file("acme-1.0-py3-none-any.whl", "2026-08-31T23:00:00Z", size=100)],
            "1.1": [file("acme-1.1-py3-none-any.whl", "2026-10-15T00:00:00Z", size=200)],
        }
    )
    assert series(made, "pypi.smallest_wheel_bytes") == [
        ("2026-09-01", 100.0),
        ("2026-10-01", 100.0),
        ("2026-11-01", 200.0),
        ("2026-11-23", 200.0),
    ]
    assert series(made, "pypi.releases_final")[-2:] == [("2026-11-01", 2.0), ("2026-11-23", 2.0)]


def test_releases_of_a_year_are_told_once_there_was_a_year():
    made = parsed(
        {
            "1.0": [file("a.zip", "2025-10-10T00:00:00Z")],
            "1.1": [file("a.zip", "2025-12-10T00:00:00Z")],
        }
    )
    assert series(made, "pypi.releases_year") == [("2026-11-01", 1.0), ("2026-11-23", 1.0)]


@pytest.mark.parametrize(
    ("tag", "cells"),
    [
        ("py3-none-any", 20),
        ("py2.py3-none-any", 20),
        ("cp313-cp313-manylinux_2_28_x86_64.manylinux2014_x86_64", 1),
        ("cp313-cp313-macosx_11_0_universal2", 1),
        ("cp311-abi3-win_amd64", 5),
        ("cp313-abi3-manylinux2014_aarch64", 3),
        ("cp313-cp313t-manylinux_2_28_x86_64", 0),
        ("cp39-cp39-manylinux_2_28_x86_64", 0),
        ("cp313-cp313-musllinux_1_2_x86_64", 0),
        ("cp313-cp313-win32", 0),
        ("cp313-cp313-macosx_11_0_x86_64", 0),
        ("pp311-pypy311_pp73-manylinux_2_28_x86_64", 0),
        ("py2-none-any", 0),
    ],
)
def test_a_cell_is_a_system_and_a_supported_cpython_with_a_wheel(tag, cells):
    made = latest(parsed({"1.0": [file(f"acme-1.0-{tag}.whl", "2026-10-15T00:00:00Z")]}))
    assert made["pypi.cells_with_wheel"] == cells
    assert made["pypi.cells_planned"] == 20  # 4 systems x CPython 3.11 to 3.15
    assert made["pypi.installable_cells"] == cells / 20


@pytest.mark.parametrize(
    ("requires_python", "cells"), [(">=3.11.4", 20), (">=3.13", 12), ("<3.14", 12), (None, 20)]
)
def test_requires_python_shuts_a_cpython_out(requires_python, cells):
    wheel = file("acme-1.0-py3-none-any.whl", "2026-10-15T00:00:00Z", requires_python=requires_python)
    assert latest(parsed({"1.0": [wheel]}))["pypi.cells_with_wheel"] == cells


def test_a_wheel_whose_name_no_installer_reads_is_no_wheel():
    made = latest(parsed({"1.0": [file("acme-one-of.whl", "2026-10-15T00:00:00Z")]}))
    assert made["pypi.cells_with_wheel"] == 0
    assert "pypi.smallest_wheel_bytes" not in made


def test_the_wheel_for_the_newest_cpython_gives_the_size():
    made = parsed(
        {
            "1.0": [
                file("acme-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "2026-10-15T00:00:00Z", size=10),
                file("acme-1.0-cp314-cp314-manylinux_2_28_x86_64.whl", "2026-10-15T00:00:00Z", size=30),
                file("acme-1.0-cp314-cp314-win_amd64.whl", "2026-10-15T00:00:00Z", size=20),
            ]
        }
    )
    assert latest(made)["pypi.wheel_bytes"] == 30
    assert latest(made)["pypi.smallest_wheel_bytes"] == 10


def test_a_cpython_younger_than_the_project_has_a_lag_and_until_then_a_wait():
    tag = "acme-{}-cp3{}-cp3{}-win_amd64.whl"
    made = parsed(
        {
            "1.0": [file(tag.format("1.0", 12, 12), "2024-01-10T00:00:00Z")],
            "1.1": [file(tag.format("1.1", 13, 13), "2024-10-17T12:00:00Z")],
        }
    )
    assert series(made, "pypi.python_lag_days") == [("2024-10-17", 10.5)]
    waits = dict(series(made, "pypi.python_waiting_days"))
    assert waits["2024-11-01"] == 0
    assert waits["2025-11-01"] == 25  # 3.14 came on 2025-10-07
    assert latest(made)["pypi.python_waiting_days"] == (ASKED - CPYTHON_3[14].released) / timedelta(days=1)


def test_a_wheel_for_every_python_neither_lags_nor_waits():
    made = latest(parsed({"1.0": [file("acme-1.0-py3-none-any.whl", "2024-01-10T00:00:00Z")]}))
    assert "pypi.python_lag_days" not in made
    assert "pypi.python_waiting_days" not in made


def test_requirements_are_counted_once_and_without_extras():
    listed = ["numpy>=2", "Numpy; python_version < '3.12'", "x_y", "pytest; extra == 'test'"]
    assert latest(parsed({}, requires_dist=listed))["pypi.requirements"] == 2
    assert latest(parsed({}, requires_dist=[]))["pypi.requirements"] == 0
    assert "pypi.requirements" not in latest(parsed({}, requires_dist=None))


@pytest.mark.parametrize(
    "releases",
    [
        {"1.0": [file("acme-1.0.tar.gz", "2031-01-05T10:00:00Z")]},
        {"1.0": [file("acme-1.0.tar.gz", "1999-01-05T10:00:00Z")]},
        {"1.0": [file("acme-1.0.tar.gz", "yesterday")]},
        {"1.0": [file("acme-1.0-py3-none-any.whl", "2025-01-05T10:00:00Z", size=-1)]},
        {"1.0": [{}]},
        {"1.0": None},
        [],
    ],
)
def test_what_cannot_be_true_is_refused(releases):
    with pytest.raises(PayloadChanged):
        parsed(releases)


def test_an_answer_about_another_project_is_refused():
    with pytest.raises(PayloadChanged, match="the answer is about 'other'"):
        parsed({}, name="other")


def test_cpython_versions_come_and_go():
    assert supported(datetime(2026, 9, 30, tzinfo=UTC)) == (10, 11, 12, 13, 14)
    assert supported(datetime(2026, 10, 1, tzinfo=UTC)) == (11, 12, 13, 14, 15)


def test_core_and_broad_names_are_asked_and_told_apart(httpserver, monkeypatch):
    world = World(httpserver, monkeypatch, "pypi")
    httpserver.expect_request("/pypi/torch/json").respond_with_data(body("pypi/torch.json"))
    httpserver.expect_request("/pypi/jax/json").respond_with_data(body("pypi/jax.json"))
    httpserver.expect_request("/simple/torch/").respond_with_data(b"", status=404)
    made = world.ask(core=("torch",), broad=("jax",))
    assert (made.outcome, made.requests) == ("ok", 3)
    assert "what torch==2.15.0 brings along is not told: the index does not know torch" in made.reason
    kinds = [("core", "torch"), ("broad", "jax"), ("core", "torch")]
    assert [(one.scope, one.name) for one in world.saved] == kinds
    again = world.ask(core=("torch",), broad=("jax",))
    assert (again.outcome, again.requests) == ("ok", 1)  # what could not be told is tried again
    assert world.saved == []


def test_an_unknown_project_is_absent_even_with_an_empty_body(httpserver, monkeypatch):
    httpserver.expect_request("/pypi/nothing/json").respond_with_data(b"", status=404)
    assert World(httpserver, monkeypatch, "pypi").ask(core=("nothing",)).outcome == "absent"


@pytest.mark.live
def test_the_index_answers_as_we_know_it():
    saved, collector = [], discover()["pypi"]
    framework = Framework("live", "live", {"core": {"pypi": ("numpy",)}})
    made = attempt(collector, framework, run="live", save=saved.append, previous=lambda _url: None)
    if made.outcome == "failed" and not saved:
        pytest.skip(f"the index does not answer from here: {made.reason}")
    assert (made.outcome, made.reason) == ("ok", "")
    assert made.requests <= 5  # the project; of its newest release the listing and the metadata, in parts
    found = latest(one for payload in saved for one in collector.parse(payload))
    assert found["pypi.releases_final"] > 100
    assert found["pypi.cells_with_wheel"] > 10
    assert saved[0].requested_at > NOW - timedelta(days=3650)
