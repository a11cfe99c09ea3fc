"""What a page shows is kept in its address, so that a link shows what its sender saw.

The session keeps a copy, because the top navigation drops the query; a value that is not valid falls
back to the default and is named on the page. Defaults are left out of the address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

KEYS = (
    "cmp",
    "pair",
    "dim",
    "as_of",
    "lang",
    "sort",
    "ind",
    "need",
    "w",
    "sha",
    "metric",
    "fw",
    "scope",
    "view",
    "scale",
    "run",
    "phase",
    "mode",
)
"""Comparison, its pair, dimension, day, language, order, indicator, need, weights, body; and what the pages
Data and Benchmarks show."""


def get(key: str, default: str, valid: Callable[[str], bool]) -> str:
    """Return a value from the address, else from this session, else the default."""
    value = str(st.query_params.get(key, st.session_state.get(_kept(key), default)))
    if not valid(value):
        _unknown()[key] = value
        value = default
    put(key, value, default)
    return value


def put(key: str, value: str, default: str = "") -> None:
    """Keep a value in the session and in the address."""
    st.session_state[_kept(key)] = value
    if value == default:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def take(parameters: dict[str, str]) -> None:
    """Keep what a link asks for; unknown keys are dropped."""
    for key, value in parameters.items():
        if key in KEYS:
            st.session_state[_kept(key)] = value


def from_widget(key: str, widget: str, default: str = "") -> None:
    """Copy a widget's value into the state: its `on_change`."""
    value = st.session_state.get(widget)
    put(
        key,
        default if value is None else value.isoformat() if isinstance(value, date) else str(value),
        default,
    )


def unknown() -> dict[str, str]:
    """Return and forget the values of this run that were not valid, by key."""
    found = dict(_unknown())
    _unknown().clear()
    return found


def _kept(key: str) -> str:
    return f"state.{key}"


def _unknown() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault("state.unknown", {})
    return found
