"""A contrast through time: what moved because the world did, and what because the evidence changed.

Three numbers stand beside each other. The contrast of the week; the *matched* contrast, over the indicators
that every week has; and the *linked* one, the sum of weekly moves, each over the indicators that both weeks
have, as price indices are chained. A new frame is a break: nothing is linked across it.
Source: SCORING 2.14 and the first section, 5; read 2026-11-23. Scores come in order of day, one per week.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from evidence import parameters as p
from evidence.types import Break, Contribution, Score
from evidence.weights import indicator_weights


@dataclass(frozen=True)
class Move:
    """By how much one indicator's contribution moved between two weeks, on the indicators both have."""

    indicator: str
    change: float


@dataclass(frozen=True)
class Moment:
    """One week of the time line; numbers are None where they do not exist.

    `move` is the change since the last week that had a contrast, on the indicators both have. `note` says
    why the chain is broken or what explains a large move; `unexplained` marks one that nothing explains.
    """

    as_of: date
    contrast: float | None
    matched: float | None
    linked: float | None
    move: float | None
    moves: tuple[Move, ...]
    unexplained: bool
    note: str


def timeline(
    scores: Sequence[Score],
    *,
    breaks: Sequence[Break] = (),
    needs: Mapping[str, Collection[str]] | None = None,
) -> tuple[Moment, ...]:
    """Return one moment per score of one dimension, in order of day.

    `needs` gives the metrics that each indicator reads, to tell which of them a break touches. Raises
    ValueError when the scores are not of one comparison and dimension with rising days.
    """
    if any(_key(one) != _key(two) or one.as_of >= two.as_of for one, two in pairwise(scores)):
        raise ValueError("a time line needs scores of one comparison and dimension with rising days")
    common = matched_set(scores)
    moments: list[Moment] = []
    before: Score | None = None
    for score in scores:
        linked = moments[-1].linked if moments else None
        moments.append(_moment(before, score, common, linked, breaks=breaks, needs=needs or {}))
        before = score if score.contrast else before
    return tuple(moments)


def matched_set(scores: Sequence[Score]) -> frozenset[str]:
    """Return the indicators that every score with a contrast has."""
    sets = [_indicators(score) for score in scores if score.contrast is not None]
    return frozenset.intersection(*sets) if sets else frozenset()


def contrast_on(score: Score, indicators: Collection[str]) -> float | None:
    """Return the contrast over these indicators alone, weights recomputed; None where there is none."""
    parts = _parts(score, indicators)
    return math.fsum(parts.values()) if parts else None


def moves(before: Score, after: Score) -> tuple[Move, ...]:
    """Return how the contributions moved on the indicators that both have, largest first."""
    common = _indicators(before) & _indicators(after)
    old, new = _parts(before, common), _parts(after, common)
    changes = [Move(indicator, new[indicator] - old[indicator]) for indicator in sorted(common)]
    return tuple(sorted(changes, key=lambda move: -abs(move.change)))


def _moment(
    before: Score | None,
    score: Score,
    common: frozenset[str],
    linked: float | None,
    *,
    breaks: Sequence[Break],
    needs: Mapping[str, Collection[str]],
) -> Moment:
    value = score.contrast.value if score.contrast else None
    matched = contrast_on(score, common)
    if before is None or linked is None or value is None:
        return Moment(score.as_of, value, matched, value if linked is None else linked, None, (), False, "")
    if before.frame != score.frame:
        note = f"the definitions changed (frame {before.frame} to {score.frame})"
        return Moment(score.as_of, value, matched, linked, None, (), False, note)
    changes = moves(before, score)
    if not changes:
        return Moment(score.as_of, value, matched, linked, None, (), False, "no indicator in common")
    move = math.fsum(change.change for change in changes)
    large = abs(move) > p.MOVED_POINTS
    note = _explanation(before, score, changes, breaks=breaks, needs=needs) if large else ""
    return Moment(score.as_of, value, matched, linked + move, move, changes, large and not note, note)


def _explanation(
    before: Score,
    after: Score,
    changes: Sequence[Move],
    *,
    breaks: Sequence[Break],
    needs: Mapping[str, Collection[str]],
) -> str:
    """The reasons of the breaks between the two days, if without the indicators they touch nothing moved."""
    near = [b for b in breaks if b.start <= after.as_of and b.end >= before.as_of and _concerns(b, after)]
    touched = {c.indicator for c in changes for b in near if b.metric in needs.get(c.indicator, ())}
    rest = math.fsum(change.change for change in changes if change.indicator not in touched)
    if not touched or abs(rest) > p.MOVED_POINTS:
        return ""
    used = [b for b in near if any(b.metric in needs[indicator] for indicator in touched)]
    return "; ".join(dict.fromkeys(b.reason for b in used))


def _concerns(known: Break, score: Score) -> bool:
    return known.framework is None or known.framework in list(score.scores)[:2]


def _parts(score: Score, indicators: Collection[str]) -> dict[str, float]:
    """Contributions of these indicators to the contrast of them alone, by indicator."""
    if score.contrast is None:
        return {}
    first, second = score.contrast.first, score.contrast.second
    kept: list[Contribution] = [c for c in score.contributions if c.indicator in indicators]
    weights = indicator_weights(kept)
    return {
        c.indicator: weight * (c.scores[first] - c.scores[second])
        for c, weight in zip(kept, weights.tolist(), strict=True)
    }


def _indicators(score: Score) -> frozenset[str]:
    return frozenset(c.indicator for c in score.contributions)


def _key(score: Score) -> tuple[str, str]:
    return score.comparison, score.dimension
