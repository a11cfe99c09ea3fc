"""What surrounds every page: which warehouse, comparison, day and language, and what is wrong with them."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, state, terms, texts
from dashboard import format as fmt
from dashboard.markup import Html, bold, element, join
from dashboard.palette import DARK, LIGHT, Palette
from dashboard.scene import Scene
from evidence.errors import TouchstoneError
from evidence.types import Comparison, Score
from warehouse.read import Warehouse

FIRST_DAY = date(2015, 1, 1)
"""Earliest day that can be asked for."""

STALE_NAMED = 3
"""Stale sources that the alert names; the rest are counted."""

Say = Callable[..., str]
"""`Scene.say`."""

_CATCH = """
export default function (component) {
  const { setTriggerValue, data } = component;
  const onClick = (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-go]") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    setTriggerValue("go", link.getAttribute("href"));
  };
  const fetchAhead = () => {
    const own = document.querySelector('script[src*="static/js/"]');
    // What cannot be fetched now, Streamlit fetches when it is needed.
    if (own) data.ahead.forEach((name) => import(new URL(name, own.src).href).catch(() => undefined));
  };
  const later = setTimeout(fetchAhead, 1000);
  document.addEventListener("click", onClick);
  return () => {
    clearTimeout(later);
    document.removeEventListener("click", onClick);
  };
}
"""
"""Turns plain clicks on our links into page changes; and fetches the chart library when the page is read."""

_CHARTS = ("ArrowVegaLiteChart", "loadVegaEmbed")
"""Files of Streamlit's front end that draw charts; a hash follows the name."""


@dataclass(frozen=True)
class View:
    """What a page draws from. `as_of` is the day shown, `newest` the day of the release.

    `alerts` is the place on top that is filled last: looking for stale evidence must not delay the page.
    """

    warehouse: Warehouse
    release: str
    scene: Scene
    as_of: date
    newest: date
    today: date
    alerts: DeltaGenerator

    @property
    def past(self) -> bool:
        """Say whether an earlier day than the newest is shown."""
        return self.as_of < self.newest

    @property
    def palette(self) -> Palette:
        """Return the colours of the reader's theme."""
        return DARK if st.context.theme.type == "dark" else LIGHT

    def scores(self) -> tuple[Score, ...]:
        """Return the scores of the day shown."""
        asked = self.as_of if self.past else None
        with st.spinner(self.scene.say("waiting.scores", date=fmt.day(self.as_of))):
            return data.scores(self.warehouse, self.release, self.scene.asked, asked)

    def published(self) -> tuple[Score, ...]:
        """Return the scores of the release's own day, whatever day is shown."""
        return data.scores(self.warehouse, self.release, self.scene.asked, None)


def language() -> str:
    """Return the reader's language."""
    return state.get("lang", texts.LANGUAGES[0], lambda value: value in texts.LANGUAGES)


def run(show: Callable[[], None], pages: Mapping[str, object]) -> None:
    """Draw a page inside its frame. A fault of our own becomes words; the log gets the traceback."""
    st.session_state["pages"] = pages
    style = Path(__file__).with_name("style.css").read_text("utf-8")
    st.html(f"<style>{style}</style>")
    _follow_links()
    with guard():
        show()


def read_ahead() -> None:
    """Read what the first page shows, before there is a reader who waits for it."""
    with suppress(TouchstoneError):  # the page says it
        warehouse = data.open_newest(data.home(), "").warehouse
        if warehouse is not None:
            for comparison in data.catalog(warehouse, warehouse.release).comparisons[:1]:
                data.scores(warehouse, warehouse.release, comparison.id, None)
            data.freshness(warehouse, warehouse.release, datetime.now(UTC).date())
    terms.chinese()
    inspect.stack()  # Streamlit does so before it draws for the first time: a fifth of a second, once


