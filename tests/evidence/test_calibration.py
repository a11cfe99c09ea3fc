"""Operating characteristics of the whole method, by simulation through the public function.

Families are noisy proxies of one latent contrast: indicator f shows delta_f ~ N(truth, tau) points, plus
noise of 0.15, as in SCORING 2.9 (oc_sim.py). The par of a pair makes the shown contrast exact: it is delta_f.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from synthetic import AS_OF, catalog, comparison, everywhere, indicator, pair

from evidence import parameters
from evidence.score import score_comparison
from evidence.types import Par

WORLDS = 200
CLAIM = {"alder": 8, "birch": 7}


def judged(families, tau, truth):
    """Scores of many invented worlds with the same truth, each its own comparison of proxies."""
    rng = np.random.default_rng([families, round(10 * tau), round(10 * truth)])
    items = [indicator(f"i{n}", par=Par("pair"), grade="B") for n in range(families)]
    frame, claims = catalog(items), comparison(claims=CLAIM)
    applicable = everywhere(items)
    found = []
    for _ in range(WORLDS):
        shown = np.clip(rng.normal(truth, tau, families) + rng.normal(0, 0.15, families), -9.9, 9.9)
        steps = [10 * math.atanh(delta / 10) for delta in shown]
        readings = [r for i, z in zip(items, steps, strict=True) for r in pair(i.id, 100 * 2.0**z, 100)]
        options = {"as_of": AS_OF, "applicable": applicable, "draws": 400}
        found.append(score_comparison(frame, claims, readings, **options)[0])
    return found


def share(found, says):
    return sum(map(says, found)) / len(found)


def covers(found, truth):
    return share(found, lambda s: s.contrast.low90 <= truth <= s.contrast.high90)


@pytest.mark.slow
@pytest.mark.parametrize(("families", "tau"), [(5, 0.5), (5, 1.0), (5, 1.5), (8, 1.0)])
def test_at_a_true_tie_few_verdicts_name_a_side_and_intervals_cover(families, tau):
    found = judged(families, tau, 0.0)
    assert share(found, lambda s: s.verdict.label == "supported") <= 0.05
    assert share(found, lambda s: s.verdict.label == "contradicted_opposite") <= 0.05
    assert covers(found, 0.0) >= 0.82


@pytest.mark.slow
@pytest.mark.parametrize(("truth", "power"), [(1.0, 0.30), (2.0, 0.90)])
def test_true_differences_are_found_and_never_turned_round(truth, power):
    found = judged(5, 1.0, truth)
    assert share(found, lambda s: s.verdict.label == "supported") >= power
    assert share(found, lambda s: s.verdict.label == "contradicted_opposite") <= 0.01
    assert covers(found, truth) >= 0.80


# Families: share of worlds whose 90 % interval holds the truth at tau = 1, at most without the families that
# one does not have and at least with them. One or two families of one mind show no spread of their own.
COVERAGE = {1: (0.45, 0.90), 2: (0.75, 0.88), 3: (0.88, 0.88), 5: (0.95, 0.88), 8: (0.92, 0.85)}


@pytest.mark.slow
@pytest.mark.parametrize("families", COVERAGE)
def test_few_families_cover_as_well_as_many(families, monkeypatch):
    without_at_most, with_at_least = COVERAGE[families]
    assert covers(judged(families, 1.0, 0.0), 0.0) >= with_at_least
    monkeypatch.setattr(parameters, "PRIOR_FAMILIES", 0.0)
    assert covers(judged(families, 1.0, 0.0), 0.0) <= without_at_most
