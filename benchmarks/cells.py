"""How each kind of cell is measured, and which result lines it gives."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks import ceilings, compare, plan, precision, scaling, workload
from benchmarks.metrics import METRICS
from benchmarks.plan import AGAIN, AXES, Cell, mode_of
from benchmarks.process import Ended
from benchmarks.session import Session
from benchmarks.timed import Timed, gated, gated_in_turns, step_spec, timed_fields
from evidence import noise_floor
from evidence.types import Measurement

if TYPE_CHECKING:
    from benchmarks.equivalence import Check

T = TypeVar("T")
_UNTIMED = ("probe", "check")
_STEP_METRIC = {"train": "bench.train_step", "infer": "bench.infer_step"}
_TOO_FAST = 1.5
"""A row this far beyond the ceiling of its class is not of that class: the next one is two times and more."""


def measure(session: Session, cell: Cell) -> list[Measurement]:
    """Measure one cell and return its lines; every planned line appears, whatever happened."""
    return list(_KINDS[cell.kind](session, cell))


def ask_in_advance(session: Session, planned: Sequence[Cell]) -> None:
    """Ask every framework all untimed cells before the timed ones, and keep the answers for `measure`.

    A suite asks them in one process per framework; when such a process fails nothing is kept, and every cell
    runs in a process of its own as usual. On a GPU, whose cores stand idle meanwhile, all cells are asked at
    once in processes of their own.
    """
    untimed = [cell for cell in planned if cell.kind in _UNTIMED]
    if session.device == "gpu":
        _ask_at_once(session, untimed)
        return
    if not session.suite.shared_untimed:
        return

    def ask(framework: str) -> None:
        specs = [_untimed_spec(session, cell, framework) for cell in untimed]
        launch = {"timeout_s": session.suite.timeout_s * max(1, len(specs))}
        ended = session.start(session.spec(framework, task="several", specs=specs) | {"threads": 1}, **launch)
        for cell, result in zip(untimed, ended.result.get("results", ()), strict=False):
            session.answers[cell.id, framework] = Ended("ok", "", result)

    if untimed:
        _side_by_side(session, ask)


def _ask_at_once(session: Session, untimed: Sequence[Cell]) -> None:
    pairs = [(cell, framework) for cell in untimed for framework in session.frameworks]
    specs = [_untimed_spec(session, *pair) for pair in pairs]
    with ThreadPoolExecutor(max(2, session.threads // 2)) as pool:
        for (cell, framework), ended in zip(pairs, pool.map(session.start, specs), strict=True):
            session.answers[cell.id, framework] = ended


def _answers(session: Session, cell: Cell) -> dict[str, Ended]:
    """Return what each framework says to an untimed cell, asked in advance or now."""

    def answer(framework: str) -> Ended:
        known = session.answers.pop((cell.id, framework), None)
        spec = _untimed_spec(session, cell, framework)
        own_limit = {"timeout_s": limit} if (limit := spec.get("config", {}).get("timeout_s")) else {}
        return known or session.start(spec, **own_limit)

    return _side_by_side(session, answer)


def _side_by_side(session: Session, act: Callable[[str], T]) -> dict[str, T]:
    """Call `act` for all frameworks at once: only for what is not timed."""
    with ThreadPoolExecutor(max(2, session.threads)) as pool:
        return dict(zip(session.frameworks, pool.map(act, session.frameworks), strict=True))


def _untimed_spec(session: Session, cell: Cell, framework: str) -> dict[str, Any]:
    """Return the spec of a cell that is not timed: with one thread, since all run side by side.

    A probe runs on the CPU; a proof of equivalence runs on the device whose times rest on it.
    """
    if cell.kind == "probe":
        folder = session.suite.probe_folder / cell.subject
        config = workload.read_toml(folder / "probe.toml")
        plain = {"threads": 1, "device": "cpu"}
        return session.spec(framework, task="probe", folder=str(folder), config=config) | plain
    work = session.suite.workload(cell.subject)
    return session.spec(
        framework,
        task="equivalence",
        folder=str(work.folder),
        arrays=[[str(file), dtype] for file, dtype in _array_files(session, cell, framework).items()],
        mode=mode_of(framework, work, ""),
        batch_size=work.equivalence_batch,
        tokens=work.equivalence_tokens,
        precision=work.precision[session.device],
    ) | {"seed": _fresh_seed(session, cell), "threads": 1}


def _array_files(session: Session, cell: Cell, framework: str) -> dict[Path, str]:
    """Where a framework writes what it computes, and in which precision.

    The reference writes twice in float64: its own repetition must agree to the same tolerance.
    """
    stem = session.caches / cell.subject
    timed = session.suite.workload(cell.subject).precision[session.device]
    files = {Path(f"{stem}-{framework}.npz"): "float64", Path(f"{stem}-{framework}-timed.npz"): timed}
    if framework == next(iter(session.frameworks)):
        files[Path(f"{stem}-again.npz")] = "float64"
    return files


def _fresh_seed(session: Session, cell: Cell) -> int:
    """Inputs of a check are new in every run: the seed comes from the run's name, and stands on the line."""
    return int.from_bytes(hashlib.sha256(f"{session.run}/{cell.subject}".encode()).digest()[:4], "little")


