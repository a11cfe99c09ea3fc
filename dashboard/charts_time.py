"""Charts over time, over workloads and over ways of weighing. Same rules as `charts`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from dashboard import format as fmt
from dashboard.charts import (
    SIGNED,
    Spec,
    band,
    dress,
    names,
    upright,
)
from dashboard.palette import Palette
from dashboard.scene import Scene


def timeline(points: pd.DataFrame, scene: Scene, palette: Palette, *, marks: TimeMarks) -> Spec | None:
    """Return the difference over time with its intervals; holes stay holes.

    `points` has `day`, `value`, `low90`, `high90`, `low50`, `high50` and optionally `matched`.
    """
    if points.empty or points["value"].notna().sum() == 0 or len(scene.pair) < 2:
        return None
    first, second = (palette.slots[scene.slot(name)] for name in scene.pair)
    x = alt.X("day:T", scale=alt.Scale(domain=[marks.start, marks.end], nice=False), axis=_years(palette))
    y_scale = alt.Scale(domain=[-marks.reach, marks.reach], nice=False)
    axis = alt.Axis(
        title=None, labelExpr=f"{SIGNED} + format(abs(datum.value), '.0f')", values=_whole(marks.reach)
    )
    y = alt.Y("value:Q", scale=y_scale, axis=axis)
    layers: list[alt.Chart] = [_tie_band(scene, palette, marks, scale=y_scale)]
    if marks.known_until < marks.newest:
        layers += _unknown(scene, palette, marks)
    for low, high, opacity in (("low90", "high90", 0.17), ("low50", "high50", 0.30)):
        layers += _split_area(points, low, high, x=x, scale=y_scale, colours=(first, second), opacity=opacity)
    layers.append(_level_line(0.0, palette.zero, scale=y_scale))
    base = alt.Chart(points)
    if "matched" in points and points["matched"].notna().any():
        layers.append(
            base.mark_line(color=palette.muted, strokeWidth=1.3, strokeDash=[4, 3]).encode(
                x=x, y=alt.Y("matched:Q", scale=y_scale)
            )
        )
    dots = alt.OverlayMarkDef(color=palette.ink, size=18 if len(points) <= _FEW else 5)
    layers.append(
        base.mark_line(color=palette.ink, strokeWidth=2, point=dots).encode(
            x=x, y=y, tooltip=[alt.Tooltip("day:T", format="%Y-%m-%d"), alt.Tooltip("label:N")]
        )
    )
    layers += _time_labels(points, scene, palette, marks, scale=y_scale)
    layers += _break_marks(palette, marks, scale=y_scale)
    return dress(alt.layer(*layers).properties(height=400), palette)


def ratios(frame: pd.DataFrame, scene: Scene, palette: Palette, *, noise: float) -> Spec:
    """Return how many times faster per workload, on a log axis that reads both ways.

    `frame` has `name`, `log2`, `low`, `high` (log2 of second over first, so that right is first) and `label`.
    """
    first, second = (palette.slots[scene.slot(name)] for name in scene.pair)
    reach = max(1.05, float(frame[["low", "high", "log2"]].abs().max().max())) * 1.45
    rows = frame.assign(
        row=[f"{place:03d}" for place in range(len(frame))],
        colour=[
            first if low > noise else second if high < -noise else palette.muted
            for low, high in zip(frame["low"], frame["high"], strict=True)
        ],
    )
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    axis = alt.Axis(
        title=None, orient="top", gridColor=palette.grid, values=_ratio_ticks(reach),
        labelExpr="abs(datum.value) < 0.01 ? '1' : format(pow(2, abs(datum.value)), '.2~f') + '×'",
    )  # fmt: skip
    y, base = alt.Y("row:O", axis=None, sort="ascending"), alt.Chart(rows)
    tips = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("label:N", title="  "),
        alt.Tooltip("detail:N", title="   "),
    ]
    layers = [
        band(-noise, noise, palette, scale=scale),
        upright(0.0, palette.zero, scale=scale),
        base.mark_rule(strokeWidth=3, yOffset=8).encode(
            x=alt.X("low:Q", scale=scale, axis=axis),
            x2="high:Q",
            y=y,
            color=alt.Color("colour:N", scale=None),
        ),
        base.mark_point(filled=True, size=75, opacity=1, color=palette.ink, yOffset=8).encode(
            x=alt.X("log2:Q", scale=scale), y=y, tooltip=tips
        ),
        base.mark_text(
            align="left", baseline="middle", dx=9, yOffset=8, color=palette.ink, fontWeight=600
        ).encode(x=alt.X("high:Q", scale=scale), y=y, text="label:N"),
        names(base, y, palette),
    ]
    return dress(alt.layer(*layers).properties(height=alt.Step(44)), palette)


def scaling(frame: pd.DataFrame, scene: Scene, palette: Palette, *, ideal: bool) -> Spec:
    """Return work per second over that at the smallest point, one line per framework and program.

    `frame` has `framework`, `name`, `point`, `gain` and `label`; `ideal` draws where twice as much is twice
    as fast.
    """
    points = sorted(set(frame["point"]))
    domain = list(dict.fromkeys(frame["framework"]))
    shown = frame.assign(title=[scene.title(name) for name in frame["framework"]])
    colour = alt.Color(
        "framework:N", legend=None,
        scale=alt.Scale(domain=domain, range=[palette.slots[scene.slot(name)] for name in domain]),
    )  # fmt: skip
    shape = alt.Shape(
        "framework:N", legend=None,
        scale=alt.Scale(domain=domain, range=[_SHAPES[scene.slot(name) % len(_SHAPES)] for name in domain]),
    )  # fmt: skip
    x = alt.X(
        "point:Q", scale=alt.Scale(type="log", base=2, nice=False, padding=12),
        axis=alt.Axis(title=None, values=points, format="d", grid=False),
    )  # fmt: skip
    y = alt.Y(
        "gain:Q", scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=None, labelExpr="format(datum.value, '~g') + '×'", gridColor=palette.grid),
    )  # fmt: skip
    base = alt.Chart(shown).encode(x=x, y=y, color=colour, detail="name:N")
    tips = [
        alt.Tooltip(f"{key}:N", title=" " * place) for place, key in enumerate(("title", "name", "label"), 1)
    ]
    last = shown.sort_values("point").groupby(["framework", "name"], as_index=False).tail(1)
    layers: list[alt.Chart] = []
    if ideal:
        line = pd.DataFrame({"point": points, "gain": [point / points[0] for point in points]})
        layers.append(alt.Chart(line).mark_line(color=palette.zero, strokeDash=[4, 3]).encode(x=x, y=y))
    layers += [
        base.mark_line(strokeWidth=2),
        base.mark_point(filled=True, size=70, opacity=1).encode(shape=shape, tooltip=tips),
        alt.Chart(last)
        .mark_text(align="right", dx=-4, dy=-12, fontWeight=600)
        .encode(x=x, y=y, text="title:N", color=colour),
    ]
    return dress(alt.layer(*layers).properties(height=230), palette)


def series(frame: pd.DataFrame, scene: Scene, palette: Palette, *, log: bool, unit: str) -> Spec:
    """Return one quantity over time, one line per framework, named at its end.

    `frame` has `day`, `value` and `framework`; a hole longer than the gap between its rows stays a hole.
    """
    domain = list(dict.fromkeys(frame["framework"]))
    colours = [palette.slots[scene.slot(name)] for name in domain]
    shown = frame.assign(title=[scene.title(name) for name in frame["framework"]])
    colour = alt.Color("framework:N", scale=alt.Scale(domain=domain, range=colours), legend=None)
    scale = alt.Scale(type="log") if log else alt.Scale(zero=False)
    axis = alt.Axis(
        title=unit, format="~s", gridColor=palette.grid, titleAngle=0, titleAlign="left", titleY=-10
    )
    base = alt.Chart(shown).encode(x=alt.X("day:T", axis=_years(palette)), color=colour, detail="name:N")
    tips = [
        alt.Tooltip("title:N", title=" "),
        alt.Tooltip("day:T", format="%Y-%m-%d", title="  "),
        alt.Tooltip("value:Q", format=",", title=unit),
    ]
    last = shown.sort_values("day").groupby(["framework", "name"], as_index=False).tail(1)
    several = shown.groupby("framework")["name"].nunique().max() > 1
    if several:
        last = last.assign(title=[" · ".join(pair) for pair in zip(last["title"], last["name"], strict=True)])
    lines = base.mark_line(strokeWidth=2, point={"size": 14}).encode(
        y=alt.Y("value:Q", scale=scale, axis=axis), tooltip=tips
    )
    names = (
        alt.Chart(last)
        .mark_text(align="right", dx=-2, dy=-9, fontWeight=600)
        .encode(x="day:T", y=alt.Y("value:Q", scale=scale), text="title:N", color=colour)
    )
    return dress(alt.layer(lines, names).properties(height=360), palette)


def specification(
    values: Sequence[float], scene: Scene, palette: Palette, *, reach: float, margin: float
) -> Spec:
    """Return the difference that each analysis finds, smallest first, in the colour of whoever is ahead."""
    colours = [palette.slots[scene.slot(name)] for name in scene.pair]
    rows = pd.DataFrame(
        {
            "place": place,
            "value": value,
            "colour": colours[0] if value >= 0 else colours[1],
            "label": fmt.difference(value, digits=2),
        }
        for place, value in enumerate(values)
    )
    scale = alt.Scale(domain=[-reach, reach], nice=False, clamp=True)
    axis = alt.Axis(
        title=None,
        values=_whole(reach),
        labelExpr=f"{SIGNED} + format(abs(datum.value), '.0f')",
        minExtent=28,
    )
    x = alt.X("place:Q", scale=alt.Scale(domain=[0, len(rows)], nice=False), axis=None)
    tie = pd.DataFrame([{"low": -margin, "high": margin}])
    layers = [
        alt.Chart(tie).mark_rect(color=palette.tie).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        _level_line(0.0, palette.zero, scale=scale),
        alt.Chart(rows)
        .mark_point(filled=True, size=14, opacity=1)
        .encode(
            x=x,
            y=alt.Y("value:Q", scale=scale, axis=axis),
            color=alt.Color("colour:N", scale=None),
            tooltip=[alt.Tooltip("label:N", title=" ")],
        ),
    ]
    return dress(alt.layer(*layers).properties(height=200), palette)


def choices(frame: pd.DataFrame, palette: Palette, *, analyses: int) -> Spec:
    """Return which choice each analysis made, under `specification`: one row per choice.

    `frame` has `place` and `choice`, the choices in the order of the rows.
    """
    order = list(dict.fromkeys(frame["choice"]))
    x = alt.X("place:Q", scale=alt.Scale(domain=[0, analyses], nice=False), axis=None)
    base = alt.Chart(frame).encode(y=alt.Y("choice:N", sort=order, axis=None))
    named = alt.Chart(pd.DataFrame({"choice": order}))
    layers = [
        base.mark_tick(color=palette.muted, thickness=1, height=9, yOffset=5).encode(x=x),
        named.mark_text(align="left", dx=2, yOffset=-7, color=palette.ink, fontSize=12).encode(
            x=alt.value(0), y=alt.Y("choice:N", sort=order), text="choice:N"
        ),
    ]
    return dress(alt.layer(*layers).properties(height=alt.Step(26)), palette)


_FEW = 40
"""Points that each get a dot to be seen by; more are a line, and only one between holes needs its dot."""


@dataclass(frozen=True)
class TimeMarks:
    """What stands around a timeline: its ends, what is known, the tie zone, the opinion, the breaks."""

    start: str
    end: str
    newest: str
    known_until: str
    reach: float
    margin: float
    opinion: float | None
    breaks: tuple[tuple[str, str], ...] = ()


def _split_area(
    points: pd.DataFrame,
    low: str,
    high: str,
    *,
    x: alt.X,
    scale: alt.Scale,
    colours: tuple[str, str],
    opacity: float,
) -> list[alt.Chart]:
    """Return an interval in the colour of whoever it favours: above zero the first, below the second."""
    above = points.assign(lower=points[low].clip(lower=0), upper=points[high].clip(lower=0))
    below = points.assign(lower=points[low].clip(upper=0), upper=points[high].clip(upper=0))
    return [
        alt.Chart(part)
        .mark_area(color=colour, opacity=opacity, line=False)
        .encode(x=x, y=alt.Y("lower:Q", scale=scale), y2="upper:Q")
        for part, colour in zip((above, below), colours, strict=True)
    ]


def _tie_band(scene: Scene, palette: Palette, marks: TimeMarks, *, scale: alt.Scale) -> alt.Chart:
    frame = pd.DataFrame([{"low": -marks.margin, "high": marks.margin}])
    return alt.Chart(frame).mark_rect(color=palette.tie).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")


def _unknown(scene: Scene, palette: Palette, marks: TimeMarks) -> list[alt.Chart]:
    frame = pd.DataFrame([{"from": marks.known_until, "to": marks.end, "words": scene.say("time.unknown")}])
    cover = alt.Chart(frame).mark_rect(color=palette.grid, opacity=1).encode(x="from:T", x2="to:T")
    words = alt.Chart(frame).mark_text(align="left", dx=8, color=palette.muted).encode(
        x="from:T", y=alt.value(70), text="words:N"
    )  # fmt: skip
    return [cover, words]


def _level_line(value: float, colour: str, *, scale: alt.Scale, dash: Sequence[int] = ()) -> alt.Chart:
    mark = alt.Chart(pd.DataFrame([{"y": value}])).mark_rule(
        color=colour, strokeDash=list(dash) or alt.Undefined
    )
    return mark.encode(y=alt.Y("y:Q", scale=scale))


def _time_labels(
    points: pd.DataFrame, scene: Scene, palette: Palette, marks: TimeMarks, *, scale: alt.Scale
) -> list[alt.Chart]:
    first, second = scene.pair
    colours = [palette.slots[scene.slot(name)] for name in scene.pair]
    rows = [
        (marks.reach * 0.94, scene.say("time.ahead.up", framework=scene.title(first)), colours[0]),
        (-marks.reach * 0.94, scene.say("time.ahead.down", framework=scene.title(second)), colours[1]),
    ]
    tie = pd.DataFrame([{"y": 0.0, "words": scene.say("time.tie")}])
    layers = [
        alt.Chart(tie)
        .mark_text(align="left", dx=4, dy=-7, fontSize=12.5, color=palette.muted)
        .encode(x=alt.value(0), y=alt.Y("y:Q", scale=scale), text="words:N")
    ]
    if marks.opinion is not None:
        layers.append(_level_line(marks.opinion, palette.ink, scale=scale, dash=[2, 2]))
        words = scene.say("time.opinion", difference=fmt.difference(marks.opinion))
        rows.append((marks.opinion + 0.15 * marks.reach / 3, words, palette.ink))
    frame = pd.DataFrame([{"y": y, "words": words, "colour": colour} for y, words, colour in rows])
    layers.append(
        alt.Chart(frame)
        .mark_text(align="right", dx=-4, fontWeight=600, fontSize=12.5)
        .encode(
            x=alt.value("width"), y=alt.Y("y:Q", scale=scale), text="words:N",
            color=alt.Color("colour:N", scale=None),
        )
    )  # fmt: skip
    last = points.dropna(subset=["value"]).tail(1)
    last = last.assign(words=[fmt.difference(value) for value in last["value"]])
    x, y = alt.X("day:T"), alt.Y("value:Q", scale=scale)
    layers.append(
        alt.Chart(last).mark_point(filled=True, size=80, opacity=1, color=palette.ink).encode(x=x, y=y)
    )
    layers.append(
        alt.Chart(last)
        .mark_text(align="left", dx=9, color=palette.ink, fontWeight=600)
        .encode(x=x, y=y, text="words:N")
    )
    return layers


def _break_marks(palette: Palette, marks: TimeMarks, *, scale: alt.Scale) -> list[alt.Chart]:
    if not marks.breaks:
        return []
    frame = pd.DataFrame([{"day": day, "mark": mark} for day, mark in marks.breaks])
    rule = alt.Chart(frame).mark_rule(color=palette.muted, strokeDash=[2, 2]).encode(x="day:T")
    text = alt.Chart(frame).mark_text(color=palette.ink, fontSize=14, dy=-4).encode(
        x="day:T", y=alt.value(0), text="mark:N"
    )  # fmt: skip
    return [rule, text]


def _years(palette: Palette) -> alt.Axis:
    return alt.Axis(
        title=None, format="%Y", tickCount={"interval": "year", "step": 1}, grid=False, labelFlush=False
    )


def _whole(reach: float) -> list[int]:
    edge = math.floor(reach - 0.2)  # a label on the very edge would meet the other axis
    step = 1 if edge <= 4 else 2  # more would not all have room, and zero must
    return list(range(-(edge // step) * step, edge + 1, step))


def _ratio_ticks(reach: float) -> list[float]:
    marks = [math.log2(times) for times in (1.5, 2, 3, 5, 10, 20, 50, 100) if math.log2(times) <= reach]
    if reach > 3.5:
        marks = [mark for mark in marks if mark not in {math.log2(1.5), math.log2(3)}]
    return [-mark for mark in reversed(marks)] + [0.0] + marks


def shares(frame: pd.DataFrame, scene: Scene, palette: Palette) -> Spec:
    """Return the share of each framework per workload: two marks on a line. `name`, `framework`, `share`."""
    order = list(dict.fromkeys(frame["name"]))
    rows = frame.assign(
        row=[f"{order.index(name):03d}" for name in frame["name"]],
        title=[scene.title(name) for name in frame["framework"]],
        colour=[palette.slots[scene.slot(name)] for name in frame["framework"]],
        shape=[_SHAPES[scene.slot(name) % len(_SHAPES)] for name in frame["framework"]],
        label=[fmt.share(value) for value in frame["share"]],
    )
    # A convolution may need fewer operations than the count that the share is taken of: beyond 100 %.
    scale = alt.Scale(domain=[0, max(1.0, float(rows["share"].max()) * 1.04)], nice=False)
    y, base = alt.Y("row:O", axis=None, sort="ascending"), alt.Chart(rows)
    axis = alt.Axis(
        title=None, orient="top", format="%", values=[0, 0.25, 0.5, 0.75, 1], gridColor=palette.grid
    )
    tips = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("title:N", title="  "),
        alt.Tooltip("label:N", title="   "),
    ]
    ends = rows.groupby("row", as_index=False).agg(low=("share", "min"), high=("share", "max"))
    first = rows.drop_duplicates("row")
    layers = [
        alt.Chart(ends).mark_rule(color=palette.zero, yOffset=8).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", y=y
        ),
        base.mark_point(filled=True, size=85, opacity=1, yOffset=8).encode(
            x=alt.X("share:Q", scale=scale), y=y, color=alt.Color("colour:N", scale=None),
            shape=alt.Shape("shape:N", scale=None), tooltip=tips,
        ),
        names(alt.Chart(first), y, palette),
    ]  # fmt: skip
    return dress(alt.layer(*layers).properties(height=alt.Step(44)), palette)


_SHAPES = ("cross", "circle", "diamond", "square", "triangle-up", "triangle-down", "cross")
"""Shape of the marks of each slot, so that colour never stands alone."""
