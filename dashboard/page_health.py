"""Any quantity as it was collected, and how the collecting is going: a dead scheduler shows itself here."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st
import vl_convert

from dashboard import charts_time, data, detail, frame, state
from dashboard import format as fmt
from dashboard.charts import Spec
from dashboard.markup import Html
from dashboard.palette import LIGHT

VIEWS = ("value", "weekly", "ratio")
SCALES = ("linear", "log")
SCOPES = ("core", "broad")
NEWEST = 300
"""Rows of the ledger that are put on the page; the file has them all."""


def show() -> None:
    """Draw the page."""
    view = frame.open_view()
    if view is None:
        return
    scene = view.scene
    frame.heading(view, scene.say("page.health"))
    frame.lead(scene.say("health.intro"))
    _quantity(view)
    titles = ("freshness", "attempts", "suspect", "checks", "events", "dictionary")
    fresh, runs, suspect, checks, events, dictionary = st.tabs(
        [scene.say(f"health.{title}") for title in titles]
    )
    with fresh:
        _put(view, *freshness_rows(view))
    with runs:
        _put(view, *_attempt_rows(view))
    with suspect:
        frame.note(scene.say("health.suspect.note"))
        _put(view, *_suspect_rows(view))
    with checks:
        _put(view, *_check_rows(view))
    with events:
        breaks = sorted(scene.catalog.breaks, key=lambda known: known.start, reverse=True)
        _put_html(view, detail.break_list(breaks, scene) if breaks else None)
    with dictionary:
        _dictionary(view)
    frame.footer(view)


def _quantity(view: frame.View) -> None:
    say = view.scene.say
    metrics = data.table(view.warehouse, view.release, "metric").set_index("id")
    if metrics.empty:
        frame.note(say("health.none"))
        return
    name = _metric(view, metrics)
    frameworks = _frameworks(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = _choice(view, "view", VIEWS)
        scale = _choice(view, "scale", SCALES)
        scope = _choice(view, "scope", SCOPES)
    about = view.scene.term("metric", name, str(metrics.loc[name, "description"]))
    frame.note(say("colon", what=say("health.counts"), words=about))
    if not frameworks:
        frame.alert(say("health.frameworks.pick"))
        return
    found = data.metric(view.warehouse, view.release, name, tuple(frameworks))
    frame.note(_fresh_words(view, found, str(metrics.at[name, "source"]), frameworks))
    rows = data.series(found, shown, scope, frameworks)
    unit = view.scene.term("unit", str(metrics.at[name, "unit"]))
    rows = rows[rows["day"] <= view.as_of.isoformat()]
    if rows.empty:
        frame.alert(say("health.none"))
    else:
        _draw(view, name, rows, log=scale == "log", unit="×" if shown == "ratio" else unit)
    _downloads(view, name, found)
    with st.expander(say("health.sql")):
        st.code(data.metric_sql(name, frameworks), language="sql")


def _fresh_words(view: frame.View, found: pd.DataFrame, source: str, frameworks: Sequence[str]) -> str:
    """Return, by framework, the day of the newest value and whether its source still answers."""
    scene = view.scene
    every = data.freshness(view.warehouse, view.release, view.today)
    states = {item.framework: item.words(scene) for item in every if item.source == source}
    newest = found.groupby("framework")["day"].max()
    parts = (
        scene.say(
            "health.newest", framework=scene.title(name), day=fmt.day(newest.get(name)),
            state=states.get(name, scene.say("health.never")),
        )
        for name in frameworks
    )  # fmt: skip
    return scene.say("list.separator").join(parts)


def _metric(view: frame.View, metrics: pd.DataFrame) -> str:
    """Return the quantity that the address names, else the first of a source that has answered."""
    names = list(metrics.index)
    answered = {item.source for item in _of_comparison(view) if item.last_answer is not None}
    first = next((name for name in names if metrics.loc[name, "source"] in answered), names[0])
    chosen = state.get("metric", "", lambda value: not value or value in names) or first
    state.put("metric", chosen)
    st.session_state["w.metric"] = chosen
    st.selectbox(
        view.scene.say("health.metric"), names, key="w.metric", on_change=state.from_widget,
        args=("metric", "w.metric"),
    )  # fmt: skip
    return chosen


def _frameworks(view: frame.View) -> list[str]:
    scene = view.scene
    known = [framework.id for framework in scene.catalog.frameworks]
    default = ",".join(scene.comparison.frameworks)
    chosen = state.get("fw", default, lambda value: all(name in known for name in value.split(",") if name))
    st.session_state["w.fw"] = [name for name in chosen.split(",") if name]
    st.pills(
        scene.say("health.frameworks"), known, selection_mode="multi", key="w.fw",
        format_func=lambda name: fmt.plain_markdown(scene.title(name)), on_change=_keep_frameworks,
        args=(default,),
    )  # fmt: skip
    return list(st.session_state["w.fw"])


def _keep_frameworks(default: str) -> None:
    state.put("fw", ",".join(st.session_state["w.fw"]), default)


def _choice(view: frame.View, key: str, options: Sequence[str]) -> str:
    say = view.scene.say
    chosen = state.get(key, options[0], lambda value: value in options)
    st.session_state[f"w.{key}"] = chosen
    st.segmented_control(
        say(f"health.{key}"), options, format_func=lambda option: say(f"health.{key}.{option}"),
        key=f"w.{key}", required=True, on_change=state.from_widget, args=(key, f"w.{key}", options[0]),
    )  # fmt: skip
    return chosen


def _draw(view: frame.View, name: str, rows: pd.DataFrame, *, log: bool, unit: str) -> None:
    scene = view.scene
    shown = rows[rows["value"] > 0] if log else rows
    spec = charts_time.series(shown, scene, view.palette, log=log, unit=unit)
    who = ", ".join(dict.fromkeys(scene.title(framework) for framework in rows["framework"]))
    st.vega_lite_chart(
        spec, theme=None, alt=scene.say("health.alt", metric=name, frameworks=who), key="series"
    )

    def picture(draw: Callable[[Spec], str | bytes]) -> str | bytes:
        plain = charts_time.series(shown, scene, LIGHT, log=log, unit=unit)
        return draw({**plain, "width": 1000, "background": LIGHT.background})

    with st.container(horizontal=True, key="pictures"):
        for kind, draw in (("svg", vl_convert.vegalite_to_svg), ("png", vl_convert.vegalite_to_png)):
            st.download_button(
                scene.say(f"health.download.{kind}"),
                partial(picture, draw),
                file_name=f"{name}.{kind}", key=f"w.{kind}", on_click="ignore",
            )  # fmt: skip


def _downloads(view: frame.View, name: str, found: pd.DataFrame) -> None:
    say = view.scene.say
    with st.container(horizontal=True):
        st.download_button(
            say("health.download.csv"), lambda: found.to_csv(index=False), file_name=f"{name}.csv",
            mime="text/csv", key="w.csv", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            say("health.download.parquet"), lambda: _parquet(found), file_name=f"{name}.parquet",
            mime="application/vnd.apache.parquet", key="w.parquet", on_click="ignore",
        )  # fmt: skip


def _parquet(found: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    found.to_parquet(buffer, index=False)
    return buffer.getvalue()


def freshness_rows(view: frame.View) -> tuple[list[str], list[list[str]]]:
    """Return, by source and framework, the last answer, how often one is due, and since when it is stale."""
    say = view.scene.say
    heads = ("source", "framework", "state", "last", "expected", "reason")
    rows = [
        [view.scene.term("source", item.title), view.scene.title(item.framework), item.words(view.scene),
         fmt.minute(item.last_answer),
         say("health.days", days=f"{item.expected_days:g}"), item.reason]
        for item in sorted(_of_comparison(view), key=_urgency)
    ]  # fmt: skip
    return [say(f"health.{head}") for head in heads], rows


def _of_comparison(view: frame.View) -> list[data.Fresh]:
    frameworks = view.scene.comparison.frameworks
    every = data.freshness(view.warehouse, view.release, view.today)
    return [item for item in every if item.framework in frameworks]


def _urgency(item: data.Fresh) -> tuple[int, str, str]:
    """What needs a look comes first: stale, then never collected, then fresh, then what does not apply."""
    if not item.applies:
        rank = 3
    elif item.stale_since is not None:
        rank = 0
    else:
        rank = 1 if item.last_answer is None else 2
    return rank, item.title, item.framework


def _attempt_rows(view: frame.View) -> tuple[list[str], list[list[str]]]:
    say = view.scene.say
    heads = ("started", "source", "framework", "outcome", "reason", "requests", "seconds", "run")
    ledger = data.table(view.warehouse, view.release, "attempts").head(NEWEST)
    budgets = data.budgets(view.warehouse)
    rows = [
        [
            fmt.minute(row["started_at"]),
            str(row["source"]),
            view.scene.title(str(row["framework"])),
            say(f"outcome.{row['outcome']}"),
            str(row["reason"]),
            f"{row['requests']} {say('health.budget', budget=budgets.get(row['source'], fmt.MISSING))}",
            f"{row['seconds']:.1f}",
            str(row["run"]),
        ]
        for row in ledger.to_dict("records")
    ]
    return [say(f"health.{head}") for head in heads], rows


def _suspect_rows(view: frame.View) -> tuple[list[str], list[list[str]]]:
    scene, say = view.scene, view.scene.say
    heads = ("metric", "framework", "week", "growth", "behaviour", "cause")
    found = data.table(view.warehouse, view.release, "suspects").head(NEWEST)
    causes = {known.reason.en: scene.local(known.reason) for known in scene.catalog.breaks}
    rows = [
        [
            f"{row['metric']} · {row['name']}",
            scene.title(str(row["framework"])),
            fmt.day(row["week_start"]),
            f"{fmt.three_digits(row['increment'])} {scene.term('unit', str(row['unit']))}",
            say(f"suspect.{row['reason']}"),
            causes.get(row["known_cause"], data.text_of(row["known_cause"])),
        ]
        for row in found.to_dict("records")
    ]
    return [say(f"health.{head}") for head in heads], rows


def _check_rows(view: frame.View) -> tuple[list[str], list[list[str]]]:
    say = view.scene.say
    found = data.table(view.warehouse, view.release, "warning").head(NEWEST)
    rows = [
        [_check_words(view, str(row["check_name"])), str(row["found"])] for row in found.to_dict("records")
    ]
    return [say("health.check"), say("health.found")], rows


def _check_words(view: frame.View, name: str) -> str:
    return view.scene.term("check", name, name.replace("_", " "))


def _dictionary(view: frame.View) -> None:
    say = view.scene.say
    found = data.dictionary(view.warehouse, view.release)
    names = list(dict.fromkeys(found["table"]))
    if not names:
        frame.note(say("health.empty"))
        return
    chosen = st.selectbox(say("health.table"), names, key="w.table")
    rows = found[found["table"] == chosen]
    about = rows[rows["column"] == ""]
    if len(about):
        frame.note(view.scene.term("comment", str(about.iloc[0]["comment"])))
    columns = rows[rows["column"] != ""]
    table = [
        [row["column"], row["type"], view.scene.term("comment", row["comment"])]
        for row in columns.to_dict("records")
    ]
    _put(view, [say("health.column"), say("health.type"), say("health.meaning")], table)


def _put(view: frame.View, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    _put_html(view, detail.plain_table(heads, rows) if rows else None)


def _put_html(view: frame.View, block: Html | None) -> None:
    if block is None:
        frame.note(view.scene.say("health.empty"))
    else:
        st.html(block)
