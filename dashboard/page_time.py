"""The difference through time, each point with only what was known then, and the way back to any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import charts_time, data, detail, frame, state, table
from dashboard import format as fmt
from dashboard.charts_time import TimeMarks
from dashboard.markup import element
from dashboard.scene import Scene
from evidence.timeline import Moment, timeline
from evidence.types import Break, Score

FIRST_YEAR = 2020
LEAST = 0.005
"""Smaller moves would be printed as zero."""

MOST_MOVES = 12
"""Moves that are listed, the largest ones; the table has every week."""

FILL = "touchstone history"
"""The command that works out every week of every pair."""

TABLE_HEADS = (
    "column.date", "dimension.difference", "word.interval", "time.families", "scorecard.verdict",
)  # fmt: skip

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def show() -> None:
    """Draw the page."""
    view = frame.open_view()
    if view is None:
        return
    scene, name = view.scene, frame.dimension(view)
    frame.heading(view, scene.say("time.title", dimension=scene.dimension_title(name)), dimensions=True)
    frame.note(scene.say("time.note"))
    every = _scores(view, name)
    scores = [row for row in every if row.as_of <= view.as_of]
    breaks = _breaks(view, name)
    moments = timeline(scores, breaks=breaks, needs=_needs(view, name))
    _chart(view, name, scores, moments, breaks)
    _legend(view)
    _as_of(view)
    _lacking(view, name, every)
    _break_list(view, breaks)
    _moved(view, moments)
    _as_table(view, scores)
    frame.footer(view)


def weeks(newest: date) -> tuple[date, ...]:
    """Return the last day of every whole week since 2020, and the newest day."""
    first = date(FIRST_YEAR, 1, 1)
    sunday = first + timedelta(days=(6 - first.weekday()) % 7)
    count = -((sunday - newest).days // 7)
    return (*(sunday + timedelta(weeks=week) for week in range(count)), newest)


def year_ends(newest: date) -> tuple[date, ...]:
    """Return the last day of every year since 2020, and the newest day."""
    return (*(date(year, 12, 31) for year in range(FIRST_YEAR, newest.year)), newest)


def _scores(view: frame.View, name: str) -> list[Score]:
    """Return the scores of the weeks that are worked out; without any, of ends of years, worked out now."""
    published = [score for score in view.published() if score.dimension == name]
    kept = _kept(view, name)
    if kept:
        return [*kept, *published]
    found, words = [], view.scene.say("waiting.time")
    days = year_ends(view.newest)[:-1]
    bar = st.progress(0.0, text=words)
    for place, day in enumerate(days, start=1):
        found.append(data.on_day(view.warehouse, view.release, view.scene.asked, name, day))
        bar.progress(place / max(1, len(days)), text=words)
    bar.empty()
    return [*found, *published]


def _kept(view: frame.View, name: str) -> Sequence[Score]:
    return data.weekly(view.warehouse, view.release, view.scene.asked, name)


def _lacking(view: frame.View, name: str, scores: Sequence[Score]) -> None:
    """Say so where weeks are not worked out yet, what stands in for them, and what works them out."""
    scene, lacking = view.scene, len(weeks(view.newest)) - len(scores)
    pair = " : ".join(scene.title(framework) for framework in scene.pair)
    if not _kept(view, name):
        frame.note(scene.say("time.year_ends", pair=pair, command=fill_command(scene)))
    elif lacking > 0:
        told = {"count": len(scores), "lacking": lacking, "command": fill_command(scene)}
        frame.note(scene.say("time.lacking", **told))


def fill_command(scene: Scene) -> str:
    """Return the command that works out the weeks of the pair shown; a chosen pair is named."""
    if not scene.chosen:
        return FILL
    return f"{FILL} --comparison {scene.comparison.id} --pair {','.join(scene.chosen)}"


def frame_of(scores: Sequence[Score], moments: Sequence[Moment]) -> pd.DataFrame:
    """Return one row per day for the chart; what was not measured is a hole."""
    rows = []
    for score, moment in zip(scores, moments, strict=True):
        contrast = score.contrast
        rows.append(
            {
                "day": score.as_of.isoformat(),
                "value": None if contrast is None else contrast.value,
                "low90": None if contrast is None else contrast.low90,
                "high90": None if contrast is None else contrast.high90,
                "low50": None if contrast is None else contrast.low50,
                "high50": None if contrast is None else contrast.high50,
                "matched": moment.matched,
                "label": fmt.difference(None if contrast is None else contrast.value, digits=2),
            }
        )
    numbers = ["value", "low90", "high90", "low50", "high50", "matched"]
    return pd.DataFrame(rows, columns=["day", *numbers, "label"]).astype(dict.fromkeys(numbers, "float64"))


def _chart(
    view: frame.View, name: str, scores: Sequence[Score], moments: Sequence[Moment], breaks: Sequence[Break]
) -> None:
    scene = view.scene
    shown = frame_of(scores, moments)
    last = next((score for score in reversed(scores) if score.contrast is not None), None)
    if last is None or last.contrast is None:
        frame.alert(scene.say("time.none"))
        return
    interval = scene.say("interval90", interval=scene.interval(last.contrast))
    value = fmt.difference(last.contrast.value)
    frame.lead(f"**{fmt.day(last.as_of)}** · {scene.say('dimension.difference')} **{value}** · {interval}")
    marks = TimeMarks(
        start=f"{FIRST_YEAR}-01-01",
        end=(view.newest + timedelta(days=270)).isoformat(),
        newest=view.newest.isoformat(),
        known_until=view.as_of.isoformat(),
        reach=table.extent(view.published(), scene),
        margin=last.contrast.margin,
        opinion=scene.opinion_difference(name),
        breaks=tuple(
            (known.start.isoformat(), mark)
            for known, mark in zip(breaks, _CIRCLED, strict=False)
            if known.start <= view.as_of
        ),
    )
    first, second = (scene.title(framework) for framework in scene.pair)
    alt = scene.say(
        "time.alt", first=first, second=second, start=fmt.day(scores[0].as_of), end=fmt.day(last.as_of),
        value=fmt.difference(last.contrast.value),
    )  # fmt: skip
    spec = charts_time.timeline(shown, scene, view.palette, marks=marks)
    if spec is not None:
        st.vega_lite_chart(spec, theme=None, alt=alt, key="timeline")


def _as_of(view: frame.View) -> None:
    """Offer every week as the day that the whole app shows; the arrow keys move by one."""
    options = sorted({*weeks(view.newest), view.as_of})
    st.session_state["w.time_as_of"] = view.as_of
    st.select_slider(
        view.scene.say("toolbar.as_of.pick"), options, format_func=fmt.day, key="w.time_as_of",
        help=view.scene.say("toolbar.as_of.help"), on_change=state.from_widget,
        args=("as_of", "w.time_as_of", view.newest.isoformat()),
    )  # fmt: skip


def _legend(view: frame.View) -> None:
    items = [
        element(
            "span",
            element("i", class_=f"ts-key ts-key-{mark}", aria_hidden="true"),
            view.scene.say(f"time.legend.{mark}"),
        )
        for mark in ("all", "matched", "interval")
    ]
    st.html(element("p", *items, class_="ts-legend"))


def _needs(view: frame.View, name: str) -> dict[str, tuple[str, ...]]:
    return {item.id: item.needs for item in view.scene.catalog.indicators if item.dimension == name}


def _breaks(view: frame.View, name: str) -> tuple[Break, ...]:
    """Return the registered breaks that touch a metric of the dimension and one of the pair, by day."""
    metrics = {metric for needs in _needs(view, name).values() for metric in needs}
    concerned = (
        known
        for known in view.scene.catalog.breaks
        if known.metric in metrics and (known.framework is None or known.framework in view.scene.pair)
    )
    return tuple(sorted(concerned, key=lambda known: known.start))


def _break_list(view: frame.View, breaks: Sequence[Break]) -> None:
    scene = view.scene
    with st.expander(scene.say("time.breaks"), expanded=bool(breaks)):
        if not breaks:
            frame.note(scene.say("time.breaks.none"))
            return
        st.html(detail.break_list(breaks, scene, marks=_CIRCLED))


def _moved(view: frame.View, moments: Sequence[Moment]) -> None:
    scene = view.scene
    found = [moment for moment in moments if moment.move is not None and abs(moment.move) >= LEAST]
    if not found:
        return
    largest = sorted(found, key=lambda moment: -abs(moment.move or 0.0))[:MOST_MOVES]
    st.subheader(scene.say("time.moved"), anchor=False)
    if len(largest) < len(found):
        frame.note(scene.say("time.moved.largest", shown=len(largest), all=len(found)))
    lines = (
        _move_words(view, moment) for moment in sorted(largest, key=lambda moment: moment.as_of, reverse=True)
    )
    st.html(element("ul", *(element("li", line) for line in lines), class_="ts-list"))


def _move_words(view: frame.View, moment: Moment) -> str:
    scene = view.scene
    parts = scene.say("list.separator").join(
        f"{scene.local(scene.indicator(move.indicator).title)} {fmt.difference(move.change, digits=2)}"
        for move in moment.moves[:3]
        if abs(move.change) >= LEAST
    )
    day = f"{fmt.day(moment.as_of)} {fmt.difference(moment.move, digits=2)}"
    if moment.unexplained:
        return scene.say("time.moved.why", day=day, parts=parts, why=scene.say("time.unexplained"))
    if moment.note is not None:
        return scene.say("time.moved.why", day=day, parts=parts, why=scene.local(moment.note))
    return scene.say("colon", what=day, words=parts)


def _as_table(view: frame.View, scores: Sequence[Score]) -> None:
    scene = view.scene
    with st.expander(scene.say("time.table")):
        heads = [scene.say(key) for key in TABLE_HEADS]
        rows = [
            [
                fmt.day(score.as_of),
                fmt.difference(score.contrast.value, digits=2) if score.contrast else fmt.MISSING,
                scene.interval(score.contrast) if score.contrast else fmt.MISSING,
                scene.coverage(score),
                " · ".join(table.verdict_words(score, scene)),
            ]
            for score in reversed(scores)
        ]
        st.html(detail.plain_table(heads, rows))
