"""Charts as Vega-Lite specifications, drawn with Altair.

Every chart names its marks where they stand (no legend to look up), keeps names above marks so that it
works at 390 px, and takes its colours from a palette: light, dark, or the style sheet's variables for a
file that must show both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as fmt
from dashboard.detail import by_size, printed_parts
from dashboard.palette import FONT, Palette
from dashboard.scene import Scene
from evidence.types import Score

# Seven years of days of two frameworks are more rows than the 5,000 at which Altair refuses to draw.
alt.data_transformers.disable_max_rows()

Spec = dict[str, Any]

ROW = 41
"""Height in pixels of a row that has its name above its mark."""


SIGNED = "(abs(datum.value) < 0.05 ? '' : datum.value > 0 ? '+' : '−')"


def waterfall(score: Score, scene: Scene, palette: Palette) -> Spec | None:
    """Return the contributions from zero to the difference; None where nothing is measured for both."""
    if score.contrast is None or not score.contributions:
        return None
    rows = waterfall_rows(score, scene, palette)
    frame = pd.DataFrame(rows)
    domain = _padded([0.0, *frame["start"], *frame["end"]], right=0.14)
    x = alt.Scale(domain=domain, nice=False, zero=False)
    y = alt.Y("row:O", axis=None, sort="ascending")
    base = alt.Chart(frame)
    margin = score.contrast.margin
    tie = pd.DataFrame(
        [{"row": rows[-1]["row"], "low": max(-margin, domain[0]), "high": min(margin, domain[1])}]
    )
    layers = [
        alt.Chart(tie).mark_rect(color=palette.tie).encode(x=alt.X("low:Q", scale=x), x2="high:Q", y=y),
        upright(0.0, palette.zero, scale=x),
        _hairlines(base, y, palette, step=ROW),
        base.mark_bar(height=10, yOffset=8, cornerRadius=2).encode(
            x=alt.X("start:Q", scale=x, axis=difference_axis(palette)),
            x2="end:Q",
            y=y,
            color=alt.Color("colour:N", scale=None),
            tooltip=[alt.Tooltip(f"{key}:N", title=key) for key in rows[0]["tips"]],
        ),
        names(base, y, palette),
        base.mark_text(
            align="left", baseline="middle", yOffset=8, dx=6, color=palette.ink, fontWeight=600
        ).encode(x=alt.X("edge:Q", scale=x), y=y, text="label:N"),
    ]
    return dress(alt.layer(*layers).properties(height=alt.Step(ROW)), palette)


def waterfall_rows(score: Score, scene: Scene, palette: Palette) -> list[dict[str, Any]]:
    """Return one row per contribution and the total last; each starts where the one before ends."""
    contrast = score.contrast
    if contrast is None:
        return []
    printed, start = printed_parts(score), 0.0
    rows: list[dict[str, Any]] = []
    for part in by_size(score):
        end = start + part.contribution
        gainer = contrast.first if part.contribution >= 0 else contrast.second
        indicator = scene.indicator(part.indicator)
        name = f"{scene.local(indicator.title)} · {part.grade}"
        tips = {
            scene.say("column.indicator"): scene.local(indicator.title),
            **{scene.title(key): fmt.raw(value, indicator.unit) for key, value in part.raw.items()},
            scene.say("column.unit"): scene.term("unit", indicator.unit),
            scene.say("column.weight"): fmt.share(part.weight),
            scene.say("provenance.score"): " : ".join(fmt.number(part.scores.get(key)) for key in scene.pair),
            scene.say("column.part"): fmt.difference(part.contribution, digits=4),
            scene.say("column.date"): fmt.spread(part.observed_at),
        }
        rows.append(
            _bar(len(rows), name, start, end, colour=palette.slots[scene.slot(gainer)],
                 label=printed[part.indicator], tips=tips)
        )  # fmt: skip
        start = end
    total = fmt.difference(contrast.value, digits=2)
    tips = {
        **dict.fromkeys(rows[0]["tips"], ""),
        scene.say("column.indicator"): scene.say("dimension.difference"),
        scene.say("column.part"): fmt.difference(contrast.value, digits=4),
    }
    rows.append(
        _bar(len(rows), scene.say("dimension.difference"), 0.0, contrast.value, colour=palette.ink,
             label=total, tips=tips)
    )  # fmt: skip
    return rows


def left_out(score: Score, scene: Scene, palette: Palette, *, reach: float) -> Spec | None:
    """Return the difference after leaving each family out, against the published one."""
    if score.contrast is None or score.robustness is None or not score.robustness.leave_one_out:
        return None
    value = score.contrast.value
    found = sorted(score.robustness.leave_one_out.items(), key=lambda item: item[1])
    frame = pd.DataFrame(
        {
            "row": f"{place:03d}",
            "name": scene.family(family),
            "x": without,
            "from": value,
            "label": fmt.difference(without, digits=2),
            "colour": palette.slots[
                scene.slot(score.contrast.first if without >= value else score.contrast.second)
            ],
        }
        for place, (family, without) in enumerate(found)
    )
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    y = alt.Y("row:O", axis=None, sort="ascending")
    base, margin = alt.Chart(frame), score.contrast.margin
    layers = [
        band(-margin, margin, palette, scale=scale),
        upright(0.0, palette.zero, scale=scale),
        upright(value, palette.ink, scale=scale, dash=[3, 3]),
        base.mark_rule(strokeWidth=2.5, yOffset=8).encode(
            x=alt.X("from:Q", scale=scale, axis=difference_axis(palette)), x2="x:Q", y=y,
            color=alt.Color("colour:N", scale=None),
        ),
        base.mark_point(filled=True, size=60, opacity=1, color=palette.ink, yOffset=8).encode(
            x=alt.X("x:Q", scale=scale), y=y,
            tooltip=[alt.Tooltip("name:N", title=scene.say("column.family")),
                     alt.Tooltip("label:N", title=scene.say("dimension.difference"))],
        ),
        *_outer_labels(frame, y, palette, scale=scale),
        names(base, y, palette),
    ]  # fmt: skip
    return dress(alt.layer(*layers).properties(height=alt.Step(36)), palette)


def doubts(
    shares: Mapping[str, tuple[float, float | None]], palette: Palette, *, axis_format: str = "%"
) -> Spec:
    """Return named lengths as grey bars; the second number of each, if any, as an ink tick inside."""
    frame = pd.DataFrame(
        {"row": f"{place:03d}", "name": name, "x": whole, "tick": inside, "zero": 0.0,
         "label": fmt.share(whole) if axis_format == "%" else fmt.number(whole)}
        for place, (name, (whole, inside)) in enumerate(shares.items())
    )  # fmt: skip
    scale = alt.Scale(domain=[0, max(1e-9, float(frame["x"].max())) * 1.2], nice=False)
    y, base = alt.Y("row:O", axis=None, sort="ascending"), alt.Chart(frame)
    layers = [
        base.mark_bar(height=10, yOffset=8, color=palette.muted, cornerRadius=2).encode(
            x=alt.X("zero:Q", scale=scale, axis=_plain_axis(palette, axis_format)), x2="x:Q", y=y
        ),
        base.mark_text(align="left", dx=6, yOffset=8, color=palette.ink).encode(
            x=alt.X("x:Q", scale=scale), y=y, text="label:N"
        ),
        names(base, y, palette),
    ]
    if frame["tick"].notna().any():
        ticks = alt.Chart(frame.dropna(subset=["tick"])).mark_tick(
            color=palette.ink, thickness=2, height=16, yOffset=8
        )
        layers.append(ticks.encode(x=alt.X("tick:Q", scale=scale), y=y))
    return dress(alt.layer(*layers).properties(height=alt.Step(36)), palette)


def dress(chart: alt.LayerChart | alt.Chart, palette: Palette) -> Spec:
    """Return the chart's specification with our fonts and colours; the app's own theme stays out."""
    spec: Spec = chart.to_dict(validate=False)
    spec["width"] = "container"
    spec["background"] = "transparent"
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    text = {"font": FONT, "fontSize": 13}
    axis = {
        "labelFont": FONT, "titleFont": FONT, "labelFontSize": 12.5, "titleFontSize": 12.5,
        "labelColor": palette.muted, "titleColor": palette.muted, "gridColor": palette.grid,
        "domainColor": palette.hair, "tickColor": palette.hair, "titleFontWeight": 400,
    }  # fmt: skip
    spec["config"] = {"font": FONT, "text": text, "axis": axis, "view": {"stroke": None},
                      "axisX": {"domain": False, "ticks": False}}  # fmt: skip
    return spec


def names(base: alt.Chart, y: alt.Y, palette: Palette) -> alt.Chart:
    """Return the names of the rows, above their marks at the left edge."""
    mark = base.mark_text(align="left", baseline="middle", dx=14, yOffset=-9, color=palette.ink)
    return mark.encode(x=alt.value(0), y=y, text="name:N")


def _hairlines(base: alt.Chart, y: alt.Y, palette: Palette, *, step: int) -> alt.Chart:
    return base.mark_rule(color=palette.hair, strokeWidth=0.7, yOffset=step / 2).encode(y=y)


def _outer_labels(frame: pd.DataFrame, y: alt.Y, palette: Palette, *, scale: alt.Scale) -> list[alt.Chart]:
    """Return the values on the side of the dot that points away from the published difference."""
    left = frame["x"] < frame["from"]
    sides = ((frame[left], "right", -9), (frame[~left], "left", 9))
    return [
        alt.Chart(part)
        .mark_text(align=align, baseline="middle", dx=dx, yOffset=8, color=palette.ink)
        .encode(x=alt.X("x:Q", scale=scale), y=y, text="label:N")
        for part, align, dx in sides
        if len(part)
    ]


def _bar(
    place: int, name: str, start: float, end: float, *, colour: str, label: str, tips: Mapping[str, str]
) -> dict[str, Any]:
    return {"row": f"{place:03d}", "name": name, "start": start, "end": end, "edge": max(start, end),
            "colour": colour, "label": label, "tips": dict(tips), **tips}  # fmt: skip


def band(low: float, high: float, palette: Palette, *, scale: alt.Scale) -> alt.Chart:
    """Return the tie zone between two values."""
    frame = pd.DataFrame([{"low": low, "high": high}])
    return alt.Chart(frame).mark_rect(color=palette.tie).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")


def upright(value: float, colour: str, *, scale: alt.Scale, dash: Sequence[int] = ()) -> alt.Chart:
    """Return a vertical line at a value."""
    mark = alt.Chart(pd.DataFrame([{"x": value}])).mark_rule(
        color=colour, strokeDash=list(dash) or alt.Undefined
    )
    return mark.encode(x=alt.X("x:Q", scale=scale))


def difference_axis(palette: Palette) -> alt.Axis:
    """Return an axis of differences: signed, zero without a sign."""
    return alt.Axis(
        title=None, orient="top", tickCount=6, gridColor=palette.grid,
        labelExpr=f"{SIGNED} + format(abs(datum.value), '.1f')",
    )  # fmt: skip


def _plain_axis(palette: Palette, axis_format: str) -> alt.Axis:
    number = ".0%" if axis_format == "%" else ".2~f"
    return alt.Axis(title=None, orient="top", tickCount=5, gridColor=palette.grid, format=number)


def _padded(values: Sequence[float], *, right: float) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low) or 1.0
    return [low - 0.01 * room, high + right * room]
