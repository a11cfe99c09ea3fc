"""How ClickPy is asked, a public copy of what the Python index tells, and how its answers are read.

Answers are cut at a thousand rows without a word: one of that length is refused.
Facts of the interface: github.com/ClickHouse/clickpy, README and scripts/create_user.sh, read 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors._parse import as_array, as_object, json_object
from evidence.types import Payload

URL = "https://sql-clickhouse.clickhouse.com"
USER = "demo"  # the account that the project's README offers to everybody, without a password
ROWS_CUT = 1000


def question(sql: str, names: Iterable[str], **values: str) -> dict[str, str]:
    """Return the parameters of a request. The SQL knows the names as `{projects:Array(String)}`."""
    quoted = ",".join(f"'{name}'" for name in names)
    given = {f"param_{key}": value for key, value in values.items()}
    return {"user": USER, "default_format": "JSON", "param_projects": f"[{quoted}]", **given, "query": sql}


def rows(payload: Payload) -> list[Mapping[str, object]]:
    """Return the rows of an answer. Raises ValueError when it was cut."""
    answer = json_object(payload)
    found = [as_object(row) for row in as_array(answer["data"])]
    if whole(answer["rows"]) != len(found) or len(found) >= ROWS_CUT:
        raise ValueError(f"{len(found)} rows of {answer['rows']}: the answer was cut")
    return found


def whole(value: object) -> int:
    """Return a count, which older servers write as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"a whole number was due, not {value!r}")
    number = int(value)
    if number < 0:
        raise ValueError(f"a count cannot be {number}")
    return number
