"""The best rates this machine reaches, so that a time can be read as a share of what is possible.

Measured, not taken from data sheets: those are off by a factor of two (BENCHMARKS 1.1). Each device has its
own: those of a processor come from the framework and from numpy, those of a GPU from the framework in each
class of precision.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import precision

PRODUCT, BANDWIDTH = "bench.ceiling", "bench.bandwidth"


@dataclass(frozen=True)
class Rate:
    """One ceiling: its metric, what it is of, and the precision class."""

    metric: str
    subject: str
    precision: str = precision.FLOAT32

    @property
    def id(self) -> str:
        """A name for it in a worker's result."""
        return f"{self.subject}/{self.precision}"


PLANNED: Mapping[str, Sequence[Rate]] = {
    "cpu": (Rate(PRODUCT, "matmul"), Rate(PRODUCT, "matmul_numpy"), Rate(BANDWIDTH, "copy")),
    "gpu": (
        Rate(PRODUCT, "matmul"),
        Rate(PRODUCT, "matmul", precision.TF32),
        Rate(PRODUCT, "matmul", precision.BF16),
        Rate(BANDWIDTH, "copy"),
    ),
}
"""What is measured on which device."""
SIZES: Mapping[str, Sequence[int]] = {"cpu": (1024, 2048), "gpu": (4096, 8192)}
"""Sides of the square products: large enough to fill the device."""
_REPEATS = {"cpu": 6, "gpu": 15}
_COPY_BYTES = {"cpu": 256 * 2**20, "gpu": 2**30}


def measure(adapter: Any, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rates of every planned ceiling of the device by its id, and the settings of each.

    FLOP/s of square products (n x n costs 2 n^3 operations) and bytes/s of reading and writing an array;
    one sample per size and repeat. A class that the device does not compute in has no rates but a reason.
    """
    device = spec["device"]
    found: dict[str, Any] = {"rates": {}, "reasons": {}, "settings": {}}
    for rate in PLANNED[device]:
        settings = adapter.set_up({**spec, "precision": rate.precision})
        found["settings"][rate.id] = settings
        if settings["precision"] != rate.precision:
            found["reasons"][rate.id] = f"asked for {rate.precision}, a product shows {settings['precision']}"
            continue
        works = list(_works(rate, adapter, {**spec, "precision": rate.precision}))
        found["rates"][rate.id] = [one for work, amount in works for one in _rates(work, amount, device)]
    return found


def _works(rate: Rate, adapter: Any, spec: Mapping[str, Any]) -> Sequence[tuple[Callable[[], None], float]]:
    """Return what to repeat, and how many operations or bytes it is each time."""
    device = spec["device"]
    if rate.metric == BANDWIDTH:
        amount = _COPY_BYTES[device]
        copy = _numpy_copy(amount) if device == "cpu" else adapter.scale(amount // 4, spec)
        return [(copy, 2.0 * amount)]
    make = _numpy_product if rate.subject == "matmul_numpy" else lambda n: adapter.matmul(n, spec)
    return [(make(n), 2.0 * n**3) for n in SIZES[device]]


def _rates(work: Callable[[], None], amount: float, device: str) -> list[float]:
    work()
    rates = []
    for _ in range(_REPEATS[device]):
        start = time.perf_counter()
        work()
        rates.append(amount / (time.perf_counter() - start))
    return rates


def _numpy_product(n: int) -> Callable[[], None]:
    import numpy as np  # noqa: PLC0415 - planning and resuming do without numpy

    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, n, n), dtype=np.float32)
    out = np.empty((n, n), np.float32)

    def run() -> None:
        np.matmul(a, b, out=out)

    return run


def _numpy_copy(size: int) -> Callable[[], None]:
    import numpy as np  # noqa: PLC0415 - planning and resuming do without numpy

    source = np.random.default_rng(0).standard_normal(size // 4, dtype=np.float32)
    target = np.empty_like(source)

    def run() -> None:
        np.copyto(target, source)

    return run
