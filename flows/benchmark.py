"""Measure the frameworks on this machine and append the results to the home's own result files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from benchmarks import suite as suites
from evidence.types import Measurement
from flows import definitions
from flows.progress import Stage, tell
from flows.settings import Settings


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
    measured = list(frameworks) or _measurable(settings)
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