def _check(session: Session, cell: Cell) -> Iterator[Measurement]:
    """All frameworks at once, each against the first one; the first against its own repetition.

    The second line says how far what is timed, in its class of precision, is from the reference's float64;
    the first passes only if it does.
    """
    from benchmarks import equivalence  # noqa: PLC0415 - numpy, which planning and resuming do without

    work = session.suite.workload(cell.subject)
    begin, started = time.monotonic(), datetime.now(UTC)
    ended = _answers(session, cell)
    reference = next(iter(session.frameworks))
    common = {
        "started_at": started,
        "seconds": round(time.monotonic() - begin, 3),
        "code_hash": session.code_hash(work.folder),
        "category": work.category,
        "batch_size": work.equivalence_batch,
        "settings": {"reference": reference, "input_seed": _fresh_seed(session, cell)},
    }
    for name in session.frameworks:
        exact, single = _compared(session, cell, ended[reference], ended[name], name)
        timed = work.precision[session.device]
        yield session.line(cell, name, "equivalence", precision="float64", **common, **exact)
        yield session.line(cell, name, "equivalence.float32", precision=timed, **common, **single)
    equivalence.load_arrays.cache_clear()


def _compared(
    session: Session, cell: Cell, first: Ended, second: Ended, framework: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the float64 and the float32 line say of a framework."""
    from benchmarks import equivalence  # noqa: PLC0415 - numpy, which planning and resuming do without

    lost = None
    if second.status != "ok":
        lost = {"status": second.status, "reason": second.reason}
    elif first.status != "ok":
        lost = {"status": "not_run", "reason": f"the reference has no result to compare with: {first.reason}"}
    if lost:
        return lost, lost
    work, reference = session.suite.workload(cell.subject), next(iter(session.frameworks))
    exact, single = map(equivalence.load_arrays, list(_array_files(session, cell, framework))[:2])
    truth, own_single, again = map(equivalence.load_arrays, _array_files(session, cell, reference))
    peer = "its own repetition" if framework == reference else "the reference"
    checks = equivalence.compare(truth, again if framework == reference else exact, work.tolerance)
    weights = first.result["weights"], second.result["weights"]
    checks += equivalence.compare_weights(*weights, parameters=work.parameters)
    timed = work.precision[session.device]
    rounded = equivalence.compare_rounded(truth, own_single, single, timed)
    versions = {"versions": second.result["versions"]}
    short = _outcome(rounded, f"{timed} is too far from the float64 of {reference}") | versions
    whole = _outcome(checks, f"not equivalent to {peer}") | versions
    if "reason" in short and "reason" not in whole:
        whole = {"status": "error", "reason": short["reason"]} | versions
    return whole, short


def _outcome(checks: Sequence[Check], words: str) -> dict[str, Any]:
    """Return the fields of a line that rests on checks: the worst error, or which check failed."""
    failed = [check for check in checks if not check.passed]
    if failed:
        worst = max(failed, key=lambda check: check.error)
        why = f"{words}: {worst.what}, error {worst.error:.1e} beyond {worst.tolerance:.1e}"
        return {"status": "error", "reason": f"{why}; {len(failed)} of {len(checks)} checks failed"}
    ordered = sorted(checks, key=lambda check: -check.error)
    items = [{"what": one.what, "error": one.error, "tolerance": one.tolerance} for one in ordered[:5]]
    counts = {"successes": len(checks), "trials": len(checks), "items": tuple(items)}
    return {"value": ordered[0].error} | counts


def _step(session: Session, cell: Cell) -> Iterator[Measurement]:
    work = session.suite.workload(cell.subject)
    if cell.framework:
        spec = step_spec(session, cell, work)
        yield from _step_lines(session, cell, work, spec, gated(session, spec))
        return
    sides = plan.sides(session.suite, list(session.frameworks), cell)
    specs = [step_spec(session, side, work) for side in sides]
    together = {"cell": cell.id, "in_turns": len(sides)}
    for side, spec, timed in zip(sides, specs, gated_in_turns(session, specs, cell.id), strict=True):
        for line in _step_lines(session, side, work, spec, timed):
            yield replace(line, settings={**line.settings, **together})


def _step_lines(
    session: Session, cell: Cell, work: workload.Workload, spec: Mapping[str, Any], timed: Timed
) -> Iterator[Measurement]:
    """Return the lines of a timed step of one framework under one protocol."""
    common = timed_fields(session, cell, work, timed)
    metric = work.metric or _STEP_METRIC[cell.task]
    scale = _rate if METRICS[metric].unit == "items/s" else _seconds
    result = timed.ended.result
    if timed.ended.status != "ok":
        yield session.line(cell, cell.framework, metric, **common)
        return
    common["settings"] |= result["settings"]
    common["versions"] = result["versions"]
    kind, rate = _pace(work, cell, spec, result["median"])
    roof = precision.ROOF[spec["precision"]]
    ceiling = _ceiling(session, kind, roof)
    share = rate / ceiling if rate and ceiling else None
    if share is not None and kind == ceilings.PRODUCT and share > _TOO_FAST:
        refused = f"{rate:.3g} FLOP/s is beyond the measured ceiling {ceiling:.3g}: this is not {roof}"
        for name in (metric, "bench.warm_up", "bench.roofline_share"):
            yield session.line(cell, cell.framework, name, **common | {"status": "error", "reason": refused})
        return
    value, *samples = scale([result["median"], *result["samples"]], spec["batch_size"])
    yield session.line(cell, cell.framework, metric, value=value, samples=tuple(samples), **common)
    first = result["first_call_s"]
    yield session.line(cell, cell.framework, "bench.warm_up", value=first, samples=(first,), **common)
    if share is not None:
        bounded = common | {"settings": common["settings"] | {"bounded_by": kind}}
        yield session.line(
            cell, cell.framework, "bench.roofline_share", value=share, samples=(share,), **bounded
        )
    if (peak := result["device_peak"]) is not None:
        peak = float(peak)
        yield session.line(cell, cell.framework, "bench.peak_memory", value=peak, samples=(peak,), **common)


def _seconds(seconds: Sequence[float], _: int) -> Sequence[float]:
    return seconds


def _rate(seconds: Sequence[float], batch: int) -> Sequence[float]:
    """Return records per second of steps of `batch` records each."""
    return [batch / one for one in seconds]


def _pace(
    work: workload.Workload, cell: Cell, spec: Mapping[str, Any], seconds: float
) -> tuple[str, float | None]:
    """Return which ceiling bounds a step and how fast it was: FLOP/s, bytes/s where it only moves memory."""
    if work.flops is not None:
        passes = work.train_passes if cell.task == "train" else 1.0
        return ceilings.PRODUCT, work.flops * spec["batch_size"] * passes / seconds
    if work.bytes_per_call is None:
        return ceilings.BANDWIDTH, None
    narrow = 0.5 if spec["precision"] == precision.BF16_PURE else 1.0  # the formula counts float32
    return ceilings.BANDWIDTH, narrow * work.bytes_per_call / seconds


def _ceiling(session: Session, kind: str, roof: str) -> float | None:
    """Return the best undisturbed ceiling of this kind in this run by any side, in its unit, if any.

    That of products is of the class of precision; memory has one.
    """
    lines = (one for one in session.measured if one.metric == kind and one.quality == "ok")
    found = (one.value for one in lines if kind == ceilings.BANDWIDTH or one.precision == roof)
    return max((value for value in found if value is not None), default=None)


def _ceiling_cell(session: Session, cell: Cell) -> Iterator[Measurement]:
    timed = gated(session, session.spec(cell.framework, task="ceiling"))
    fields = {
        "status": timed.ended.status,
        "reason": timed.ended.reason,
        "started_at": timed.started_at,
        "seconds": timed.seconds,
        "quality": "noisy" if timed.noisy else "ok",
        "category": "ceiling",
    }
    result = timed.ended.result
    for rate in ceilings.PLANNED[session.device]:
        rates = tuple(result.get("rates", {}).get(rate.id, ()))
        found: dict[str, Any] = {"value": max(rates), "samples": rates} if rates else {}
        if why := result.get("reasons", {}).get(rate.id):
            found = {"status": "unsupported", "reason": why}
        settings = {**timed.circumstances, **result.get("settings", {}).get(rate.id, {})}
        place = {"subject": rate.subject, "precision": rate.precision, "settings": settings}
        yield session.line(cell, cell.framework, rate.metric, **fields | place | found)


def _memory(session: Session, cell: Cell) -> Iterator[Measurement]:
    work = session.suite.workload(cell.subject)
    begin, started = time.monotonic(), datetime.now(UTC)
    ended = session.start(step_spec(session, cell, work) | {"task": "memory"})
    timed = Timed(ended, started, round(time.monotonic() - begin, 3), (), {})
    fields = timed_fields(session, cell, work, timed)
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


def _floor(session: Session, cell: Cell) -> Iterator[Measurement]:
    """How far two measurements of the same thing lie apart: the floor of one framework in this run.

    `samples` are ln(repetition / first) of single rounds, workload by workload and task by task as `items`
    lists them. The tie zone of a comparison is computed anew from the repetitions of both frameworks.
    """
    found = compare.self_ratios(session.measured, (cell.framework,))
    floor = noise_floor.noise_floor(found.values())
    if floor is None:
        reason = f"no program has {noise_floor.FEWEST_ROUNDS} undisturbed pairs of repetitions"
        yield session.line(cell, cell.framework, "bench.noise_floor", status="not_run", reason=reason)
        return
    items = tuple(
        {"subject": subject, "phase": phase, "rounds": len(logs), "median": statistics.median(logs)}
        for (_, subject, phase, _), logs in found.items()
    )
    samples = tuple(one for logs in found.values() for one in logs)
    fields: dict[str, Any] = {"value": floor, "samples": samples, "items": items, "variant": AGAIN}
    yield session.line(cell, cell.framework, "bench.noise_floor", **fields)


_KINDS: Mapping[str, Callable[[Session, Cell], Iterator[Measurement]]] = {
    "check": _check,
    "probe": _probe,
    "start": _start,
    "step": _step,
    "memory": _memory,
    "ceiling": _ceiling_cell,
    "scale": scaling.ends,
    **dict.fromkeys(AXES, scaling.curve),
    "floor": _floor,
}
