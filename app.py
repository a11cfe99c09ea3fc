"""The dashboard's entry: navigation and language, nothing else. Start it with `make app`."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import streamlit as st

from dashboard import frame, texts

# Pages by address, in the order of the navigation. (A comment: Streamlit would print a string here.)
PAGES = {
    "": "scorecard",
    "dimension": "dimension",
    "time": "time",
    "benchmarks": "benchmarks",
    "what-if": "what_if",
    "health": "health",
}


def main() -> None:
    """Draw the page that the address names."""
    language = frame.language()
    st.set_page_config(page_title=texts.say("app.title", language), page_icon="⚖️", layout="wide")
    pages = {
        path: st.Page(
            shown(name),
            title=texts.say(f"page.{path or 'scorecard'}", language),
            url_path=path or None,
            default=not path,
        )
        for path, name in PAGES.items()
    }
    chosen = st.navigation(list(pages.values()), position="top")
    frame.run(chosen.run, pages)


def shown(name: str) -> Callable[[], None]:
    """Return what draws a page, imported when it is first shown: the first page waits for no other."""

    def show() -> None:
        importlib.import_module(f"dashboard.page_{name}").show()

    return show


main()
