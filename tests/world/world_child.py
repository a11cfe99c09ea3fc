"""Processes that collect from a world until they are killed, and say what they were told is safe.

A parent that has imported everything forks one collector per line of its input ("home run moment"), so that a
kill costs no start. The world is another process; its addresses stand in the environment.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime
from pathlib import Path

from world_collecting import FRAMEWORKS, at_home, collect_all

from evidence.types import Attempt, Payload
from warehouse.archive import Archive

_say = threading.Lock()


def say(*words: str) -> None:
    """Acknowledge in one write, or a kill would cut the words."""
    with _say:
        sys.stdout.write(" ".join(words) + "\n")
        sys.stdout.flush()


def collect_until_killed(home: str, run: str, moment: str) -> None:
    """Collect everything into the archive of a home, as `collect` does."""
    archive = Archive(Path(home) / "archive")
    frameworks = [at_home(one, os.environ["TOUCHSTONE_DISCOURSE_URL"]) for one in FRAMEWORKS]
    with archive.writer(run) as writer:
        say("ready", str(os.getpid()))

        def save(payload: Payload) -> None:
            writer.save(payload)
            say("saved", payload.sha256, payload.url)

        def done(attempt: Attempt) -> None:
            writer.attempt(attempt)
            say("attempted", attempt.source, attempt.framework, attempt.outcome)

        collect_all(
            frameworks,
            run=run,
            save=save,
            previous=archive.previous,
            home=Path(home),
            clock=lambda: datetime.fromisoformat(moment),
            sleep=lambda _seconds: None,
            done=done,
        )


def main() -> None:
    """Fork a collector for each line that comes in, and say how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            collect_until_killed(*line.split())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say("ended", str(os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    main()
