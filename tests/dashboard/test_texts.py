"""Every text is there in both languages, and every text that the code asks for is there at all."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from dashboard.texts import LANGUAGES, TEXTS, WORDS, say
from evidence import words

ROOM = Path(__file__).resolve().parents[2] / "dashboard"
HAN = re.compile(r"[\u4e00-\u9fff]")
EVERY = {**TEXTS, **words.TEXTS}
"""With the words that the terminal shares; tests/evidence/test_words.py says that none is left over."""
SAME = {"scorecard.coverage.families"}


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", EVERY)
def test_a_text_is_complete_in_both_languages(key: str) -> None:
    english, chinese = EVERY[key]
    assert english.strip()
    assert chinese.strip()
    assert names(english) == names(chinese), "both languages fill in the same names"
    assert not HAN.search(english)
    plain = re.sub(r"\{\w+\}", "", english)
    assert HAN.search(chinese) or not re.search(r"[A-Za-z]", plain) or key in SAME, (
        "the Chinese text is not Chinese"
    )


def test_there_are_two_languages_and_each_entry_has_both() -> None:
    assert LANGUAGES == ("en", "zh")
    assert all(len(entry) == len(LANGUAGES) for entry in EVERY.values())


def test_every_text_that_the_code_names_exists() -> None:
    asked = re.compile(r"""say\(\s*\n?\s*"([a-z0-9_.-]+)\"""")
    found = {
        (file.name, key)
        for file in ROOM.glob("*.py")
        for key in asked.findall(file.read_text("utf-8"))
        if file.name != "texts.py"
    }
    assert len(found) > 50
    assert {key for _, key in found} <= TEXTS.keys()


def test_no_text_is_left_that_nobody_asks_for() -> None:
    code = "\n".join(file.read_text("utf-8") for file in ROOM.glob("*.py") if file.name != "texts.py")
    code += (ROOM.parent / "app.py").read_text("utf-8")
    prefixes = tuple(re.findall(r"""f["']([a-z0-9_.-]+\.)\{""", code))
    named = set(re.findall(r"""["']([a-z0-9_.-]+)["']""", code))
    unused = [key for key in TEXTS if key not in named and not key.startswith(prefixes)]
    assert unused == []


def test_the_glossary_has_a_sentence_for_every_term() -> None:
    assert len(WORDS) >= 12
    for word in WORDS:
        assert say(f"word.{word}", "en")
        assert say(f"word.{word}.means", "en").endswith((".", "。"))


def test_chinese_sentences_use_full_width_punctuation() -> None:
    wrong = [key for key, (_, chinese) in EVERY.items() if re.search(r"[\u4e00-\u9fff][,;:!?]", chinese)]
    assert wrong == []


def test_han_and_latin_are_set_apart_by_a_space() -> None:
    close = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
    wrong = {
        key: chinese for key, (_, chinese) in EVERY.items() if close.search(re.sub(r"\{\w+\}", "", chinese))
    }
    assert wrong == {}
