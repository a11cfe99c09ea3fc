"""Synthetic workloads: tiny networks made for the tests only; no figure of theirs is evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.plan import Suite, load_suite
from evidence.types import Measurement

TOML = """
title = "Synthetic workload of the tests"
category = "test"
why = "made in a test; its figures mean nothing"
tasks = ["infer"]
flops_per_sample = "2*3*4"
parameters = 16
equivalence_batch = 4
[batch_size]
cpu = 4
[[inputs]]
name = "x"
kind = "normal"
shape = [3]
[target]
kind = "ids"
high = 4
[tolerance]
outputs = 1e-7
gradient = 1e-6
losses = 1e-5
"""
GOOD = """
from torch import nn

def build(config):
    return nn.Sequential(nn.Linear(3, 4))
"""


@pytest.fixture
def synthetic(tmp_path: Path) -> Path:
    """A folder of workloads with one good synthetic workload, `good`, for one framework."""
    make_workload(tmp_path / "workloads", "good", GOOD)
    return tmp_path / "workloads"


def make_workload(root: Path, name: str, program: str) -> None:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "workload.toml").write_text(TOML)
    (folder / "pytorch.py").write_text(program)


def suite_of(folder: Path, *names: str, rounds: int = 1, timeout_s: float = 60.0) -> Suite:
    """A suite with nothing but one short inference of each synthetic workload."""
    return replace(
        load_suite("quick"),
        id="synthetic",
        folder=folder,
        workloads={name: ["infer"] for name in names},
        protocols={"": rounds},
        starts={},
        probes=(),
        seconds=0.02,
        min_samples=2,
        retries=0,
        patience_s=0.0,
        timeout_s=timeout_s,
        shared_untimed=False,
    )


@pytest.fixture
def measurement() -> Measurement:
    return Measurement(
        run="synthetic-run",
        metric="bench.train_step",
        subject="synthetic",
        framework="pytorch",
        status="ok",
        reason="",
        started_at=datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC),
        unit="s",
        value=0.5,
        samples=(0.4, 0.5, 0.6),
        round=0,
        versions={"torch": "0"},
        settings={"cell": "a", "lines": 1},
        items=({"what": "x"},),
    )
