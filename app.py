"""The dashboard's entry: navigation and language, nothing else. Start it with `make app`."""

from __future__ import annotations

import streamlit as st

from dashboard import (
    frame,
    page_benchmarks,
    page_dimension,
    page_health,
    page_scorecard,
    page_time,
    page_what_if,
    texts,
)

# Pages by address, in the order of the navigation. (A comment: Streamlit would print a string here.)
PAGES = {
    "": page_scorecard,
    "dimension": page_dimension,
    "time": page_time,
    "benchmarks": page_benchmarks,
    "what-if": page_what_if,
    "health": page_health,
}


def main() -> None:
    """Draw the page that the address names."""
    language = frame.language()
    st.set_page_config(page_title=texts.say("app.title", language), page_icon="⚖️", layout="wide")
    pages = {
        path: st.Page(
            module.show,
            title=texts.say(f"page.{path or 'scorecard'}", language),
            url_path=path or None,
            default=not path,
        )
        for path, module in PAGES.items()
    }
    chosen = st.navigation(list(pages.values()), position="top")
    frame.run(chosen.run, pages)


main()
