"""One source that is down never stops another, and is asked again in the next run."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest
from test_world_faults import page
from world_collecting import FRAMEWORKS, Memory, collect
from world_server import CONTRACTS, NOW, Fault

from collectors import _http

SOURCES = sorted({one.source for one in CONTRACTS})
RESTS_ON = {"osv": {"pypi"}}
"""Where an answer of one source needs another's: a repair is dated by the index."""


@pytest.fixture(scope="module")
def steady(one_world, tmp_path_factory):
    """A world whose history is archived; every test moves it a week on."""
    memory, home = Memory(), tmp_path_factory.mktemp("home")
    while any(one.outcome == "capped" for one in collect(one_world, memory, home)):
        one_world.now += timedelta(days=1)
    return one_world, memory, home


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_that_is_down_stops_no_other(steady, source):
    world, memory, home = steady
    world.clear()
    world.now += timedelta(days=7)
    world.faults.append(Fault(source, page(502)))
    made = collect(world, memory, home)
    failed = {one.source: one for one in made if one.outcome == "failed"}
    assert set(failed) == {source} | {name for name, needs in RESTS_ON.items() if source in needs}
    assert {one.outcome for one in made if one.source not in failed} <= {"ok", "not_applicable"}
    assert all("502" in one.reason for one in failed.values())
    world.clear()
    world.now += timedelta(minutes=1)
    again = collect(world, memory, home, sources=list(failed))
    assert {one.outcome for one in again} == {"ok"}
    assert world.broken == []


@pytest.mark.parametrize("source", [name for name in SOURCES if name != "discourse"])
def test_a_source_that_cannot_be_connected_to_fails_with_its_name(world, own_home, monkeypatch, source):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv(f"TOUCHSTONE_{source.upper()}_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        (made,) = collect(world, Memory(), own_home, sources=[source], only=FRAMEWORKS[0])
    assert made.outcome == "failed"
    assert "no connection to 127.0.0.1" in made.reason
    assert made.requests <= 2 * _http.UNREACHED_TRIES


@pytest.mark.parametrize("source", ["pypi", "github", "arxiv"])
def test_a_source_that_never_answers_is_given_up(world, own_home, monkeypatch, source):
    monkeypatch.setattr(_http, "READ_TIMEOUT_S", 0.15)
    world.faults.append(Fault(source, silence))
    (made,) = collect(world, Memory(), own_home, sources=[source], only=FRAMEWORKS[0])
    assert made.outcome == "failed"
    assert "no answer within" in made.reason
    assert len(world.asked(source)) <= 2 * _http.TRIES  # also by halves
    assert world.now - NOW < timedelta(seconds=_http.WAIT_BUDGET_S)


def silence(world, _request):
    time.sleep(0.4)
    return page(504)(world, None)
