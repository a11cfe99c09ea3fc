"""From which difference on two times differ: the floor of the medians, of few programs the largest."""

from __future__ import annotations

import math

import pytest

from evidence.noise_floor import SMALLEST_TIE, noise_floor, tie_zone


def test_the_floor_is_that_of_medians_not_of_single_rounds() -> None:
    two_speeds = [0.5, 0.01, -0.5]
    assert noise_floor([two_speeds, [0.02, 0.04, 0.03]]) == pytest.approx(0.03)
    assert noise_floor([[-0.2, -0.1, 0.1]]) == pytest.approx(0.1)


@pytest.mark.parametrize(("programs", "place"), [(1, 1), (8, 8), (19, 19), (20, 19), (40, 38)])
def test_of_few_programs_the_floor_is_the_largest(programs: int, place: int) -> None:
    assert noise_floor([[float(one)] * 3 for one in range(programs, 0, -1)]) == place


def test_fewer_than_three_rounds_tell_nothing() -> None:
    assert noise_floor([]) is None
    assert noise_floor([[9.0, 9.0]]) is None
    assert tie_zone([[9.0, 9.0]]) == SMALLEST_TIE == math.log(1.03)


def test_the_tie_zone_is_never_below_three_percent() -> None:
    assert tie_zone([[0.001, 0.002, 0.001]]) == SMALLEST_TIE
    assert tie_zone([[0.2, 0.3, 0.1]]) == pytest.approx(0.2)
