"""Clone-proof weights, the planned weight of a dimension, and how much of it is measured.

A family is one mechanism at one source. It weighs what its best indicator is worth, however many it has;
inside, the weight is split by grade. Families share their criterion, criteria share the dimension equally:

    W_f = max_{i in f} g_i        w_i = W_f g_i / sum_{j in f} g_j,   g(A, B, C, X) = 3, 2, 1, 0

Source: SCORING 2.5, 2.6, 2.8, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from evidence import parameters as p
from evidence.overlay import NOMINAL, Weighed, WeightOverlay
from evidence.types import Coverage

Floats = npt.NDArray[np.float64]

OWN_MEASUREMENT = frozenset({"bench", "probe"})
"""Metric prefixes of our own harness: one publisher, however many programs it runs."""


class _Planned(Weighed, Protocol):
    @property
    def needs(self) -> tuple[str, ...]: ...


def indicator_weights(items: Sequence[Weighed], overlay: WeightOverlay = NOMINAL) -> Floats:
    """Return the weight of every item, in order; they sum to 1, or are all 0 when nothing weighs.

    Criteria without an item take no part. A duplicate in a family takes from its family only.
    """
    weight = np.zeros(len(items))
    share = _criterion_shares(items, overlay)
    for criterion, families in _worth(items, overlay).items():
        total = sum(families.values())
        for family, worth in families.items():
            rows = [
                row
                for row, item in enumerate(items)
                if (item.criterion, item.family) == (criterion, family) and overlay.keeps(item)
            ]
            grades = np.array([p.GRADE_WEIGHT[items[row].grade] for row in rows])
            weight[rows] = share[criterion] * worth / total * grades / grades.sum()
    return weight


def family_weights(items: Sequence[Weighed], weight: Floats) -> Mapping[str, float]:
    """Return the weight of every family that has any, by family, in order of id."""
    families: dict[str, float] = {}
    for item, share in zip(items, weight.tolist(), strict=True):
        families[item.family] = families.get(item.family, 0.0) + share
    return {family: families[family] for family in sorted(families) if families[family] > 0}


def coverage(
    planned: Sequence[_Planned], measured: Sequence[_Planned], overlay: WeightOverlay = NOMINAL
) -> Coverage:
    """Return the measured share of the planned weight, the families, and the distinct sources.

    A family is covered as far as its best measured grade goes: wholly by its best indicator, by a third
    when only a C stands in for an A. So an indicator that nobody feeds never raises the coverage.
    """
    share = _criterion_shares(planned, overlay)
    plan, have = _worth(planned, overlay), _worth(measured, overlay)
    covered = 0.0
    for criterion, families in plan.items():
        got = have.get(criterion, {})
        found = sum(min(got.get(family, 0.0), worth) for family, worth in families.items())
        covered += share[criterion] * found / sum(families.values())
    counted = [item for item in measured if overlay.keeps(item)]
    return Coverage(
        share=min(covered, 1.0),
        measured=len({item.family for item in counted}),
        planned=len({item.family for item in planned if overlay.keeps(item)}),
        sources=len(sources(counted)),
    )


def sources(items: Sequence[_Planned]) -> frozenset[str]:
    """Return the publishers behind the items; metric ids start with the publisher's id."""
    prefixes = {metric.partition(".")[0] for item in items for metric in item.needs}
    own = {"benchmarks"} if prefixes & OWN_MEASUREMENT else set()
    return frozenset((prefixes - OWN_MEASUREMENT) | own)


def _worth(items: Sequence[Weighed], overlay: WeightOverlay) -> dict[str, dict[str, float]]:
    """Best grade of each family in each criterion, times the reader's factor."""
    worth: dict[str, dict[str, float]] = {}
    for item in items:
        if overlay.keeps(item):
            families = worth.setdefault(item.criterion, {})
            best = p.GRADE_WEIGHT[item.grade] * overlay.families.get(item.family, 1.0)
            families[item.family] = max(families.get(item.family, 0.0), best)
    return worth


def _criterion_shares(items: Sequence[Weighed], overlay: WeightOverlay) -> dict[str, float]:
    factors = {
        item.criterion: overlay.criteria.get(item.criterion, 1.0) for item in items if overlay.keeps(item)
    }
    total = sum(factors.values())
    return {criterion: factor / total for criterion, factor in factors.items()}
