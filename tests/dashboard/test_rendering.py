"""The table and the blocks of a dimension, as HTML, on hand-made scores."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from invented import AS_OF, CASES, HOSTILE, make_catalog, make_score

from dashboard import charts, detail, table
from dashboard.detail import Origin
from dashboard.markup import Html, bold, element, join, safe_url
from dashboard.palette import DARK, LIGHT
from dashboard.scene import Scene
from evidence.types import Gap, Missing, Score


class Reader(HTMLParser):
    """Collects tags and visible text, and notes whatever could run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.runs.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def card(scores: tuple[Score, ...], scene: Scene) -> str:
    reach = table.extent(scores, scene)
    return table.scorecard(scores, scene, reach=reach, link=lambda name: scene.link("dimension", dim=name))


def test_every_dimension_has_a_row_with_its_opinion_and_verdict(
    scores: tuple[Score, ...], scene: Scene
) -> None:
    html = card(scores, scene)
    words = " ".join(read(html).words)
    for score in scores:
        title, detail_words = table.verdict_words(score, scene)
        for expected in (
            scene.dimension_title(score.dimension),
            scene.opinion(score.dimension),
            title,
            detail_words,
        ):
            assert expected in words
    assert html.count("<tr") == len(scores) + 1
    assert html.count('scope="row"') == len(scores)


def test_markup_is_well_formed(scores: tuple[Score, ...], scene: Scene) -> None:
    html = card(scores, scene).replace("<br>", "<br/>")
    html = re.sub(r"<col( [^>]*)?>", r"<col\1/>", html).replace(" data-go", ' data-go=""')
    assert ElementTree.fromstring(html).tag == "table"


def test_insufficient_evidence_is_shown_and_only_nothing_is_words(
    scores: tuple[Score, ...], english: Scene
) -> None:
    thin = next(score for score in scores if score.status == "insufficient")
    html = table.plot(thin, english, reach=3.5)
    assert "−0.9" in html
    assert "ts-insufficient" in html
    nothing = next(score for score in scores if score.status == "none")
    html = table.plot(nothing, english, reach=3.5)
    assert "Nothing measured" in html
    assert "ts-dot" not in html


def test_the_bar_changes_colour_at_zero(english: Scene, scores: tuple[Score, ...]) -> None:
    across = next(score for score in scores if score.dimension == "performance")
    html = table.plot(across, english, reach=3.5)
    assert "ts-90 ts-b2" in html
    assert "ts-90 ts-b1" in html


def test_the_tie_zone_is_the_margin_of_the_verdict(english: Scene, scores: tuple[Score, ...]) -> None:
    score = scores[0]
    assert score.contrast is not None
    wide = replace(score, contrast=replace(score.contrast, margin=1.0))
    assert 'class="ts-tie" style="left:42.86%;width:14.29%"' in table.plot(score, english, reach=3.5)
    assert 'class="ts-tie" style="left:35.71%;width:28.57%"' in table.plot(wide, english, reach=3.5)


@pytest.mark.parametrize(
    ("reach_of", "expected"), [((2.6, 0.8), 3.5), ((0.2, 0.1), 3.5), ((4.0, 0.6), 5.0), ((-4.0, 0.6), 5.0)]
)
def test_the_axis_ends_on_the_next_half_point(
    reach_of: tuple[float, float], expected: float, english: Scene
) -> None:
    case = ("ease", "", "", (9, 7), *reach_of, "reported", "supported", "", "alpha")
    assert table.extent((make_score(*case),), english) == expected


def test_marks_stay_on_the_axis(english: Scene) -> None:
    far = make_score("ease", "", "", (9, 7), 9.0, 3.0, "reported", "supported", "", "alpha")
    for place in re.findall(r"(?:left|width):(-?[\d.]+)%", table.plot(far, english, reach=3.5)):
        assert 0 <= float(place) <= 100


