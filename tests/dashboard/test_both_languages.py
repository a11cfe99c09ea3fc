"""What the catalog, the sources and the database say of themselves is there in Chinese, and is Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import metrics as measured
from dashboard import data, terms
from evidence.types import Catalog, Text
from flows import definitions
from flows.settings import Settings
from warehouse.read import Warehouse

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?.()]|\([\u4e00-\u9fff]")
CLOSE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
FACTS = re.compile(r"\b(?:19|20)\d\d\b|\b[A-Z]+_[A-Z_]+\b|\b[\w/]+\.(?:toml|py)\b|touchstone [a-z]+|--[a-z]+")
SYMBOLS = {"s", "ms", "flop/s"}
"""Units that every language writes alike."""
PROPER = {
    "ClickPy", "Docker Hub", "GitHub (GraphQL)", "GitHub REST", "Hugging Face Hub", "OSV", "OpenAlex",
    "OpenSSF Scorecard", "PyPI Stats", "Semantic Scholar", "Stack Overflow (Stack Exchange API)",
    "anaconda.org", "arXiv", "ecosyste.ms",
}  # fmt: skip
"""Titles of sources that are names."""


def bundled() -> Catalog:
    return definitions.catalog(Settings(Path(), ROOT / "catalog"))


def texts(value: object, place: str) -> Iterator[tuple[str, Text]]:
    """Every text inside a value, with its place."""
    if isinstance(value, Text):
        yield place, value
    elif is_dataclass(value):
        own = f"{place}/{getattr(value, 'id', '')}"
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{own}.{field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, f"{place}[{key}]")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from texts(item, f"{place}[{number}]")


def every_text() -> dict[str, Text]:
    """Every text that a page may show and that does not stand in `dashboard.texts`, by place."""
    described = {metric.id: metric.description for metric in definitions.metrics().values()}
    found = dict(texts(bundled(), "catalog"))
    for kind, table in terms.chinese().items():
        for name, chinese in table.items():
            found[f"{kind}: {name}"] = Text(described.get(name, name), chinese)
    return found


EVERY = every_text()


def faults(text: Text) -> list[str]:
    """What is wrong with the Chinese of a text."""
    wrong = {
        "is not written": not text.zh.strip(),
        "is the English": text.zh == text.en,
        "holds no Chinese": not HAN.search(text.zh),
        "has half-width punctuation": HALF_WIDTH.search(text.zh),
        "runs Han and Latin together": CLOSE.search(text.zh),
        "leaves out a year, a command or a file": any(fact not in text.zh for fact in FACTS.findall(text.en)),
    }
    return [what for what, is_so in wrong.items() if is_so]


def test_every_text_is_written_in_chinese() -> None:
    assert len(EVERY) > 1000
    assert {place: found for place, text in EVERY.items() if (found := faults(text))} == {}


@pytest.mark.parametrize(
    ("chinese", "fault"),
    [
        ("", "is not written"),
        ("Collected since 2020: touchstone collect git.", "is the English"),
        ("touchstone collect git, 2020", "holds no Chinese"),
        ("自 2020 年起采集: touchstone collect git。", "has half-width punctuation"),
        ("自2020 年起采集：touchstone collect git。", "runs Han and Latin together"),
        ("自 2020 年起采集。", "leaves out a year, a command or a file"),
    ],
)
def test_a_text_that_is_not_translated_is_found(chinese: str, fault: str) -> None:
    assert fault in faults(Text("Collected since 2020: touchstone collect git.", chinese))
    assert faults(Text("Collected since 2020: touchstone collect git.",
                       "自 2020 年起采集：touchstone collect git。")) == []  # fmt: skip


def declared(published_home: Path) -> dict[str, set[str]]:
    """What is named or described outside the catalog's own texts, by kind."""
    catalog, sources = bundled(), definitions.sources()
    metrics = [metric for source in sources for metric in source.metrics]
    licences = {source.licence for source in sources}
    for table in (ROOT / "collectors" / "published_tables").glob("*.csv"):
        licences |= set(pd.read_csv(table, usecols=["licence"])["licence"])
    with Warehouse.open(published_home) as warehouse:
        comments = set(data.dictionary(warehouse, warehouse.release)["comment"])
    return {
        "family": {item.family for item in catalog.indicators},
        "unit": {item.unit for item in (*catalog.indicators, *metrics)} - SYMBOLS,
        "source": {source.title for source in sources} - PROPER,
        "licence": {licence for licence in licences if " " in licence},
        "check": {file.stem for file in (ROOT / "warehouse" / "sql" / "checks").glob("warn_*.sql")},
        "measure": {metric.id for metric in measured.SOURCE.metrics},
        "metric": {metric.id for metric in metrics},
        "comment": comments,
    }


def test_every_term_is_there_and_none_is_left_over(published_home: Path) -> None:
    found = {kind: set(table) for kind, table in terms.chinese().items()}
    wanted = declared(published_home)
    assert found.keys() == wanted.keys()
    for kind, names in wanted.items():
        assert (names - found[kind], found[kind] - names) == (set(), set()), kind


def test_a_term_that_has_no_chinese_is_shown_as_it_stands() -> None:
    assert terms.term("family", "an invented family").words("zh") == "an invented family"
    assert terms.term("metric", "invented.count", "what it counts").words("zh") == "what it counts"
    assert terms.term("unit", "people").words("zh") == "人"
    assert terms.term("unit", "people").words("en") == "people"
