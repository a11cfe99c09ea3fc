"""Ask every source about every framework; archive the answers; keep a ledger of the attempts.

`collect_now` does it in plain threads and needs no Prefect server; the flow `collect` does the same as one
Prefect task per source and framework, so that a schedule shows each and may spread them over workers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
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

WORKERS = 24
"""Threads, enough for every source at once: they wait for the network, not for the processor."""

# Typed loosely: the runner is invariant in its kind of future, and a flow wants the base kind.
RUNNER: Any = ThreadPoolTaskRunner(max_workers=WORKERS)


@dataclass(frozen=True)
class Collection:
    """One run: whom to ask about what, where answers go, and what was known before."""

    collectors: Sequence[Collector]
    frameworks: Sequence[Framework]
    archive: Archive
    writer: RunWriter
    home: Path

    def ask(self, collector: Collector, framework: Framework) -> Attempt:
        """Ask one source about one framework; the client inside retries what a retry can mend."""
        done = collectors.attempt(
            collector,
            framework,
            run=self.writer.run,
            save=self.writer.save,
            previous=self.archive.previous,
            home=self.home,
        )
        self.writer.attempt(done)
        tell(done)
        return done

    def ask_in_turn(self, collector: Collector) -> list[Attempt]:
        """Ask one source about one framework after the other: politeness is per source."""
        return [self.ask(collector, framework) for framework in self.frameworks]


def collect_now(sources: Sequence[str] = (), frameworks: Sequence[str] = ()) -> list[Attempt]:
    """Collect from `sources` about `frameworks` (all when empty); return one attempt per combination.

    A source that is down never stops another: its attempt says so.
    """
    with _collection(sources, frameworks) as run, ThreadPoolExecutor(WORKERS) as pool:
        return [done for found in pool.map(run.ask_in_turn, run.collectors) for done in found]


@flow(name="collect", task_runner=RUNNER, validate_parameters=False)
def collect(sources: Sequence[str] = (), frameworks: Sequence[str] = ()) -> list[Attempt]:
    """Do what `collect_now` does, as one Prefect task per source and framework."""
    with _collection(sources, frameworks) as run:
        futures = [future for collector in run.collectors for future in _submitted(run, collector)]
        wait(futures)
        done = [future.result() for future in futures]
        rows = [_row(item) for item in done]
        create_table_artifact(rows, key="attempts", description=f"Attempts of run {run.writer.run}")
        return done


@task(name="collect one source", persist_result=False, cache_policy=NO_CACHE)
def collect_one(run: Collection, collector: Collector, framework: Framework) -> Attempt:
    """Ask one source about one framework."""
    return run.ask(collector, framework)


def choose(
    sources: Sequence[str] = (), frameworks: Sequence[str] = ()
) -> tuple[list[Collector], list[Framework]]:
    """Return the collectors and frameworks of these ids (all when empty). Raises InputError."""
    known = {item.id: item for item in definitions.catalog(Settings.from_environment()).frameworks}
    chosen = _chosen(sources, collectors.discover(), "source")
    asked = _chosen(frameworks, known, "framework")
    return list(chosen.values()), list(asked.values())


def record(source: str, framework: str, folder: Path) -> Attempt:
    """Ask one source about one framework and write the answers, as test cases, into a folder."""
    (collector,), (asked,) = choose([source], [framework])
    return collectors.record(collector, asked, folder)


def new_run() -> str:
    """A run's id: sortable by time, unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


@contextmanager
def _collection(sources: Sequence[str], frameworks: Sequence[str]) -> Iterator[Collection]:
    settings = Settings.from_environment()
    chosen, asked = choose(sources, frameworks)
    tell(Stage("collect", len(chosen) * len(asked)))
    archive = Archive(settings.home / "archive")
    with run_lock(settings.home), archive.writer(new_run()) as writer:
        yield Collection(chosen, asked, archive, writer, settings.home)


def _submitted(run: Collection, collector: Collector) -> list[PrefectFuture[Attempt]]:
    futures: list[PrefectFuture[Attempt]] = []
    for framework in run.frameworks:
        named = collect_one.with_options(task_run_name=f"{collector.source.id} × {framework.id}")
        before = futures[-1:]
        futures.append(named.submit(run, collector, framework, return_state=False, wait_for=before))
    return futures


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
