"""The dashboard's entry: navigation and language, nothing else. Start it with `make app`.

`python app.py` loads and reads what the first page needs before it answers, so that no reader waits for it;
`streamlit run app.py` serves the same pages.
"""

from __future__ import annotations

import gc
import importlib
import logging
import sys
from collections.abc import Callable

import streamlit as st
from streamlit import runtime
from streamlit.web import cli

# Pages by address, in the order of the navigation. (A comment: Streamlit would print a string here.)
PAGES = {
    "": "scorecard",
    "dimension": "dimension",
    "time": "time",
    "benchmarks": "benchmarks",
    "what-if": "what_if",
    "health": "health",
}

# What Streamlit loads only when an icon is drawn for the first time: a quarter of a second.
LATE = ("streamlit.emojis", "streamlit.material_icon_names")


def main() -> None:
    """Draw the page that the address names."""
    from dashboard import frame, texts  # noqa: PLC0415 - not before `serve` has told Streamlit to be quiet

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


def load() -> None:
    """Do what is done once, while nobody waits for it."""
    # No server runs yet, as Streamlit's caches would remark.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)
    for name in (*(f"dashboard.page_{page}" for page in PAGES.values()), *LATE):
        importlib.import_module(name)
    # Streamlit collects garbage after every run of a page and so holds back the page's end: modules are no
    # garbage and need not be looked through. A release may become some, so it is read only then.
    gc.freeze()
    importlib.import_module("dashboard.frame").read_ahead()


def serve() -> None:
    """Load every page, then let Streamlit serve them; its options may follow on the command line."""
    load()
    sys.argv = ["streamlit", "run", __file__, *sys.argv[1:]]
    cli.main()


if runtime.exists():
    main()
elif __name__ == "__main__":
    serve()
