"""Processes that archive until they are killed, and say what they were told is safe. Answers are made up.

A parent that has imported everything forks one writer per line of its input, so that a kill costs no start.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from evidence.types import Attempt, Payload
from warehouse.archive import Archive, RunWriter

_say = threading.Lock()


def say(*words: str) -> None:
    """Acknowledge in one write, or a kill would cut the words."""
    with _say:
        sys.stdout.write(" ".join(words) + "\n")
        sys.stdout.flush()


def answer(run: str, thread: int, number: int) -> Payload:
    """A body of its own, now and then of a megabyte."""
    body = f"{run} {thread} {number} ".encode() * (50_000 if number % 7 == 3 else 3)
    return Payload(
        source="shop",
        framework="alpha",
        scope="core",
        name="alpha",
        url=f"invented://{run}/{thread}/{number}",
        requested_at=datetime.now(UTC),
        status=200,
        headers={},
        sha256=sha256(body).hexdigest(),
        body=body,
    )


def write(writer: RunWriter, thread: int) -> None:
    for number in count():
        payload = answer(writer.run, thread, number)
        writer.save(payload)
        say("saved", writer.run, payload.url, payload.sha256)
        if number % 5 == 0:
            writer.attempt(
                Attempt(writer.run, f"shop-{thread}-{number}", "alpha", "ok", "", payload.requested_at)
            )
            say("attempted", writer.run, f"shop-{thread}-{number}")


def archive_until_killed(root: str, run: str) -> None:
    with Archive(Path(root)).writer(run) as writer:
        say("ready", str(os.getpid()))
        threads = [threading.Thread(target=write, args=(writer, number)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def main() -> None:
    """Fork a writer for each "root run" that comes in, and say when it has ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            archive_until_killed(*line.split())
            os._exit(0)
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    main()
