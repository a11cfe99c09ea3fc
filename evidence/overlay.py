"""The reader's own weights, and what they change.

A weight overlay multiplies the weights of the frame: `{"families": {"attention": 0}, "criteria": {...},
"dimensions": {...}}`. It never touches a measured value, a curve or a par.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from evidence import parameters as p
from evidence.errors import InputError
from evidence.types import Catalog, Grade, Score, Verdict


class Weighed(Protocol):
    """What decides a weight; an Indicator has it, and so has a Contribution."""

    @property
    def criterion(self) -> str:
        """The named part of the dimension."""

    @property
    def family(self) -> str:
        """One mechanism at one source."""

    @property
    def grade(self) -> Grade:
        """Validity, A to C; X weighs nothing."""


@dataclass(frozen=True)
class WeightOverlay:
    """Factors on families, criteria and dimensions by id; 1 where none is given.

    A factor of 0 takes the family or criterion out of the plan as well: it is not asked for. Dimension
    factors act on the recommendation only; a dimension's own score has no use for them.
    """

    families: Mapping[str, float] = field(default_factory=dict)
    criteria: Mapping[str, float] = field(default_factory=dict)
    dimensions: Mapping[str, float] = field(default_factory=dict)

    def keeps(self, item: Weighed) -> bool:
        """Whether the item keeps any weight."""
        return (
            p.GRADE_WEIGHT[item.grade] > 0
            and self.families.get(item.family, 1.0) > 0
            and self.criteria.get(item.criterion, 1.0) > 0
        )


NOMINAL = WeightOverlay()
"""The weights of the frame, unchanged."""


@dataclass(frozen=True)
class VerdictChange:
    """One dimension before and after other weights; `contrast` is None where nothing is measured."""

    dimension: str
    contrast: tuple[float | None, float | None]
    coverage: tuple[float, float]
    verdict: tuple[Verdict, Verdict]

    @property
    def changed(self) -> bool:
        """Whether the verdict reads otherwise."""
        return self.verdict[0] != self.verdict[1]


def overlay_from(given: Mapping[str, object], catalog: Catalog) -> WeightOverlay:
    """Return the overlay that a mapping describes, as read from a reader's TOML file.

    Raises InputError for an unknown table or id and for a factor that is no number from 0 up.
    """
    known: dict[str, set[str]] = {
        "families": {indicator.family for indicator in catalog.indicators},
        "criteria": {criterion.id for dimension in catalog.dimensions for criterion in dimension.criteria},
        "dimensions": {dimension.id for dimension in catalog.dimensions},
    }
    for table in given:
        if table not in known:
            raise InputError(f"weights: no table {table!r}; {_nearest(table, known)}")
    return WeightOverlay(
        **{table: _factors(table, given.get(table, {}), ids) for table, ids in known.items()}
    )


def verdict_changes(before: Sequence[Score], after: Sequence[Score]) -> tuple[VerdictChange, ...]:
    """Return every dimension of two score sets of one comparison, before and after, in order.

    Raises ValueError when they are not of the same dimensions as of the same day.
    """
    keys = [
        [(score.comparison, score.dimension, score.as_of) for score in scores] for scores in (before, after)
    ]
    if keys[0] != keys[1]:
        raise ValueError("the two score sets are not of the same comparison, dimensions and day")
    return tuple(
        VerdictChange(
            old.dimension,
            (_value(old), _value(new)),
            (old.coverage.share, new.coverage.share),
            (old.verdict, new.verdict),
        )
        for old, new in zip(before, after, strict=True)
    )


def _value(score: Score) -> float | None:
    return None if score.contrast is None else score.contrast.value


def _factors(table: str, given: object, ids: Collection[str]) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise InputError(f"weights: {table} is not a table of factors; write [{table}] and id = factor")
    factors = {}
    for key, factor in given.items():
        if key not in ids:
            raise InputError(f"weights: {table} has no {key!r}; {_nearest(str(key), ids)}")
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 <= factor < math.inf:
            raise InputError(f"weights: {table}.{key} = {factor!r} is no number from 0 up")
        factors[key] = float(factor)
    return factors


def _nearest(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
