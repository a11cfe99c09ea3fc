"""How each kind of cell is measured, and which result lines it gives."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import compare, noise, workload
from benchmarks.plan import AGAIN, Cell, mode_of
from benchmarks.process import Ended
from benchmarks.session import Session
from evidence.types import Measurement

T = TypeVar("T")
_UNTIMED = ("probe", "check")
_STEP_METRIC = {"train": "bench.train_step", "infer": "bench.infer_step"}
_TOO_FAST = 1.5
"""A row this far beyond the ceiling cannot be float32: TF32 and bfloat16 would be two times and more."""


@dataclass(frozen=True)
class Timed:
    """One gated worker: how it ended, its quality and why, and the circumstances that go on the line."""

    ended: Ended
    started_at: datetime
    seconds: float
    noisy: tuple[str, ...]
    circumstances: Mapping[str, Any]


def measure(session: Session, cell: Cell) -> list[Measurement]:
    """Measure one cell and return its lines; every planned line appears, whatever happened."""
    return list(_KINDS[cell.kind](session, cell))


def ask_in_advance(session: Session, planned: Sequence[Cell]) -> None:
    """Ask every framework all untimed cells in one process each, and keep the answers for `measure`.

    When such a process fails nothing is kept, and every cell runs in a process of its own as usual.
    """
    untimed = [cell for cell in planned if cell.kind in _UNTIMED]

    def ask(framework: str) -> None:
        specs = [_untimed_spec(session, cell, framework) for cell in untimed]
        launch = {"timeout_s": session.suite.timeout_s * max(1, len(specs))}
        ended = session.start(session.spec(framework, task="several", specs=specs) | {"threads": 1}, **launch)
        for cell, result in zip(untimed, ended.result.get("results", ()), strict=False):
            session.answers[cell.id, framework] = Ended("ok", "", result)

    if untimed:
        _side_by_side(session, ask)


def _answers(session: Session, cell: Cell) -> dict[str, Ended]:
    """Return what each framework says to an untimed cell, asked in advance or now."""

    def answer(framework: str) -> Ended:
        known = session.answers.pop((cell.id, framework), None)
        return known or session.start(_untimed_spec(session, cell, framework))

    return _side_by_side(session, answer)


def _side_by_side(session: Session, act: Callable[[str], T]) -> dict[str, T]:
    """Call `act` for all frameworks at once: only for what is not timed."""
    with ThreadPoolExecutor(max(2, session.threads)) as pool:
        return dict(zip(session.frameworks, pool.map(act, session.frameworks), strict=True))


def _untimed_spec(session: Session, cell: Cell, framework: str) -> dict[str, Any]:
    """Return the spec of a cell that is not timed: on the CPU with one thread, since all run side by side."""
    plain = {"threads": 1, "device": "cpu"}
    if cell.kind == "probe":
        folder = session.suite.probe_folder / cell.subject
        config = workload.read_toml(folder / "probe.toml")
        return session.spec(framework, task="probe", folder=str(folder), config=config) | plain
    work = session.suite.workload(cell.subject)
    return (
        session.spec(
            framework,
            task="equivalence",
            folder=str(work.folder),
            arrays=[str(file) for file in _array_files(session, cell, framework)],
            mode=session.frameworks[framework].declared["modes"][""],
            batch_size=work.equivalence_batch,
        )
        | {"seed": _fresh_seed(session, cell)}
        | plain
    )


def _array_files(session: Session, cell: Cell, framework: str) -> list[Path]:
    """The reference writes twice: its own repetition must agree to the same tolerance."""
    again = framework == next(iter(session.frameworks))
    names = [f"{cell.subject}-{framework}.npz"] + [f"{cell.subject}-again.npz"] * again
    return [session.caches / name for name in names]


def _fresh_seed(session: Session, cell: Cell) -> int:
    """Inputs of a check are new in every run: the seed comes from the run's name, and stands on the line."""
    return int.from_bytes(hashlib.sha256(f"{session.run}/{cell.subject}".encode()).digest()[:4], "little")


