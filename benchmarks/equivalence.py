"""Proof that two programs compute the same thing before a time of theirs counts.

Same weights (drawn by canonical name), fresh random inputs at every check. Compared in float64 are the
outputs, the gradient of every weight, three losses of the timed training step, and the set of weights
consumed. Tolerances stand in `workload.toml`; BENCHMARKS 3.1 shows which wrong settings each would catch.
What is timed runs in float32: its outputs and gradients are compared with the float64 of the reference, so
that no side is faster by being less exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import precision
from benchmarks.arrays import Array, relative_error

ROUNDED_GRADIENTS = 3.0
"""How many times the reference's own error: some gradients are ill-conditioned on every side, to 3 %."""
_NEGLIGIBLE = 1e-9
"""A gradient with a smaller norm is zero in exact arithmetic (the key bias of attention): not compared."""


@dataclass(frozen=True)
class Check:
    """One comparison: what, its error, the tolerance, and whether it passed."""

    what: str
    error: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether the error is a number and within the tolerance."""
        return math.isfinite(self.error) and self.error <= self.tolerance


def compare(
    reference: Mapping[str, Array], other: Mapping[str, Array], tolerance: Mapping[str, float]
) -> list[Check]:
    """Return one check per array of the two sides; an array that one side lacks fails with infinity."""
    checks = []
    for name in sorted(reference.keys() | other.keys()):
        kind = name.split("/", 1)[0]
        limit = tolerance[kind]
        if name not in reference or name not in other:
            checks.append(Check(f"{name} exists on one side only", math.inf, limit))
        elif kind == "gradient" and max(map(np.linalg.norm, (reference[name], other[name]))) < _NEGLIGIBLE:
            continue
        else:
            checks.append(Check(name, relative_error(other[name], reference[name]), limit))
    return checks


def compare_rounded(
    truth: Mapping[str, Array], reference: Mapping[str, Array], other: Mapping[str, Array], timed: str
) -> list[Check]:
    """Return the checks of results in the class `timed` against the float64 `truth` (BENCHMARKS 3.1).

    Outputs must be within the limit of the class; all gradients together within three times the error of the
    reference's own in that class (the rule of TorchBench's accuracy check).
    """
    error = relative_error(other["outputs"], truth["outputs"])
    checks = [Check(f"{timed} outputs", error, precision.OUTPUT_LIMIT[timed])]
    names = sorted(name for name in truth if name.startswith("gradient/"))
    if names:
        limit = ROUNDED_GRADIENTS * _joint_error(reference, truth, names)
        checks.append(Check(f"{timed} gradients", _joint_error(other, truth, names), limit))
    return checks


def _joint_error(arrays: Mapping[str, Array], truth: Mapping[str, Array], names: Sequence[str]) -> float:
    """Return the relative error of several arrays as one long vector; infinite when one is missing."""
    if not arrays.keys() >= set(names):
        return math.inf
    value, right = (np.concatenate([side[name].ravel() for name in names]) for side in (arrays, truth))
    return relative_error(value, right)


def compare_weights(
    reference: Mapping[str, Any], other: Mapping[str, Any], *, parameters: int
) -> list[Check]:
    """Check that both consumed the same canonical weights, and as many as the workload declares."""
    missing = sorted(reference.keys() ^ other.keys())
    checks = [Check(f"weight {name} is consumed by one side only", math.inf, 0.0) for name in missing[:3]]
    for side in (reference, other):
        count = sum(math.prod(entry["shape"]) for entry in side.values() if entry["trained"])
        checks.append(
            Check(f"parameters ({count} of {parameters} declared)", float(abs(count - parameters)), 0.0)
        )
    return checks


@lru_cache(maxsize=8)
def load_arrays(file: Path) -> dict[str, Array]:
    """Return the arrays that a worker wrote."""
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}
