"""The scorecard and every dimension as one file: HTML that needs no network, or Markdown for a README.

The HTML holds no script; it follows the reader's theme and prints. Nothing from outside becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path

import vl_convert

from dashboard import charts, data, detail, table
from dashboard import format as fmt
from dashboard.detail import Origins
from dashboard.markup import Html, element
from dashboard.palette import STYLED
from dashboard.scene import Scene
from evidence.errors import InputError
from evidence.types import Score
from warehouse.read import Warehouse

WIDTH = 1000
"""Width in pixels at which a chart is drawn; it shrinks with the page."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_STYLE = """
:root { color-scheme: light dark; }
body {
  margin: 0 auto; max-width: 1180px; padding: 1.2rem 24px 3rem;
  background: var(--ts-bg); color: var(--ts-ink);
  font: 15px/1.45 'Source Sans 3', 'Source Sans Pro', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC',
    'Noto Sans CJK SC', system-ui, sans-serif;
}
h1 { font-size: 1.5rem; margin: 0 0 0.2rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 0.4rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.2rem; }
a { color: inherit; }
.ts-chart { overflow-x: auto; }
.ts-chart svg { width: 100%; min-width: 560px; height: auto; display: block; }
summary { cursor: pointer; margin: 0.6rem 0; }
details h4 { margin: 0.8rem 0 0.2rem; }
@media print {
  body { padding: 0; }
  h2, h3 { break-after: avoid; }
  .ts-chart, .ts-head { break-inside: avoid; }
}
"""


def report(
    warehouse: Warehouse, *, comparison: str | None = None, as_of: date | None = None, language: str
) -> str:
    """Return the report as one HTML document. Raises InputError for an unknown comparison."""
    scene = _scene(warehouse, comparison, language)
    scores = warehouse.scores(scene.comparison.id, as_of=as_of)
    titles = data.source_titles(warehouse)
    sections = (_section(score, scene, data.origins(warehouse.origins(score), titles)) for score in scores)
    return document(scores, scene, sections=list(sections), meta=warehouse.meta())


def document(
    scores: Sequence[Score], scene: Scene, *, sections: Sequence[Html], meta: Mapping[str, str]
) -> str:
    """Return the whole page around finished sections."""
    title = scene.say("report.title", comparison=scene.local(scene.comparison.title))
    style = Path(__file__).with_name("style.css").read_text("utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", title),
        Html(f"<style>{style}{_STYLE}</style>"),
    )
    body = element(
        "body",
        element(
            "main",
            *_first_screen(scores, scene, title),
            *sections,
            element("footer", _made(scores, scene, meta)),
        ),
    )
    language = "zh-Hans" if scene.language == "zh" else scene.language
    return f"<!doctype html>\n{element('html', head, body, lang=language)}\n"


def markdown(
    warehouse: Warehouse, *, comparison: str | None = None, as_of: date | None = None, language: str
) -> str:
    """Return the table and what is missing as Markdown, for a README."""
    scene = _scene(warehouse, comparison, language)
    return markdown_of(warehouse.scores(scene.comparison.id, as_of=as_of), scene)


def markdown_of(scores: Sequence[Score], scene: Scene) -> str:
    """Return finished scores as Markdown."""
    say = scene.say
    heads = [
        say("scorecard.dimension"),
        say("scorecard.opinion"),
        *(scene.title(name) for name in scene.comparison.frameworks),
        say("dimension.difference"),
        say("scorecard.coverage"),
        say("scorecard.verdict"),
    ]
    lines = [_line(heads), _line(["---"] * len(heads))]
    lines += [_line(_cells(score, scene)) for score in scores]
    as_of = scores[0].as_of if scores else None
    made = say("report.made", date=fmt.day(as_of), frame=_frames(scores))
    return "\n".join([table.summary_text(scores, scene), "", *lines, "", made, ""])


def _scene(warehouse: Warehouse, comparison: str | None, language: str) -> Scene:
    catalog = warehouse.catalog()
    known = {one.id: one for one in catalog.comparisons}
    chosen = comparison or catalog.comparisons[0].id
    if chosen not in known:
        raise InputError(f"comparison '{chosen}' is not in this release; it has: {', '.join(known)}")
    return Scene(catalog, known[chosen], language)


def _first_screen(scores: Sequence[Score], scene: Scene, title: str) -> list[Html]:
    reach = table.extent(scores, scene)
    return [
        element("h1", title),
        table.summary(scores, scene, today=max(score.as_of for score in scores)),
        table.scorecard(scores, scene, reach=reach, link=lambda name: f"#{name}"),
        table.legend(scene),
        element("p", scene.say("report.method"), class_="ts-note"),
    ]


def _section(score: Score, scene: Scene, origins: Origins) -> Html:
    say = scene.say
    dimension = scene.dimension(score.dimension)
    parts: list[Html] = [
        element("h2", scene.dimension_title(score.dimension)),
        detail.head(score, scene),
        element("p", f"{scene.local(dimension.question)} {scene.local(dimension.is_not)}", class_="ts-note"),
    ]
    spec = charts.waterfall(score, scene, STYLED)
    if spec is not None:
        parts += [element("h3", say("dimension.why")), table.ahead(scene), _drawn(spec, say("dimension.why"))]
        table_of = detail.indicator_table(
            score, scene, origins=origins, link=lambda name: f"#{score.dimension}-{name}"
        )
        parts += [element("h3", say("dimension.indicators")), table_of]
    parts += [element("h3", say("dimension.missing"))]
    parts.append(
        detail.missing_table(score, scene) if score.missing else element("p", say("dimension.missing.none"))
    )
    if dimension.blind_spots:
        parts += [element("h3", say("dimension.blind")), detail.blind_spots(score, scene)]
    parts += [element("h3", say("doubt.title")), detail.doubt_list(score, scene)]
    if score.contributions:
        parts.append(_details(score, scene, origins))
    return element("section", *parts, id=score.dimension)


def _details(score: Score, scene: Scene, origins: Origins) -> Html:
    blocks = []
    for part in detail.by_size(score):
        title = scene.local(scene.indicator(part.indicator).title)
        blocks += [
            element("h4", title, id=f"{score.dimension}-{part.indicator}"),
            detail.meaning(part, scene),
        ]
        blocks += [detail.origin_facts(origin, scene) for origin in origins.get(part.indicator, ())]
    return element("details", element("summary", scene.say("report.details")), *blocks, open=True)


def _drawn(spec: charts.Spec, label: str) -> Html:
    drawing = vl_convert.vegalite_to_svg({**spec, "width": WIDTH})
    return element("div", Html(drawing), class_="ts-chart", role="img", aria_label=label)


def _made(scores: Sequence[Score], scene: Scene, meta: Mapping[str, str]) -> Html:
    as_of = fmt.day(scores[0].as_of) if scores else meta.get("as_of", "")
    made = scene.say("report.made", date=as_of, frame=_frames(scores))
    return element("p", f"{made} · {meta.get('release', '')}", class_="ts-note")


def _frames(scores: Sequence[Score]) -> str:
    return ", ".join(dict.fromkeys(score.frame[:8] for score in scores)) or fmt.MISSING


def _cells(score: Score, scene: Scene) -> list[str]:
    title, words = table.verdict_words(score, scene)
    provisional = f" ({scene.say('status.provisional')})" if score.verdict.provisional else ""
    levels = []
    for name in scene.comparison.frameworks:
        found = score.scores.get(name)
        levels.append(fmt.MISSING if found is None else fmt.level(found.value))
    contrast = fmt.MISSING
    if score.contrast is not None:
        contrast = f"{fmt.difference(score.contrast.value)} ({scene.interval(score.contrast)})"
    dated = f" · {fmt.day(score.dated)}" if score.dated else ""
    return [
        scene.dimension_title(score.dimension),
        scene.opinion(score.dimension),
        *levels,
        contrast,
        f"{scene.coverage(score)}{dated}",
        f"{title}{provisional} · {words}",
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell if cell == '---' else _cell(cell) for cell in cells)} |"


def _cell(words: str) -> str:
    """Return text that a Markdown table shows as it stands."""
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", escape(" ".join(words.split()), quote=False))
