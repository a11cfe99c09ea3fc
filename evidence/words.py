"""How a verdict, a gap and a break read, in English and Chinese: one place for page and terminal.

Scores hold codes (`Verdict.label`, `Gap.code`) and never sentences, so that each reader gets a language of
their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from evidence import parameters
from evidence.types import Missing, Score, Text

LANGUAGES = ("en", "zh")
"""Languages in the order in which an entry holds them."""

TEXTS: Mapping[str, tuple[str, str]] = {
    "verdict.supported": ("Supported", "支持"),
    "verdict.supported.detail": ("{ahead} ahead, as claimed", "{ahead} 领先，与观点一致"),
    "verdict.supported.detail.tie": ("no material difference, as claimed", "无实质差别，与观点一致"),
    "verdict.supported.detail.overstated": ("{ahead} ahead; claim overstated", "{ahead} 领先；观点夸大"),
    "verdict.supported.detail.understated": ("{ahead} ahead; claim understated", "{ahead} 领先；观点低估"),
    "verdict.contradicted_opposite": ("Contradicted", "相悖"),
    "verdict.contradicted_opposite.detail": ("{ahead} ahead instead", "实为 {ahead} 领先"),
    "verdict.contradicted_not_a_tie": ("Contradicted", "相悖"),
    "verdict.contradicted_not_a_tie.detail": ("{ahead} ahead, not a tie", "{ahead} 领先，并非持平"),
    "verdict.contradicted_no_difference": ("Contradicted", "相悖"),
    "verdict.contradicted_no_difference.detail": ("no material difference", "无实质差别"),
    "verdict.leaning_for": ("Leaning for", "倾向支持"),
    "verdict.leaning_for.detail": ("{ahead} probably ahead", "{ahead} 可能领先"),
    "verdict.leaning_for.detail.tie": ("probably no material difference", "可能无实质差别"),
    "verdict.leaning_against": ("Leaning against", "倾向反对"),
    "verdict.leaning_against.detail": ("{ahead} probably ahead", "{ahead} 可能领先"),
    "verdict.leaning_against.detail.tie": ("probably no material difference", "可能无实质差别"),
    "verdict.inconclusive": ("Inconclusive", "无定论"),
    "verdict.inconclusive.detail": ("either could be ahead", "孰先孰后尚不能断"),
    "verdict.insufficient": ("Too little for a verdict", "证据不足以下结论"),
    "verdict.insufficient.detail": (
        "{measured} of {planned} families",
        "{planned} 个证据族中的 {measured} 个",
    ),
    "verdict.none": ("Nothing measured yet", "尚无测量"),
    "verdict.none.detail": ("families planned: {planned}", "计划的证据族：{planned}"),
    "verdict.no_claim": ("No opinion", "没有观点"),
    "verdict.no_claim.detail": ("{ahead} ahead", "{ahead} 领先"),
    "verdict.no_claim.detail.tie": ("difference not settled", "差别未定"),
    "missing.no_value": ("no value for {framework}", "{framework} 没有数值"),
    "missing.too_old": (
        "{framework}: older than {months} months ({seen})",
        "{framework}：早于 {months} 个月（{seen}）",
    ),
    "missing.out_of_range": (
        "{framework}: {seen} is no possible value",
        "{framework}：{seen} 不是可能的数值",
    ),
    "missing.separator": ("; ", "；"),
    "moment.frame": (
        "the definitions changed (frame {before} to {after})",
        "定义已变（版本由 {before} 改为 {after}）",
    ),
    "moment.apart": ("no indicator in common", "没有共同的指标"),
}
"""One entry per text: (English, Chinese). Names in braces are filled in; both languages use the same ones."""

_TIE = {"supported", "leaning_for", "leaning_against", "no_claim"}
"""Labels whose detail reads otherwise where nobody is ahead."""


def say(key: str, language: str, /, **values: object) -> str:
    """Return a text in a language with its names filled in. Raises KeyError for an unknown key."""
    return TEXTS[key][LANGUAGES.index(language)].format(**values)


def text(key: str, /, **values: object) -> Text:
    """Return a text in every language with its names filled in. Raises KeyError for an unknown key."""
    return Text(*(words.format(**values) for words in TEXTS[key]))


def joined(texts: Iterable[Text]) -> Text | None:
    """Return several texts as one, in every language; None where there is none."""
    every = list(texts)
    if not every:
        return None
    return Text(
        *(say("missing.separator", name).join(item.words(name) for item in every) for name in LANGUAGES)
    )


def verdict_words(score: Score, language: str, title: Callable[[str], str]) -> tuple[str, str]:
    """Return the verdict in two or three words, and who is ahead; `title` names a framework by its id."""
    verdict, key = score.verdict, f"verdict.{score.verdict.label}"
    detail = f"{key}.detail"
    if verdict.ahead is None and verdict.label in _TIE:
        detail += ".tie"
    elif verdict.label == "supported" and verdict.size in {"overstated", "understated"}:
        detail += f".{verdict.size}"
    words = say(
        detail,
        language,
        ahead=title(verdict.ahead) if verdict.ahead else "",
        measured=score.coverage.measured,
        planned=score.coverage.planned,
    )
    return say(key, language), words


def missing_words(missing: Missing, language: str, title: Callable[[str], str]) -> str:
    """Return why an indicator has no pair of values; `title` names a framework by its id."""
    return say("missing.separator", language).join(
        say(
            f"missing.{gap.code}",
            language,
            framework=title(gap.framework),
            seen=gap.seen,
            months=parameters.OLDEST_MONTHS,
        )
        for gap in missing.gaps
    )