def _check(session: Session, cell: Cell) -> Iterator[Measurement]:
    """All frameworks at once in float64, each against the first one; the first against its own repetition."""
    work = session.suite.workload(cell.subject)
    begin, started = time.monotonic(), datetime.now(UTC)
    ended = _answers(session, cell)
    reference = next(iter(session.frameworks))
    common = {
        "started_at": started,
        "seconds": round(time.monotonic() - begin, 3),
        "code_hash": workload.code_hash(work.folder),
        "category": work.category,
        "precision": "float64",
        "batch_size": work.equivalence_batch,
        "settings": {"reference": reference, "input_seed": _fresh_seed(session, cell)},
    }
    first, again = _array_files(session, cell, reference)
    for name in session.frameworks:
        own = name == reference
        file = again if own else _array_files(session, cell, name)[0]
        outcome = _compare((ended[reference], first), (ended[name], file), work, own=own)
        yield session.line(cell, name, "equivalence", **common, **outcome)


def _compare(
    reference: tuple[Ended, Path], other: tuple[Ended, Path], work: workload.Workload, *, own: bool
) -> dict[str, Any]:
    from benchmarks import equivalence  # noqa: PLC0415 - numpy, which planning and resuming do without

    (first, first_file), (second, second_file) = reference, other
    if second.status != "ok":
        return {"status": second.status, "reason": second.reason}
    if first.status != "ok":
        return {"status": "not_run", "reason": f"the reference has no result to compare with: {first.reason}"}
    arrays = equivalence.load_arrays(first_file), equivalence.load_arrays(second_file)
    checks = equivalence.compare(*arrays, work.tolerance)
    weights = first.result["weights"], second.result["weights"]
    checks += equivalence.compare_weights(*weights, parameters=work.parameters)
    failed = [check for check in checks if not check.passed]
    if failed:
        worst = max(failed, key=lambda check: check.error)
        peer = "its own repetition" if own else "the reference"
        why = f"not equivalent to {peer}: {worst.what}, error {worst.error:.1e} beyond {worst.tolerance:.0e}"
        return {"status": "error", "reason": f"{why}; {len(failed)} of {len(checks)} checks failed"}
    checks.sort(key=lambda check: -check.error)
    items = [{"what": one.what, "error": one.error, "tolerance": one.tolerance} for one in checks[:5]]
    counts = {"successes": len(checks), "trials": len(checks), "items": tuple(items)}
    return {"value": checks[0].error, "versions": second.result["versions"]} | counts


def _step(session: Session, cell: Cell) -> Iterator[Measurement]:
    work = session.suite.workload(cell.subject)
    spec = _step_spec(session, cell, work)
    timed = gated(session, spec)
    common = _timed_fields(session, cell, work, timed)
    metric = work.metric or _STEP_METRIC[cell.task]
    result = timed.ended.result
    if timed.ended.status != "ok":
        yield session.line(cell, cell.framework, metric, **common)
        return
    common["settings"] |= result["settings"]
    common["versions"] = result["versions"]
    rate = _flop_rate(work, cell, spec, result["median"])
    share = rate / ceiling if rate and (ceiling := _ceiling(session)) else None
    if share is not None and share > _TOO_FAST:
        refused = (
            f"{rate:.3g} FLOP/s is beyond the measured ceiling {_ceiling(session):.3g}: this is not float32"
        )
        for name in (metric, "bench.warm_up", "bench.roofline_share"):
            yield session.line(cell, cell.framework, name, **common | {"status": "error", "reason": refused})
        return
    yield session.line(
        cell, cell.framework, metric, value=result["median"], samples=tuple(result["samples"]), **common
    )
    first = result["first_call_s"]
    yield session.line(cell, cell.framework, "bench.warm_up", value=first, samples=(first,), **common)
    if share is not None:
        yield session.line(
            cell, cell.framework, "bench.roofline_share", value=share, samples=(share,), **common
        )


def _step_spec(session: Session, cell: Cell, work: workload.Workload) -> dict[str, Any]:
    return session.spec(
        cell.framework,
        task=cell.task,
        phase=cell.task,
        folder=str(work.folder),
        mode=mode_of(session.frameworks[cell.framework].declared, cell.protocol),
        batch_size=work.batch_size[session.device],
        seconds=session.suite.seconds,
        min_samples=session.suite.min_samples,
    )


