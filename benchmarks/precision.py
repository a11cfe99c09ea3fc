"""Precision classes: what a workload declares, and how a process finds out what it really computes in.

A flag says what was asked for; arithmetic says what happens. A product with a factor 1 + d shows how many
bits of it survive: IEEE single precision keeps 23, TF32 10, bfloat16 7 (BENCHMARKS 4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

FLOAT32, TF32, BF16, BF16_PURE = "float32", "tf32", "bf16", "bf16_pure"
"""IEEE single precision; its products in TF32; products in bfloat16 with float32 weights, as the mixed
precision of each framework does it; weights and inputs in bfloat16 (single operations)."""

ROOF: Mapping[str, str] = {FLOAT32: FLOAT32, TF32: TF32, BF16: BF16, BF16_PURE: BF16}
"""The class of products whose measured ceiling bounds a row."""

OUTPUT_LIMIT: Mapping[str, float] = {FLOAT32: 5e-6, TF32: 3e-3, BF16: 3e-2, BF16_PURE: 3e-2}
"""How far outputs may lie from the reference's in float64, relative to their norm (BENCHMARKS 3.1)."""

PROBE_SIZE = 512
"""Side of the probed product: large enough for the kernels that are fast."""
_FINE, _COARSE = 2.0**-12, 2.0**-9


def probed(product: Callable[[float], float]) -> str:
    """Return the class of a matrix product: float32, tf32 or bf16.

    `product(x)` is one element of a square product of size PROBE_SIZE, all x by all 1 / PROBE_SIZE, which
    is x again in exact arithmetic and in float32.
    """
    if product(1.0 + _FINE) != 1.0:
        return FLOAT32
    return TF32 if product(1.0 + _COARSE) != 1.0 else BF16


def of(spec: Mapping[str, Any]) -> str:
    """Return the class that a worker is told to compute in; IEEE single precision where nothing is said."""
    return str(spec.get("precision", FLOAT32))
