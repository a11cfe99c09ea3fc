"""HTML in which text stays text: whatever is not markup made here is escaped.

Names, reasons and figures come from outside (repositories, error texts, ingested files), so escaping
is not left to the caller's memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_VOID = frozenset({"br", "col", "hr", "meta"})

Attribute = str | int | float | bool | None


class Html(str):
    """A string that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: Attribute) -> Html:
    """Return an element. A child that is not `Html` is text; `class_`, `aria_label` lose their underscores.

    An attribute that is None or False is left out; True stands bare.
    """
    opened = "".join([f"<{name}", *(_attribute(key, value) for key, value in attributes.items()), ">"])
    return Html(opened) if name in _VOID else Html(f"{opened}{join(children)}</{name}>")


def join(children: Iterable[str], separator: str = "") -> Html:
    """Return the children one after another, text escaped."""
    return Html(text(separator).join(text(child) for child in children))


def text(value: str) -> Html:
    """Return text as markup that shows it as it stands."""
    return value if isinstance(value, Html) else Html(escape(value))


def bold(value: str) -> Html:
    """Return text in which only `**…**` means anything: bold."""
    return Html(_BOLD.sub(r"<b>\1</b>", escape(value)))


def safe_url(address: str) -> str | None:
    """Return an address that a link may have; anything but http(s) is not one (`javascript:` …)."""
    return address if re.match(r"https?://[^\s]+\Z", address, re.IGNORECASE) else None


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