def _timed_fields(session: Session, cell: Cell, work: workload.Workload, timed: Timed) -> dict[str, Any]:
    return {
        "status": timed.ended.status,
        "reason": timed.ended.reason,
        "started_at": timed.started_at,
        "seconds": timed.seconds,
        "quality": "noisy" if timed.noisy else "ok",
        "variant": cell.protocol,
        "mode": mode_of(session.frameworks[cell.framework].declared, cell.protocol),
        "phase": cell.task,
        "precision": "float32",
        "batch_size": work.batch_size[session.device],
        "code_hash": workload.code_hash(work.folder),
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
        if session.retried_s >= session.suite.retry_budget_s:
            break
    if best is None:
        raise ValueError("a suite needs zero or more retries")
    return best


def _one_try(session: Session, spec: Mapping[str, Any], launch: Mapping[str, Any], attempt: int) -> Timed:
    waiting = noise.wait_until_quiet(patience_s=session.suite.patience_s * (attempt + 1))
    before = session.canary()
    started, begin = datetime.now(UTC), time.monotonic()
    with noise.watched() as seen:
        ended = session.start(spec, **launch)
    seconds = round(time.monotonic() - begin, 3)
    after = session.canary()
    watched = ended.result.get("noise", seen)
    reasons = noise.judge(watched, (before, after), session.usual_canary()) if ended.status == "ok" else []
    circumstances = {
        **watched,
        "foreign_before": waiting,
        "canary_s": [round(before, 6), round(after, 6)],
        "attempts": attempt + 1,
        "noisy": reasons,
        "cpus": list(session.cpus),
    }
    return Timed(ended, started, seconds, tuple(reasons), circumstances)


def _flop_rate(work: workload.Workload, cell: Cell, spec: Mapping[str, Any], seconds: float) -> float | None:
    if work.flops is None:
        return None
    passes = work.train_passes if cell.task == "train" else 1.0
    return float(work.flops * spec["batch_size"] * passes / seconds)


def _ceiling(session: Session) -> float | None:
    """Return the best undisturbed matrix product of this run by any side, in FLOP/s; None without one."""
    quiet = [line for line in session.measured if line.metric == "bench.ceiling" and line.quality == "ok"]
    found = [line.value for line in quiet]
    return max((value for value in found if value is not None), default=None)


def _ceiling_cell(session: Session, cell: Cell) -> Iterator[Measurement]:
    timed = gated(session, session.spec(cell.framework, task="ceiling"))
    fields = {
        "status": timed.ended.status,
        "reason": timed.ended.reason,
        "started_at": timed.started_at,
        "seconds": timed.seconds,
        "quality": "noisy" if timed.noisy else "ok",
        "precision": "float32",
        "category": "ceiling",
        "settings": dict(timed.circumstances),
    }
    for metric, key, subject in (
        ("bench.ceiling", "own", "matmul"),
        ("bench.ceiling", "numpy", "matmul_numpy"),
        ("bench.bandwidth", "copy", "copy"),
    ):
        rates = tuple(timed.ended.result.get(key, ()))
        found = {"value": max(rates), "samples": rates} if rates else {}
        yield session.line(cell, cell.framework, metric, **fields | {"subject": subject} | found)


def _memory(session: Session, cell: Cell) -> Iterator[Measurement]:
    work = session.suite.workload(cell.subject)
    begin, started = time.monotonic(), datetime.now(UTC)
    ended = session.start(_step_spec(session, cell, work) | {"task": "memory"})
    timed = Timed(ended, started, round(time.monotonic() - begin, 3), (), {})
    fields = _timed_fields(session, cell, work, timed)
    if ended.status == "ok":
        peak = float(ended.result["peak"])
        fields |= {"value": peak, "samples": (peak,), "versions": ended.result["versions"]}
        fields["settings"] |= ended.result["settings"]
    yield session.line(cell, cell.framework, "bench.peak_memory", **fields)


def _start(session: Session, cell: Cell) -> Iterator[Measurement]:
    folder = session.suite.probe_folder / cell.subject
    bare = cell.protocol == "no_bytecode"
    spec = session.spec(cell.framework, task="start", folder=str(folder))
    launch = {"flags": ("-B", "-X", "pycache_prefix=absent")} if bare else {}
    timed = gated(session, spec, **launch)
    fields = {
        "status": timed.ended.status,
        "reason": timed.ended.reason,
        "started_at": timed.started_at,
        "seconds": timed.seconds,
        "quality": "noisy" if timed.noisy else "ok",
        "variant": cell.protocol,
        "code_hash": workload.code_hash(folder, framework_files=False),
        "category": "start-up",
        "settings": {"byte_code": "none" if bare else "cached", **timed.circumstances},
    }
    for metric, key in (
        ("bench.import_time", "import_s"),
        ("bench.first_result", "first_result_s"),
        ("bench.import_memory", "import_memory"),
    ):
        value = timed.ended.result.get(key)
        found = {} if value is None else {"value": float(value), "samples": (float(value),)}
        yield session.line(cell, cell.framework, metric, **fields | found)


def _probe(session: Session, cell: Cell) -> Iterator[Measurement]:
    """Collect facts from every framework next to each other, then let the probe's own judge count."""
    folder = session.suite.probe_folder / cell.subject
    config = workload.read_toml(folder / "probe.toml")
    begin, started = time.monotonic(), datetime.now(UTC)
    ended = _answers(session, cell)
    facts = {name: one.result["facts"] for name, one in ended.items() if one.status == "ok"}
    figures = list(workload.load_module(folder / "probe.py").judge(config, facts)) if facts else []
    lost = [(name, metric) for name in ended if name not in facts for metric in config["metrics"]]
    common = {
        "started_at": started,
        "seconds": round(time.monotonic() - begin, 3),
        "code_hash": workload.code_hash(folder, framework_files=False),
        "category": config["category"],
    }
    for figure in figures:
        name, metric = figure.pop("framework"), figure.pop("metric")
        yield session.line(cell, name, metric, versions=ended[name].result["versions"], **common | figure)
    for name, metric in lost:
        yield session.line(
            cell, name, metric, **common | {"status": ended[name].status, "reason": ended[name].reason}
        )


def _scale(session: Session, cell: Cell) -> Iterator[Measurement]:
    """One thread against all threads, and batch 1 against the workload's batch, in fresh processes.

    With one machine of a few cores this shows the cost of coordination, not that of a cluster.
    """
    work = session.suite.workload(cell.subject)
    task = next(iter(session.suite.workloads[cell.subject]))
    whole = _step_spec(session, replace(cell, task=task), work)
    timed = {
        "all": gated(session, whole),
        "one_thread": gated(session, whole | {"threads": 1}),
        "batch_1": gated(session, whole | {"batch_size": 1}),
    }
    for metric, other, factor in (
        ("bench.thread_efficiency", "one_thread", 1.0 / session.threads),
        ("bench.batch_gain", "batch_1", float(whole["batch_size"])),
    ):
        pair = timed[other], timed["all"]
        fields = _timed_fields(session, replace(cell, task=task), work, pair[1])
        fields["quality"] = "noisy" if pair[0].noisy or pair[1].noisy else "ok"
        if failed := next((one.ended for one in pair if one.ended.status != "ok"), None):
            fields |= {"status": failed.status, "reason": failed.reason}
        else:
            gain = factor * pair[0].ended.result["median"] / pair[1].ended.result["median"]
            fields |= {"value": gain, "samples": (gain,), "versions": pair[1].ended.result["versions"]}
        yield session.line(cell, cell.framework, metric, **fields)


def _floor(session: Session, cell: Cell) -> Iterator[Measurement]:
    """How far two measurements of the same thing lie apart in this run: differences below are ties."""
    ratios = compare.self_ratios(session.measured, cell.framework)
    if len(ratios) < compare.FEWEST_PAIRS:
        reason = f"{len(ratios)} undisturbed pairs of repetitions, {compare.FEWEST_PAIRS} are needed"
        yield session.line(cell, cell.framework, "bench.noise_floor", status="not_run", reason=reason)
        return
    floor = compare.quantile([abs(ratio) for ratio in ratios], 0.95)
    yield session.line(
        cell, cell.framework, "bench.noise_floor", value=floor, samples=tuple(ratios), variant=AGAIN
    )


_KINDS: Mapping[str, Callable[[Session, Cell], Iterator[Measurement]]] = {
    "check": _check,
    "probe": _probe,
    "start": _start,
    "step": _step,
    "memory": _memory,
    "ceiling": _ceiling_cell,
    "scale": _scale,
    "floor": _floor,
}
