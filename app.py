"""The dashboard's entry: navigation and language, nothing else. Start it with `make app`.

`python app.py` loads what the pages need before it answers, so that the first reader does not wait for it;
`streamlit run app.py` serves the same pages.
"""

from __future__ import annotations

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


def serve() -> None:
    """Load every page, then let Streamlit serve them; its options may follow on the command line."""
    # No server runs yet, as Streamlit's caches would remark.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)
    for name in PAGES.values():
        importlib.import_module(f"dashboard.page_{name}")
    sys.argv = ["streamlit", "run", __file__, *sys.argv[1:]]
    cli.main()


if runtime.exists():
    main()
elif __name__ == "__main__":
    serve()
