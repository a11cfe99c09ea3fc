"""What the benchmarks and probes deliver: the metrics that `metrics.toml` declares.

`SOURCE.needs` is the key `benchmarks` of `Framework.names`: the stem of the framework's files in the
workload and probe folders.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from evidence.types import Metric, Source

_DECLARED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

SOURCE = Source(
    id="benchmarks",
    title="Touchstone benchmarks and probes",
    url="benchmarks/results",
    licence="CC0-1.0",
    citation="Touchstone, own measurements; machine, versions and date stand on every line",
    needs="benchmarks",
    metrics=tuple(Metric(id=id_, kind="stock", **entry) for id_, entry in _DECLARED.items()),
    cadence=timedelta(days=7),
    min_interval=timedelta(0),
    budget=0,
)

METRICS: Mapping[str, Metric] = {metric.id: metric for metric in SOURCE.metrics}
