"""Run the command as a user would, on a machine that reaches no source."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cli
import collectors

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "http://127.0.0.1:9"
"""A port on which nothing listens: refused at once."""


@dataclass(frozen=True)
class Done:
    """A finished command."""

    status: int
    out: str
    err: str


def offline(home: Path) -> Mapping[str, str]:
    """The environment of a machine that reaches no source."""
    closed = {f"TOUCHSTONE_{source.upper()}_URL": NOBODY for source in collectors.discover()}
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_TOKEN")}
    return {**kept, **closed, "TOUCHSTONE_HOME": str(home), "COLUMNS": "140"}


def touchstone(home: Path, *words: str, timeout_s: float = 240, stdin: str = "") -> Done:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env=dict(offline(home)),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def begun(home: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command in a process group of its own, to be stopped half way."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env=dict(offline(home)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ask(home: Path, *words: str) -> Done:
    """Run a command that only reads, or that fails early, in this process: it is the same `main`."""
    out, err = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ.update(offline(home))
    argv, sys.argv = sys.argv, ["touchstone", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = _status(cli.main)
    finally:
        sys.argv = argv
        os.environ.clear()
        os.environ.update(before)
    return Done(status, out.getvalue(), err.getvalue())


def _status(main: Callable[[], None]) -> int:
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


@dataclass(frozen=True)
class Published:
    """A home with a release, and what the command that made it said."""

    home: Path
    first: Done
