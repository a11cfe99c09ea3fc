"""The same synthetic records for every framework, with the place of the crop and the flip of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

BATCHES_PER_RUN = 16
"""Workers deliver in bursts: a sample of a single batch would be nothing or two."""


@dataclass(frozen=True)
class Records:
    """Images (records, size, size, 3) of uint8, corners (records, 2) of the crops, flips (records)."""

    images: np.ndarray[Any, Any]
    corners: np.ndarray[Any, Any]
    flips: np.ndarray[Any, Any]


def draw(config: Mapping[str, Any], seed: int) -> Records:
    """Return the records of a seed; the same crops and flips make the outputs comparable."""
    rng = np.random.default_rng(seed)
    count, size, crop = config["records"], config["size"], config["crop"]
    return Records(
        images=rng.integers(0, 256, (count, size, size, 3), dtype=np.uint8),
        corners=rng.integers(0, size - crop + 1, (count, 2)),
        flips=rng.random(count) < 0.5,
    )
