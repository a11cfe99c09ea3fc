"""First screen: the comparison table, one sentence of summary, and what it means for a need."""

from __future__ import annotations

import importlib

import streamlit as st

from dashboard import format as fmt
from dashboard import frame, need, state, table
from dashboard.markup import Html, element


def show() -> None:
    """Draw the page."""
    view = frame.open_view()
    if view is None:
        return
    scene = view.scene
    frame.heading(view, scene.local(scene.comparison.title))
    scores = view.scores()
    if view.past and all(score.status == "none" for score in scores):
        frame.alert(scene.say("state.nothing_then", date=fmt.day(view.as_of)))
    order = state.get("sort", table.ORDERS[0], lambda value: value in table.ORDERS)
    st.html(table.summary(scores, scene, today=view.as_of if view.past else view.today))
    st.html(
        table.scorecard(
            table.ordered(scores, scene, order),
            scene,
            reach=table.extent(view.published(), scene),
            link=lambda dimension: scene.link("dimension", dim=dimension),
        )
    )
    st.html(element("div", table.legend(scene), _sorting(view, order), class_="ts-below"))
    need.choose(view)
    frame.footer(view)
    _get_ready()


def _sorting(view: frame.View, order: str) -> Html:
    say = view.scene.say
    choices = [
        element("b", say(f"scorecard.sort.{name}"))
        if name == order
        else element(
            "a",
            say(f"scorecard.sort.{name}"),
            href=view.scene.link("", sort=name),
            data_go=True,
            target="_self",
        )
        for name in table.ORDERS
    ]
    return element(
        "p", say("scorecard.sort"), " ", choices[0], " · ", choices[1], class_="ts-small ts-sorting"
    )


def _get_ready() -> None:
    """Load what the next page needs, now that this one is drawn."""
    importlib.import_module("dashboard.page_dimension")
