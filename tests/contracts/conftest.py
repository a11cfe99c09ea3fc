"""Where the official contracts lie, and why a test is skipped when one does not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FETCHED = ROOT / ".contracts"
"""What a package registry offers: filled by `make contracts`."""
SHARED = ROOT.parent / "shared" / "contracts"
"""Copies of contracts that no registry offers, where somebody has put them beside the project."""

sys.path.insert(0, str(ROOT / "tests" / "world"))  # the world is held to the same contracts


@pytest.fixture(scope="session")
def official() -> Callable[[str], Path]:
    """Return the path of a contract by its file name, or skip and say how to get it."""

    def find(name: str) -> Path:
        place, how = (
            (FETCHED, "run `make contracts`")
            if name.startswith("github")
            else (SHARED, "no registry offers it")
        )
        if not (place / name).exists():
            pytest.skip(f"the official contract {name} is not in {place.relative_to(ROOT.parent)}: {how}")
        return place / name

    return find