@contextmanager
def guard() -> Iterator[None]:
    """Turn a refusal or a fault of our own into words. Every page and every fragment runs inside one."""
    try:
        yield
    except TouchstoneError as error:
        alert(texts.say("state.refused", language(), why=str(error)), fault=True)
    # The outermost rim: a reader gets words, never a traceback; the log gets both.
    except Exception as error:
        logging.getLogger("touchstone.dashboard").exception("page failed")
        alert(texts.say("state.fault", language(), kind=type(error).__name__), fault=True)


def open_view() -> View | None:
    """Return what to draw from, or None after saying why there is nothing."""
    folder, tongue = data.home(), language()
    alerts = st.container(key="alerts")
    shown = st.session_state.get("release", "")
    opened = data.open_newest(folder, shown)
    if opened.warehouse is None:
        _nothing(opened, folder, tongue)
        return None
    warehouse = opened.warehouse
    release = warehouse.release
    if opened.problem:
        _broken(opened.problem, tongue, last_good=True)
    elif shown and shown != release:
        alert(texts.say("state.picked_up", tongue, release=release))
    st.session_state["release"] = release
    view = _view(warehouse, release, tongue, alerts)
    _watch(str(folder), release, tongue)
    return view


def heading(view: View, title: str, *, dimensions: bool = False) -> None:
    """Draw the title with the controls that every page has."""
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        st.title(fmt.plain_markdown(title), anchor=False, width="stretch")
        if len(view.scene.catalog.comparisons) > 1:
            _comparison_control(view)
        if len(view.scene.comparison.frameworks) > 2:
            _pair_control(view)
        if dimensions:
            _dimension_control(view)
        _as_of_control(view)
        _language_control(view)
    for key, value in state.unknown().items():
        what = view.scene.say(f"param.{key}")
        alert(view.scene.say("state.bad_value", what=what, value=value[:60], shown=_shown(view, key)))
    if view.past:
        note(view.scene.say("state.past", date=fmt.day(view.as_of)))


def footer(view: View) -> None:
    """Draw the glossary and what made the numbers."""
    scene = view.scene
    with st.expander(scene.say("words.title")):
        rows = [(scene.say(f"word.{word}"), scene.say(f"word.{word}.means")) for word in texts.WORDS]
        items = (element("div", element("dt", term), element("dd", means)) for term, means in rows)
        st.html(element("dl", *items, class_="ts-words-list", lang=scene.language))
    meta = view.warehouse.meta()
    frame = meta.get("frame", "")[:8] + "…"
    note(scene.say("footer", frame=frame, built=meta.get("built_at", "")[:16], release=view.release))
    with view.alerts:
        _stale(view)


def dimension(view: View) -> str:
    """Return the dimension that the address names, else the first that has evidence.

    It always stands in the address: which one is the first depends on the release.
    """
    known = view.scene.comparison.dimensions
    named = state.get("dim", "", lambda value: not value or value in known)
    if not named:
        measured = [score.dimension for score in view.published() if score.contrast is not None]
        named = next(iter(measured), known[0])
        state.put("dim", named)
    return named


def alert(words: str | Html, *, fault: bool = False) -> None:
    """Show a message in ink on grey; only real errors get an edge of red."""
    body = words if isinstance(words, Html) else bold(words)
    st.html(
        element(
            "div",
            body,
            class_="ts-box ts-fault" if fault else "ts-box ts-alert",
            role="alert" if fault else "status",
        )
    )


def note(words: str) -> None:
    """Show a small grey line."""
    st.html(element("p", bold(words), class_="ts-note"))


def lead(words: str) -> None:
    """Show the sentence that a page starts with."""
    st.html(element("p", bold(words), class_="ts-summary"))


