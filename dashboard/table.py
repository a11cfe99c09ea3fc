"""The scorecard as one semantic HTML table drawn by CSS: the app and the report print the same string.

Colour says which framework and nothing else; position, shape and words carry the rest (`style.css`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from dashboard import format as fmt
from dashboard.markup import Html, bold, element, join
from dashboard.scene import Scene
from evidence import parameters
from evidence import words as wording
from evidence.types import Contrast, Interval, Score

FLOOR = 3.0
"""The difference axis reaches at least this far, so that small differences look small."""

ROOM = 0.82
"""Where a bar ends further out than this share of the half axis, its number goes to the inner side."""

ORDERS = ("disagreement", "opinion")


def ordered(scores: Sequence[Score], scene: Scene, by: str) -> tuple[Score, ...]:
    """Return the rows by disagreement, thin evidence last, or in the opinion's own order."""
    if by == "opinion":
        return tuple(scores)
    return tuple(sorted(scores, key=lambda score: _disagreement(score, scene)))


def extent(scores: Sequence[Score], scene: Scene) -> float:
    """Return the half axis: the next half point above what is drawn, at least `FLOOR`.

    Evidence too thin for a verdict does not stretch the axis for all; what lies beyond is marked as such.
    """
    ends = [FLOOR - 0.01]
    for score in scores:
        opinion = scene.opinion_difference(score.dimension)
        if opinion is not None:
            ends.append(abs(opinion) + parameters.ROUNDING)
        if score.contrast is not None and score.status != "insufficient":
            ends += [abs(score.contrast.low90), abs(score.contrast.high90), abs(score.contrast.value)]
    return min(10.0, math.floor(max(ends) * 2 + 1) / 2)


def scorecard(scores: Sequence[Score], scene: Scene, *, reach: float, link: Callable[[str], str]) -> Html:
    """Return the table, one row per score in the order given. `reach` is the half axis of `extent`."""
    titles = [scene.title(name) for name in scene.pair]
    caption = scene.say("scorecard.caption", first=titles[0], second=titles[-1])
    return element(
        "table",
        element("caption", caption, class_="ts-hidden"),
        _columns(scene),
        element("thead", _head(scene, reach)),
        element(
            "tbody",
            *(
                _row(score, scene, reach=reach, name=_dimension_link(score, scene, link(score.dimension)))
                for score in scores
            ),
        ),
        class_="ts-card",
        lang=scene.language,
    )


def compared(rows: Sequence[tuple[str, Score]], scene: Scene, *, reach: float) -> Html:
    """Return several scores of one dimension under names of their own, one below the other."""
    body = (_row(score, scene, reach=reach, name=element("span", name)) for name, score in rows)
    return element(
        "table",
        _columns(scene),
        element("thead", _head(scene, reach)),
        element("tbody", *body),
        class_="ts-card",
        lang=scene.language,
    )


def legend(scene: Scene) -> Html:
    """Return what the marks mean, and why levels are not drawn."""
    marks = ("opinion", "evidence", "tie", "provisional", "insufficient")
    items = (
        element(
            "span",
            element("i", class_=f"ts-key ts-key-{mark}", aria_hidden="true"),
            scene.say(f"scorecard.legend.{mark}"),
        )
        for mark in marks
    )
    return element(
        "div",
        element("p", *items, class_="ts-legend"),
        element("p", scene.say("scorecard.note"), class_="ts-small"),
        lang=scene.language,
    )


def summary(scores: Sequence[Score], scene: Scene, *, today: date) -> Html:
    """Return the one sentence on top, with the age of the evidence beside it."""
    return element(
        "p",
        bold(summary_text(scores, scene)),
        " ",
        element("span", age_text(scores, scene, today=today), class_="ts-small ts-age"),
        class_="ts-summary",
        lang=scene.language,
    )


def summary_text(scores: Sequence[Score], scene: Scene) -> str:
    """Return how many opinions hold, fail, are open or lack evidence; the four add up to all."""
    kinds = [_kind(score.verdict.label) for score in scores if score.verdict.label != "no_claim"]
    if not kinds or not scene.comparison.claims:
        return scene.say("scorecard.summary.no_claims", all=len(scores))
    counts = {kind: kinds.count(kind) for kind in ("holds", "fails", "open", "lacking")}
    return scene.say("scorecard.summary", all=len(kinds), **counts)


def age_text(scores: Sequence[Score], scene: Scene, *, today: date) -> str:
    """Return how old the newest and the oldest scored observation are on a day."""
    moments = list(observed(scores))
    if not moments:
        return scene.say("scorecard.age.none")
    newest, oldest = fmt.age_days(max(moments), today), fmt.age_days(min(moments), today)
    return scene.say("scorecard.age", newest=newest, oldest=oldest)


def observed(scores: Sequence[Score]) -> Iterator[datetime]:
    """Yield when each scored value was observed."""
    for score in scores:
        for contribution in score.contributions:
            yield from contribution.observed_at.values()


def verdict_words(score: Score, scene: Scene) -> tuple[str, str]:
    """Return the verdict in two or three words, and the line that says who is ahead."""
    return wording.verdict_words(score, scene.language, scene.title)


