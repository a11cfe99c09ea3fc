"""The reader's own weights: what they change, how every defensible analysis comes out, what to keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, unquote

import pandas as pd
import streamlit as st

from dashboard import charts_time, data, detail, frame, need, state, table
from dashboard import format as fmt
from evidence.overlay import WeightOverlay
from evidence.score import PreparedComparison
from evidence.sensitivity import Multiverse, Specification
from evidence.types import Score

MOST = 3.0
"""The largest factor a slider gives; a factor of 3 makes one family outweigh most others."""

SHOWN = 240
"""Analyses drawn, evenly spread over the sorted ones: more dots would lie on each other."""


def show() -> None:
    """Draw the page."""
    view = frame.open_view()
    if view is None:
        return
    scene, name = view.scene, frame.dimension(view)
    frame.heading(view, scene.say("page.what-if"), dimensions=True)
    frame.lead(scene.say("whatif.note"))
    published = next(score for score in view.scores() if score.dimension == name)
    if published.contrast is None:
        frame.alert(scene.say("whatif.none"))
    else:
        _live(view, published)
    frame.footer(view)


def parse(words: str) -> WeightOverlay:
    """Return the weights that an address holds: `f.family:0.5,d.dimension:2`. Raises ValueError.

    Names are percent-encoded in it: a family may be called anything.
    """
    factors: dict[str, dict[str, float]] = {"f": {}, "d": {}}
    for item in filter(None, words.split(",")):
        name, _, number = item.rpartition(":")
        kind, _, identifier = name.partition(".")
        factor = float(number)
        if kind not in factors or not identifier or not 0 <= factor <= MOST:
            raise ValueError(item)
        factors[kind][unquote(identifier)] = factor
    return WeightOverlay(families=factors["f"], dimensions=factors["d"])


def written(overlay: WeightOverlay) -> str:
    """Return the weights as an address holds them; what is as declared is left out."""
    return ",".join(
        f"{kind}.{quote(name, safe='')}:{factor:g}"
        for kind, given in (("f", overlay.families), ("d", overlay.dimensions))
        for name, factor in sorted(given.items())
        if factor != 1
    )


def toml(overlay: WeightOverlay) -> str:
    """Return the weights as an overlay file for the command line."""
    lines = []
    for title, given in (("families", overlay.families), ("dimensions", overlay.dimensions)):
        changed = {name: factor for name, factor in sorted(given.items()) if factor != 1}
        if changed:
            # A JSON string is a TOML string, and a quoted key may hold anything.
            lines += [
                f"[{title}]",
                *(f"{json.dumps(name)} = {factor:g}" for name, factor in changed.items()),
                "",
            ]
    return "\n".join(lines)


def _valid(words: str) -> bool:
    try:
        parse(words)
    except ValueError:
        return False
    return True


@st.fragment
def _live(view: frame.View, published: Score) -> None:
    with frame.guard():
        _weigh(view, published)


def _weigh(view: frame.View, published: Score) -> None:
    scene = view.scene
    asked = view.as_of if view.past else None
    ready = data.prepared(view.warehouse, view.release, scene.asked, asked)
    overlay = parse(state.get("w", "", _valid))
    families = tuple(dict.fromkeys(part.family for part in detail.by_size(published)))
    overlay = _sliders(view, overlay, families, published.dimension)
    after = data.weighed(ready, overlay, published.dimension)
    reach = table.extent(view.published(), scene)
    rows = [(scene.say("whatif.before"), published), (scene.say("whatif.after"), after)]
    st.html(table.compared(rows, scene, reach=reach))
    _dimensions(view, ready, overlay)
    _export(view, overlay)
    _specification(view, ready, overlay, published)


def _sliders(
    view: frame.View, overlay: WeightOverlay, families: tuple[str, ...], dimension: str
) -> WeightOverlay:
    scene = view.scene
    st.subheader(
        scene.say("whatif.families", dimension=scene.dimension_title(dimension)), anchor=False,
        help=scene.say("whatif.family.help"),
    )  # fmt: skip
    columns, chosen = st.columns(3, gap="medium"), dict(overlay.families)
    for place, family in enumerate(families):
        with columns[place % 3]:
            chosen[family] = _slider(f"f.{family}", scene.family(family), overlay.families.get(family, 1.0))
    changed = WeightOverlay(families=chosen, dimensions=overlay.dimensions)
    state.put("w", written(changed))
    st.button(scene.say("whatif.reset"), on_click=_reset, key="reset")
    return parse(written(changed))


def _slider(key: str, label: str, value: float) -> float:
    widget = f"w.{key}"
    st.session_state.setdefault(widget, value)
    return float(st.slider(fmt.plain_markdown(label), 0.0, MOST, step=0.25, key=widget))


def _reset() -> None:
    state.put("w", "")
    for key in [key for key in st.session_state if str(key).startswith(("w.f.", "w.d."))]:
        del st.session_state[key]


def _dimensions(view: frame.View, ready: PreparedComparison, overlay: WeightOverlay) -> None:
    """Weigh the dimensions against each other, and say what that recommends."""
    scene = view.scene
    with st.expander(scene.say("whatif.dimensions"), expanded=bool(overlay.dimensions)):
        columns, chosen = st.columns(4, gap="medium"), {}
        for place, name in enumerate(scene.comparison.dimensions):
            with columns[place % 4]:
                label = scene.dimension_title(name)
                chosen[name] = _slider(f"d.{name}", label, overlay.dimensions.get(name, 1.0))
        changed = WeightOverlay(families=overlay.families, dimensions=chosen)
        state.put("w", written(changed))
        st.html(
            need.sentence(data.recommended(ready, parse(written(changed)), dict.fromkeys(chosen, 1.0)), scene)
        )


def _export(view: frame.View, overlay: WeightOverlay) -> None:
    words = toml(parse(state.get("w", "", _valid)))
    with st.expander(view.scene.say("whatif.export")):
        st.code(words or view.scene.say("whatif.same"), language=None)
        st.download_button(
            view.scene.say("whatif.download"), words, file_name="weights.toml", mime="application/toml",
            on_click="ignore", disabled=not words,
        )  # fmt: skip


def _specification(
    view: frame.View, ready: PreparedComparison, overlay: WeightOverlay, published: Score
) -> None:
    scene = view.scene
    found = data.analyses(ready, published.dimension, overlay)
    if found is None or published.contrast is None:
        return
    st.subheader(scene.say("whatif.spec"), anchor=False)
    first = scene.title(published.contrast.first)
    support = fmt.share(found.support)
    frame.note(
        scene.say("whatif.spec.note", share=support, count=f"{len(found.specifications):,}", first=first)
    )
    shown = spread(found)
    values = [one.contrast for one in shown]
    reach = min(10.0, max(table.extent(view.published(), scene), *(abs(value) + 0.25 for value in values)))
    spec = charts_time.specification(
        values, scene, view.palette, reach=reach, margin=published.contrast.margin
    )
    st.vega_lite_chart(spec, theme=None, alt=scene.say("whatif.spec"), key="analyses")
    made = charts_time.choices(_choices(shown, scene.say), view.palette, analyses=len(shown))
    st.vega_lite_chart(made, theme=None, alt=scene.say("whatif.spec.choices"), key="choices")


def spread(found: Multiverse) -> tuple[Specification, ...]:
    """Return at most `SHOWN` analyses, evenly spread over the sorted ones."""
    every = found.specifications
    step = max(1.0, len(every) / SHOWN)
    return tuple(every[int(place * step)] for place in range(min(SHOWN, len(every))))


def _choices(shown: tuple[Specification, ...], say: frame.Say) -> pd.DataFrame:
    kinds: Mapping[str, tuple[str, ...]] = {
        "normalisation": ("par", "pair", "goalposts", "share", "ratio_to_max"),
        "aggregation": ("arithmetic", "geometric", "median"),
        "window": ("shorter", "declared", "longer"),
        "scope": ("core", "broad"),
    }
    rows = [
        {
            "place": place,
            "choice": say("colon", what=say(f"choice.{kind}"), words=say(f"choice.{kind}.{option}")),
        }
        for kind, options in kinds.items()
        for option in options
        for place, one in enumerate(shown)
        if getattr(one, kind) == option
    ]
    return pd.DataFrame(rows, columns=["place", "choice"])
