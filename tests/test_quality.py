"""The linter, the formatter and the type checker are part of the tests."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["ruff", "format", "mypy"],
)
def test_tool_finds_nothing(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_every_test_file_has_a_name_of_its_own() -> None:
    # Folders without __init__.py share one name space: two files of one name stop the collection
    # of the whole suite, which running the folders one by one never shows.
    files = Counter(path.name for path in (ROOT / "tests").rglob("*.py"))
    twice = sorted(name for name, count in files.items() if count > 1 and name != "conftest.py")
    assert not twice
