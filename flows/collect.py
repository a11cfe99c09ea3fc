"""Ask every source about every framework; archive the answers; keep a ledger of the attempts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, wait
from prefect.task_runners import ThreadPoolTaskRunner

import collectors
from collectors import Collector
from evidence.errors import InputError
from evidence.types import Attempt, Framework
from flows import definitions
from flows.progress import Stage, tell
from flows.settings import Settings
from warehouse.archive import Archive, RunWriter
from warehouse.publish import run_lock

T = TypeVar("T")

WORKERS = 8
"""Threads: sources wait for the network, not for the processor."""

# Typed loosely: the runner is invariant in its kind of future, and a flow wants the base kind.
RUNNER: Any = ThreadPoolTaskRunner(max_workers=WORKERS)


@flow(name="collect", task_runner=RUNNER, validate_parameters=False)
def collect(sources: Sequence[str] = (), frameworks: Sequence[str] = ()) -> list[Attempt]:
    """Collect from `sources` about `frameworks` (all when empty); return one attempt per combination.

    A source that is down never stops another: its attempt says so. One source is asked about one
    framework after the other, different sources at the same time.
    """
    settings = Settings.from_environment()
    chosen = _chosen(sources, collectors.discover(), "source")
    known = {item.id: item for item in definitions.catalog(settings).frameworks}
    asked = _chosen(frameworks, known, "framework")
    run = new_run()
    tell(Stage("collect", len(chosen) * len(asked)))
    with run_lock(settings.home):
        archive = Archive(settings.home / "archive")
        with archive.writer(run) as writer:
            done = _ask_all(list(chosen.values()), list(asked.values()), archive, writer)
    create_table_artifact([_row(item) for item in done], key="attempts", description=f"Attempts of run {run}")
    return done


def record(source: str, framework: str, folder: Path) -> Attempt:
    """Ask one source about one framework and write the answers, as test cases, into a folder."""
    settings = Settings.from_environment()
    known = {item.id: item for item in definitions.catalog(settings).frameworks}
    (collector,) = _chosen([source], collectors.discover(), "source").values()
    (asked,) = _chosen([framework], known, "framework").values()
    return collectors.record(collector, asked, folder)


def new_run() -> str:
    """A run's id: sortable by time, unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


def _ask_all(
    chosen: Sequence[Collector], asked: Sequence[Framework], archive: Archive, writer: RunWriter
) -> list[Attempt]:
    futures: list[PrefectFuture[Attempt]] = []
    for collector in chosen:
        before: list[PrefectFuture[Attempt]] = []
        for framework in asked:
            future = collect_one.with_options(
                task_run_name=f"{collector.source.id} × {framework.id}", tags=[collector.source.id]
            ).submit(collector, framework, archive, writer, return_state=False, wait_for=before)
            before = [future]
            futures.append(future)
    wait(futures)
    return [future.result() for future in futures]


@task(name="collect one source", persist_result=False, cache_policy=NO_CACHE)
def collect_one(collector: Collector, framework: Framework, archive: Archive, writer: RunWriter) -> Attempt:
    """Ask one source about one framework; the client inside retries what a retry can mend."""
    done = collectors.attempt(
        collector,
        framework,
        run=writer.run,
        save=writer.save,
        previous=archive.previous,
        home=Settings.from_environment().home,
    )
    writer.attempt(done)
    tell(done)
    return done


def _chosen(wanted: Sequence[str], known: Mapping[str, T], what: str) -> dict[str, T]:
    for item in wanted:
        if item not in known:
            raise InputError(f"no {what} {item!r}. Known: {', '.join(sorted(known))}")
    return {key: value for key, value in known.items() if not wanted or key in wanted}


def _row(item: Attempt) -> dict[str, object]:
    return {
        "source": item.source,
        "framework": item.framework,
        "outcome": item.outcome,
        "reason": item.reason,
        "requests": item.requests,
        "seconds": round(item.seconds, 2),
    }
