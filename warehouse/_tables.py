"""Rows of the tables that hold the catalog, the archive's index and the scores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import TypeAdapter

from evidence.errors import CheckFailed
from evidence.types import (
    Attempt,
    Catalog,
    Contribution,
    Indicator,
    Interval,
    Reading,
    Score,
    Source,
    Text,
)
from evidence.words import missing_words
from warehouse._sql import Row
from warehouse.archive import Archive, Entry

_SCORE: TypeAdapter[Score] = TypeAdapter(Score)
_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_INTERVAL = ("value", "low90", "high90", "low50", "high50")
_DIFFERENCE = (*_INTERVAL, "sampling_low", "sampling_high", "p_positive", "margin")
_ROBUSTNESS = ("epsilon_star", "weight_to_move", "manski_low", "manski_high")


def naive(moment: datetime) -> datetime:
    """Return the same instant as the database holds it: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def score_to_json(score: Score) -> str:
    """Return the score as JSON from which `score_from_json` makes an equal one.

    Raises CheckFailed where that is not so: JSON has no place for what is not a finite number.
    """
    body = _SCORE.dump_json(score).decode()
    if score_from_json(body) != score:
        place: dict[str, object] = {"comparison": score.comparison, "dimension": score.dimension}
        raise CheckFailed("score_is_exact_as_json", [place])
    return body


def score_from_json(body: str) -> Score:
    """Return the score that `score_to_json` wrote."""
    return _SCORE.validate_json(body)


def catalog_rows(catalog: Catalog) -> dict[str, list[Row]]:
    """Return the rows of the tables that hold the catalog, by table."""
    return {
        **_framework_rows(catalog),
        **_dimension_rows(catalog),
        **_comparison_rows(catalog),
        "indicator": [_indicator_row(indicator) for indicator in catalog.indicators],
        "source_break": [
            {
                "source": item.source,
                "metric": item.metric,
                "framework": item.framework,
                "starts_on": item.start,
                "ends_on": item.end,
                "reason": item.reason.en,
                "link": item.link,
            }
            for item in catalog.breaks
        ],
    }


def source_rows(sources: Iterable[Source]) -> dict[str, list[Row]]:
    """Return the rows of `source` and `metric`."""
    found = list(sources)
    return {"source": [_source_row(source) for source in found], "metric": _metric_rows(found)}


def payload_rows(archive: Archive, entries: Iterable[Entry]) -> list[Row]:
    """Return the rows of `payload` for archived answers."""
    return [
        {
            "sha256": entry.sha256,
            "source": entry.source,
            "framework": entry.framework,
            "scope": entry.scope,
            "name": entry.name,
            "url": entry.url,
            "requested_at": naive(entry.requested_at),
            "status": entry.status,
            "headers": json.dumps(dict(entry.headers), sort_keys=True),
            "bytes": entry.bytes,
            "run": entry.run,
            "location": archive.location(entry.sha256).relative_to(archive.root).as_posix(),
        }
        for entry in entries
    ]


def attempt_rows(attempts: Iterable[Attempt]) -> list[Row]:
    """Return the rows of `attempt`."""
    return [
        {
            "run": attempt.run,
            "source": attempt.source,
            "framework": attempt.framework,
            "outcome": attempt.outcome,
            "reason": attempt.reason,
            "started_at": naive(attempt.started_at),
            "requests": attempt.requests,
            "bytes": attempt.bytes,
            "seconds": attempt.seconds,
        }
        for attempt in attempts
    ]


def reading_row(comparison: str, as_of: object, reading: Reading) -> Row:
    """Return the row of `indicator_value`."""
    return {
        "comparison": comparison,
        "indicator": reading.indicator,
        "framework": reading.framework,
        "scope": reading.scope,
        "window_weeks": reading.window_weeks,
        "variant": reading.variant,
        "as_of": as_of,
        "value": reading.value,
        "observed_at": naive(reading.observed_at),
        "successes": reading.successes,
        "trials": reading.trials,
        "samples": [{"block": s.block, "key": s.key, "x": s.x} for s in reading.samples],
        "payloads": list(reading.payloads),
    }


def score_rows(score: Score, pair: Sequence[str | None]) -> dict[str, list[Row]]:
    """Return the rows of one dimension's answer, by table. `pair` is first and second, null where absent."""
    place: Row = {"comparison": score.comparison, "dimension": score.dimension, "as_of": score.as_of}
    contributions = (*score.contributions, *score.context)
    return {
        "score": [
            {**place, "framework": framework, "frame": score.frame, **_interval(interval)}
            for framework, interval in score.scores.items()
        ],
        "contrast": [{**place, **_contrast(score), "first": pair[0], "second": pair[1]}],
        "contribution": [{**place, **_contribution(item)} for item in contributions],
        "contribution_value": [
            {**place, "indicator": item.indicator, **value}
            for item in contributions
            for value in _values(item)
        ],
        "missing": [
            {
                **place,
                "indicator": item.indicator,
                "family": item.family,
                "grade": item.grade,
                "reason": missing_words(item, "en", str),
                "fill": item.fill,
            }
            for item in score.missing
        ],
        "score_json": [{**place, "body": score_to_json(score)}],
    }


