"""One module here is one source: `SOURCE`, `fetch` and `parse`. A file added is a source added."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from collectors._attempt import attempt
from collectors._contract import Capped, Collector, Subject
from collectors._record import record
from evidence.types import Metric

__all__ = ["Capped", "Collector", "Subject", "attempt", "discover", "metrics", "record"]


@cache
def discover() -> Mapping[str, Collector]:
    """Return the collectors by source id, in order of id. Modules that begin with `_` are helpers.

    Raises TypeError for a module that is no collector, so that a slip is found at once.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return MappingProxyType({name: _collector(name) for name in names if not name.startswith("_")})


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every metric that a collector declares, by id."""
    declared = [metric for collector in discover().values() for metric in collector.source.metrics]
    return MappingProxyType({metric.id: metric for metric in declared})


def _collector(name: str) -> Collector:
    module = importlib.import_module(f"{__name__}.{name}")
    missing = [part for part in ("SOURCE", "fetch", "parse") if not hasattr(module, part)]
    if missing or module.SOURCE.id != name:
        wrong = f"lacks {', '.join(missing)}" if missing else f"calls its source {module.SOURCE.id!r}"
        raise TypeError(f"collectors/{name}.py {wrong}: a module here is one source of the same name")
    return Collector(source=module.SOURCE, fetch=module.fetch, parse=module.parse)
