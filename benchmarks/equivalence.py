"""Proof that two programs compute the same thing, in float64, before a time of theirs counts.

Same weights (drawn by canonical name), fresh random inputs at every check. Compared are the outputs, the
gradient of every weight, three losses of the timed training step, and the set of weights consumed.
Tolerances stand in `workload.toml`; BENCHMARKS 3.1 shows which wrong settings each would catch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arrays import Array, relative_error

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


def load_arrays(file: Path) -> dict[str, Array]:
    """Return the arrays that a worker wrote."""
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}
