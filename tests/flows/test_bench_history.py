"""`touchstone bench history`: synthetic runs of one machine, one of them after a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from commanding import ask

from benchmarks import lines
from evidence.types import Measurement


def write_runs(home: Path, values: list[float]) -> None:
    """One synthetic run a week."""
    (home / "results").mkdir(parents=True)
    found = [
        Measurement(
            run=f"synthetic-{number:02}", metric="bench.train_step", subject="synthetic", framework="pytorch",
            status="ok", reason="", started_at=datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=number),
            unit="s", value=value, phase="train", versions={"torch": "1.0" if number < 8 else "1.1"},
        )
        for number, value in enumerate(values)
    ]  # fmt: skip
    (home / "results" / "own.jsonl").write_text("".join(lines.dump(line) + "\n" for line in found))


def test_the_history_names_the_release_that_changed_a_time(tmp_path: Path) -> None:
    write_runs(
        tmp_path, [1.0, 1.01, 0.99, 1.0, 1.01, 1.0, 0.99, 1.0, *[1.3, 1.29, 1.31, 1.3, 1.3, 1.31, 1.29]]
    )
    across = ask(tmp_path, "bench", "history", "--across-versions")
    assert across.status == 0, across.err
    assert "bench.train_step synthetic pytorch train" in across.out
    assert "+30.0%" in across.out
    assert "torch 1.0 -> 1.1" in across.out
    within = ask(tmp_path, "bench", "history")
    assert within.status == 0
    assert "no step" in within.out


def test_a_new_home_has_no_history_yet(tmp_path: Path) -> None:
    done = ask(tmp_path, "bench", "history")
    assert done.status == 0, done.err
    assert "comparable runs" in done.out or "runs," in done.out
