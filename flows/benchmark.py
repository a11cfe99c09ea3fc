"""Measure the frameworks on this machine and append the results to the home's own result files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from benchmarks import history, lines
from benchmarks import suite as suites
from benchmarks.plan import load_suite
from evidence.errors import InputError, MeasurementError
from evidence.types import Measurement
from flows import definitions
from flows.progress import Stage, tell
from flows.settings import COMMITTED_RESULTS, Settings


@flow(name="benchmark", validate_parameters=False)
def benchmark(
    suite: str = "quick",
    device: str = "cpu",
    out: Path | None = None,
    frameworks: Sequence[str] = (),
    pythons: Mapping[str, Path] | None = None,
) -> Path:
    """Run a suite on a device ("cpu", "gpu") and return the result file.

    The same flow runs on a GPU worker: the device is a parameter and the result file the only link. A
    framework that cannot use the device is recorded as unsupported or not run, never measured elsewhere.
    """
    settings = Settings.from_environment()
    target = out or settings.own_results / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{suite}-{device}.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    measured = list(frameworks) or list(load_suite(suite).frameworks) or _measurable(settings)
    tell(Stage("benchmark"))
    suites.run_suite(
        suite, target, frameworks=measured, pythons=dict(pythons or {}), device=device, report=_report
    )
    return target


def _report(measurement: Measurement) -> None:
    tell(measurement)


def _measurable(settings: Settings) -> list[str]:
    needs = "benchmarks"
    found = definitions.catalog(settings).frameworks
    return [name for framework in found for name in framework.named(needs)]


@dataclass(frozen=True)
class Imported:
    """What became of a result file from another machine; `refused` names each line not taken, and why."""

    file: Path
    kept: int
    refused: tuple[str, ...]


def import_results(file: Path) -> Imported:
    """Take over the valid lines of a result file; the same lines again change nothing.

    Raises InputError when the file cannot be read or holds no valid line.
    """
    settings = Settings.from_environment()
    known = {line for found in settings.own_results.glob("*.jsonl") for line in _lines(found)}
    kept, refused = [], []
    for number, line in enumerate(_lines(file), start=1):
        try:
            lines.load(line)
        except MeasurementError as error:
            refused.append(f"{file.name}:{number}: {error}")
        else:
            kept.append(line)
    if not kept:
        raise InputError(f"{file}: no valid result line" + (f"; first: {refused[0]}" if refused else ""))
    digest = hashlib.sha256("\n".join(kept).encode()).hexdigest()[:12]
    target = settings.own_results / f"imported-{digest}.jsonl"
    new = [line for line in kept if line not in known]
    if new:
        _write(target, new)
    return Imported(target, len(new), tuple(refused))


def steps(*, across_versions: bool = False) -> list[str]:
    """Return where our own figures changed their level, as text: committed runs and those of this home."""
    own = Settings.from_environment().own_results
    files = [*sorted(COMMITTED_RESULTS.glob("*.jsonl")), *sorted(own.glob("*.jsonl"))]
    taken = [line.measurement for file in files for line in lines.read(file)[0]]
    return history.report(taken, across_versions=across_versions)


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as a result file: {error}") from None


def _write(target: Path, found: Sequence[str]) -> None:
    """Write a result file in one step: a kill leaves the whole file or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_text("\n".join(found) + "\n", encoding="utf-8")
    part.replace(target)
