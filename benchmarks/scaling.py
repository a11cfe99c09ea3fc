"""How speed changes with threads, batch, sequence length and processes: one cell is one whole curve.

The points of a curve are measured one after the other in fresh processes, so that what drifts drifts for
all of them. Every point has a line of its own with its raw samples; the lines after them say what the curve
means. With one machine of a few cores this shows the cost of coordination, not that of a cluster.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from benchmarks.plan import Cell
from benchmarks.process import Ended
from benchmarks.session import Session
from benchmarks.timed import Timed, gated, step_spec, timed_fields
from evidence.types import Measurement

Curve = Mapping[int, Timed]


def ends(session: Session, cell: Cell) -> Iterator[Measurement]:
    """One thread against all threads, and batch 1 against the workload's batch, in fresh processes."""
    cell = replace(cell, task=next(iter(session.suite.workloads[cell.subject])))
    whole = step_spec(session, cell, session.suite.workload(cell.subject))
    everything = gated(session, whole)
    one_thread = gated(session, whole | {"threads": 1})
    single = gated(session, whole | {"batch_size": 1})
    pairs = (
        ("bench.thread_efficiency", one_thread, 1.0 / session.threads),
        ("bench.batch_gain", single, float(whole["batch_size"])),
    )
    for metric, small, factor in pairs:
        yield _gain(session, cell, metric, (small, everything), factor)


def curve(session: Session, cell: Cell) -> Iterator[Measurement]:
    """Measure every point of a curve (the axis is the cell's kind), then say what the curve means."""
    wanted = points(session.suite.curves[cell.kind]["points"], session.threads)
    taken = {point: _point(session, cell, point) for point in wanted}
    for point, timed in taken.items():
        yield _point_line(session, cell, point, timed)
    yield from _MEANINGS[cell.kind](session, cell, taken)


def points(declared: Sequence[int], cores: int) -> Sequence[int]:
    """Return the declared points of an axis; without any, the powers of two up to the number of cores."""
    return declared or [2**i for i in range(cores.bit_length())]


def exponent(seconds: Mapping[int, float]) -> float:
    """Return the slope of ln seconds over ln size by least squares: 1 is linear, 2 quadratic."""
    x = [math.log(size) for size in seconds]
    y = [math.log(value) for value in seconds.values()]
    return statistics.linear_regression(x, y).slope


def _point(session: Session, cell: Cell, point: int) -> Timed:
    """Measure one point between canaries; more processes than cores would measure their quarrel."""
    if cell.kind == "processes" and point > session.threads:
        why = f"{point} processes of one thread need {point} cores; {session.threads} can be used here"
        return Timed(Ended("not_run", why), datetime.now(UTC), 0.0, (), {})
    return gated(session, _point_spec(session, cell, point))


def _point_spec(session: Session, cell: Cell, point: int) -> dict[str, Any]:
    changes: Mapping[str, dict[str, Any]] = {
        "threads": {"threads": point},
        "batch": {"batch_size": point},
        "tokens": {"tokens": point},
        "processes": {"task": "parallel", "processes": point, "threads": 1},
    }
    return step_spec(session, cell, session.suite.workload(cell.subject)) | changes[cell.kind]


def _point_line(session: Session, cell: Cell, point: int, timed: Timed) -> Measurement:
    """One point: seconds per step; `batch_size` is that of one process."""
    work, spec = session.suite.workload(cell.subject), _point_spec(session, cell, point)
    fields = timed_fields(session, cell, work, timed)
    fields |= {"variant": f"{cell.kind}={point}", "batch_size": spec["batch_size"]}
    fields["settings"] |= {
        "tokens": spec.get("tokens")
        or next((one["shape"][0] for one in work.inputs if one["kind"] == "ids"), None),
        "processes": spec.get("processes", 1),
        "threads_asked": spec["threads"],
    }
    if timed.ended.status == "ok":
        result = timed.ended.result
        fields |= {
            "value": result["median"],
            "samples": tuple(result["samples"]),
            "versions": result["versions"],
        }
        fields["settings"] |= result["settings"]
    return session.line(cell, cell.framework, "bench.scaling_step", **fields)


def _threads(session: Session, cell: Cell, taken: Curve) -> Iterator[Measurement]:
    most = max(taken)
    yield _gain(session, cell, "bench.thread_efficiency", (taken[min(taken)], taken[most]), min(taken) / most)


def _batch(session: Session, cell: Cell, taken: Curve) -> Iterator[Measurement]:
    """The declared batch over the smallest, so that suites with other points say the same."""
    declared = session.suite.workload(cell.subject).batch_size[session.device]
    pair = taken[min(taken)], taken[declared]
    yield _gain(session, cell, "bench.batch_gain", pair, declared / min(taken))


def _tokens(session: Session, cell: Cell, taken: Curve) -> Iterator[Measurement]:
    fields = _common(session, cell, list(taken.values()))
    if fields["status"] == "ok":
        value = exponent({length: timed.ended.result["median"] for length, timed in taken.items()})
        fields |= {"value": value, "samples": (value,)}
    yield session.line(cell, cell.framework, "bench.sequence_exponent", **fields)


def _processes(session: Session, cell: Cell, taken: Curve) -> Iterator[Measurement]:
    """Weak scaling: E(n) = throughput(n) / (n x throughput(1)), each process with the same batch."""
    for count, timed in taken.items():
        if count > 1:
            line = _gain(session, cell, "bench.data_parallel_efficiency", (taken[1], timed), 1.0)
            yield line if count == 2 else replace(line, variant=f"processes={count}")


def _gain(session: Session, cell: Cell, metric: str, pair: tuple[Timed, Timed], factor: float) -> Measurement:
    """Return `factor` times the seconds of the first over those of the second, or why there is none."""
    fields = _common(session, cell, pair)
    if fields["status"] == "ok":
        gain = factor * pair[0].ended.result["median"] / pair[1].ended.result["median"]
        fields |= {"value": gain, "samples": (gain,)}
    return session.line(cell, cell.framework, metric, **fields)


def _common(session: Session, cell: Cell, parts: Sequence[Timed]) -> dict[str, Any]:
    """Return the fields of a line that rests on several timed workers: as bad as the worst of them."""
    fields = timed_fields(session, cell, session.suite.workload(cell.subject), parts[-1])
    fields["quality"] = "noisy" if any(one.noisy for one in parts) else "ok"
    if failed := next((one.ended for one in parts if one.ended.status != "ok"), None):
        return fields | {"status": failed.status, "reason": failed.reason}
    return fields | {"versions": parts[-1].ended.result["versions"]}


_MEANINGS: Mapping[str, Callable[[Session, Cell, Curve], Iterator[Measurement]]] = {
    "threads": _threads,
    "batch": _batch,
    "tokens": _tokens,
    "processes": _processes,
}
