"""The two measuring scripts, on small worlds: they run, and what they count is right."""

from __future__ import annotations

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from world_collecting import FRAMEWORKS, environment

import collectors
from flows.collect import WORKERS

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(autouse=True)
def no_path_is_left_behind():
    before = list(sys.path)
    yield
    sys.path[:] = before


def script(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_mining_a_history_is_measured_beside_git_log_itself(tmp_path):
    speed = script("measure_git").measure(tmp_path, commits=400, repeats=2)
    assert speed.commits == 400
    assert min(speed.log_s, speed.mining_s, speed.reading_s) > 0


def test_a_steady_week_is_measured(tmp_path, monkeypatch, capsys):
    measured = script("measure_collection")
    with measured.serve(FRAMEWORKS, tmp_path, weeks=40) as world:
        for name, value in environment(world).items():
            monkeypatch.setenv(name, value)
        measured.measure(world, tmp_path / "home", latency_s=0.0001, weeks=2)
    printed = capsys.readouterr().out
    assert "requests of the dearest week" in printed
    share = next(line for line in printed.splitlines() if "share of the first run's bodies" in line)
    assert share.endswith("holds")


def test_every_budget_has_room_for_a_second_try(tmp_path, monkeypatch):
    measured = script("measure_collection")
    home = tmp_path / "home"
    budgets = {name: one.source.budget for name, one in collectors.discover().items()}
    with measured.serve(measured.frameworks(), tmp_path, weeks=40) as world:
        for name, value in environment(world).items():
            monkeypatch.setenv(name, value)
        measured.archive_history(world, home)
        for _ in range(4):  # all that takes turns within a month
            world.now += timedelta(weeks=1)
            made, *_ = measured.timed(world, home)
            tight = [(one.source, one.requests) for one in made if one.requests >= budgets[one.source] > 0]
            assert tight == []


def test_there_is_a_worker_for_every_source_so_that_none_waits_for_another():
    assert len(collectors.discover()) <= WORKERS


def test_every_source_knows_one_of_the_frameworks_that_are_measured():
    compared = script("measure_collection").frameworks()
    needs = {name: one.source.needs for name, one in collectors.discover().items()}
    assert len(compared) == 2
    assert [name for name, key in needs.items() if not any(one.scoped_names(key) for one in compared)] == []
