"""The report is one file that needs nothing else, says what the pages say, and holds no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from invented import AS_OF, CASES, HOSTILE

from dashboard import report as reports
from evidence.errors import InputError
from warehouse.read import Warehouse


@pytest.fixture(scope="module")
def warehouse(published_home: Path) -> Iterator[Warehouse]:
    with Warehouse.open(published_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def english(warehouse: Warehouse) -> str:
    return reports.report(warehouse, language="en")


class Links(HTMLParser):
    """Notes whatever a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.fetched += [
            f"{tag} {name}" for name in found if name in {"src", "srcset"} or name.startswith("on")
        ]
        self.fetched += [tag] * (tag in {"link", "script", "iframe", "object", "embed", "img"})
        self.ids += [found["id"] or ""] if "id" in found else []
        self.targets += [found["href"] or ""] if tag == "a" and "href" in found else []


def read(html: str) -> Links:
    links = Links()
    links.feed(html)
    return links


def test_nothing_is_fetched_and_nothing_runs(english: str) -> None:
    links = read(english)
    assert links.fetched == []
    assert "url(http" not in english
    assert "@import" not in english
    assert "default-src &#x27;none&#x27;" in english


def test_it_holds_every_dimension_with_its_contributions(english: str, warehouse: Warehouse) -> None:
    for score in warehouse.scores("alpha_vs_beta"):
        section = re.search(rf'<section id="{score.dimension}">(.*?)</section>', english, re.DOTALL)
        assert section
        parts = re.findall(r'ts-part">([+−]?[\d.]+)<', section[1])
        assert len(parts) == len(score.contributions)
        if score.contrast:
            total = sum(float(part.replace("−", "-")) for part in parts)
            assert total == pytest.approx(score.contrast.value, abs=0.0051)
            assert "<svg" in section[1]


def test_every_link_inside_the_page_has_its_target(english: str) -> None:
    links = read(english)
    inside = [target[1:] for target in links.targets if target.startswith("#")]
    assert len(inside) > len(CASES)
    assert set(inside) <= set(links.ids)


def test_hostile_text_is_text(english: str) -> None:
    assert {"script", "img"}.isdisjoint(read(english).tags)


def test_both_themes_come_from_the_style_sheet(english: str) -> None:
    assert "color-scheme: light dark" in english
    assert "var(--ts-f1)" in english
    drawings = "".join(re.findall(r"<svg.*?</svg>", english, re.DOTALL))
    assert not re.search(r'(fill|stroke)="#[0-9a-fA-F]{3,6}"', drawings), "a drawing has colours of its own"


def test_chinese_is_chinese(warehouse: Warehouse) -> None:
    html = reports.report(warehouse, language="zh")
    assert 'lang="zh-Hans"' in html
    assert "自然语言处理应用" in html
    assert "Contradicted" not in html
    assert "它是虚构的。" in html
    assert "设置 TOKEN 后采集" in html
    assert "It is invented." not in html
    assert "set TOKEN and collect" not in html


def test_an_earlier_day_is_reported_as_that_day(warehouse: Warehouse) -> None:
    html = reports.report(warehouse, as_of=date(2022, 1, 10), language="en")
    assert "As of 2022-01-10" in html
    assert html != reports.report(warehouse, language="en")


def test_the_same_release_gives_the_same_report(warehouse: Warehouse, english: str) -> None:
    assert reports.report(warehouse, language="en") == english


def test_markdown_is_a_table_that_stays_one(warehouse: Warehouse) -> None:
    for language in ("en", "zh"):
        text = reports.markdown(warehouse, language=language)
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert len(rows) == len(CASES) + 2
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
        assert str(AS_OF) in text


def test_hostile_text_stays_in_its_cell() -> None:
    cell = reports._cell(HOSTILE + "|x\ny")
    assert "\n" not in cell
    assert "<script" not in cell
    assert not re.search(r"(?<!\\)\|", cell)


def test_an_unknown_comparison_is_refused_by_name(warehouse: Warehouse) -> None:
    with pytest.raises(InputError, match="alpha_vs_beta"):
        reports.report(warehouse, comparison="none", language="en")
