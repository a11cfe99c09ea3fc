"""What is loaded and read before the server answers, so that no reader waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LOAD = """
import gc, sys, app
app.load()
assert all(name in sys.modules for name in app.LATE)
assert gc.get_freeze_count() > 100_000
"""
READ = """
from datetime import UTC, datetime
from dashboard import data
from warehouse.read import Warehouse

Warehouse.open = Warehouse.scores = Warehouse.freshness = None  # whoever asks for them now fails
warehouse = data.open_newest(data.home(), "").warehouse
scores = data.scores(warehouse, warehouse.release, "alpha_vs_beta", None)
fresh = data.freshness(warehouse, warehouse.release, datetime.now(UTC).date())
print(len(scores), len(fresh) > 0)
"""


def started(home: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, as the server starts."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TOUCHSTONE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_first_page_is_read_before_the_server_answers(published_home: Path) -> None:
    done = started(published_home, LOAD + READ)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "8 True\n"
    assert "Warning" not in done.stderr


def test_without_a_readable_database_the_server_starts_too(tmp_path: Path) -> None:
    assert started(tmp_path / "nothing", LOAD).returncode == 0
    (tmp_path / "CURRENT").write_text("20990101T000000Z-ffffff\n")
    assert started(tmp_path, LOAD).returncode == 0
