"""A collection that is killed loses nothing that was saved, and the next run goes on from there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from world_collecting import Memory, collect, facts
from world_server import NOW

from warehouse.archive import Archive

HERE = Path(__file__).resolve().parent
KILLS = 5


class Collector:
    """A process that collects, and can be killed after a number of answers."""

    def __init__(self, home: Path) -> None:
        self.home = home
        paths = os.pathsep.join((str(HERE), str(HERE.parent.parent)))
        self._parent = subprocess.Popen(
            [sys.executable, str(HERE / "world_child.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def run(self, name: str, *, kill_after: int | None = None) -> tuple[list[list[str]], int]:
        """Collect once; return what was acknowledged and the exit status, -9 for a kill that came in time."""
        self._parent.stdin.write(f"{self.home} {name} {NOW.isoformat()}\n")
        self._parent.stdin.flush()
        said, child = [], None
        for line in self._parent.stdout:
            words = line.split()
            if words[0] == "ended":
                return said, int(words[1])
            if words[0] == "ready":
                child = int(words[1])
                continue
            said.append(words)
            if kill_after is not None and len(said) == kill_after:
                os.kill(child, signal.SIGKILL)
        raise AssertionError("the process that forks collectors has died")

    def close(self) -> None:
        self._parent.stdin.close()
        self._parent.wait(timeout=30)
        self._parent.stdout.close()


@pytest.fixture
def collector(world, own_home):
    collector = Collector(own_home)
    yield collector
    collector.close()


def saved(said):
    return [words[2] for words in said if words[0] == "saved"]


def archived(home):
    archive = Archive(home / "archive")
    return [archive.payload(entry) for entry in archive.entries()]


def test_killed_again_and_again_it_ends_with_what_one_whole_run_gives(world, collector, own_home, tmp_path):
    random, told = Random(20261123), []
    for place in range(KILLS):
        said, status = collector.run(f"run-{place}", kill_after=random.randint(1, 60))
        told += saved(said)
        kept = {payload.url for payload in archived(own_home)}
        assert set(told) <= kept, "what was said to be safe is lost"
        assert status in (-signal.SIGKILL, 0)
    for place in range(2):  # history is fetched over several runs
        said, status = collector.run(f"run-whole-{place}")
        assert status == 0
    assert {words[3] for words in said if words[0] == "attempted"} <= {"ok", "not_applicable"}
    payloads = archived(own_home)
    asked_by = {(one.url, one.framework, one.scope, one.name) for one in payloads}
    alone = {url for url, count in Counter(url for url, *_ in asked_by).items() if count == 1}
    doubled = [
        url for url, count in Counter(one.url for one in payloads).items() if count > 1 and url in alone
    ]
    assert doubled == []
    whole = Memory()
    while any(one.outcome == "capped" for one in collect(world, whole, tmp_path)):
        pass
    assert facts(payloads) == facts(whole.saved)


def test_a_resumed_run_asks_only_for_what_is_missing(world, collector, own_home):
    collector.run("first", kill_after=70)
    kept = {payload.url.partition("#")[0] for payload in archived(own_home)}
    world.log.clear()
    collector.run("second")
    again = [
        one
        for one in world.log
        if one.method == "GET" and without_key(one.url) in kept and one.source != "git"
    ]
    assert [one.url for one in again] == []


def without_key(url):
    return re.sub(r"[?&](api_key|key)=[^&]*", "", url)