def verdict_cell(score: Score, scene: Scene) -> Html:
    """Return icon, verdict, tags and detail: the same block heads the dimension's page."""
    title, detail = verdict_words(score, scene)
    tags = [element("b", title)]
    if score.verdict.provisional:
        tags.append(
            element(
                "span",
                scene.say("status.provisional"),
                class_="ts-tag",
                title=scene.say("status.provisional.help"),
            )
        )
    return element(
        "div",
        element("i", class_=f"ts-icon ts-icon-{score.verdict.label}", aria_hidden="true"),
        element("div", element("div", join(tags, " ")), element("small", detail)),
        class_="ts-verdict",
    )


def coverage_cell(score: Score, scene: Scene) -> Html:
    """Return measured of planned families, the date of dated evidence, and the bar with its tick."""
    dated: tuple[Html, ...] = ()
    if score.dated is not None:
        help_text = scene.say("scorecard.dated.help", date=fmt.day(score.dated))
        dated = (element("small", f"{score.dated:%Y-%m}", class_="ts-dated", title=help_text),)
    filled = max(0.0, min(1.0, score.coverage.share))
    bar = element(
        "div",
        element("i", style=f"width:{filled:.1%}"),
        element("i", class_="ts-tick", style=f"left:{parameters.REPORTED_COVERAGE:.0%}"),
        class_="ts-bar",
        role="img",
        aria_label=fmt.share(score.coverage.share),
    )
    return join([element("span", scene.coverage(score)), *dated, bar])


def plot(score: Score, scene: Scene, *, reach: float) -> Html:
    """Return the dumbbell of one row: opinion above, evidence below, on the difference axis."""
    label = plot_label(score, scene)
    marks = [element("i", class_="ts-zero")]
    margin = score.contrast.margin if score.contrast else parameters.MARGIN
    marks.insert(0, _span("ts-tie", -margin, margin, reach=reach))
    opinion = scene.opinion_difference(score.dimension)
    if opinion is not None:
        marks.append(
            _span("ts-claim-range", opinion - parameters.ROUNDING, opinion + parameters.ROUNDING, reach=reach)
        )
        marks.append(element("i", class_="ts-claim", style=f"left:{_at(opinion, reach)}"))
    if score.contrast is None:
        marks.append(element("span", scene.say("scorecard.none"), class_="ts-words"))
    else:
        marks += _evidence(score.contrast, scene, reach=reach)
    return element("div", *marks, class_=f"ts-plot ts-{score.status}", role="img", aria_label=label)


def plot_label(score: Score, scene: Scene) -> str:
    """Return the dumbbell as a sentence, for those who do not see it."""
    claimed = scene.opinion_difference(score.dimension)
    opinion = (
        scene.say("scorecard.plot.opinion", difference=fmt.difference(claimed)) if claimed is not None else ""
    )
    evidence = scene.say("scorecard.plot.none")
    if score.contrast is not None:
        evidence = scene.say(
            "scorecard.plot.evidence",
            difference=fmt.difference(score.contrast.value),
            interval=scene.interval(score.contrast),
        )
    return scene.say(
        "scorecard.plot", dimension=scene.dimension_title(score.dimension), opinion=opinion, evidence=evidence
    )


def level_cell(name: str, interval: Interval | None, scene: Scene) -> Html:
    """Return a level with its 90 % interval below it, in the framework's colour."""
    if interval is None:
        return element("b", fmt.MISSING)
    low, high = fmt.level(interval.low90), fmt.level(interval.high90)
    return join(
        [
            element("b", fmt.level(interval.value), class_=f"ts-f{scene.slot(name)}"),
            element("small", scene.between(low, high)),
        ]
    )


def _columns(scene: Scene) -> Html:
    several = len(scene.comparison.frameworks)
    level_width = 8.2 if several <= 2 else 18 / several
    widths = [14.5, 6, *[level_width] * several]
    columns = [element("col", style=f"width:{width:.1f}%") for width in widths]
    return element(
        "colgroup",
        *columns,
        element("col"),
        element("col", style="width:9%"),
        element("col", style="width:20%"),
    )


def _head(scene: Scene, reach: float) -> Html:
    say = scene.say
    levels = (
        element(
            "th",
            scene.title(name),
            scope="col",
            class_=f"ts-f{scene.slot(name)}",
            title=say("scorecard.level.help", framework=scene.title(name)),
        )
        for name in scene.comparison.frameworks
    )
    return element(
        "tr",
        element("th", say("scorecard.dimension"), scope="col"),
        element(
            "th",
            element("span", say("scorecard.opinion"), class_="ts-term"),
            scope="col",
            title=_opinion_help(scene),
        ),
        *levels,
        element("th", _axis(scene, reach), scope="col", class_="ts-axis"),
        element(
            "th",
            element("span", say("scorecard.coverage"), class_="ts-term"),
            scope="col",
            title=say("scorecard.coverage.help"),
        ),
        element("th", say("scorecard.verdict"), scope="col"),
    )


