"""Measured here: how many times faster, what share of the machine, what else was counted, and the proofs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import bench, charts_time, data, detail, frame, state
from dashboard import format as fmt
from dashboard.markup import element

NO_BENCHMARK = "touchstone bench\ntouchstone publish"
HISTORY_HEADS = (
    *("bench.program", "bench.phase", "bench.ratio.short"),
    *("column.date", "bench.device", "bench.origin", "health.run"),
)


def show() -> None:
    """Draw the page."""
    view = frame.open_view()
    if view is None:
        return
    scene = view.scene
    frame.heading(view, scene.say("page.benchmarks"))
    every = bench.of_pair(data.table(view.warehouse, view.release, "measurement"), scene)
    known = every[every["started_at"] < pd.Timestamp(view.as_of) + pd.Timedelta(days=1)]
    if known.empty or len(scene.pair) < 2:
        frame.lead(scene.say("bench.none"))
        st.code(NO_BENCHMARK, language=None)
        st.header(scene.say("bench.published"), anchor=False)
        _published(view, [scene.title(name) for name in scene.comparison.frameworks])
        frame.footer(view)
        return
    run = _run(view, known)
    lines = known[(known["run"] == run["run"]) & (known["device"] == run["device"])]
    _speed(view, lines)
    _run_words(view, run)
    _tables(view, lines, known)
    frame.footer(view)


def _run(view: frame.View, known: pd.DataFrame) -> dict[str, Any]:
    """Return the run to show: the newest, or the one that the reader chose."""
    say = view.scene.say
    names = {f"{row['run']}/{row['device']}": row for row in bench.runs(known)}
    default = next(iter(names))
    chosen = state.get("run", default, lambda value: value in names)
    st.session_state["w.run"] = chosen

    def words(name: str) -> str:
        row = names[name]
        origin = say(f"bench.origin.{row['origin']}")
        return f"{fmt.day(row['started_at'])} · {row['device']} · {origin} · {row['run']}"

    st.selectbox(
        say("bench.run.choose"), list(names), format_func=words, key="w.run", on_change=state.from_widget,
        args=("run", "w.run", default),
    )  # fmt: skip
    return names[chosen]


def _speed(view: frame.View, lines: pd.DataFrame) -> None:
    say = view.scene.say
    variants = list(dict.fromkeys(["", *lines.loc[lines["metric"].isin(list(bench.STEPS)), "variant"]]))
    chosen = state.get("mode", "", lambda value: value in variants)
    if len(variants) > 1:
        st.session_state["w.mode"] = chosen
        st.segmented_control(
            say("bench.mode"), variants, key="w.mode", required=True, on_change=state.from_widget,
            format_func=lambda name: say("bench.declared") if not name else fmt.plain_markdown(name),
            args=("mode", "w.mode"),
        )  # fmt: skip
    shown = lines[(lines["variant"] == chosen) | (lines["metric"] == bench.PROOF)]
    ratio, share = st.columns([3, 2], gap="large")
    with ratio:
        _ratios(view, shown, tie=bench.noise(lines))
    with share:
        _shares(view, shown)
    devices = {"cpu", "gpu"} - {device.split(":")[0].replace("cuda", "gpu") for device in lines["device"]}
    frame.note(" · ".join(say("bench.not_measured", name=device.upper()) for device in sorted(devices)))


def _ratios(view: frame.View, lines: pd.DataFrame, *, tie: float) -> None:
    scene = view.scene
    st.header(scene.say("bench.ratio"), anchor=False)
    found = bench.ratios(lines, scene.pair)
    if not found:
        frame.note(scene.say("bench.ratio.none"))
        return
    first, second = scene.pair
    st.html(
        element(
            "div",
            element("span", scene.say("bench.faster.left", framework=scene.title(second)),
                    class_=f"ts-f{scene.slot(second)}"),
            element("span", scene.say("bench.faster.right", framework=scene.title(first)),
                    class_=f"ts-f{scene.slot(first)}"),
            class_="ts-ends",
        )
    )  # fmt: skip
    spec = charts_time.ratios(bench.ratio_frame(found, scene, tie=tie), scene, view.palette, noise=tie)
    alt = scene.say("bench.alt", first=scene.title(first), second=scene.title(second))
    st.vega_lite_chart(spec, theme=None, alt=alt, key="ratios")
    width = f"{(2**tie - 1) * 100:.0f}{fmt.THIN}%"
    frame.note(scene.say("bench.noise", noise=width, rounds=max(ratio.rounds for ratio in found)))
    if not all(ratio.proved for ratio in found):
        names = ", ".join(ratio.subject for ratio in found if not ratio.proved)
        frame.alert(scene.say("bench.unproved", names=names))


def _shares(view: frame.View, lines: pd.DataFrame) -> None:
    scene = view.scene
    st.header(scene.say("bench.share"), anchor=False, help=scene.say("word.share.means"))
    found = bench.shares(lines, scene, [ratio.subject for ratio in bench.ratios(lines, scene.pair)])
    if found.empty:
        frame.note(scene.say("bench.share.none"))
        return
    marks = [
        element(
            "span", f"{bench.MARKS[scene.slot(name)]} {scene.title(name)}", class_=f"ts-f{scene.slot(name)}"
        )
        for name in dict.fromkeys(found["framework"])
    ]
    st.html(element("div", *marks, class_="ts-ends ts-near"))
    spec = charts_time.shares(found, scene, view.palette)
    st.vega_lite_chart(spec, theme=None, alt=scene.say("bench.share"), key="shares")


def _run_words(view: frame.View, run: dict[str, Any]) -> None:
    say = view.scene.say
    words = say(
        "bench.run", device=run["device"], date=fmt.day(run["started_at"]), rounds=run["rounds"],
        machine=bench.machine_words(run), origin=say(f"bench.origin.{run['origin']}"),
    )  # fmt: skip
    frame.note(words)


def _tables(view: frame.View, lines: pd.DataFrame, every: pd.DataFrame) -> None:
    scene, say = view.scene, view.scene.say
    titles = ("other", "probes", "published", "proof", "failed", "history")
    other, probes, published, proof, failed, history = st.tabs([say(f"bench.{title}") for title in titles])
    names = [scene.title(name) for name in scene.comparison.frameworks]
    heads = [say("health.metric"), *names, say("column.unit"), say("bench.quotient")]
    with other:
        left_out = (*bench.STEPS, bench.SHARE, bench.NOISE)
        _table(view, heads, bench.values_table(lines, scene, "bench.", leave_out=left_out))
    with probes:
        _probes(view, every, heads)
    with published:
        _published(view, names)
    with proof:
        keys = ("bench.program", "health.framework", "bench.error", "health.outcome", "bench.hash")
        columns = [say(key) for key in keys]
        _table(view, columns, bench.proofs(every, scene))
    with failed:
        columns = [say("health.metric"), say("health.framework"), say("health.outcome"), say("health.reason")]
        _table(view, columns, bench.failures(lines, scene))
    with history:
        _history(view, every)


def _probes(view: frame.View, every: pd.DataFrame, heads: list[str]) -> None:
    newest = every[every["metric"].str.startswith("probe.")]
    if len(newest):
        newest = newest[newest["run"] == newest.sort_values("started_at").iloc[-1]["run"]]
    _table(view, heads, bench.values_table(newest, view.scene, "probe.", leave_out=()))
    for metric in dict.fromkeys(newest["metric"]):
        for framework, listed in bench.items(newest, metric).items():
            name = metric.removeprefix("probe.").replace("_", " ")
            with st.expander(f"{name} · {fmt.plain_markdown(view.scene.title(framework))} · {len(listed)}"):
                columns = list(dict.fromkeys(str(key) for item in listed for key in item))
                rows = ([str(item.get(column, "")) for column in columns] for item in listed)
                st.html(detail.plain_table(columns, rows))


def _published(view: frame.View, names: list[str]) -> None:
    """Show what others measured, beside ours and never mixed with it."""
    say = view.scene.say
    known = set(data.table(view.warehouse, view.release, "metric")["id"])
    wanted = [name + ending for name in bench.PUBLISHED for ending in ("", bench.NOT_ALIKE)]
    frameworks = view.scene.comparison.frameworks
    parts = [
        data.metric(view.warehouse, view.release, name, frameworks).assign(metric=name)
        for name in wanted
        if name in known
    ]
    found = pd.concat(parts) if parts else pd.DataFrame()
    keys = ("column.unit", "column.date", "bench.comparable", "column.source")
    heads = [say("bench.program"), *names, *(say(key) for key in keys)]
    _table(view, heads, bench.published(found, view.scene) if len(found) else [])


def _history(view: frame.View, every: pd.DataFrame) -> None:
    scene, rows = view.scene, []
    for run in bench.runs(every):
        same = (every["run"] == run["run"]) & (every["device"] == run["device"])
        lines = every[same & (every["variant"] == "")]
        tie = bench.noise(lines)
        rows += [
            [
                ratio.subject,
                scene.say(f"bench.{ratio.phase}"),
                bench.lead(ratio, scene, tie=tie),
                fmt.day(run["started_at"]),
                run["device"],
                scene.say(f"bench.origin.{run['origin']}"),
                run["run"],
            ]
            for ratio in bench.ratios(lines, scene.pair)
        ]
    _table(view, [scene.say(head) for head in HISTORY_HEADS], sorted(rows))


def _table(view: frame.View, heads: list[str], rows: list[list[str]]) -> None:
    if rows:
        st.html(detail.plain_table(heads, rows))
    else:
        frame.note(view.scene.say("health.empty"))
