"""Processes that publish again and again until they are killed.

A parent that has imported everything forks one publisher per line of input, so that a kill costs no start.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

from material import AS_OF, NOW, PLAIN, House


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def publish_until_killed(home: str, offset: int) -> None:
    house = House(Path(home), catalog=PLAIN)
    say("ready", os.getpid())
    for number in count(offset * 1000 + 1):
        house.publish(as_of=AS_OF - timedelta(days=number % 50), now=NOW + timedelta(seconds=number))
        say("published", number)


def main() -> None:
    """Fork a publisher for each "home offset" that comes in, and say when it has ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            home, offset = line.split()
            publish_until_killed(home, int(offset))
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    main()