def test_rows_are_sorted_by_disagreement_and_thin_evidence_comes_last(
    scores: tuple[Score, ...], english: Scene
) -> None:
    order = [score.dimension for score in table.ordered(scores, english, "disagreement")]
    assert order[0] == "language"
    assert order[-2:] == ["industry", "research"]
    assert [score.dimension for score in table.ordered(scores, english, "opinion")] == [
        s.dimension for s in scores
    ]


def test_the_summary_counts_every_row_once(scores: tuple[Score, ...], english: Scene) -> None:
    numbers = [int(n) for n in re.findall(r"\d+", table.summary_text(scores, english))]
    assert numbers[1] == len(scores)
    assert numbers[0] + sum(numbers[2:]) == len(scores)


def test_a_comparison_without_opinions_says_so(scores: tuple[Score, ...], english: Scene) -> None:
    bare = Scene(english.catalog, replace(english.comparison, claims=()), "en")
    assert "No opinion" in table.summary_text(scores, bare)
    assert card(scores, bare).count("ts-claim") == 0


def test_the_age_of_the_evidence_is_counted_to_the_day_it_is_read(
    scores: tuple[Score, ...], english: Scene
) -> None:
    assert "newest evidence 6 days old" in table.age_text(scores, english, today=AS_OF)
    assert "newest evidence 16 days old" in table.age_text(scores, english, today=date(2026, 11, 25))
    assert table.age_text((), english, today=AS_OF) == "no evidence yet"


def test_a_date_stands_beside_dated_evidence(scores: tuple[Score, ...], english: Scene) -> None:
    dated = next(score for score in scores if score.dated)
    assert "2025-10" in table.coverage_cell(dated, english)


def test_every_plot_has_a_sentence_for_those_who_do_not_see_it(
    scores: tuple[Score, ...], english: Scene
) -> None:
    label = table.plot_label(scores[3], english)
    assert label == "Community & support: opinion −1.0; evidence +1.2, 90 % interval +0.7 to +1.7"


def test_contributions_shown_add_up_to_the_difference_shown(
    scores: tuple[Score, ...], english: Scene
) -> None:
    for score in scores:
        if score.contrast is None:
            continue
        html = detail.indicator_table(score, english, origins={}, link=str)
        parts = re.findall(r'ts-part">([+−]?[\d.]+)<', html)
        assert len(parts) == len(score.contributions)
        total = round(sum(float(part.replace("−", "-")) for part in parts), 2)
        assert total == round(score.contrast.value, 2)


def test_the_waterfall_is_a_chain_from_zero_to_the_difference(
    scores: tuple[Score, ...], scene: Scene
) -> None:
    for score in scores:
        rows = charts.waterfall_rows(score, scene, LIGHT)
        if score.contrast is None:
            assert rows == []
            assert charts.waterfall(score, scene, LIGHT) is None
            continue
        assert rows[0]["start"] == 0
        for before, after in pairwise(rows[:-1]):
            assert after["start"] == before["end"]
        assert rows[-2]["end"] == pytest.approx(score.contrast.value)
        assert rows[-1]["end"] == score.contrast.value
        assert charts.waterfall(score, scene, DARK) is not None


def test_missing_evidence_names_its_reason_and_what_fills_it(
    scores: tuple[Score, ...], english: Scene
) -> None:
    html = detail.missing_table(scores[0], english)
    assert "no value for Beta" in html
    told = detail.missing_table(scores[0], english, told={f"{scores[0].dimension}_3": f"failed: {HOSTILE}"})
    assert "failed: &lt;script&gt;" in told
    assert "set TOKEN and collect" in html


def test_how_sure_it_is_is_said_in_sentences(scores: tuple[Score, ...], scene: Scene) -> None:
    said = detail.doubts(scores[0], scene)
    assert len(said) >= 7
    assert any("10.8" in line for line in said)
    assert detail.doubts(scores[-1], scene) == (scene.say("doubt.none"),)


