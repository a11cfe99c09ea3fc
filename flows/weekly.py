"""The whole job: collect, measure, publish, and work out past weeks."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.benchmark import benchmark
from flows.collect import collect, collect_now
from flows.publish import SCHEDULED_S, WAITED_S, history, publish
from flows.settings import Settings
from warehouse.publish import run_lock


def weekly_now(suite: str = "quick", device: str = "cpu") -> Path:
    """Collect from every source, run a suite ("none" skips it), publish; return the published file.

    Whatever a source or a measurement comes to, the publication follows: it rests on what is archived.
    Needs no Prefect server.
    """
    with run_lock(Settings.from_environment().home):
        collect_now()
        if suite != "none":
            benchmark.fn(suite=suite, device=device)
        release = publish.fn()
        history.fn(seconds=WAITED_S)
        return release


@flow(name="weekly", validate_parameters=False)
def weekly(suite: str = "quick", device: str = "cpu", history_s: float = SCHEDULED_S) -> Path:
    """Do what `weekly_now` does, each part as a flow; past weeks get at most `history_s` seconds."""
    with run_lock(Settings.from_environment().home):
        collect()
        if suite != "none":
            benchmark(suite=suite, device=device)
        release = publish()
        history(seconds=history_s)
        return release
