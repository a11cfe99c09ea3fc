"""The Chinese of what is named or described once, in English, outside the catalog's own texts.

Families and units are ids of the catalog; sources, quantities and the database's columns are described where
they are made. What the file beside this module does not hold (a catalog of one's own may name families as it
likes) is shown as it stands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from evidence.types import Text

Kind = Literal["family", "unit", "source", "licence", "check", "measure", "metric", "comment"]
"""A metric has two: `metric` is what it counts, `measure` what a figure of our own is called."""


def term(kind: Kind, name: str, english: str = "") -> Text:
    """Return a term in both languages; without `english` its name is the English."""
    return Text(english or name, chinese()[kind].get(name, ""))


@cache
def chinese() -> Mapping[str, Mapping[str, str]]:
    """Return the Chinese by kind and name."""
    return tomllib.loads(Path(__file__).with_name("terms.zh.toml").read_text("utf-8"))