def _view(warehouse: Warehouse, release: str, tongue: str, alerts: DeltaGenerator) -> View:
    catalog = data.catalog(warehouse, release)
    names = [comparison.id for comparison in catalog.comparisons]
    chosen = state.get("cmp", names[0], lambda value: value in names)
    newest = date.fromisoformat(warehouse.meta()["as_of"][:10])
    day = state.get("as_of", newest.isoformat(), lambda value: _is_day(value, newest))
    comparison = catalog.comparisons[names.index(chosen)]
    pairs = _pairs(comparison)
    pair = state.get("pair", "", lambda value: not value or value in pairs)
    return View(
        warehouse=warehouse,
        release=release,
        scene=Scene(catalog, comparison, tongue, () if pair in {"", pairs[0]} else tuple(pair.split(","))),
        as_of=date.fromisoformat(day),
        newest=newest,
        today=datetime.now(UTC).date(),
        alerts=alerts,
    )


def _pairs(comparison: Comparison) -> list[str]:
    """Return every two frameworks of a comparison, in its order, as the address names them."""
    return [",".join(pair) for pair in combinations(comparison.frameworks, 2)] or [""]


def _stale(view: View) -> None:
    """Say which sources of the comparison should have answered and did not: computed when it is read."""
    if view.past:
        return
    scene = view.scene
    stale = [
        item
        for item in data.freshness(view.warehouse, view.release, view.today)
        if item.stale_since is not None and item.framework in scene.comparison.frameworks
    ]
    names = list(dict.fromkeys(item.title for item in stale))
    if not names:
        return
    oldest = {
        item.title: item for item in sorted(stale, key=lambda item: str(item.stale_since), reverse=True)
    }
    told = [
        scene.say(
            "state.stale.source", source=scene.term("source", name), last=fmt.day(oldest[name].last_answer),
            since=fmt.day(oldest[name].stale_since),
        )
        for name in names[:STALE_NAMED]
    ]  # fmt: skip
    if len(names) > STALE_NAMED:
        told.append(scene.say("state.stale.more", count=len(names) - STALE_NAMED))
    words = scene.say("state.stale", sources=scene.say("list.separator").join(told))
    link = element("a", scene.say("page.health"), href=scene.link("health"), data_go=True, target="_self")
    alert(join([words, " ", link]))


def _is_day(value: str, newest: date) -> bool:
    try:
        return FIRST_DAY <= date.fromisoformat(value) <= newest
    except ValueError:
        return False


def _shown(view: View, key: str) -> str:
    shown = {
        "dim": lambda: view.scene.dimension_title(dimension(view)),
        "cmp": lambda: view.scene.local(view.scene.comparison.title),
        "pair": lambda: " : ".join(view.scene.title(name) for name in view.scene.pair),
        "as_of": lambda: fmt.day(view.as_of),
        "lang": lambda: view.scene.language,
    }
    return shown[key]() if key in shown else view.scene.say("nothing")


def _follow_links() -> None:
    """Turn a plain click on one of our links into a page change without a reload."""
    catch = st.components.v2.component("touchstone.links", js=_CATCH)
    target = catch(key="links", data={"ahead": _chart_files()}, on_go_change=lambda: None).go
    if not target:
        return
    parts = urlsplit(str(target))
    page = st.session_state["pages"].get(parts.path.removeprefix("./"))
    if page is not None:
        parameters = dict(parse_qsl(parts.query))
        state.take(parameters)
        st.switch_page(page, query_params=parameters)


@cache
def _chart_files() -> list[str]:
    folder = Path(st.__file__).parent / "static" / "static" / "js"
    return sorted(file.name for name in _CHARTS for file in folder.glob(f"{name}.*.js"))


def _nothing(opened: data.Opened, folder: Path, tongue: str) -> None:
    if not opened.absent:
        _broken(opened.problem, tongue, last_good=False)
        return
    with st.container(key="empty"):
        st.html(
            element(
                "div",
                element(
                    "p",
                    texts.say("state.none.title", tongue),
                    class_="ts-box-title",
                    role="heading",
                    aria_level=1,
                ),
                element("p", texts.say("state.none.body", tongue, home=str(folder))),
                element("p", texts.say("state.none.command", tongue)),
                class_="ts-empty",
                lang=tongue,
            )
        )
        st.code("touchstone run", language=None)