def test_a_difference_outside_its_interval_is_said(scores: tuple[Score, ...], english: Scene) -> None:
    score = scores[0]
    assert score.contrast is not None
    outside = replace(score, contrast=replace(score.contrast, low50=2.0, high50=2.5))
    assert english.say("dimension.outside") in detail.doubts(outside, english)
    assert english.say("dimension.outside") not in detail.doubts(score, english)


def hostile_blocks() -> list[Callable[[], str]]:
    catalog = make_catalog(title=HOSTILE)
    scene = Scene(catalog, catalog.comparisons[0], "en")
    scores = tuple(
        replace(
            make_score(*case),
            missing=(
                Missing(f"{case[0]}_3", HOSTILE, "C", (Gap(HOSTILE, "out_of_range", HOSTILE),), HOSTILE),
            ),
        )
        for case in CASES
    )
    origin = Origin("ease_0", "alpha", HOSTILE, HOSTILE, HOSTILE, None, HOSTILE, 3, HOSTILE)
    score = scores[0]
    return [
        lambda: card(scores, scene),
        lambda: table.summary(scores, scene, today=AS_OF),
        lambda: detail.head(score, scene),
        lambda: detail.indicator_table(
            score, scene, origins={"ease_0": (origin,)}, link=lambda name: "?x=" + HOSTILE
        ),
        lambda: detail.missing_table(score, scene),
        lambda: detail.meaning(score.contributions[0], scene),
        lambda: detail.origin_facts(origin, scene),
        lambda: detail.doubt_list(score, scene),
    ]


@pytest.mark.parametrize("block", hostile_blocks())
def test_hostile_text_is_text(block: Callable[[], str]) -> None:
    reader = read(block())
    assert reader.runs == []
    assert {"script", "img"}.isdisjoint(reader.tags)


def test_hostile_text_is_still_readable(english: Scene) -> None:
    assert HOSTILE in "".join(read(element("p", HOSTILE, title=HOSTILE)).words)


def test_only_markup_made_here_is_markup() -> None:
    inner = element("b", "<i>")
    assert join([inner, "<u>"], " & ") == Html("<b>&lt;i&gt;</b> &amp; &lt;u&gt;")
    assert bold("**a** <b>") == "<b>a</b> &lt;b&gt;"
    assert element("a", href=None, hidden=False, data_go=True) == "<a data-go></a>"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " https://x", "data:text/html,x", "https://a b", ""]
)
def test_a_link_is_http_or_none(address: str) -> None:
    assert safe_url(address) is None
    assert safe_url("https://example.org/a?b=c") == "https://example.org/a?b=c"


def test_addresses_hold_only_what_differs_from_the_default(english: Scene) -> None:
    assert english.link("dimension", dim="ease") == "dimension?dim=ease"
    assert english.link("") == "./"
    chinese = Scene(english.catalog, english.comparison, "zh")
    assert chinese.link("dimension", dim="ease") == "dimension?lang=zh&dim=ease"


def test_a_framework_keeps_its_colour_whatever_the_comparison(english: Scene) -> None:
    turned = replace(english.comparison, frameworks=("beta", "alpha"))
    scene = Scene(english.catalog, turned, "en")
    assert [scene.slot("alpha"), scene.slot("beta"), scene.slot("unknown")] == [1, 2, 0]
    assert scene.opinion("ease") == "7 : 9"
    assert scene.opinion_difference("ease") == pytest.approx(-2)


def test_a_comparison_of_one_has_levels_and_no_contrast(english: Scene, scores: tuple[Score, ...]) -> None:
    alone = Scene(english.catalog, replace(english.comparison, frameworks=("alpha",)), "en")
    single = replace(scores[0], contrast=None, contributions=(), robustness=None)
    assert "6.7" in card((single,), alone)
    assert alone.opinion_difference("ease") is None
