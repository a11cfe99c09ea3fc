"""The questions to ClickPy, run by ClickHouse itself inside this process, on invented tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judged import recorded

from collectors import clickpy, dependents

TABLES = """
CREATE DATABASE IF NOT EXISTS pypi;
CREATE TABLE pypi.pypi_downloads_per_day (date Date, project String, count Int64)
ENGINE = SummingMergeTree ORDER BY (project, date);
INSERT INTO pypi.pypi_downloads_per_day
SELECT toDate('2026-11-02') + number % 10, if(number < 20, 'torch', 'torchvision'), 5 FROM numbers(40);
CREATE TABLE pypi.projects (name String, version String, upload_time DateTime64, requires_dist Array(String))
ENGINE = MergeTree ORDER BY name;
INSERT INTO pypi.projects VALUES
('Lively_One', '1.0', '2025-12-31 23:00:00', ['numpy', 'torch>=2']),
('lively.one', '1.1', '2026-02-03 10:00:00', ['Torch (>=2) ; python_version < "3.13"']),
('optional', '1.0', '2026-01-10 10:00:00', ['torch ; extra == "gpu"', 'torchvision']),
('long-dead', '1.0', '2015-05-05 10:00:00', ['torch']),
('asleep', '1.0', '2025-01-20 10:00:00', ['torch']),
('torch', '2.9', '2026-02-01 10:00:00', ['filelock', 'torch[x]; extra == "all"']),
('almost', '1.0', '2026-02-01 10:00:00', ['torchmetrics', 'pytorch-lightning', 'not-torch']),
('newest', '1.0', '2026-03-02 10:00:00', []);
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Run the SQL of a source with the values of its parameters, and read the answer as that source does."""
    try:
        from chdb.session import Session
    except ImportError:
        pytest.skip("ClickHouse in this process needs the package chdb: run `make contracts`")
    session = Session(str(tmp_path_factory.mktemp("clickhouse")))
    for statement in filter(str.strip, TABLES.split(";\n")):
        session.query(statement)

    def run(source, **values):
        for name, value in values.items():
            quoted = value.replace("'", "\\'")
            session.query(f"SET param_{name} = '{quoted}'")
        body = str(session.query(source.SQL, "JSON")).encode()
        projects = values["projects"].strip("[]").replace("'", "").replace(",", " ")
        payload = replace(recorded(source.SOURCE.id)[0], body=body, name=projects)
        return [(one.metric, one.name, f"{one.start:%Y-%m-%d}", one.value) for one in source.parse(payload)]

    yield run
    session.close()


def test_downloads_are_counted_by_whole_weeks(ask):
    values = {"projects": "['torch','torchvision']", "from": "2026-11-02", "to": "2026-11-23"}
    # Two partial sums a day, seven days; the second week has three days only and gives no observation.
    assert ask(clickpy, **values) == [
        ("clickpy.downloads", "torch", "2026-11-02", 70),
        ("clickpy.downloads", "torchvision", "2026-11-02", 70),
    ]


def test_packages_count_from_the_month_after_a_release_for_twelve_months(ask):
    found = ask(dependents, projects="['torch']")
    plain = {month: value for metric, _, month, value in found if metric == "dependents.packages"}
    every = {month: value for metric, _, month, value in found if metric == "dependents.packages_or_extras"}
    # long-dead until May 2016, asleep from February 2025, lively-one from January 2026
    assert [plain[f"2016-0{month}-01"] for month in (1, 5)] == [1, 1]
    assert "2016-06-01" not in plain  # nobody: no row, and no zero that nobody counted
    assert [plain[f"2025-{month:02}-01"] for month in (2, 12)] == [1, 1]
    assert [plain[f"2026-0{month}-01"] for month in (1, 2, 3)] == [2, 1, 1]
    assert [every[f"2026-0{month}-01"] for month in (1, 2, 3)] == [2, 2, 2]
    assert max(plain) == "2026-03-01"  # April has not come: the newest metadata are of March


def test_a_name_that_only_begins_alike_is_another(ask):
    assert {name for _, name, *_ in ask(dependents, projects="['torchvision']")} == {"torchvision"}
    assert ask(dependents, projects="['torchmetric']") == []
