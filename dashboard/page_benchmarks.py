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
    *("bench.program", "bench.ratio.short", "column.date"),
    *("bench.device", "bench.hardware", "bench.origin", "health.run"),
)
LEVEL_HEADS = (
    *("bench.program", "health.framework", "bench.levels.runs"),
    *("bench.levels.first", "bench.levels.last", "bench.levels.steps"),
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
    _speed(view, lines, tie=bench.noise(bench.of_one_plan(known, run)))
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
        parts = (fmt.day(row["started_at"]), row["device"], bench.hardware(row, view.scene))
        return " · ".join([*parts, say(f"bench.origin.{row['origin']}"), row["run"]])

    st.selectbox(
        say("bench.run.choose"), list(names), format_func=words, key="w.run", on_change=state.from_widget,
        args=("run", "w.run", default),
    )  # fmt: skip
    return names[chosen]


def _speed(view: frame.View, lines: pd.DataFrame, *, tie: float) -> None:
    timed = lines[lines["metric"].isin(list(bench.STEPS))]
    phases = [phase for phase in bench.PHASES if phase in set(timed["phase"])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        phase = _filter(view, "phase", ["", *phases] if len(phases) > 1 else [""])
        mode = _filter(
            view, "mode", list(dict.fromkeys(["", *sorted(set(timed["variant"]) - {bench.AGAIN})]))
        )
    kept = (lines["variant"] == mode) & lines["phase"].isin([phase] if phase else list(set(lines["phase"])))
    shown = lines[kept | (lines["metric"] == bench.PROOF)]
    ratio, share = st.columns([3, 2], gap="large")
    with ratio:
        _ratios(view, shown, tie=tie)
    with share:
        _shares(view, shown)
    devices = {"cpu", "gpu"} - {device.split(":")[0].replace("cuda", "gpu") for device in lines["device"]}
    say = view.scene.say
    frame.note(" · ".join(say("bench.not_measured", name=device.upper()) for device in sorted(devices)))


def _filter(view: frame.View, key: str, options: list[str]) -> str:
    """Return what the reader chose to see; nothing to choose shows no control."""
    say = view.scene.say
    chosen = state.get(key, "", lambda value: value in options)
    if len(options) > 1:
        st.session_state[f"w.{key}"] = chosen
        st.segmented_control(
            say(f"bench.{key}"), options, key=f"w.{key}", required=True, on_change=state.from_widget,
            format_func=lambda name: _option_words(key, name, say), args=(key, f"w.{key}"),
        )  # fmt: skip
    return chosen


def _option_words(key: str, name: str, say: frame.Say) -> str:
    if not name:
        return say(f"bench.{key}.all")
    return say(f"bench.{name}") if name in bench.PHASES else fmt.plain_markdown(name.replace("_", " "))


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
    found = bench.shares(lines, scene, bench.ratios(lines, scene.pair))
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
        machine=bench.machine_words(run, view.scene), origin=say(f"bench.origin.{run['origin']}"),
    )  # fmt: skip
    frame.note(words)


def _tables(view: frame.View, lines: pd.DataFrame, every: pd.DataFrame) -> None:
    scene, say = view.scene, view.scene.say
    titles = ("other", "scaling", "probes", "published", "proof", "failed", "history")
    other, scaling, probes, published, proof, failed, history = st.tabs(
        [say(f"bench.{title}") for title in titles]
    )
    names = [scene.title(name) for name in scene.comparison.frameworks]
    heads = [say("health.metric"), *names, say("column.unit"), say("bench.quotient")]
    with other:
        _other(view, lines, heads)
    with scaling:
        _scaling(view, every, heads)
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


def _other(view: frame.View, lines: pd.DataFrame, heads: list[str]) -> None:
    """Show memory, first call and start-up under their names, then what else was counted."""
    groups = {name: bench.GROUPS[name] for name in ("memory", "compile", "start")}
    for name, metrics in {**groups, "rest": tuple(bench.other_metrics(lines))}.items():
        rows = bench.values_table(lines, view.scene, metrics)
        if rows:
            st.subheader(view.scene.say(f"bench.{name}"), anchor=False)
            st.html(detail.plain_table(heads, rows))


def _scaling(view: frame.View, every: pd.DataFrame, heads: list[str]) -> None:
    """Show the newest run that measured how speed changes with size; it need not be the run chosen above."""
    scene, say = view.scene, view.scene.say
    measured = every[every["metric"].isin([bench.CURVE, *bench.GROUPS["scaling"]])]
    if measured.empty:
        frame.note(say("bench.scaling.none"))
        st.code("touchstone bench --suite scaling\ntouchstone publish", language=None)
        return
    newest = bench.runs(measured)[0]
    lines = measured[(measured["run"] == newest["run"]) & (measured["device"] == newest["device"])]
    _run_words(view, newest)
    found = bench.curves(lines, scene)
    if found:
        frame.note(say("bench.scaling.note"))
    columns = st.columns(2, gap="large")
    for place, (axis, curve) in enumerate(found.items()):
        with columns[place % 2]:
            st.subheader(say(f"bench.axis.{axis}"), anchor=False)
            frame.note(", ".join(dict.fromkeys(curve["name"])))
            spec = charts_time.scaling(curve, scene, view.palette, ideal=axis in {"threads", "processes"})
            st.vega_lite_chart(spec, theme=None, alt=say(f"bench.axis.{axis}"), key=f"curve_{axis}")
    _table(view, heads, bench.values_table(lines, scene, bench.GROUPS["scaling"]))


def _probes(view: frame.View, every: pd.DataFrame, heads: list[str]) -> None:
    newest = every[every["metric"].str.startswith("probe.")]
    if len(newest):
        newest = newest[newest["run"] == newest.sort_values("started_at").iloc[-1]["run"]]
    metrics = list(dict.fromkeys(newest["metric"]))
    _table(view, heads, bench.values_table(newest, view.scene, metrics))
    for metric in metrics:
        for framework, listed in bench.items(newest, metric).items():
            name = bench.measure(metric, view.scene)
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
    levels = bench.levels(every)
    if levels:
        frame.note(scene.say("bench.levels.note"))
        st.html(
            detail.plain_table([scene.say(head) for head in LEVEL_HEADS], bench.level_rows(levels, scene))
        )
    for run in bench.runs(every):
        same = (every["run"] == run["run"]) & (every["device"] == run["device"])
        lines = every[same & (every["variant"] == "")]
        tie = bench.noise(bench.of_one_plan(every, run))
        rows += [
            [
                bench.program(ratio.subject, ratio.phase, scene),
                bench.lead(ratio, scene, tie=tie),
                fmt.day(run["started_at"]),
                run["device"],
                bench.hardware(run, scene),
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
