"""Run a suite: measure cell after cell and append their lines, so that a kill loses one cell at most.

A second run with the same output file goes on where a killed one stopped, if suite, code, versions and
machine are the same; otherwise, and after a complete run, it starts a new run in the same file.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cells, lines, machine
from benchmarks.plan import Cell, Suite, load_suite, usual_frameworks
from benchmarks.plan import cells as plan_cells
from benchmarks.session import Installed, Session, find, plan_hash
from evidence.errors import InputError, MeasurementError
from evidence.types import Measurement

_DEVICES = ("cpu", "gpu")
_FIRST_CANARIES = 5
_NO_GPU = "this machine has no NVIDIA GPU; numbers of a CPU are never written in its place"


def run_suite(
    suite: str | Suite,
    out: Path,
    *,
    frameworks: Sequence[str] = (),
    pythons: Mapping[str, Path] | None = None,
    device: str = "cpu",
    report: Callable[[Measurement], None] = lambda measurement: None,
    seed: int = 0,
    limit_s: float | None = None,
    reasons: Mapping[str, str] | None = None,
) -> int:
    """Run a suite and append its lines to `out`; return how many lines were written now.

    `frameworks` empty means those of the suite; `pythons` gives some of them another interpreter, `reasons`
    say what came of trying to install one that is not there. No cell is begun after `limit_s` seconds: the
    same call goes on from there.
    `report` is called with every line as soon as it is on disk. Raises InputError for a wrong argument and
    MeasurementError when the file cannot be written.
    """
    begin = time.monotonic()
    if device not in _DEVICES:
        raise InputError(f"device {device!r} is none of {', '.join(_DEVICES)}")
    chosen = suite if isinstance(suite, Suite) else load_suite(suite)
    with tempfile.TemporaryDirectory(prefix="touchstone-caches-") as caches:
        wanted = frameworks or chosen.frameworks or usual_frameworks()
        found = find(wanted, pythons or {}, Path(caches), reasons or {})
        if device == "gpu" and not machine.gpus():
            found = {name: replace(one, missing=one.missing or _NO_GPU) for name, one in found.items()}
        session = _open(chosen, out, found, device=device, seed=seed, caches=Path(caches))
        done = {line.settings["cell"] for line in session.measured}
        todo = [cell for cell in plan_cells(chosen, list(found), seed) if cell.id not in done]
        if limit_s is None or time.monotonic() - begin <= limit_s:
            cells.ask_in_advance(session, todo)
        for _ in range(_FIRST_CANARIES):
            session.canary()
        written = 0
        for cell in todo:
            if limit_s is not None and time.monotonic() - begin > limit_s:
                break
            written += _measure(session, cell, out, report)
        return written


def _measure(session: Session, cell: Cell, out: Path, report: Callable[[Measurement], None]) -> int:
    plain = cells.measure(session, cell)
    found = [replace(line, settings={**line.settings, "lines": len(plain)}) for line in plain]
    _append(out, "".join(lines.dump(line) + "\n" for line in found))
    session.measured += found
    for line in found:
        report(line)
    return len(found)


def _append(out: Path, text: str) -> None:
    """Append in one write and wait until it is on the disk."""
    try:
        with out.open("ab", buffering=0) as file:
            file.write(text.encode("utf-8"))
            os.fsync(file.fileno())
    except OSError as error:
        raise MeasurementError(
            f"{out}: cannot be written ({error.strerror}). Nothing measured before is lost"
        ) from error


def _open(
    suite: Suite, out: Path, found: Mapping[str, Installed], *, device: str, seed: int, caches: Path
) -> Session:
    plan = plan_hash(suite, found, device=device, seed=seed)
    planned = [cell.id for cell in plan_cells(suite, list(found), seed)]
    before = _resumable(out, plan, planned)
    now = datetime.now(UTC)
    here = machine.fingerprint()
    run = before[0].run if before else f"{now:%Y-%m-%dT%H%M%SZ}-{suite.id}-{machine.identity(here)[:6]}"
    threads = min(machine.physical_cores(), len(machine.usable_cpus()))
    return Session(
        run=run,
        suite=suite,
        frameworks=found,
        device=device,
        seed=seed,
        caches=caches,
        plan=plan,
        machine=here,
        threads=threads,
        cpus=machine.usable_cpus(),
        measured=before,
    )


def _resumable(out: Path, plan: str, planned: Sequence[str]) -> list[Measurement]:
    """Return the lines of the last run of the file, if it is this plan and was not finished.

    What a kill left half-written at the end (a torn line, or a cell without all of its lines) is cut off.
    """
    if not out.exists():
        _append(out, "")
        return []
    _cut_torn_end(out)
    taken, _ = lines.read(out)
    last = [line for line in taken if taken and line.measurement.run == taken[-1].measurement.run]
    mine = [line for line in last if line.measurement.settings.get("plan") == plan]
    kept = _cut_half_cell(out, mine)
    done = {measurement.settings["cell"] for measurement in kept}
    return kept if kept and not done.issuperset(planned) else []


def _cut_torn_end(out: Path) -> None:
    data = out.read_bytes()
    if data and not data.endswith(b"\n"):
        os.truncate(out, data.rfind(b"\n") + 1)


def _cut_half_cell(out: Path, mine: Sequence[lines.Line]) -> list[Measurement]:
    if not mine:
        return []
    settings = mine[-1].measurement.settings
    tail = [line for line in mine if line.measurement.settings["cell"] == settings["cell"]]
    if len(tail) == settings["lines"]:
        return [line.measurement for line in mine]
    kept = out.read_bytes().split(b"\n")[: tail[0].number - 1]
    os.truncate(out, sum(len(line) + 1 for line in kept))
    return [line.measurement for line in mine[: -len(tail)]]
