"""From coverage to a status, and from drawn contrasts to a verdict on an opinion.

    q+ = P(D > m), q- = P(D < -m), q0 the rest;  m = 0.5 points, 1.0 where the opinion is a tie
    supported            the opinion's side (for a tie: q0) has at least 0.90
    contradicted         the other side, or no difference (for a tie: either side), has at least 0.90
    leaning_for/against  0.75 to 0.90;  inconclusive otherwise

The probabilities are shares of defensible analyses, not of possible worlds. Source: SCORING 2.8 as amended by
its first section, and 2.12, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evidence import parameters as p
from evidence.types import Claim, Contrast, Coverage, Interval, Status, Verdict

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Opinion:
    """A claimed difference, first minus second, in points of ten; `rounding` is one unit of its scale."""

    difference: float
    rounding: float

    @property
    def is_tie(self) -> bool:
        """Whether both were given the same score."""
        return abs(self.difference) < 1e-9


def status(coverage: Coverage) -> Status:
    """Return how much may be said at this coverage."""
    if coverage.measured == 0:
        return "none"
    share = coverage.share + 1e-9  # a sum of shares may miss its exact value by rounding
    if (
        share >= p.REPORTED_COVERAGE
        and coverage.measured >= p.REPORTED_FAMILIES
        and coverage.sources >= p.REPORTED_SOURCES
    ):
        return "reported"
    if share >= p.PROVISIONAL_COVERAGE and coverage.measured >= p.PROVISIONAL_FAMILIES:
        return "provisional"
    return "insufficient"


def opinion(claims: Iterable[Claim], dimension: str, first: str, second: str) -> Opinion | None:
    """Return the claimed difference of the pair in a dimension; None unless both were given a score.

    Of several claims on one framework the first counts.
    """
    found: dict[str, Claim] = {}
    for claim in claims:
        if claim.dimension == dimension:
            found.setdefault(claim.framework, claim)
    if first not in found or second not in found:
        return None
    one, two = found[first], found[second]
    difference = 10.0 * (one.score / one.out_of - two.score / two.out_of)
    return Opinion(difference, 10.0 * p.ROUNDING / min(one.out_of, two.out_of))


def margin(claimed: Opinion | None) -> float:
    """Return the difference in points below which the frameworks count as equal."""
    return p.MARGIN_TIE if claimed is not None and claimed.is_tie else p.MARGIN


def interval(value: float, draws: Floats) -> Interval:
    """Return the value with the central 90 % and 50 % of the draws."""
    low90, low50, high50, high90 = np.quantile(draws, [0.05, 0.25, 0.75, 0.95]).tolist()
    return Interval(value, low90, high90, low50, high50)


def contrast(
    first: str, second: str, value: float, draws: Floats, *, sampling: Floats, margin: float
) -> Contrast:
    """Return the contrast with its intervals and probabilities; `sampling` are draws under F1 alone."""
    around = interval(value, draws)
    sampling_low, sampling_high = np.quantile(sampling, [0.05, 0.95]).tolist()
    above, below = float((draws > margin).mean()), float((draws < -margin).mean())
    tie = float((np.abs(draws) <= margin).mean())
    return Contrast(
        first,
        second,
        value,
        around.low90,
        around.high90,
        around.low50,
        around.high50,
        sampling_low,
        sampling_high,
        p_positive=float((draws > 0).mean()),
        p_beyond={"first": above, "tie": tie, "second": below},
        margin=margin,
    )


def verdict(found: Contrast | None, claimed: Opinion | None, status: Status) -> Verdict:
    """Return what the evidence says of the opinion.

    With an insufficient status nothing is said, whatever the draws show. `ahead` names the framework that
    leads by more than the margin in at least three of four draws.
    """
    if status in {"none", "insufficient"}:
        return Verdict(status)
    provisional = status == "provisional"
    if found is None:
        return Verdict("no_claim", provisional=provisional)
    ahead = _ahead(found)
    if claimed is None:
        return Verdict("no_claim", ahead=ahead, provisional=provisional)
    label = _on_tie(found.p_beyond) if claimed.is_tie else _on_difference(found.p_beyond, claimed)
    size = _size(found, claimed) if label == "supported" and not claimed.is_tie else ""
    return Verdict(label, size, ahead, provisional)


def _ahead(found: Contrast) -> str | None:
    if found.p_beyond["first"] >= p.LEANING:
        return found.first
    return found.second if found.p_beyond["second"] >= p.LEANING else None


def _on_difference(beyond: Mapping[str, float], claimed: Opinion) -> str:
    same, opposite = ("first", "second") if claimed.difference > 0 else ("second", "first")
    rules = (
        ("supported", same, p.LEVEL),
        ("contradicted_opposite", opposite, p.LEVEL),
        ("contradicted_no_difference", "tie", p.LEVEL),
        ("leaning_for", same, p.LEANING),
        ("leaning_against", opposite, p.LEANING),
    )
    return next((label for label, side, level in rules if beyond[side] >= level), "inconclusive")


def _on_tie(beyond: Mapping[str, float]) -> str:
    either = max(beyond["first"], beyond["second"])
    rules = (
        ("supported", beyond["tie"], p.LEVEL),
        ("contradicted_not_a_tie", either, p.LEVEL),
        ("leaning_for", beyond["tie"], p.LEANING),
        ("leaning_against", either, p.LEANING),
    )
    return next((label for label, share, level in rules if share >= level), "inconclusive")


def _size(found: Contrast, claimed: Opinion) -> str:
    """Whether the claimed size, give or take its rounding, lies within the 90 % interval."""
    sign = 1.0 if claimed.difference > 0 else -1.0
    low, high = sorted((sign * found.low90, sign * found.high90))
    claim = abs(claimed.difference)
    if claim - claimed.rounding > high:
        return "overstated"
    return "understated" if claim + claimed.rounding < low else "compatible"
