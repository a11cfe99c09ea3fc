"""From which difference on two times differ: the 95th percentile of single rounds, of few the largest."""

from __future__ import annotations

import math

import pytest

from evidence.noise_floor import SMALLEST_TIE, noise_floor, tie_zone


def test_the_floor_is_that_of_single_rounds() -> None:
    two_speeds = [0.5, 0.01, -0.6]
    assert noise_floor([two_speeds, [0.02, 0.04, 0.03]]) == pytest.approx(0.6)
    assert noise_floor([two_speeds, *[[0.02, 0.04, -0.03]] * 20]) == pytest.approx(0.04)


@pytest.mark.parametrize(("rounds", "place"), [(3, 3), (8, 8), (19, 19), (20, 19), (40, 38)])
def test_of_few_rounds_the_floor_is_the_largest(rounds: int, place: int) -> None:
    assert noise_floor([[float(one) for one in range(rounds, 0, -1)]]) == place


def test_fewer_than_three_rounds_tell_nothing() -> None:
    assert noise_floor([]) is None
    assert noise_floor([[9.0, 9.0]]) is None
    assert tie_zone([[9.0, 9.0]]) == SMALLEST_TIE == math.log(1.03)


def test_the_tie_zone_is_never_below_three_percent() -> None:
    assert tie_zone([[0.001, 0.002, 0.001]]) == SMALLEST_TIE
    assert tie_zone([[0.2, -0.3, 0.1]]) == pytest.approx(0.3)
