"""What the rows mean for a need: a recommendation with its doubt. Never instead of the rows."""

from __future__ import annotations

import math

import streamlit as st

from dashboard import data, detail, frame, state
from dashboard import format as fmt
from dashboard.markup import Html, bold, element, join
from dashboard.scene import Scene
from evidence.ranking import Change, Recommendation
from evidence.types import Preset


def choose(view: frame.View) -> None:
    """Draw the needs to choose from, and what the chosen one makes of the scores."""
    scene = view.scene
    presets = {preset.id: preset for preset in scene.comparison.presets}
    if not presets:
        return
    chosen = state.get("need", "", lambda value: not value or value in presets)
    st.session_state["w.need"] = chosen or None
    with st.container(horizontal=True, vertical_alignment="center", key="needs", gap="small"):
        title = element("b", scene.say("need.title"))
        st.html(element("p", title, class_="ts-need", title=scene.say("need.help")), width="content")
        st.pills(
            scene.say("need.title"), list(presets), label_visibility="collapsed", key="w.need",
            format_func=lambda name: fmt.plain_markdown(scene.local(presets[name].title)),
            on_change=state.from_widget, args=("need", "w.need"),
        )  # fmt: skip
    if chosen:
        _recommend(view, presets[chosen])


def _recommend(view: frame.View, preset: Preset) -> None:
    asked = view.as_of if view.past else None
    need = tuple(sorted(preset.weights.items()))
    with st.spinner(view.scene.say("waiting.weights")):
        found = data.recommendation(view.warehouse, view.release, view.scene.asked, asked, need)
    st.html(sentence(found, view.scene))
    with st.expander(view.scene.say("need.weights")):
        st.html(_weights(preset, view.scene))


def sentence(found: Recommendation | None, scene: Scene) -> Html:
    """Return the index of each framework, who comes first how often, and what would change it."""
    if found is None:
        return element("p", scene.say("need.none"), class_="ts-chips", lang=scene.language)
    indices = [
        element(
            "span",
            scene.say(
                "need.index",
                framework=scene.title(name),
                value=fmt.level(interval.value),
                low=fmt.level(interval.low90),
                high=fmt.level(interval.high90),
            ),
            class_=f"ts-f{scene.slot(name)} ts-index",
        )
        for name, interval in found.index.items()
    ]
    first = scene.say(
        "need.first",
        framework=scene.title(found.leader),
        share=fmt.share(found.acceptability[found.leader][0]),
    )
    all_wanted = len(found.weights) + len(found.unused)
    used = scene.say("need.used", used=len(found.weights), all=all_wanted) if found.unused else ""
    words = [bold(first), change(found, scene), used]
    return element(
        "p",
        *indices,
        element("span", join([word for word in words if word], " ")),
        class_="ts-chips",
        lang=scene.language,
    )


def change(found: Recommendation, scene: Scene) -> str:
    """Return the nearest change of one dimension's weight that would turn the order."""
    reachable = [row for row in found.changes if row.flips_at is not None and row.weight > 0]
    if not reachable:
        return scene.say("need.change.none")
    nearest = min(reachable, key=_distance)
    return scene.say(
        "need.change",
        dimension=scene.dimension_title(nearest.dimension),
        now=fmt.share(nearest.weight),
        then=fmt.share(nearest.flips_at),
    )


def _distance(row: Change) -> float:
    return math.inf if row.flips_at is None else abs(row.flips_at - row.weight)


def _weights(preset: Preset, scene: Scene) -> Html:
    heads = [scene.say("scorecard.dimension"), scene.say("column.weight"), scene.say("provenance.why")]
    total = sum(preset.weights.values()) or 1.0
    rows = [
        [scene.dimension_title(name), fmt.share(weight / total), scene.local(preset.reasons[name])]
        for name, weight in sorted(preset.weights.items(), key=lambda item: -item[1])
    ]
    return detail.plain_table(heads, rows)
