"""One timed worker: what it is told, the gate against noise, and what its lines carry."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks import gpu, noise, workload
from benchmarks.plan import Cell, mode_of
from benchmarks.process import Ended
from benchmarks.session import Session


@dataclass(frozen=True)
class Timed:
    """One gated worker: how it ended, its quality and why, and the circumstances that go on the line."""

    ended: Ended
    started_at: datetime
    seconds: float
    noisy: tuple[str, ...]
    circumstances: Mapping[str, Any]


def step_spec(session: Session, cell: Cell, work: workload.Workload) -> dict[str, Any]:
    """Return what the worker of a timed step is told: the workload's batch, the mode of the protocol."""
    return session.spec(
        cell.framework,
        task=cell.task,
        phase=cell.task,
        folder=str(work.folder),
        mode=mode_of(cell.framework, work, cell.protocol),
        batch_size=work.batch_size[session.device],
        precision=work.precision[session.device],
        seconds=session.suite.seconds,
        min_samples=session.suite.min_samples,
    )


def timed_fields(session: Session, cell: Cell, work: workload.Workload, timed: Timed) -> dict[str, Any]:
    """Return the fields that every line of a timed cell carries, whatever came out."""
    return {
        "status": timed.ended.status,
        "reason": timed.ended.reason,
        "started_at": timed.started_at,
        "seconds": timed.seconds,
        "quality": "noisy" if timed.noisy else "ok",
        "variant": cell.protocol,
        "mode": mode_of(cell.framework, work, cell.protocol),
        "phase": cell.task,
        "precision": work.precision[session.device],
        "batch_size": work.batch_size[session.device],
        "code_hash": session.code_hash(work.folder),
        "category": work.category,
        "settings": dict(timed.circumstances),
    }


def gated(session: Session, spec: Mapping[str, Any], **launch: Any) -> Timed:
    """Run one worker between two canaries, again while it was disturbed, and return the quietest try.

    A worker that fails is not tried again: a failure is a result.
    """
    return _quietest(session, [spec], lambda: [session.start(spec, **launch)])[0]


def gated_in_turns(session: Session, specs: Sequence[Mapping[str, Any]], seed: str) -> list[Timed]:
    """Do for several workers that take turns what `gated` does for one: they are one cell, quiet or noisy."""
    return _quietest(session, specs, lambda: session.start_in_turns(specs, seed))


def _quietest(
    session: Session, specs: Sequence[Mapping[str, Any]], start: Callable[[], Sequence[Ended]]
) -> list[Timed]:
    if all(session.frameworks[spec["framework"]].missing for spec in specs):
        return [Timed(ended, datetime.now(UTC), 0.0, (), {}) for ended in start()]
    best: list[Timed] = []
    for attempt in range(1 + session.suite.retries):
        timed = _one_try(session, specs, start, attempt)
        session.retried_s += timed[0].seconds if attempt else 0.0
        if not best or _disturbances(timed) < _disturbances(best):
            best = timed
        if any(one.ended.status != "ok" for one in timed) or not _disturbances(timed):
            return timed
        if session.retried_s + timed[0].seconds > session.suite.retry_budget_s:
            break  # another try would take as long
    if not best:
        raise ValueError("a suite needs zero or more retries")
    return best


def _disturbances(timed: Sequence[Timed]) -> int:
    return sum(len(one.noisy) for one in timed)


def _one_try(
    session: Session, specs: Sequence[Mapping[str, Any]], start: Callable[[], Sequence[Ended]], attempt: int
) -> list[Timed]:
    compiled_before = [session.has_compiled(spec) for spec in specs]
    waiting = noise.wait_until_quiet(patience_s=session.suite.patience_s * (attempt + 1))
    before = session.canary()
    started, begin = datetime.now(UTC), time.monotonic()
    with noise.watched() as seen, gpu.watched(session.device) as held:
        all_ended = start()
    seconds = round(time.monotonic() - begin, 3)
    after = session.canary()
    common = {
        **({"gpu": held} if held else {}),
        "foreign_before": waiting,
        "canary_s": [round(before, 6), round(after, 6)],
        "attempts": attempt + 1,
        "cpus": list(session.cpus),
    }
    found = []
    for ended, compiled in zip(all_ended, compiled_before, strict=True):
        watched = ended.result.get("noise", seen)
        ok = ended.status == "ok"
        reasons = noise.judge(watched, (before, after), session.usual_canary()) if ok else []
        reasons += gpu.judge(held)
        circumstances = {**watched, **common, "compiled_before": compiled, "noisy": reasons}
        found.append(Timed(ended, started, seconds, tuple(reasons), circumstances))
    return found
