"""One dimension in words and tables: what makes its difference, what is missing, how sure it is.

Pure: the app and the report print the same strings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard import format as fmt
from dashboard.markup import Html, bold, element, join, safe_url
from dashboard.scene import Scene
from dashboard.table import level_cell, verdict_cell
from evidence import parameters
from evidence.types import Break, Contrast, Contribution, Indicator, Robustness, Score
from evidence.words import missing_words


@dataclass(frozen=True)
class Origin:
    """One archived answer that a value rests on. `sha256` is of its body, `location` where it is kept."""

    indicator: str
    framework: str
    source: str
    licence: str
    url: str
    requested_at: datetime | None
    sha256: str
    size_bytes: int | None
    location: str


OPTIONAL = "ts-optional"
"""Class of columns that a phone leaves out; the card of the indicator says the same."""

Origins = Mapping[str, Sequence[Origin]]
"""Origins by indicator."""


def by_size(score: Score) -> tuple[Contribution, ...]:
    """Return the contributions, those that move the difference most first."""
    return tuple(sorted(score.contributions, key=lambda part: (-abs(part.contribution), part.indicator)))


def printed_parts(score: Score) -> Mapping[str, str]:
    """Return each contribution as printed; what is printed adds up to the printed difference."""
    order = by_size(score)
    total = score.contrast.value if score.contrast else 0.0
    printed = fmt.parts([part.contribution for part in order], total)
    return {part.indicator: words for part, words in zip(order, printed, strict=True)}


def head(score: Score, scene: Scene) -> Html:
    """Return verdict, opinion, difference, levels and coverage of one dimension."""
    return element(
        "div",
        verdict_cell(score, scene),
        element("dl", *_figures(score, scene)),
        class_="ts-head",
        lang=scene.language,
    )


def indicator_table(
    score: Score, scene: Scene, *, origins: Origins, link: Callable[[str], str], chosen: str = ""
) -> Html:
    """Return every scored indicator with raw values, part of the difference, weight, source and date."""
    printed = printed_parts(score)
    rows = (
        _indicator_row(
            part, scene, part_text=printed[part.indicator], origins=origins, link=link, chosen=chosen
        )
        for part in by_size(score)
    )
    return _table(_indicator_heads(scene), rows, scene)


def context_table(score: Score, scene: Scene, *, origins: Origins, link: Callable[[str], str]) -> Html:
    """Return the indicators that are shown but never scored."""
    rows = (
        _indicator_row(part, scene, part_text=fmt.MISSING, origins=origins, link=link, chosen="")
        for part in score.context
    )
    return _table(_indicator_heads(scene), rows, scene)


def missing_table(score: Score, scene: Scene, *, told: Mapping[str, str] | None = None) -> Html:
    """Return what is planned and not measured, why, and what would fill it.

    `told` says, by indicator, what its sources answered instead of a value.
    """
    say = scene.say
    heads = [
        element("th", say("dimension.missing.indicator"), scope="col"),
        element("th", say("dimension.missing.grade"), scope="col", class_=OPTIONAL),
        element("th", say("dimension.missing.reason"), scope="col"),
        element("th", say("dimension.missing.fill"), scope="col"),
    ]
    rows = (
        element(
            "tr",
            element("th", scene.local(scene.indicator(gap.indicator).title), scope="row"),
            element("td", gap.grade, title=say(f"grade.{gap.grade}"), class_=OPTIONAL),
            element("td", missing_words(gap, scene.language, scene.title), _told(told or {}, gap.indicator)),
            element("td", scene.local(scene.indicator(gap.indicator).fill) or fmt.MISSING),
        )
        for gap in score.missing
    )
    return _table(heads, rows, scene)


def _told(told: Mapping[str, str], indicator: str) -> Html:
    return element("small", told[indicator], class_="ts-told") if indicator in told else Html("")


def blind_spots(score: Score, scene: Scene) -> Html:
    """Return what the dimension ought to see and no source shows."""
    items = (
        element(
            "li",
            scene.local(spot.text),
            " ",
            element(
                "span", scene.say("dimension.blind.looked", date=fmt.day(spot.looked_for)), class_="ts-small"
            ),
        )
        for spot in scene.dimension(score.dimension).blind_spots
    )
    return element("ul", *items, class_="ts-list", lang=scene.language)


def doubts(score: Score, scene: Scene) -> tuple[str, ...]:
    """Return what is known of the doubt, one sentence each; `**…**` is bold."""
    if score.contrast is None:
        return (scene.say("doubt.none"),)
    sentences = [*_sampling(score.contrast, scene)]
    if score.robustness is not None:
        sentences += _robustness(score, score.robustness, scene)
    if not score.contrast.low50 <= score.contrast.value <= score.contrast.high50:
        sentences.append(scene.say("dimension.outside"))
    largest = largest_family(score)
    if largest is not None:
        family, weight = largest
        name = scene.family(family)
        sentences.append(scene.say("dimension.largest", family=name, share=fmt.share(weight)))
    return (*sentences, scene.say("doubt.multiplicity"))


def doubt_list(score: Score, scene: Scene) -> Html:
    """Return `doubts` as a list."""
    return element(
        "ul",
        *(element("li", bold(line)) for line in doubts(score, scene)),
        class_="ts-list",
        lang=scene.language,
    )


def largest_family(score: Score) -> tuple[str, float] | None:
    """Return the family of evidence with the most weight, and its weight."""
    weights: dict[str, float] = {}
    for part in score.contributions:
        weights[part.family] = weights.get(part.family, 0.0) + part.weight
    return max(weights.items(), key=lambda item: item[1]) if weights else None


def meaning(part: Contribution, scene: Scene) -> Html:
    """Return why an indicator counts, its known bias, the guard, the formula and the exact values."""
    indicator = scene.indicator(part.indicator)
    facts = [
        ("provenance.why", scene.local(indicator.why)),
        ("provenance.bias", scene.local(indicator.bias)),
        ("provenance.guard", scene.local(indicator.guard)),
        ("provenance.formula", formula(part, indicator, scene)),
        ("column.family", scene.family(part.family)),
        ("column.window", window_words(indicator, scene)),
        ("column.grade", scene.say(f"grade.{part.grade}")),
    ]
    rows = [(scene.say(key), value) for key, value in facts if value]
    for name, value in part.raw.items():
        rows.append((scene.title(name), _value_words(part, name, value, indicator.unit, scene)))
    return fact_list(rows, scene)


def formula(part: Contribution, indicator: Indicator, scene: Scene) -> str:
    """Return the score curve of an indicator with its numbers filled in (SCORING 2.4)."""
    weight = fmt.share(part.weight)
    way = scene.say(f"provenance.{indicator.direction}")
    if indicator.curve == "S":
        return scene.say("provenance.formula.share", direction=way, weight=weight)
    if indicator.curve == "G":
        return scene.say("provenance.formula.growth", weight=weight)
    par = fmt.MISSING if part.par is None else fmt.three_digits(part.par)
    kind = scene.say(f"provenance.par.{indicator.par.kind}")
    curve = scene.say(
        "provenance.formula.ratio",
        direction="" if indicator.direction == "higher" else fmt.MINUS,
        step=f"{parameters.STEP_RATIO[indicator.curve]:g}",
        par=scene.say("provenance.par", value=par, kind=kind),
        weight=weight,
    )
    return f"{curve} · {way}"


def origin_facts(origin: Origin, scene: Scene) -> Html:
    """Return one archived answer: who was asked what and when, and the hash of what came back."""
    rows = [
        (scene.say("column.source"), scene.term("source", origin.source)),
        (scene.say("column.licence"), scene.term("licence", origin.licence)),
        (scene.say("provenance.request"), origin.url),
        (scene.say("provenance.requested_at"), fmt.minute(origin.requested_at)),
        (scene.say("provenance.sha256"), origin.sha256),
        (
            scene.say("provenance.bytes"),
            fmt.MISSING if origin.size_bytes is None else f"{origin.size_bytes:,}",
        ),
        (scene.say("provenance.location"), origin.location),
    ]
    return fact_list([(name, value) for name, value in rows if value], scene)


def fact_list(rows: Sequence[tuple[str, str]], scene: Scene) -> Html:
    """Return names and values as a description list."""
    items = (join([element("dt", name), element("dd", value)]) for name, value in rows)
    return element("dl", *items, class_="ts-facts", lang=scene.language)


def plain_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """Return a table of text; the first column heads its row."""
    columns = [element("th", head, scope="col") for head in heads]
    body = (
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:]))
        for row in rows
    )
    table = element(
        "table",
        element("thead", element("tr", *columns)),
        element("tbody", *body),
        class_="ts-table ts-plain",
    )
    return element("div", table, class_="ts-scroll", tabindex="0", role="region", aria_label=heads[0])


def break_list(breaks: Sequence[Break], scene: Scene, *, marks: Sequence[str] = ()) -> Html:
    """Return what changed at the sources: when, what happened, to which quantity, and where it is told."""
    items = []
    for place, known in enumerate(breaks):
        days = scene.say("time.break.from", start=fmt.day(known.start), end=fmt.day(known.end))
        address = safe_url(known.link)
        link: str = known.link
        if address:
            link = element("a", known.link, href=address, target="_blank", rel="noopener")
        who = f" · {scene.title(known.framework)}" if known.framework else ""
        mark = f"{marks[place]} " if place < len(marks) else ""
        what = f"{mark}{days} · {known.metric}{who}"
        told = scene.say("colon", what=what, words=scene.local(known.reason))
        items.append(element("li", f"{told} ", link))
    return element("ul", *items, class_="ts-list ts-unmarked", lang=scene.language)


def _figures(score: Score, scene: Scene) -> list[Html]:
    pair = " : ".join(scene.title(name) for name in scene.comparison.frameworks)
    grey = "ts-grey" if score.status == "insufficient" else None
    figures = [
        _figure(
            scene.say("dimension.opinion"),
            element("span", scene.opinion(score.dimension)),
            element("small", pair),
        )
    ]
    if score.contrast is not None:
        interval = scene.say("interval90", interval=scene.interval(score.contrast))
        figures.append(
            _figure(
                scene.say("dimension.difference"),
                element("span", fmt.difference(score.contrast.value), class_=grey),
                element("small", interval),
            )
        )
    figures += [
        _figure(scene.title(name), level_cell(name, score.scores.get(name), scene), class_=grey)
        for name in scene.comparison.frameworks
    ]
    status = scene.say(f"status.{score.status}")
    dated = f" · {scene.say('dated.tag')} {fmt.day(score.dated)}" if score.dated else ""
    coverage = f"{scene.coverage(score)} · {fmt.share(score.coverage.share)}"
    figures.append(
        _figure(
            scene.say("dimension.coverage"), element("span", coverage), element("small", f"{status}{dated}")
        )
    )
    return figures


def _figure(name: str, *values: Html, class_: str | None = None) -> Html:
    return element("div", element("dt", name), element("dd", *values, class_=class_))


def _table(heads: Sequence[Html], rows: Iterable[Html], scene: Scene) -> Html:
    table = element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        class_="ts-table",
        lang=scene.language,
    )
    return element("div", table, class_="ts-scroll", tabindex="0", role="region")


def _indicator_heads(scene: Scene) -> list[Html]:
    names = [
        element("th", scene.title(name), scope="col", class_=f"ts-num ts-f{scene.slot(name)}")
        for name in scene.comparison.frameworks
    ]
    part = element(
        "th", scene.say("column.part"), scope="col", class_="ts-num", title=scene.say("column.part.help")
    )
    return [
        element("th", scene.say("column.indicator"), scope="col"),
        *names,
        element("th", scene.say("column.unit"), scope="col", class_=OPTIONAL),
        element("th", scene.say("column.grade"), scope="col", class_=OPTIONAL),
        part,
        *(
            element("th", scene.say(f"column.{key}"), scope="col", class_=OPTIONAL)
            for key in ("weight", "window", "source", "date", "licence")
        ),
    ]


def _indicator_row(
    part: Contribution,
    scene: Scene,
    *,
    part_text: str,
    origins: Origins,
    link: Callable[[str], str],
    chosen: str,
) -> Html:
    indicator = scene.indicator(part.indicator)
    found = origins.get(part.indicator, ())
    name = element("a", scene.local(indicator.title), href=link(part.indicator), data_go=True, target="_self")
    values = (
        element("td", fmt.raw(part.raw.get(framework), indicator.unit), class_="ts-num")
        for framework in scene.comparison.frameworks
    )
    return element(
        "tr",
        element("th", name, scope="row"),
        *values,
        element("td", scene.term("unit", indicator.unit), class_=OPTIONAL),
        element("td", part.grade, class_=OPTIONAL, title=scene.say(f"grade.{part.grade}")),
        element("td", part_text, class_="ts-num ts-part"),
        element("td", _weight(part), class_=f"ts-keep {OPTIONAL}"),
        element("td", window_words(indicator, scene), class_=f"ts-keep {OPTIONAL}"),
        element("td", _distinct(scene.term("source", origin.source) for origin in found), class_=OPTIONAL),
        element("td", _date_words(part, scene), class_=f"ts-keep {OPTIONAL}"),
        element("td", _distinct(scene.term("licence", origin.licence) for origin in found), class_=OPTIONAL),
        class_="ts-chosen" if part.indicator == chosen else None,
    )


def window_words(indicator: Indicator, scene: Scene) -> str:
    """Return the window of an indicator."""
    if indicator.window_weeks is None:
        return scene.say("window.point")
    return scene.say("window.weeks", weeks=indicator.window_weeks)


def _weight(part: Contribution) -> Html:
    bar = element(
        "span",
        element("i", style=f"width:{min(1.0, part.weight):.1%}"),
        class_="ts-weight",
        aria_hidden="true",
    )
    return join([bar, fmt.share(part.weight)])


def _date_words(part: Contribution, scene: Scene) -> Html:
    date = fmt.spread(part.observed_at)
    if not part.dated:
        return element("span", date)
    return join([date, " ", element("span", scene.say("dated.tag"), class_="ts-tag")])


def _distinct(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value)) or fmt.MISSING


def _value_words(part: Contribution, name: str, value: float, unit: str, scene: Scene) -> str:
    words = fmt.raw(value, unit)
    if not fmt.carries_unit(unit):
        words = f"{words} {scene.term('unit', unit)}"
    exactly = scene.say("provenance.exact", value=fmt.exact(value))
    score = f"{scene.say('provenance.score')} {fmt.number(part.scores.get(name))}"
    observed = part.observed_at.get(name)
    seen = f"{scene.say('provenance.observed')} {fmt.minute(observed)}"
    return " · ".join([words, exactly, score, seen])


def _sampling(contrast: Contrast, scene: Scene) -> list[str]:
    sampling = scene.between(fmt.difference(contrast.sampling_low), fmt.difference(contrast.sampling_high))
    first, second = scene.title(contrast.first), scene.title(contrast.second)
    return [
        scene.say("doubt.sampling", sampling=sampling, interval=scene.interval(contrast)),
        scene.say(
            "doubt.sign",
            first=first,
            second=second,
            share=fmt.share(contrast.p_positive),
            margin=f"{contrast.margin:g}",
            beyond=fmt.share(contrast.p_beyond.get("first")),
            other=fmt.share(contrast.p_beyond.get("second")),
        ),
    ]


def _robustness(score: Score, robust: Robustness, scene: Scene) -> list[str]:
    return [
        _flip(score, robust, scene),
        scene.say("doubt.weight", share=fmt.share(robust.weight_to_move)),
        scene.say("doubt.epsilon", share=fmt.share(robust.epsilon_star)),
        scene.say(
            "doubt.manski", low=fmt.difference(robust.manski_low), high=fmt.difference(robust.manski_high)
        ),
    ]


def _flip(score: Score, robust: Robustness, scene: Scene) -> str:
    finite = {name: factor for name, factor in robust.flip_factors.items() if math.isfinite(factor)}
    if not finite or score.contrast is None:
        return scene.say("doubt.flip.none")
    name = min(finite, key=lambda key: (finite[key], key))
    leader = score.contrast.first if score.contrast.value >= 0 else score.contrast.second
    return scene.say(
        "doubt.flip",
        indicator=scene.local(scene.indicator(name).title),
        factor=fmt.three_digits(finite[name]),
        framework=scene.title(leader),
    )
