"""One dimension: what makes the difference, what is missing, how sure it is, and down to the raw bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import charts, data, detail, frame, state, table
from dashboard import format as fmt
from dashboard.detail import Origin, Origins
from dashboard.markup import element
from evidence.types import Score

SHOWN_BYTES = 20_000
"""How much of a raw body is put on the page; the download has all of it."""


def show() -> None:
    """Draw the page."""
    view = frame.open_view()
    if view is None:
        return
    name = frame.dimension(view)
    scene = view.scene
    frame.heading(view, scene.dimension_title(name), dimensions=True)
    score = next(score for score in view.scores() if score.dimension == name)
    st.html(detail.head(score, scene))
    _question(score, view)
    _waterfall(score, view)
    with st.spinner(scene.say("waiting.evidence")):
        asked = view.as_of if view.past else None
        origins = data.behind(view.warehouse, view.release, scene.asked, asked, name, score)
    chosen = state.get("ind", "", lambda value: not value or value in _indicators(score))
    _indicators_section(score, view, origins, chosen)
    if chosen:
        _provenance(score, view, origins, chosen)
    _missing(score, view)
    _doubt(score, view)
    frame.footer(view)


def _indicators(score: Score) -> tuple[str, ...]:
    return tuple(part.indicator for part in (*score.contributions, *score.context))


def _question(score: Score, view: frame.View) -> None:
    dimension = view.scene.dimension(score.dimension)
    frame.note(f"{view.scene.local(dimension.question)} {view.scene.local(dimension.is_not)}")


def _waterfall(score: Score, view: frame.View) -> None:
    scene = view.scene
    spec = charts.waterfall(score, scene, view.palette)
    if spec is None or score.contrast is None:
        frame.alert(scene.say("dimension.indicators.none"))
        return
    first, second = scene.title(score.contrast.first), scene.title(score.contrast.second)
    st.header(scene.say("dimension.why"), anchor=False)
    frame.note(scene.say("dimension.why.note", first=first, second=second))
    total = fmt.difference(score.contrast.value, digits=2)
    alt = scene.say("dimension.why.alt", count=len(score.contributions), total=total)
    st.html(table.ahead(scene))
    with st.container(key="waterfall"):
        st.vega_lite_chart(spec, theme=None, alt=alt)


def _indicators_section(score: Score, view: frame.View, origins: Origins, chosen: str) -> None:
    scene = view.scene

    def link(indicator: str) -> str:
        return scene.link("dimension", dim=score.dimension, ind=indicator)

    if score.contributions:
        st.header(scene.say("dimension.indicators"), anchor=False)
        frame.note(scene.say("dimension.indicators.note"))
        st.html(detail.indicator_table(score, scene, origins=origins, link=link, chosen=chosen))
    if score.context:
        st.subheader(scene.say("dimension.context"), anchor=False)
        st.html(detail.context_table(score, scene, origins=origins, link=link))


def _missing(score: Score, view: frame.View) -> None:
    scene = view.scene
    st.header(scene.say("dimension.missing"), anchor=False)
    if score.missing:
        st.html(detail.missing_table(score, scene, told={} if view.past else _told(score, view)))
    else:
        frame.note(scene.say("dimension.missing.none"))
    if scene.dimension(score.dimension).blind_spots:
        st.subheader(scene.say("dimension.blind"), anchor=False)
        st.html(detail.blind_spots(score, scene))


def _told(score: Score, view: frame.View) -> dict[str, str]:
    """Return, by missing indicator, how its sources stand that gave no value."""
    scene = view.scene
    sources = data.metric_sources(view.warehouse, view.release)
    fresh = data.freshness(view.warehouse, view.release, view.today)
    known = {(item.source, item.framework): item for item in fresh}
    told = {}
    for missing in score.missing:
        needed = dict.fromkeys(
            sources[need] for need in scene.indicator(missing.indicator).needs if need in sources
        )
        asked = (known.get((name, gap.framework)) for gap in missing.gaps for name in needed)
        lines = [item.told(scene) for item in asked if item is not None and item.outcome != "ok"]
        if lines:
            told[missing.indicator] = scene.say("list.separator").join(lines)
    return told


def _doubt(score: Score, view: frame.View) -> None:
    scene = view.scene
    st.header(scene.say("doubt.title"), anchor=False)
    st.html(detail.doubt_list(score, scene))
    spec = charts.left_out(score, scene, view.palette, reach=table.extent(view.published(), scene))
    if spec is None or score.contrast is None:
        return
    answer, doubt = st.columns(2, gap="large")
    with answer:
        st.subheader(scene.say("doubt.answer"), anchor=False)
        frame.note(scene.say("doubt.answer.note"))
        st.vega_lite_chart(spec, theme=None, alt=scene.say("doubt.answer.note"), key="left_out")
    with doubt:
        st.subheader(scene.say("doubt.doubt"), anchor=False)
        frame.note(scene.say("doubt.doubt.note"))
        _drivers(score, view)


def _drivers(score: Score, view: frame.View) -> None:
    scene, asked = view.scene, view.as_of if view.past else None
    found = data.doubt(view.warehouse, view.release, scene.asked, asked, score.dimension)
    ordered = sorted(found, key=lambda index: -index.total)
    shares = {scene.say(f"factor.{index.factor}"): (index.total, max(0.0, index.first)) for index in ordered}
    if shares:
        spec = charts.doubts(shares, view.palette)
        st.vega_lite_chart(spec, theme=None, alt=scene.say("doubt.doubt.note"), key="doubts")


def _provenance(score: Score, view: frame.View, origins: Origins, chosen: str) -> None:
    scene = view.scene
    part = next(part for part in (*score.contributions, *score.context) if part.indicator == chosen)
    indicator = scene.indicator(chosen)
    with st.container(border=True, key="provenance"):
        st.header(scene.say("provenance.title"), anchor=False)
        title = scene.local(indicator.title)
        st.html(element("p", title, class_="ts-box-title"))
        st.html(detail.meaning(part, scene))
        found = origins.get(chosen, ())
        if found:
            _body(view, found)
        else:
            frame.note(scene.say("provenance.none"))
        with st.expander(scene.say("provenance.sql.indicator")):
            st.code(indicator.sql, language="sql")
        with st.expander(scene.say("provenance.sql.chain")):
            published = not view.past and not scene.chosen
            names = {"comparison": scene.comparison.id, "dimension": score.dimension, "indicator": chosen}
            st.code(_chain_sql(names) if published else _bytes_sql(found), language="sql")


def _body(view: frame.View, found: Sequence[Origin]) -> None:
    scene = view.scene
    by_hash = {origin.sha256: origin for origin in found}

    def words(sha: str) -> str:
        origin = by_hash[sha]
        return " · ".join([scene.title(origin.framework), scene.term("source", origin.source), sha[:12]])

    chosen = st.selectbox(
        scene.say("provenance.body.choose"),
        list(by_hash),
        format_func=words,
        key="w.sha",
    )
    origin = by_hash[chosen]
    st.html(detail.origin_facts(origin, scene))
    body = data.body(view.warehouse, view.release, origin.sha256)
    st.download_button(
        scene.say("provenance.download"), body, file_name=f"{origin.sha256[:16]}.bin",
        mime="application/octet-stream", on_click="ignore",
    )  # fmt: skip
    with st.expander(scene.say("provenance.body"), expanded=True):
        _pretty(body, view)


def _pretty(body: bytes, view: frame.View) -> None:
    """Show a body as text, indented where it is JSON. It is shown as code: nothing in it is markup."""
    say = view.scene.say
    try:
        words = body.decode("utf-8")
    except UnicodeDecodeError:
        frame.note(say("provenance.body.binary", bytes=f"{len(body):,}"))
        return
    words = _indented(words)
    shown = words[:SHOWN_BYTES]
    if len(shown) < len(words):
        frame.note(say("provenance.body.of", shown=f"{SHOWN_BYTES:,}", bytes=f"{len(body):,}"))
    st.html(
        element(
            "pre", shown, class_="ts-body", tabindex="0", role="region", aria_label=say("provenance.body")
        )
    )


def _indented(words: str) -> str:
    """Return JSON indented, anything else as it came."""
    try:
        return json.dumps(json.loads(words), indent=1, ensure_ascii=False)
    except ValueError:
        return words


def _chain_sql(names: Mapping[str, str]) -> str:
    quoted = {key: value.replace("'", "''") for key, value in names.items()}
    where = "\n  and ".join(f"{key} = '{value}'" for key, value in quoted.items())
    return f"from evidence\nwhere {where};"


def _bytes_sql(found: Sequence[Origin]) -> str:
    """Return the query for a score that was computed for this page: no table has it, but its bytes."""
    hashes = ",\n  ".join(f"'{sha256}'" for sha256 in sorted({origin.sha256 for origin in found}))
    return f"from payload\nwhere sha256 in (\n  {hashes or 'null'}\n)\norder by framework, requested_at;"
