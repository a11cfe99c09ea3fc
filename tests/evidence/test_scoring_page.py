"""The page names the test of every property; each must exist where it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "SCORING.md").read_text(encoding="utf-8")
FILES = {
    "invariance": ROOT / "tests" / "pipeline" / "test_invariance.py",
    "figures": ROOT / "tests" / "pipeline" / "test_published_figures.py",
}


def named() -> list[tuple[str, str]]:
    """File and name of every test that the table of properties names."""
    found, file = [], ""
    for word in re.findall(r"[a-z]+(?=:)|`\w+`", PAGE.partition("## 5.1")[2].partition("\nWhat is bit")[0]):
        if word[0] != "`":
            file = word
        elif file:
            found.append((file, word.strip("`")))
    return found


@pytest.mark.parametrize(("file", "name"), named())
def test_the_test_of_a_property_exists(file, name):
    text = FILES.get(file, Path(__file__).with_name(f"test_{file}.py")).read_text(encoding="utf-8")
    assert f"\ndef test_{name}(" in text


def test_every_property_of_the_table_has_one():
    assert len(named()) > 40
