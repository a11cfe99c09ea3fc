"""What the project as a whole declares: all sources, all metrics, the checked catalog."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import benchmarks.metrics
import collectors
from evidence import catalog as catalogs
from evidence.types import Catalog, Metric, Source
from flows.settings import Settings
from warehouse import evaluate, ingest


def sources() -> tuple[Source, ...]:
    """Every source: the collectors', the benchmarks', and the figures a user brings."""
    asked = (found.source for found in collectors.discover().values())
    return (*asked, benchmarks.metrics.SOURCE, ingest.SOURCE)


def metrics() -> Mapping[str, Metric]:
    """Every metric by id."""
    return {metric.id: metric for source in sources() for metric in source.metrics}


def names() -> Collection[str]:
    """Every key by which a source finds a framework's names."""
    return {key for source in sources() for key in (source.needs, *source.optional_names)}


def catalog(settings: Settings) -> Catalog:
    """The catalog, checked against what the sources declare, with its macros. Raises CatalogError."""
    return catalogs.load(settings.catalog, metrics=metrics(), names=names(), macros=evaluate.macros())