def _broken(problem: str, tongue: str, *, last_good: bool) -> None:
    say = texts.say
    lines = [element("p", say("state.broken.title", tongue), class_="ts-box-title"), element("p", problem)]
    if last_good:
        lines.append(element("p", say("state.broken.last_good", tongue)))
    lines.append(element("p", say("state.broken.body", tongue)))
    alert(element("div", *lines), fault=True)
    st.code("touchstone publish", language=None)


@st.fragment(run_every=timedelta(minutes=1))
def _watch(folder: str, shown: str, tongue: str) -> None:
    """Offer a newer release once there is one. Numbers never change under a reader by themselves."""
    with guard():
        newest = data.newest_release(Path(folder))
        if newest and newest != shown:
            alert(texts.say("state.newer", tongue, release=newest, shown=shown))
            if st.button(texts.say("state.newer.show", tongue), key="show_newer"):
                st.rerun()


def _comparison_control(view: View) -> None:
    names = {
        comparison.id: view.scene.local(comparison.title) for comparison in view.scene.catalog.comparisons
    }
    st.session_state["w.cmp"] = view.scene.comparison.id
    st.selectbox(
        view.scene.say("toolbar.comparison"), list(names), format_func=names.__getitem__, key="w.cmp",
        label_visibility="collapsed", width=220, on_change=_choose_comparison, args=(next(iter(names)),),
    )  # fmt: skip


def _choose_comparison(default: str) -> None:
    """Show another comparison; a pair of the one before is none of it."""
    state.from_widget("cmp", "w.cmp", default)
    state.put("pair", "")


def _pair_control(view: View) -> None:
    pairs, scene = _pairs(view.scene.comparison), view.scene
    st.session_state["w.pair"] = ",".join(scene.pair)
    st.selectbox(
        scene.say("toolbar.pair"), pairs, key="w.pair", label_visibility="collapsed", width=220,
        format_func=lambda pair: " : ".join(scene.title(name) for name in pair.split(",")),
        on_change=_choose_pair, args=(pairs[0],),
    )  # fmt: skip


def _choose_pair(first: str) -> None:
    chosen = st.session_state["w.pair"]
    state.put("pair", "" if chosen == first else chosen)


def _dimension_control(view: View) -> None:
    known = view.scene.comparison.dimensions
    st.session_state["w.dim"] = dimension(view)
    st.selectbox(
        view.scene.say("toolbar.dimension"), known, format_func=view.scene.dimension_title, key="w.dim",
        label_visibility="collapsed", width=220, on_change=state.from_widget, args=("dim", "w.dim"),
    )  # fmt: skip


def _as_of_control(view: View) -> None:
    say, newest = view.scene.say, view.newest.isoformat()
    with st.popover(
        say("toolbar.as_of", date=fmt.day(view.as_of)),
        icon=":material/history:" if view.past else ":material/event:",
        type="primary" if view.past else "secondary",
    ):
        st.session_state["w.as_of"] = view.as_of
        st.date_input(
            say("toolbar.as_of.pick"), key="w.as_of", min_value=FIRST_DAY, max_value=view.newest,
            help=say("toolbar.as_of.help"), on_change=state.from_widget, args=("as_of", "w.as_of", newest),
        )  # fmt: skip
        if view.past:
            st.button(say("toolbar.as_of.back"), on_click=state.put, args=("as_of", newest, newest))


def _language_control(view: View) -> None:
    names = {"en": "English", "zh": "中文"}
    st.session_state["w.lang"] = view.scene.language
    st.segmented_control(
        view.scene.say("toolbar.language"), texts.LANGUAGES, format_func=names.__getitem__, key="w.lang",
        label_visibility="collapsed", required=True, on_change=state.from_widget,
        args=("lang", "w.lang", texts.LANGUAGES[0]),
    )  # fmt: skip
