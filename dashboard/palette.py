"""The colours of the charts by role and theme; `style.css` has the same for what is drawn by CSS."""

from __future__ import annotations

from dataclasses import dataclass

FONT = "'Source Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"


@dataclass(frozen=True)
class Palette:
    """Colours by role; `slots[0]` is ink, `slots[n]` the n-th framework's."""

    background: str
    ink: str
    muted: str
    hair: str
    grid: str
    zero: str
    tie: str
    slots: tuple[str, ...]


LIGHT = Palette(
    "#FFFFFF", "#1D232B", "#59626D", "#DADDD8", "#ECEEEA", "#8B939C", "#E9EBE7",
    ("#1D232B", "#3B5BBF", "#826B00", "#581631", "#25128B", "#299F9C", "#803844"),
)  # fmt: skip
DARK = Palette(
    "#14181D", "#E8EAED", "#A5AEB8", "#39424D", "#262D35", "#7C8793", "#29313A",
    ("#E8EAED", "#9DB0FF", "#D0C34E", "#CF6172", "#4DFEF9", "#9B6AE4", "#F486AA"),
)  # fmt: skip
STYLED = Palette(
    "var(--ts-bg)", "var(--ts-ink)", "var(--ts-muted)", "var(--ts-hair)", "var(--ts-grid)", "var(--ts-zero)",
    "var(--ts-tie)", tuple(f"var(--ts-f{slot})" for slot in range(7)),
)  # fmt: skip
"""Colours left to `style.css`, so that one drawing serves both themes and print."""
