"""Numbers as a reader sees them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import format as fmt


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.24, "+1.2"),
        (-0.26, "−0.3"),
        (0.0, "0.0"),
        (-0.04, "0.0"),
        (0.04, "0.0"),
        (None, "—"),
        (math.nan, "—"),
    ],
)
def test_a_difference_has_a_true_sign_and_zero_has_none(value: float | None, shown: str) -> None:
    assert fmt.difference(value) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (271_256, "repositories", "271\u202fk"),
        (1_214, "persons", "1,214"),
        (45_300_000, "downloads", "45.3\u202fM"),
        (0, "count", "0"),
        (9.2, "h", "9.20"),
        (0.574, "share", "57\u202f%"),
        (0.00461, "s", "4.61\u202fms"),
        (12.5, "s", "12.5\u202fs"),
        (0, "s", "0\u202fs"),
        (1_210_000_000, "bytes", "1.21\u202fGB"),
        (512, "bytes", "512\u202fB"),
        (None, "share", "—"),
        (math.inf, "share", "—"),
        (-271_256, "x", "−271\u202fk"),
    ],
)
def test_a_raw_value_has_sensible_digits_and_unit(value: float | None, unit: str, shown: str) -> None:
    assert fmt.raw(value, unit) == shown


def test_missing_is_a_dash_and_never_a_zero() -> None:
    assert {fmt.level(None), fmt.share(None), fmt.number(None), fmt.day(None), fmt.difference(None)} == {"—"}


def test_a_ratio_is_never_below_one() -> None:
    assert fmt.ratio(0.5) == fmt.ratio(2.0) == "2.00×"


def test_an_interval_is_in_words_because_a_dash_reads_as_a_minus() -> None:
    assert fmt.between("+0.7", "+1.7", "en") == "+0.7 to +1.7"
    assert fmt.between("+0.7", "+1.7", "zh") == "+0.7 至 +1.7"


def test_age_is_in_days_and_never_negative() -> None:
    seen = datetime(2026, 11, 9, 23, tzinfo=UTC)
    assert fmt.age_days(seen, date(2026, 11, 15)) == 6
    assert fmt.age_days(seen, date(2026, 11, 1)) == 0


def as_number(words: str) -> float:
    return float(words.replace("−", "-"))


@given(st.lists(st.floats(-3, 3, allow_nan=False), min_size=1, max_size=30))
def test_printed_parts_add_up_to_the_printed_total(values: list[float]) -> None:
    total = math.fsum(values)
    printed = fmt.parts(values, total)
    shown = round(math.fsum(as_number(part) for part in printed), 2)
    assert shown == as_number(fmt.difference(total, digits=2))
    for exact, part in zip(values, printed, strict=True):
        assert abs(as_number(part) - exact) <= 0.01 + 1e-9


@given(st.text())
def test_a_label_keeps_its_text_when_markdown_reads_it(text: str) -> None:
    unescaped = fmt.plain_markdown(text)
    for mark in "*_`[]<$":
        assert f"\\{mark}" in unescaped or mark not in unescaped


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_is_too_odd_to_print(value: float) -> None:
    for unit in ("share", "s", "bytes", "count"):
        assert fmt.raw(value, unit)
    assert float(fmt.exact(value)) == pytest.approx(value)
