"""Every page and every state over a small published warehouse, as the server draws it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import home as invented_home
import pytest
import streamlit as st
from invented import AS_OF, CASES, HOSTILE
from streamlit.testing.v1 import AppTest

from evidence.types import Text
from warehouse import history
from warehouse.read import Warehouse

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = ("", "dimension", "time", "benchmarks", "what-if", "health")
BUILT = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 4, tzinfo=invented_home.UTC)


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """A release id names one content, but the homes of these tests share ids."""
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def own(published_home: Path, own_home: Path) -> Path:
    """A home of the test's own with the published evidence in it."""
    shutil.copytree(published_home, own_home, dirs_exist_ok=True)
    return own_home


def open_page(page: str = "", **address: str) -> AppTest:
    """Run the app as a reader does who opens an address."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    return go(app, page) if page else app


def go(app: AppTest, page: str) -> AppTest:
    """Choose a page in the navigation. AppTest.switch_page knows only pages that are files."""
    known = {info.get("url_pathname", ""): key for key, info in app._registered_pages.items()}
    app._page_hash = known[page]
    return app.run()


def words(app: AppTest) -> str:
    """Return everything that the page says, without markup."""
    html = " ".join(block.proto.body for block in app.get("html"))
    plain = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)))
    said = [str(item.value) for kind in ("title", "header", "subheader", "code") for item in app.get(kind)]
    return re.sub(r"\s+", " ", " ".join([plain, *said]))


def markup(app: AppTest) -> str:
    """Return the page's own HTML, without the style sheet."""
    return " ".join(block.proto.body for block in app.get("html") if "<style>" not in block.proto.body)


def no_fault(app: AppTest) -> None:
    assert not app.exception
    said = words(app)
    assert "met a fault" not in said
    assert "could not be computed" not in said
    assert "自身出错" not in said
    assert "无法计算此视图" not in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_both_languages(own: Path, page: str, language: str) -> None:
    app = open_page(page, lang=language)
    no_fault(app)
    assert app.title


def test_the_scorecard_shows_every_row_and_sums_them_up(own: Path) -> None:
    app = open_page()
    no_fault(app)
    said = words(app)
    for case in CASES:
        assert case[1] in said
    assert "Nothing measured yet" in said
    assert "Too little for a verdict" in said
    assert "The opinion holds in" in said
    assert app.title[0].value == "Alpha vs Beta"


def test_contributions_on_the_page_add_up_to_the_difference_on_the_page(own: Path) -> None:
    for case in CASES[:-1]:
        app = open_page("dimension", dim=case[0])
        no_fault(app)
        parts = [
            float(part.replace("−", "-")) for part in re.findall(r'ts-part">([+−]?[\d.]+)<', markup(app))
        ]
        total = re.search(r"Difference ([+−]?[\d.]+) 90 %", words(app))
        assert parts
        assert total
        assert sum(parts) == pytest.approx(float(total[1].replace("−", "-")), abs=0.0501)


def test_a_dimension_leads_from_the_number_to_the_bytes(own: Path) -> None:
    app = open_page("dimension", dim="ease", ind="ease_0")
    no_fault(app)
    said = words(app)
    for expected in (
        "It is invented.",
        "It is made up.",
        "https://example.org/alpha?q=<b>",
        "CC0-1.0",
        "select framework",
    ):
        assert expected in said
    assert '"figures"' in said, "the raw body is shown"
    assert len(app.get("download_button")) == 1


def test_a_dimension_without_evidence_says_so(own: Path) -> None:
    app = open_page("dimension", dim="research")
    no_fault(app)
    assert "No indicator is measured for both yet." in words(app)
    assert "Planned, but not measured" in words(app)


def test_missing_evidence_is_told_in_the_language_of_the_page(own: Path) -> None:
    for language, words_of_it in (("en", "no value for Beta"), ("zh", "Beta 没有数值")):
        app = open_page("dimension", dim="research", lang=language)
        no_fault(app)
        assert words_of_it in words(app)


WRITTEN = (
    ("dimension", {"dim": "ease", "ind": "ease_0"}, "它是虚构的。", "It is invented."),
    ("dimension", {"dim": "ease", "ind": "ease_0"}, "它是编造的。", "It is made up."),
    ("dimension", {"dim": "ease", "ind": "ease_0"}, "它如实说明。", "It says so."),
    ("dimension", {"dim": "ease"}, "仓库", "repositories"),
    ("dimension", {"dim": "ease"}, "使用者的感受。", "What people feel."),
    ("dimension", {"dim": "research"}, "设置 TOKEN 后采集", "set TOKEN and collect"),
    ("time", {"dim": "ease"}, "它变了。", "It changed."),
    ("health", {}, "它变了。", "It changed."),
    ("health", {"metric": "bench.train_step"}, "某负载一个训练步", "seconds of one training step"),
    ("health", {}, "一次运行中，就一个框架询问一个来源", "one source asked about one framework"),
    ("", {"need": "beginner"}, "一条虚构的理由。", "An invented reason."),
    ("", {}, "一张虚构的表", "an invented table"),
)
"""Page, address, and what it says in either language."""


