"""ClickPy's question, run by ClickHouse itself inside this process, on an invented table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judged import recorded

from collectors import clickpy

TABLE = """
CREATE DATABASE IF NOT EXISTS pypi;
CREATE TABLE pypi.pypi_downloads_per_day (date Date, project String, count Int64)
ENGINE = SummingMergeTree ORDER BY (project, date);
INSERT INTO pypi.pypi_downloads_per_day
SELECT toDate('2026-11-02') + number % 10, if(number < 20, 'torch', 'torchvision'), 5 FROM numbers(40);
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    try:
        from chdb.session import Session
    except ImportError:
        pytest.skip("ClickHouse in this process needs the package chdb, which is not installed")
    session = Session(str(tmp_path_factory.mktemp("clickhouse")))
    for statement in filter(str.strip, TABLE.split(";")):
        session.query(statement)
    yield session
    session.close()


def test_the_question_runs_and_the_answer_is_read(session):
    values = {"projects": "['torch','torchvision']", "from": "2026-11-02", "to": "2026-11-23"}
    for name, value in values.items():
        quoted = value.replace("'", "\\'")
        session.query(f"SET param_{name} = '{quoted}'")
    body = str(session.query(clickpy.SQL, "JSON")).encode()
    payload = replace(recorded("clickpy")[0], body=body, name="torch torchvision")
    found = {(one.name, f"{one.start:%Y-%m-%d}"): one.value for one in clickpy.parse(payload)}
    # Two partial sums a day, seven days; the second week has three days only and gives no observation.
    assert found == {("torch", "2026-11-02"): 70, ("torchvision", "2026-11-02"): 70}
