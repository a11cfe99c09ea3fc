"""The page about the database is up to date, complete, and what it shows runs."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import zstandard

from warehouse import _sql
from warehouse.document import data_dictionary
from warehouse.read import Warehouse

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "database.md"


def test_the_page_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/document_database.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_page_names_every_table_view_and_column() -> None:
    page = data_dictionary()
    with duckdb.connect() as con:
        for name in ("schema", "macros", "views"):
            _sql.run(con, name)
        found = con.execute(
            "select table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
    for table, column in found:
        section = page.partition(f"\n### {table}\n")[2].partition("\n### ")[0]
        assert f"| `{column}` |" in section, (table, column)
    assert "| None |" not in page


def test_the_statement_on_the_page_walks_from_a_score_to_the_bytes(model_home: Path) -> None:
    statement = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    assert statement == _sql.text("chain")
    with Warehouse.open(model_home) as warehouse:
        frame = warehouse.sql(statement)
        (use, _) = warehouse.scores("pair")
    assert set(frame["framework"]) == {"alpha", "beta"}
    assert set(frame["indicator"]) == {item.indicator for item in (*use.contributions, *use.context)}
    assert set(frame["score"]) == {interval.value for interval in use.scores.values() if interval}
    for location, sha256 in set(zip(frame["location"], frame["sha256"], strict=True)):
        body = zstandard.decompress((model_home / "archive" / location).read_bytes())
        assert hashlib.sha256(body).hexdigest() == sha256
    newest = frame[(frame["indicator"] == "packages") & (frame["framework"] == "alpha")].iloc[0]
    assert newest["value"] == newest["raw"]


def test_the_statement_reaches_result_lines_too(model_home: Path) -> None:
    statement = _sql.text("chain").replace("order by position limit 1", "order by position desc limit 1")
    with Warehouse.open(model_home) as warehouse:
        frame = warehouse.sql(statement)
    assert {"step", "docs"} == set(frame["indicator"])
    for location, sha256 in zip(frame["location"], frame["sha256"], strict=True):
        file, _, line = location.partition(":")
        text = (model_home / "results" / file).read_bytes().split(b"\n")[int(line) - 1]
        assert hashlib.sha256(text).hexdigest() == sha256


@pytest.mark.parametrize("number", range(1, 2))
def test_the_other_statements_on_the_page_run_too(model_home: Path, number: int) -> None:
    statement = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[number]
    with duckdb.connect(model_home / "touchstone.duckdb", read_only=True) as con:
        con.execute(statement)
