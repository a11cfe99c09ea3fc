"""The best rates this machine reaches, so that a time can be read as a share of what is possible.

Measured, not taken from data sheets: those are off by a factor of two (BENCHMARKS 1.1).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

SIZES = (1024, 2048)
_REPEATS = 6
_COPY_BYTES = 256 * 2**20


def measure(matmul: Callable[[int], Callable[[], None]]) -> dict[str, Any]:
    """Return FLOP/s of square float32 products by the framework and by numpy, and bytes/s of a copy.

    One sample per size and repeat; a product of n x n costs 2 n^3 operations.
    """
    return {
        "own": [rate for n in SIZES for rate in _rates(matmul(n), 2.0 * n**3)],
        "numpy": [rate for n in SIZES for rate in _rates(_numpy_product(n), 2.0 * n**3)],
        "copy": _rates(_numpy_copy(), 2.0 * _COPY_BYTES),
    }


def _rates(work: Callable[[], None], amount: float) -> list[float]:
    work()
    rates = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        work()
        rates.append(amount / (time.perf_counter() - start))
    return rates


def _numpy_product(n: int) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, n, n), dtype=np.float32)
    out = np.empty((n, n), np.float32)

    def run() -> None:
        np.matmul(a, b, out=out)

    return run


def _numpy_copy() -> Callable[[], None]:
    source = np.random.default_rng(0).standard_normal(_COPY_BYTES // 4, dtype=np.float32)
    target = np.empty_like(source)

    def run() -> None:
        np.copyto(target, source)

    return run