def _opinion_help(scene: Scene) -> str | None:
    if not scene.comparison.claims or len(scene.pair) < 2:
        return None
    first, second = scene.pair
    claim = scene.comparison.claims[0]
    return scene.say(
        "scorecard.opinion.help",
        first=scene.title(first),
        second=scene.title(second),
        out_of=f"{claim.out_of:g}",
        source=scene.local(claim.source),
    )


def _axis(scene: Scene, reach: float) -> Html:
    ends = ahead(scene)
    whole = math.floor(reach - 0.3)  # a label on the very edge would meet its neighbour
    ticks = (
        element("i", fmt.difference(tick, digits=0), style=f"left:{_at(tick, reach)}")
        for tick in range(-whole, whole + 1)
        if reach <= 5 or tick % 2 == 0
    )
    return element("div", ends, element("div", *ticks, class_="ts-ticks", aria_hidden="true"))


def ahead(scene: Scene) -> Html:
    """Return which side of zero belongs to whom."""
    if len(scene.pair) < 2:
        return element("div", class_="ts-ends")
    first, second = scene.pair
    left = scene.say("scorecard.ahead.left", framework=scene.title(second))
    right = scene.say("scorecard.ahead.right", framework=scene.title(first))
    return element(
        "div",
        element("span", left, class_=f"ts-f{scene.slot(second)}"),
        element("span", right, class_=f"ts-f{scene.slot(first)}"),
        class_="ts-ends",
    )


def _dimension_link(score: Score, scene: Scene, href: str) -> Html:
    return element("a", scene.dimension_title(score.dimension), href=href, data_go=True, target="_self")


def _row(score: Score, scene: Scene, *, reach: float, name: Html) -> Html:
    return element(
        "tr",
        element("th", name, scope="row"),
        element(
            "td",
            _label(scene.say("scorecard.opinion")),
            element("span", scene.opinion(score.dimension)),
            class_="ts-opinion",
        ),
        *(
            element(
                "td",
                _label(scene.title(framework)),
                level_cell(framework, score.scores.get(framework), scene),
                class_="ts-level",
            )
            for framework in scene.comparison.frameworks
        ),
        element(
            "td",
            element("div", ahead(scene), class_="ts-phone"),
            plot(score, scene, reach=reach),
            class_="ts-dumbbell",
        ),
        element(
            "td", _label(scene.say("scorecard.coverage")), coverage_cell(score, scene), class_="ts-coverage"
        ),
        element("td", verdict_cell(score, scene), class_="ts-verdict-cell"),
        class_=f"ts-row-{score.status}",
    )


def _label(words: str) -> Html:
    return element("span", words, class_="ts-label")


def _evidence(contrast: Contrast, scene: Scene, *, reach: float) -> list[Html]:
    slots = tuple(scene.slot(name) for name in (contrast.first, contrast.second))
    marks = [
        *_halves("ts-90", contrast.low90, contrast.high90, slots=slots, reach=reach),
        *_halves("ts-50", contrast.low50, contrast.high50, slots=slots, reach=reach),
    ]
    beyond = abs(contrast.value) > reach
    if not beyond:
        marks.append(element("i", class_="ts-dot", style=f"left:{_at(contrast.value, reach)}"))
    low, high = min(contrast.low90, contrast.value), max(contrast.high90, contrast.value)
    inner = high > reach * ROOM if contrast.value >= 0 else low < -reach * ROOM
    rightwards = (contrast.value >= 0) != inner
    edge = f"left:{_at(high, reach)}" if rightwards else f"right:calc(100% - {_at(low, reach)})"
    words = fmt.difference(contrast.value)
    if beyond:
        words = f"{words} ▸" if contrast.value > 0 else f"◂ {words}"
    return [*marks, element("b", words, class_=f"ts-d {'ts-right' if rightwards else 'ts-left'}", style=edge)]


def _halves(kind: str, low: float, high: float, *, slots: tuple[int, ...], reach: float) -> Iterator[Html]:
    """Yield a bar in two colours that change at zero: right of it is the first framework's."""
    first, second = slots
    if low < 0:
        yield _span(f"{kind} ts-b{second}", low, min(high, 0), reach=reach)
    if high > 0:
        yield _span(f"{kind} ts-b{first}", max(low, 0), high, reach=reach)


def _span(kind: str, low: float, high: float, *, reach: float) -> Html:
    left, right = _percent(low, reach), _percent(high, reach)
    return element("i", class_=kind, style=f"left:{left:.2f}%;width:{right - left:.2f}%")


def _at(value: float, reach: float) -> str:
    return f"{_percent(value, reach):.2f}%"


def _percent(value: float, reach: float) -> float:
    return 50 + 50 * max(-1.0, min(1.0, value / reach))


def _kind(label: str) -> str:
    if label == "supported":
        return "holds"
    if label.startswith("contradicted"):
        return "fails"
    return "lacking" if label in {"insufficient", "none"} else "open"


def _disagreement(score: Score, scene: Scene) -> tuple[int, float]:
    if score.contrast is None:
        return 2, 0.0
    opinion = scene.opinion_difference(score.dimension) or 0.0
    return int(score.status == "insufficient"), -abs(score.contrast.value - opinion)