def _framework_rows(catalog: Catalog) -> dict[str, list[Row]]:
    names = {
        (framework.id, scope, key, name)
        for framework in catalog.frameworks
        for scope, keys in framework.names.items()
        for key in keys
        for name in framework.named(key, scope)
        if scope == "core" or name not in framework.named(key)
    }
    return {
        "framework": [
            {"id": framework.id, "title": framework.title, "position": position}
            for position, framework in enumerate(catalog.frameworks)
        ],
        "framework_name": [
            {"framework": framework, "scope": scope, "key": key, "name": name}
            for framework, scope, key, name in sorted(names)
        ],
    }


def _dimension_rows(catalog: Catalog) -> dict[str, list[Row]]:
    return {
        "dimension": [
            {
                "id": dimension.id,
                "position": position,
                **_texts("title", dimension.title),
                **_texts("question", dimension.question),
                **_texts("is_not", dimension.is_not),
            }
            for position, dimension in enumerate(catalog.dimensions)
        ],
        "criterion": [
            {
                "id": criterion.id,
                "dimension": criterion.dimension,
                **_texts("title", criterion.title),
                "original": criterion.original,
            }
            for dimension in catalog.dimensions
            for criterion in dimension.criteria
        ],
        "blind_spot": [
            {"dimension": dimension.id, **_texts("text", spot.text), "looked_for": spot.looked_for}
            for dimension in catalog.dimensions
            for spot in dimension.blind_spots
        ],
    }


def _comparison_rows(catalog: Catalog) -> dict[str, list[Row]]:
    return {
        "comparison": [{"id": item.id, **_texts("title", item.title)} for item in catalog.comparisons],
        "comparison_framework": [
            {"comparison": item.id, "framework": framework, "position": position}
            for item in catalog.comparisons
            for position, framework in enumerate(item.frameworks)
        ],
        "comparison_dimension": [
            {"comparison": item.id, "dimension": dimension, "position": position}
            for item in catalog.comparisons
            for position, dimension in enumerate(item.dimensions)
        ],
        "claim": [
            {"comparison": item.id, **asdict(claim), "source": claim.source.en}
            for item in catalog.comparisons
            for claim in item.claims
        ],
        "preset_weight": [
            {
                "comparison": item.id,
                "preset": preset.id,
                **_texts("title", preset.title),
                "dimension": dimension,
                "weight": weight,
                "reason": preset.reasons[dimension].en,
            }
            for item in catalog.comparisons
            for preset in item.presets
            for dimension, weight in preset.weights.items()
        ],
    }


def _indicator_row(indicator: Indicator) -> Row:
    same = ("id", "dimension", "criterion", "family", "unit", "direction", "curve", "grade", "window_weeks")
    return {
        **{name: getattr(indicator, name) for name in (*same, "sampling", "chaoss", "sql")},
        **{name: getattr(indicator, name).en for name in ("why", "bias", "guard", "fill")},
        **_texts("title", indicator.title),
        "par_kind": indicator.par.kind,
        "par_value": indicator.par.value,
        "par_date": indicator.par.fixed_on,
        "par_source": indicator.par.source,
        "max_age_days": indicator.max_age.total_seconds() / _DAY_S,
        "needs": list(indicator.needs),
        "reasons": json.dumps(dict(indicator.reasons), ensure_ascii=False),
    }


def _source_row(source: Source) -> Row:
    same = ("id", "title", "url", "licence", "citation", "needs", "budget", "token_env", "parser_version")
    return {
        **{name: getattr(source, name) for name in same},
        "cadence_days": source.cadence.total_seconds() / _DAY_S,
        "min_interval_hours": source.min_interval.total_seconds() / _HOUR_S,
    }


def _metric_rows(sources: Sequence[Source]) -> list[Row]:
    return [
        {
            "id": metric.id,
            "source": source.id,
            "unit": metric.unit,
            "kind": metric.kind,
            "description": metric.description,
        }
        for source in sources
        for metric in source.metrics
    ]


def _contrast(score: Score) -> Row:
    row: Row = {
        "frame": score.frame,
        "coverage": score.coverage.share,
        "families": score.coverage.measured,
        "families_planned": score.coverage.planned,
        "sources": score.coverage.sources,
        "status": score.status,
        "dated": score.dated,
        "verdict": score.verdict.label,
        "size": score.verdict.size,
        "ahead": score.verdict.ahead,
        "provisional": score.verdict.provisional,
    }
    for found, names in ((score.contrast, _DIFFERENCE), (score.robustness, _ROBUSTNESS)):
        row |= {name: getattr(found, name) for name in names if found is not None}
    if score.contrast is not None:
        row |= {f"p_{side}": score.contrast.p_beyond[side] for side in ("first", "tie", "second")}
    return row


def _contribution(item: Contribution) -> Row:
    same = ("indicator", "criterion", "family", "grade", "weight", "contribution", "par", "dated")
    return {name: getattr(item, name) for name in same}


def _values(item: Contribution) -> list[Row]:
    return [
        {
            "framework": framework,
            "raw": raw,
            "score": item.scores.get(framework),
            "observed_at": naive(item.observed_at[framework]),
            "payloads": list(item.payloads[framework]),
        }
        for framework, raw in item.raw.items()
    ]


def _interval(interval: Interval | None) -> Row:
    return {name: getattr(interval, name, None) for name in _INTERVAL}


def _texts(name: str, text: Text) -> Row:
    return {f"{name}_en": text.en, f"{name}_zh": text.words("zh")}
