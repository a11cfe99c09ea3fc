"""Synthetic catalogs and readings for the tests of the method. Every number here is invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from evidence.score import score_comparison
from evidence.types import (
    Catalog,
    Claim,
    Comparison,
    Criterion,
    Dimension,
    Framework,
    Indicator,
    Par,
    Reading,
    Sample,
    Score,
    Text,
)

AS_OF = date(2026, 3, 2)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAIR = ("alder", "birch")
TEXT = Text("invented", "虚构")


def indicator(name: str = "size", **changed: Any) -> Indicator:
    """One invented indicator; every field may be changed."""
    fields: dict[str, Any] = {
        "id": name,
        "dimension": "worth",
        "criterion": "main",
        "family": name,
        "title": TEXT,
        "unit": "things",
        "direction": "higher",
        "curve": "P",
        "par": Par("panel", 100.0, date(2025, 10, 30), "invented"),
        "grade": "B",
        "window_weeks": None,
        "max_age": timedelta(days=90),
        "needs": (f"{name}.count",),
        "sampling": "none",
        "why": TEXT,
        "bias": TEXT,
        "guard": TEXT,
        "sql": "",
        "fill": Text(f"ask the source of {name}"),
    }
    return Indicator(**{**fields, **changed})


def reading(name: str, framework: str, value: float, **changed: Any) -> Reading:
    """One invented reading, nominal unless changed."""
    fields: dict[str, Any] = {
        "indicator": name,
        "framework": framework,
        "scope": "core",
        "window_weeks": None,
        "variant": "",
        "value": value,
        "observed_at": NOW,
    }
    return Reading(**{**fields, **changed})


def pair(name: str, first: float, second: float, **changed: Any) -> list[Reading]:
    """Nominal readings for both of the pair."""
    return [reading(name, PAIR[0], first, **changed), reading(name, PAIR[1], second, **changed)]


def weekly(name: str, framework: str, x: Sequence[float], *, window: int = 52, end: date = AS_OF) -> Reading:
    """A reading with weekly replicates that end before `end`; its value is 52 times their mean."""
    monday = end - timedelta(days=end.weekday())
    weeks = [monday - timedelta(weeks=len(x) - at) for at in range(len(x))]
    samples = tuple(
        Sample("", f"{week.isocalendar().year}-W{week.isocalendar().week:02}", float(value))
        for week, value in zip(weeks, x, strict=True)
    )
    return reading(name, framework, 52 * float(np.mean(x)), window_weeks=window, samples=samples)


def rounds(name: str, framework: str, logs: Mapping[str, Sequence[float]], **changed: Any) -> Reading:
    """A reading with benchmark rounds, log seconds by workload; its value is their typical time."""
    samples = tuple(
        Sample(block, str(key), float(x)) for block, values in logs.items() for key, x in enumerate(values)
    )
    value = float(np.exp(np.mean([np.median(values) for values in logs.values()])))
    return reading(name, framework, value, samples=samples, **changed)


def catalog(indicators: Iterable[Indicator], dimensions: Sequence[str] = ("worth",)) -> Catalog:
    """A catalog of these indicators; criteria follow from them."""
    indicators = tuple(indicators)
    return Catalog(
        frameworks=tuple(Framework(name, name.title(), {}) for name in (*PAIR, "cedar")),
        dimensions=tuple(
            Dimension(
                dimension,
                TEXT,
                TEXT,
                TEXT,
                tuple(
                    Criterion(c, dimension, TEXT)
                    for c in sorted({i.criterion for i in indicators if i.dimension == dimension})
                ),
            )
            for dimension in dimensions
        ),
        indicators=indicators,
        comparisons=(),
    )


def comparison(
    frameworks: Sequence[str] = PAIR,
    claims: Mapping[str, float] | None = None,
    dimensions: Sequence[str] = ("worth",),
) -> Comparison:
    """A comparison with claims out of 10 on the first dimension."""
    return Comparison(
        "invented",
        TEXT,
        tuple(frameworks),
        tuple(dimensions),
        tuple(
            Claim(dimensions[0], framework, score, 10, TEXT) for framework, score in (claims or {}).items()
        ),
    )


def everywhere(indicators: Iterable[Indicator]) -> dict[str, tuple[str, ...]]:
    """Every indicator applies to every framework."""
    return {i.id: (*PAIR, "cedar") for i in indicators}


def score(
    indicators: Sequence[Indicator],
    readings: Iterable[Reading],
    *,
    frameworks: Sequence[str] = PAIR,
    claims: Mapping[str, float] | None = None,
    **options: Any,
) -> Score:
    """The score of the one invented dimension, with few draws unless told."""
    options = {"as_of": AS_OF, "draws": 400, "applicable": everywhere(indicators), **options}
    return score_comparison(catalog(indicators), comparison(frameworks, claims), readings, **options)[0]


def five_families(
    first: float = 200.0, second: float = 100.0, **changed: Any
) -> tuple[list[Indicator], list[Reading]]:
    """Five indicators of five families from five sources, all with the same two values."""
    indicators = [indicator(f"i{n}", **changed) for n in range(5)]
    return indicators, [r for i in indicators for r in pair(i.id, first, second)]
