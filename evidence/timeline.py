"""A contrast through time: what moved because the world did, and what because the evidence changed.

Three numbers stand beside each other. The contrast of the week; the *matched* contrast, over the indicators
that every week has; and the *linked* one, the sum of weekly moves, each over the indicators that both weeks
have, as price indices are chained. A new frame is a break: nothing is linked across it.

The alarm is one of weekly moves: |move| > 0.12. Where weeks are missing between two scores it is 0.12 for
each of them, for then at least one week moved by more. Source: SCORING 2.14 and the first section, 5; read
2026-11-23. Scores come in order of day.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from evidence import parameters as p
from evidence import words
from evidence.types import Break, Contribution, Score, Text
from evidence.weights import indicator_weights


@dataclass(frozen=True)
class Move:
    """By how much one indicator's contribution moved between two weeks, on the indicators both have."""

    indicator: str
    change: float


@dataclass(frozen=True)
class Moment:
    """One week of the time line; numbers are None where they do not exist.

    `move` is the change since the last week that had a contrast, on the indicators both have; `moves` are
    its parts. `unexplained` marks a move above 0.12 a week that no break explains. `note` says which break
    begins, ends or explains it, or why the chain is broken; None where there is nothing to say.
    """

    as_of: date
    contrast: float | None
    matched: float | None
    linked: float | None
    move: float | None
    moves: tuple[Move, ...]
    unexplained: bool
    note: Text | None


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
        return Moment(score.as_of, value, matched, value if linked is None else linked, None, (), False, None)
    if before.frame != score.frame:
        changed = words.text("moment.frame", before=before.frame, after=score.frame)
        return Moment(score.as_of, value, matched, linked, None, (), False, changed)
    changes = moves(before, score)
    if not changes:
        return Moment(score.as_of, value, matched, linked, None, (), False, words.text("moment.apart"))
    move = math.fsum(change.change for change in changes)
    near = _breaks_between(before, score, breaks, needs)
    touched = {c.indicator for c in changes for b in near if b.metric in needs.get(c.indicator, ())}
    rest = math.fsum(change.change for change in changes if change.indicator not in touched)
    large = is_large(move, before.as_of, score.as_of)
    unexplained = large and is_large(rest, before.as_of, score.as_of)
    shown = near if large and not unexplained else [b for b in near if _has_edge(b, before, score)]
    note = words.joined(dict.fromkeys(b.reason for b in shown))
    return Moment(score.as_of, value, matched, linked + move, move, changes, unexplained, note)


def is_large(move: float, before: date, after: date) -> bool:
    """Whether some week between two days must have moved by more than 0.12 points."""
    return abs(move) > p.MOVED_POINTS * max(1.0, (after - before).days / 7.0)


def _breaks_between(
    before: Score, after: Score, breaks: Sequence[Break], needs: Mapping[str, Collection[str]]
) -> list[Break]:
    """The breaks of the pair's inputs that reach into the time between two scores."""
    pair = list(after.scores)[:2]
    read = {metric for i in _indicators(before) | _indicators(after) for metric in needs.get(i, ())}
    return [
        b
        for b in breaks
        if b.start <= after.as_of
        and b.end >= before.as_of
        and b.metric in read
        and (b.framework is None or b.framework in pair)
    ]


def _has_edge(known: Break, before: Score, after: Score) -> bool:
    return any(before.as_of < edge <= after.as_of for edge in (known.start, known.end))


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
