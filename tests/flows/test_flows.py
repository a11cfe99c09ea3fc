"""The same job as Prefect flows, without a server: one run in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commanding import ROOT, ask, offline

from evidence.errors import InputError
from flows.serve import serve

WEEKLY = "from flows.weekly import weekly; print(weekly(suite='none', history_s=5))"


@pytest.mark.slow
def test_the_weekly_flow_publishes_with_every_source_down(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WEEKLY],
        cwd=ROOT,
        env=dict(offline(tmp_path)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert ask(tmp_path, "score").status == 0
    assert Path(done.stdout.splitlines()[-1]).exists()


@pytest.mark.parametrize("cron", ["every monday", "0 6 * *", "61 * * * *"])
def test_a_wrong_cron_line_is_said_before_anything_starts(cron: str) -> None:
    with pytest.raises(InputError, match="is not a cron line"):
        serve(cron=cron, port=4299, suite="none", gpu_cron=None, say=print)
