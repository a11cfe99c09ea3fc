"""One timed worker: what it is told, the gate against noise, and what its lines carry."""

from __future__ import annotations

import time
from collections.abc import Mapping
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
    if session.frameworks[spec["framework"]].missing:
        return Timed(session.start(spec), datetime.now(UTC), 0.0, (), {})
    best: Timed | None = None
    for attempt in range(1 + session.suite.retries):
        timed = _one_try(session, spec, launch, attempt)
        session.retried_s += timed.seconds if attempt else 0.0
        if best is None or len(timed.noisy) < len(best.noisy):
            best = timed
        if timed.ended.status != "ok" or not timed.noisy:
            return timed
        if session.retried_s + timed.seconds > session.suite.retry_budget_s:
            break  # another try would take as long
    if best is None:
        raise ValueError("a suite needs zero or more retries")
    return best


def _one_try(session: Session, spec: Mapping[str, Any], launch: Mapping[str, Any], attempt: int) -> Timed:
    compiled_before = session.has_compiled(spec)
    waiting = noise.wait_until_quiet(patience_s=session.suite.patience_s * (attempt + 1))
    before = session.canary()
    started, begin = datetime.now(UTC), time.monotonic()
    with noise.watched() as seen, gpu.watched(session.device) as held:
        ended = session.start(spec, **launch)
    seconds = round(time.monotonic() - begin, 3)
    after = session.canary()
    watched = ended.result.get("noise", seen)
    reasons = noise.judge(watched, (before, after), session.usual_canary()) if ended.status == "ok" else []
    reasons += gpu.judge(held)
    circumstances = {
        **watched,
        **({"gpu": held} if held else {}),
        "foreign_before": waiting,
        "canary_s": [round(before, 6), round(after, 6)],
        "attempts": attempt + 1,
        "compiled_before": compiled_before,
        "noisy": reasons,
        "cpus": list(session.cpus),
    }
    return Timed(ended, started, seconds, tuple(reasons), circumstances)