@pytest.mark.parametrize(("page", "address", "chinese", "english"), WRITTEN)
def test_what_the_catalog_says_is_said_in_the_language_of_the_page(
    own: Path, page: str, address: dict[str, str], chinese: str, english: str
) -> None:
    for language, said, unsaid in (("zh", chinese, english), ("en", english, chinese)):
        app = open_page(page, lang=language, **address)
        no_fault(app)
        assert said in markup(app)
        assert unsaid not in markup(app)


def in_english(value: Any) -> Any:
    """The same catalog with plain strings: as a reader writes one who needs no Chinese."""
    if isinstance(value, Text):
        return Text(value.en)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{item.name: in_english(getattr(value, item.name)) for item in fields(value)})
    if isinstance(value, tuple):
        return tuple(in_english(item) for item in value)
    return {key: in_english(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_a_catalog_without_chinese_is_shown_in_english_on_a_chinese_page(own: Path) -> None:
    plain = in_english(invented_home.catalog())
    invented_home.republish(own, BUILT + timedelta(days=1), shown=plain)
    for page, address, _, english in WRITTEN:
        if address.get("metric") or english.startswith(("one source", "repositories")):
            continue  # these do not stand in the catalog
        app = open_page(page, lang="zh", **address)
        no_fault(app)
        assert english in markup(app)
    assert "观点" in markup(app)


def test_a_need_gives_an_index_with_its_doubt_and_leaves_the_rows(own: Path) -> None:
    app = open_page(need="beginner")
    no_fault(app)
    said = words(app)
    assert re.search(r"Alpha \d\.\d \(\d\.\d to \d\.\d\)", said)
    assert "comes first in" in said
    assert "Rests on" not in said or "the others have no score" in said
    assert "Natural language" in said


def test_choosing_a_need_is_kept_in_the_address(own: Path) -> None:
    app = open_page()
    app.button_group(key="w.need").set_value("balanced").run()
    no_fault(app)
    assert app.query_params["need"] in ("balanced", ["balanced"])
    assert "comes first in" in words(app)


def test_the_order_of_the_opinion_is_an_address(own: Path) -> None:
    plain, sorted_ = (re.findall(r'scope="row"><a[^>]*>([^<]+)<', markup(open_page(sort=order)))
                      for order in ("opinion", "disagreement"))  # fmt: skip
    assert plain == [case[1].replace("&", "&amp;") for case in CASES]
    assert sorted_[0] == "Natural language"


def test_language_and_day_are_kept_when_the_page_changes(own: Path) -> None:
    app = open_page(lang="zh", as_of="2024-06-30")
    no_fault(app)
    for page in ("dimension", "time", "benchmarks"):
        go(app, page)
        no_fault(app)
        assert app.query_params["lang"] in ("zh", ["zh"])
        assert app.query_params["as_of"] in ("2024-06-30", ["2024-06-30"])
        assert "2024-06-30" in words(app)


def test_an_earlier_day_uses_only_what_was_known_then(own: Path) -> None:
    now, then = (
        re.findall(r"ts-d [^>]*>([^<]+)<", markup(open_page(as_of=day))) for day in (str(AS_OF), "2022-01-10")
    )
    assert now != then
    before = open_page(as_of="2019-01-01")
    no_fault(before)
    assert "Nothing was known yet on 2019-01-01" in words(before)
    assert words(before).count("Nothing measured yet") >= len(CASES)


def test_what_if_moves_the_difference_and_the_address_holds_the_weights(own: Path) -> None:
    app = open_page("what-if", dim="ease", w="f.family_0:0")
    no_fault(app)
    before, after = re.findall(r"ts-d [^>]*>([^<]+)<", markup(app))[:2]
    assert before != after
    assert '"family_0" = 0' in words(app)
    app.button(key="reset").click().run()
    no_fault(app)
    before, after = re.findall(r"ts-d [^>]*>([^<]+)<", markup(app))[:2]
    assert before == after


def test_a_slider_gives_a_new_verdict(own: Path) -> None:
    app = open_page("what-if", dim="ease")
    app.slider(key="w.f.family_0").set_value(0.0).run()
    no_fault(app)
    assert app.query_params["w"] in ("f.family_0:0", ["f.family_0:0"])


def test_weights_that_are_none_fall_back_and_say_so(own: Path) -> None:
    app = open_page("what-if", dim="ease", w="f.family_0:x")
    no_fault(app)


def test_values_that_are_unknown_fall_back_and_are_named(own: Path) -> None:
    app = open_page(lang="xx", as_of="2999-01-01", cmp="none", dim="<script>")
    said = words(app)
    assert "Unknown language “xx”: showing en." in said
    assert "Unknown date “2999-01-01”: showing 2026-11-15." in said
    assert "Unknown comparison “none”: showing Alpha vs Beta." in said
    go(app, "dimension")
    no_fault(app)
    assert "Unknown dimension “<script>”: showing Ease of use." in words(app)
    assert "<script>" not in markup(app)


def test_another_comparison_without_opinions_is_shown(own: Path) -> None:
    app = open_page(cmp="other")
    no_fault(app)
    assert "No opinion is on file" in words(app)
    assert markup(app).count('scope="row"') == 2


def test_of_more_than_two_any_pair_can_be_shown(own: Path) -> None:
    app = open_page(cmp="three")
    no_fault(app)
    assert "Beta ahead" in words(app)
    assert app.selectbox(key="w.pair").options == ["Alpha : Beta", "Alpha : Gamma", "Beta : Gamma"]
    app.selectbox(key="w.pair").set_value("alpha,gamma").run()
    no_fault(app)
    assert app.query_params["pair"] in ("alpha,gamma", ["alpha,gamma"])
    assert "Gamma ahead" in words(app)
    assert "Beta ahead" not in words(app)
    assert "pair=alpha%2Cgamma" in markup(app), "links lead on with the pair"
    app.selectbox(key="w.cmp").set_value("alpha_vs_beta").run()
    no_fault(app)
    assert "pair" not in app.query_params
    assert "Unknown pair" not in words(app)


@pytest.mark.parametrize(
    ("address", "frameworks"),
    [
        ({"cmp": "three", "pair": "alpha,gamma"}, {"alpha", "beta", "gamma"}),
        ({"as_of": "2024-06-30"}, {"alpha", "beta"}),
    ],
)
def test_what_is_computed_for_the_page_leads_to_the_bytes_too(
    own: Path, address: dict[str, str], frameworks: set[str]
) -> None:
    app = open_page("dimension", dim="ease", ind="ease_0", **address)
    no_fault(app)
    said = words(app)
    assert len(app.selectbox(key="w.sha").options) == len(frameworks)
    assert "https://example.org/alpha?q=<b>" in said
    assert "CC0-1.0" in said
    assert '"figures"' in said, "the raw body is shown"
    (query,) = (str(item.value) for item in app.get("code") if "sha256 in" in str(item.value))
    with Warehouse.open(own) as warehouse:
        assert set(warehouse.sql(query)["framework"]) == frameworks


def test_where_one_framework_is_missing_its_cells_are_empty_and_say_why(own: Path) -> None:
    app = open_page(cmp="three", pair="alpha,gamma", sort="opinion")
    no_fault(app)
    rows = re.findall(r"<tr.*?</tr>", markup(app), re.DOTALL)
    assert "Nothing measured for both yet" in rows[2]
    app = open_page("dimension", cmp="three", pair="alpha,gamma", dim="flexibility")
    no_fault(app)
    assert "no value for Gamma" in words(app)
    assert "no value for Alpha" not in words(app)


def test_a_pair_that_is_none_falls_back_and_says_so(own: Path) -> None:
    app = open_page(cmp="three", pair="alpha,nobody")
    no_fault(app)
    assert "Unknown pair “alpha,nobody”: showing Alpha : Beta." in words(app)


def test_weeks_that_are_worked_out_are_the_points_of_time(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "FIRST", AS_OF - timedelta(weeks=2))
    with Warehouse.open(own) as warehouse:
        history.fill(warehouse)
    app = open_page("time", dim="ease")
    no_fault(app)
    said = words(app)
    assert "3 weeks are worked out" in said
    assert "touchstone history" in said
    days = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th>', markup(app))
    assert days == ["2026-11-15", "2026-11-08", "2026-11-01"]


def test_time_has_a_point_per_year_until_weeks_are_worked_out_and_a_break(own: Path) -> None:
    app = open_page("time", dim="ease")
    no_fault(app)
    said = words(app)
    assert "2021-12-31" in said
    assert "① 2022-04-06 to 2022-04-08" in said
    assert "What moved it" in said
    assert "Only the ends of years are shown" in said
    assert "the weeks of Alpha : Beta are not worked out yet" in said
    assert "“touchstone history”" in said


def test_weeks_of_another_pair_are_its_own_and_their_command_is_named(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = {"cmp": "three", "pair": "alpha,gamma", "dim": "ease"}
    monkeypatch.setattr(history, "FIRST", AS_OF - timedelta(weeks=2))
    app = open_page("time", **address)
    no_fault(app)
    assert "the weeks of Alpha : Gamma are not worked out yet" in words(app)
    assert "“touchstone history --comparison three --pair alpha,gamma”" in words(app)
    with Warehouse.open(own) as warehouse:
        history.fill(warehouse, history.chosen(warehouse, "three", "alpha,gamma"))
    st.cache_resource.clear()
    app = open_page("time", **address)
    no_fault(app)
    assert "3 weeks are worked out" in words(app)
    days = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th>', markup(app))
    assert days == ["2026-11-15", "2026-11-08", "2026-11-01"]


def test_benchmarks_name_who_is_faster_and_what_failed(own: Path) -> None:
    app = open_page("benchmarks")
    no_fault(app)
    said = words(app)
    assert "1.60× Alpha" in said
    assert "out of memory" in said
    assert "1.0e-12" in said


def test_health_names_the_failed_source_its_reason_and_stale_evidence(own: Path) -> None:
    app = open_page("health")
    no_fault(app)
    said = words(app)
    assert "no TOKEN" in said
    assert "stale since 2026-11-22" in said
    assert "An invented quantity" in said


@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_from_outside_is_text_on_every_page(own: Path, page: str) -> None:
    app = open_page(page, dim="ease", ind="ease_0")
    no_fault(app)
    html = markup(app)
    assert "<script" not in html
    assert "<img" not in html
    if page in {"dimension", "benchmarks", "health", "time"}:
        assert HOSTILE[:25] in words(app)


def test_without_a_database_the_command_that_makes_one_is_named(own_home: Path) -> None:
    for page in PAGES:
        app = open_page(page)
        no_fault(app)
        assert "No evidence has been collected yet" in words(app)
        assert "touchstone run" in words(app)
        assert str(own_home) in words(app)


def test_a_corrupt_file_is_named_and_nothing_else_breaks(own: Path) -> None:
    for file in (own / "published").glob("*.duckdb"):
        file.write_bytes(b"this is no database")
    app = open_page()
    no_fault(app)
    assert "cannot be read" in words(app)
    assert "touchstone publish" in words(app)


def test_a_file_of_another_format_is_named_with_what_to_do(own: Path) -> None:
    (file,) = (own / "published").glob("*.duckdb")
    with closing(duckdb.connect(file)) as con:
        con.execute("update meta set value = '0' where key = 'format'")
    for page in PAGES:
        app = open_page(page)
        no_fault(app)
        assert "published by another version" in words(app)
        assert "touchstone publish" in words(app)


def test_where_one_source_answered_the_rest_says_what_is_missing(own_home: Path) -> None:
    invented_home.make_home(own_home, only="ease")
    app = open_page()
    no_fault(app)
    assert words(app).count("Nothing measured yet") == len(CASES) - 1
    assert f"**{len(CASES) - 1}**" not in words(app)
    assert f"{len(CASES) - 1} without enough evidence" in words(app)
    for page in PAGES[1:]:
        app = open_page(page, dim="language")
        no_fault(app)
    assert "no TOKEN" in words(app), "health names the source that failed and why"


def test_a_pointer_to_nothing_is_said(own: Path) -> None:
    (own / "CURRENT").write_text("20990101T000000Z-ffffff\n")
    app = open_page()
    no_fault(app)
    assert "cannot be read" in words(app)


def test_a_publication_under_an_open_page_is_picked_up_and_said(own: Path) -> None:
    app = open_page()
    first = app.session_state["release"]
    invented_home.add_evidence(own, "second")
    second = invented_home.republish(own, BUILT + timedelta(days=1)).id
    go(app, "dimension")
    no_fault(app)
    assert second != first
    assert app.session_state["release"] == second
    assert "A newer build was published while this page was open" in words(app)
    app.run()
    assert "A newer build was published" not in words(app)


def test_a_newer_file_that_is_corrupt_leaves_the_last_good_one(own: Path) -> None:
    app = open_page()
    first = app.session_state["release"]
    (own / "published" / "touchstone-20261117T000000Z-aaaaaa.duckdb").write_bytes(b"broken")
    (own / "CURRENT").write_text("20261117T000000Z-aaaaaa\n")
    app.run()
    no_fault(app)
    said = words(app)
    assert "Showing the last version that could be read." in said
    assert "Natural language" in said
    assert app.session_state["release"] == first


def test_the_app_writes_nothing(own: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in own.rglob("*") if file.is_file()}
    for page in PAGES:
        open_page(page)
    assert {file: file.stat().st_mtime_ns for file in own.rglob("*") if file.is_file()} == before
