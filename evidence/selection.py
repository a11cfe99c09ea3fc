"""Which readings count: newest known, fresh enough, measured for both of the pair.

The verdict is pairwise complete: an indicator counts only if both frameworks of the pair have a value, under
the same window and protocol. Nothing is imputed. A third framework never changes what the pair has.
Source: SCORING 2.8 and its first section, read 2026-11-23.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from evidence import parameters as p
from evidence.curve import is_value
from evidence.types import Catalog, Comparison, Gap, Indicator, Missing, Reading, Scope

Protocol = tuple[Scope, int | None, str]
"""One way to take a reading: scope, window in weeks, variant."""

Readings = Mapping[str, Mapping[str, Mapping[Protocol, Reading]]]
"""Indicator id -> framework id -> protocol -> the newest reading."""


@dataclass(frozen=True)
class Measured:
    """An indicator with a value for both of the pair.

    `readings` holds, by framework, every protocol that was read; `nominal` the declared one. Third
    frameworks are present where they have a value too. `dated` is the day of the older observation of
    the pair where that is past the indicator's `max_age`.
    """

    indicator: Indicator
    readings: Mapping[str, Mapping[Protocol, Reading]]
    nominal: Mapping[str, Reading]
    dated: date | None


@dataclass(frozen=True)
class Selection:
    """The evidence of one dimension: what was planned, what is measured, what is missing and why."""

    pair: tuple[str, ...]
    planned: tuple[Indicator, ...]
    measured: tuple[Measured, ...]
    missing: tuple[Missing, ...]
    context: tuple[Measured, ...]


def by_protocol(readings: Iterable[Reading], frameworks: Collection[str], as_of: date) -> Readings:
    """Sort readings of these frameworks by indicator, framework and protocol; the newest by `as_of` wins."""
    found: dict[str, dict[str, dict[Protocol, Reading]]] = {}
    for reading in readings:
        if reading.framework not in frameworks or _day(reading) > as_of:
            continue
        protocols = found.setdefault(reading.indicator, {}).setdefault(reading.framework, {})
        key = (reading.scope, reading.window_weeks, reading.variant)
        if key not in protocols or _newer(reading, protocols[key]):
            protocols[key] = reading
    return found


def select(
    catalog: Catalog,
    comparison: Comparison,
    dimension: str,
    *,
    readings: Readings,
    as_of: date,
    applicable: Mapping[str, Collection[str]],
) -> Selection:
    """Return what is planned, measured and missing for one dimension of a comparison.

    An indicator that does not apply to both of the pair is not planned for this comparison.
    """
    pair = comparison.frameworks[:2]
    planned: list[Indicator] = []
    measured: list[Measured] = []
    missing: list[Missing] = []
    context: list[Measured] = []
    for indicator in catalog.indicators:
        applies = applicable.get(indicator.id, ())
        if indicator.dimension != dimension or not all(framework in applies for framework in pair):
            continue
        known = _usable(indicator, readings.get(indicator.id, {}), as_of)
        if indicator.grade == "X":
            context.extend(_context(indicator, known))
            continue
        planned.append(indicator)
        if all(framework in known for framework in pair):
            measured.append(_measured(indicator, known, pair, as_of))
        else:
            gaps = _gaps(indicator, readings.get(indicator.id, {}), pair, as_of)
            missing.append(Missing(indicator.id, indicator.family, indicator.grade, gaps, indicator.fill.en))
    return Selection(pair, tuple(planned), tuple(measured), tuple(missing), tuple(context))


def oldest_day(as_of: date) -> date:
    """Return the first day whose observations may still count: 24 months before `as_of`."""
    months = as_of.year * 12 + as_of.month - 1 - p.OLDEST_MONTHS
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(as_of.day, monthrange(year, month)[1]))


def nominal_protocol(indicator: Indicator) -> Protocol:
    """Return the declared way to read an indicator."""
    return ("core", indicator.window_weeks, "")


def _usable(
    indicator: Indicator, frameworks: Mapping[str, Mapping[Protocol, Reading]], as_of: date
) -> dict[str, dict[Protocol, Reading]]:
    """Per framework the readings that count; frameworks without a nominal one are left out."""
    oldest = oldest_day(as_of)
    found = {}
    for framework, protocols in frameworks.items():
        good = {
            key: reading
            for key, reading in protocols.items()
            if _day(reading) >= oldest and is_value(reading.value, indicator.curve)
        }
        if nominal_protocol(indicator) in good:
            found[framework] = good
    return found


def _measured(
    indicator: Indicator,
    known: Mapping[str, Mapping[Protocol, Reading]],
    pair: Sequence[str],
    as_of: date,
) -> Measured:
    nominal = {framework: known[framework][nominal_protocol(indicator)] for framework in sorted(known)}
    oldest = min(_day(nominal[framework]) for framework in pair)
    return Measured(indicator, known, nominal, oldest if as_of - oldest > indicator.max_age else None)


def _context(indicator: Indicator, known: Mapping[str, Mapping[Protocol, Reading]]) -> Iterable[Measured]:
    if known:
        nominal = {framework: known[framework][nominal_protocol(indicator)] for framework in sorted(known)}
        yield Measured(indicator, known, nominal, None)


def _gaps(
    indicator: Indicator,
    frameworks: Mapping[str, Mapping[Protocol, Reading]],
    pair: Sequence[str],
    as_of: date,
) -> tuple[Gap, ...]:
    gaps = []
    for framework in pair:
        reading = frameworks.get(framework, {}).get(nominal_protocol(indicator))
        if reading is None:
            gaps.append(Gap(framework, "no_value"))
        elif _day(reading) < oldest_day(as_of):
            gaps.append(Gap(framework, "too_old", _day(reading).isoformat()))
        elif not is_value(reading.value, indicator.curve):
            gaps.append(Gap(framework, "out_of_range", f"{reading.value:g} {indicator.unit}"))
    return tuple(gaps)


def _newer(one: Reading, other: Reading) -> bool:
    """Later observed; of two as old, any rule that does not depend on their order."""
    return (one.observed_at, one.value, one.payloads) > (other.observed_at, other.value, other.payloads)


def _day(reading: Reading) -> date:
    return reading.observed_at.astimezone(UTC).date()
