"""Every verdict and every gap reads as words in both languages, whatever stands in them."""

from __future__ import annotations

import re
import string
from datetime import date
from itertools import product
from typing import get_args, get_type_hints

import pytest

from evidence import words
from evidence.types import Coverage, Gap, Missing, Score, Verdict

HAN = re.compile(r"[\u4e00-\u9fff]")
LABELS = (
    "supported", "contradicted_opposite", "contradicted_no_difference", "contradicted_not_a_tie",
    "leaning_for", "leaning_against", "inconclusive", "insufficient", "none", "no_claim",
)  # fmt: skip
CODES = get_args(get_type_hints(Gap)["code"])


def judged(label: str, size: str, ahead: str | None) -> Score:
    return Score(
        "pair", "ease", date(2026, 1, 1), "0" * 64, scores={}, contrast=None, coverage=Coverage(0.5, 2, 9, 2),
        status="provisional", dated=None, verdict=Verdict(label, size, ahead), contributions=(), context=(),
        missing=(), robustness=None,
    )  # fmt: skip


def said(language: str) -> set[str]:
    """Return everything that verdicts and gaps can say."""
    ways = product(LABELS, ("", "compatible", "overstated", "understated"), (None, "alder"))
    verdicts = {part for way in ways for part in words.verdict_words(judged(*way), language, str.upper)}
    gaps = {words.missing_words(missing(code), language, str.upper) for code in CODES}
    return verdicts | gaps


def missing(*codes: str) -> Missing:
    gaps = tuple(Gap("birch", code, "-3 things") for code in codes)  # type: ignore[arg-type]
    return Missing("stars", "attention", "C", gaps, "collect them")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_verdict_and_gap_is_said(language: str) -> None:
    for text in said(language):
        assert text.strip()
        assert "{" not in text
        assert bool(HAN.search(text)) == (language == "zh")


def test_who_is_ahead_and_what_was_seen_stand_in_the_words() -> None:
    assert words.verdict_words(judged("contradicted_opposite", "", "alder"), "en", str.upper) == (
        "Contradicted",
        "ALDER ahead instead",
    )
    assert words.verdict_words(judged("insufficient", "", None), "zh", str)[1] == "9 个证据族中的 2 个"
    assert words.missing_words(missing("no_value", "out_of_range"), "en", str.upper) == (
        "no value for BIRCH; BIRCH: -3 things is no possible value"
    )
    assert "24" in words.missing_words(missing("too_old"), "zh", str)


def test_no_text_is_left_that_nothing_says() -> None:
    """Each entry, with its names filled in by anything, is among what can be said.

    tests/evidence/test_timeline.py has those of a time line.
    """
    for language in words.LANGUAGES:
        everything = " | ".join(said(language))
        for key in words.TEXTS.keys() - {"missing.separator", "moment.frame", "moment.apart"}:
            text = words.TEXTS[key][words.LANGUAGES.index(language)]
            parts = [re.escape(literal) for literal, *_ in string.Formatter().parse(text) if literal]
            assert re.search(".*".join(parts), everything), key
