"""The numbers that go into every framework alike: weights and inputs, drawn by name and seed.

A weight is drawn from its canonical name and shape only, so that two processes that never met hold the
same weights, and a weight that one side forgets shows as a missing name. Never zeros: some machines are
faster on them (BENCHMARKS 2.5). All are numbers of single precision, also where they are handed out as
float64: so a run in float32 computes with the same numbers, and its error is that of its arithmetic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def draw_weight(name: str, shape: tuple[int, ...], seed: int) -> Array:
    """Return the float64 weight of this canonical name: the layout is the one of the reference framework.

    Running variances lie in [0.5, 1.5], scales of norms (one axis, called `weight`) as well; running means
    and biases are N(0, 0.1²); everything else is N(0, 1 / fan-in).
    """
    digest = hashlib.sha256(f"{seed}/{name}/{shape}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "little"))
    last = name.rsplit(".", 1)[-1]
    if last == "running_var" or (last == "weight" and len(shape) == 1):
        return _single(rng.uniform(0.5, 1.5, shape))
    if last == "running_mean" or len(shape) == 1:
        return _single(rng.normal(0.0, 0.1, shape))
    return _single(rng.normal(0.0, float(np.prod(shape[1:])) ** -0.5, shape))


def draw_input(spec: Mapping[str, Any], *, batch: int, seed: int, dtype: str) -> Array:
    """Return one input array of a workload: `kind` is normal, image, plain or ids.

    An image is (height, width, channels); plain has no batch axis.

    Raises ValueError for a kind it does not know.
    """
    rng = np.random.default_rng(seed)
    shape = (batch, *spec.get("shape", ()))
    if spec["kind"] in {"normal", "image"}:
        return _single(rng.standard_normal(shape)).astype(dtype)
    if spec["kind"] == "plain":
        return _single(rng.standard_normal(tuple(spec["shape"]))).astype(dtype)
    if spec["kind"] == "ids":
        return rng.integers(0, spec["high"], shape, dtype=np.int64)
    raise ValueError(f"input kind {spec['kind']!r} is none of normal, image, plain, ids")


def _single(values: Array) -> Array:
    """Round to the nearest numbers of single precision, in float64."""
    return values.astype(np.float32).astype(np.float64)


def relative_error(value: Array, reference: Array) -> float:
    """Return ‖value − reference‖ / ‖reference‖; infinite for NaN, another shape or a missed zero."""
    value, reference = np.asarray(value, np.float64), np.asarray(reference, np.float64)
    if value.shape != reference.shape or not np.isfinite(value).all():
        return float("inf")
    scale = float(np.linalg.norm(reference))
    distance = float(np.linalg.norm(value - reference))
    if scale == 0.0:
        return 0.0 if distance == 0.0 else float("inf")
    return distance / scale
