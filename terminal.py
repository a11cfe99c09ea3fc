"""What the command line shows: the table, the contributions, live progress; and the same as JSON.

Pure functions from scores to text, apart from `Progress`, which draws.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from evidence import timeline as timelines
from evidence.overlay import verdict_changes
from evidence.ranking import Recommendation
from evidence.types import (
    Attempt,
    Catalog,
    Comparison,
    Contribution,
    Dimension,
    Framework,
    Interval,
    Measurement,
    Missing,
    Preset,
    Score,
)
from evidence.words import missing_words
from evidence.words import verdict_words as words_of_verdict
from flows.progress import Event, Stage

if TYPE_CHECKING:
    import pandas as pd

MINUS = "−"
ADDRESS = re.compile(r" \(\w+://[^)\s]*\)")
OUTCOME_MARKS: Mapping[str, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "capped": ("✓", "yellow"),
    "absent": ("–", "yellow"),
    "failed": ("✗", "red"),
    "not_applicable": ("·", "dim"),
}
MEASUREMENT_MARKS: Mapping[str, tuple[str, str]] = {"ok": ("✓", "green"), "not_run": ("·", "dim")}


def score_document(scores: Sequence[Score], comparison: Comparison, frame: str) -> dict[str, Any]:
    """The scores of one comparison as the JSON document that docs/interfaces.md promises."""
    return {
        "comparison": comparison.id,
        "as_of": scores[0].as_of.isoformat(),
        "frame": frame,
        "dimensions": [_dimension_document(score, comparison) for score in scores],
    }


def explain_document(score: Score, catalog: Catalog, sources: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Every contribution to one contrast, as JSON. `sources` names the sources of an indicator's metrics."""
    known = {indicator.id: indicator for indicator in catalog.indicators}
    title = partial(framework_title, catalog)
    return {
        "comparison": score.comparison,
        "dimension": score.dimension,
        "as_of": score.as_of.isoformat(),
        "frame": score.frame,
        "contrast": None if score.contrast is None else score.contrast.value,
        "status": score.status,
        "verdict": score.verdict.label,
        "contributions": [
            _contribution_document(item, known[item.indicator].title.en, known[item.indicator].unit, sources)
            for item in score.contributions
        ],
        "context": [
            _contribution_document(item, known[item.indicator].title.en, known[item.indicator].unit, sources)
            for item in score.context
        ],
        "missing": [
            {
                "indicator": item.indicator,
                "family": item.family,
                "grade": item.grade,
                "reason": missing_words(item, "en", title),
                "gaps": [asdict(gap) for gap in item.gaps],
                "fill": item.fill,
            }
            for item in score.missing
        ],
    }


def score_table(scores: Sequence[Score], comparison: Comparison, catalog: Catalog) -> Table:
    """The table a reader came for: opinion, evidence, coverage and verdict, a row per dimension."""
    frameworks = [framework_of(catalog, item) for item in comparison.frameworks]
    table = Table(title=comparison.title.en, title_justify="left", header_style="bold", expand=False)
    table.add_column("Dimension", max_width=26, overflow="fold")
    table.add_column("Opinion", justify="center", no_wrap=True)
    for framework in frameworks:
        table.add_column(f"{framework.title}\n90 % interval", justify="right", no_wrap=True)
    table.add_column("Difference\n90 % interval", justify="right", no_wrap=True)
    table.add_column("Coverage", justify="right", no_wrap=True)
    table.add_column("Verdict on the opinion", max_width=40, overflow="fold")
    for score in scores:
        table.add_row(
            *_row(score, comparison, catalog), style="" if score.status != "insufficient" else "dim"
        )
    return table


def markdown_table(scores: Sequence[Score], comparison: Comparison, catalog: Catalog, frame: str) -> str:
    """The same table in Markdown."""
    titles = [framework_of(catalog, item).title for item in comparison.frameworks]
    head = ["Dimension", "Opinion", *titles, "Difference (90 %)", "Coverage", "Verdict on the opinion"]
    rows = [head, ["---"] * len(head), *(_row(score, comparison, catalog) for score in scores)]
    lines = [
        "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in row) + " |" for row in rows
    ]
    note = (
        f"As of {scores[0].as_of.isoformat()}, frame {frame}. 5 is par; "
        "the levels are not comparable with the opinion's."
    )
    return "\n".join([*lines, "", note])


def contribution_table(score: Score, catalog: Catalog) -> Table:
    """What makes the difference: each indicator's raw values, scores, weight and part."""
    known = {indicator.id: indicator for indicator in catalog.indicators}
    pair = [] if score.contrast is None else [score.contrast.first, score.contrast.second]
    table = Table(
        header_style="bold",
        title_justify="left",
        title=f"{title_of(catalog, score.dimension)}: what makes the difference",
    )
    for name in ("Indicator", "Family", "Grade"):
        table.add_column(name)
    for framework in pair:
        table.add_column(framework_of(catalog, framework).title, justify="right")
    for name in ("Unit", "Weight", "Part of difference", "Observed"):
        table.add_column(name, justify="left" if name == "Unit" else "right")
    for item in score.contributions:
        raw = [f"{number(item.raw[framework])}\n{item.scores[framework]:.1f} points" for framework in pair]
        seen = min(item.observed_at.values()).date().isoformat() + (" (dated)" if item.dated else "")
        table.add_row(
            known[item.indicator].title.en,
            item.family,
            item.grade,
            *raw,
            known[item.indicator].unit,
            f"{item.weight:.0%}",
            signed(item.contribution, 2),
            seen,
        )
    if score.contrast is not None:
        blank = [""] * (len(pair) + 1)
        table.add_section()
        table.add_row(
            "Difference", "", "", *blank, "100%", signed(score.contrast.value, 2), score.as_of.isoformat()
        )
    return table


def summary(scores: Sequence[Score]) -> str:
    """One sentence: how many opinions the evidence supports, contradicts or leaves open."""
    labels = [score.verdict.label for score in scores if score.verdict.label != "no_claim"]
    supported = labels.count("supported")
    contradicted = sum(label.startswith("contradicted") for label in labels)
    return (
        f"Of {len(labels)} opinions the evidence supports {supported}, contradicts {contradicted} and does "
        f"not settle {len(labels) - supported - contradicted}."
    )


def verdict_words(score: Score, catalog: Catalog) -> str:
    """The verdict in words, with the framework that is ahead."""
    words = words_of_verdict(score, "en", partial(framework_title, catalog))
    return ("Provisional. " if score.verdict.provisional else "") + ": ".join(words)


def gap_line(item: Missing, catalog: Catalog) -> str:
    """One planned indicator that is not measured: why, and what would fill it."""
    why = missing_words(item, "en", partial(framework_title, catalog))
    return f"Not measured: {item.indicator} (grade {item.grade}): {why}. {item.fill}".rstrip()


def missing_lines(scores: Sequence[Score], catalog: Catalog) -> list[str]:
    """What is missing and what would fill it, one line per dimension and mend."""
    lines = []
    for score in scores:
        mends: defaultdict[str, list[str]] = defaultdict(list)
        for item in score.missing:
            why = missing_words(item, "en", partial(framework_title, catalog))
            mends[item.fill or why].append(item.indicator)
        for mend, indicators in sorted(mends.items()):
            lines.append(f"{title_of(catalog, score.dimension)}: {', '.join(indicators)}: {mend}")
    return lines


def attempt_lines(attempts: Sequence[Attempt]) -> list[str]:
    """Every source that did not answer, with its reason, frameworks of one reason together."""
    reasons: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in attempts:
        if item.outcome in ("failed", "absent", "capped"):
            reasons[item.source, item.outcome, short_reason(item)].append(item.framework)
    return [
        f"{source} × {', '.join(sorted(frameworks))}: {outcome}: {reason}"
        for (source, outcome, reason), frameworks in sorted(reasons.items())
    ]


def short_reason(item: Attempt) -> str:
    """The reason without the address that was asked; view `attempts` has it in full."""
    return ADDRESS.sub("", item.reason)


def title_of(catalog: Catalog, dimension: str) -> str:
    """The English title of a dimension."""
    return dimension_of(catalog, dimension).title.en


def dimension_of(catalog: Catalog, dimension: str) -> Dimension:
    """The dimension with this id."""
    return next(item for item in catalog.dimensions if item.id == dimension)


def framework_title(catalog: Catalog, framework: str) -> str:
    """The title of the framework with this id."""
    return framework_of(catalog, framework).title


def framework_of(catalog: Catalog, framework: str) -> Framework:
    """The framework with this id."""
    return next(item for item in catalog.frameworks if item.id == framework)


def signed(value: float, digits: int = 1) -> str:
    """A difference: sign always, true minus, zero without a sign."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def number(value: float) -> str:
    """A raw value with three significant digits and k, M, G for large ones."""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            scale = {"G": 1e9, "M": 1e6, "k": 1e3}[letter]
            return f"{value / scale:.3g} {letter}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def change_lines(before: Sequence[Score], after: Sequence[Score], catalog: Catalog) -> list[str]:
    """How the reader's weights change the verdicts, one line per row that reads otherwise."""
    changes = zip(verdict_changes(before, after), before, after, strict=True)
    changed = [(old, new) for change, old, new in changes if change.changed]
    if not changed:
        return ["Under these weights every verdict stays as it is."]
    return [
        f"{title_of(catalog, old.dimension)}: {verdict_words(old, catalog)} → {verdict_words(new, catalog)}"
        for old, new in changed
    ]


def recommendation_document(found: Recommendation, comparison: Comparison, preset: Preset) -> dict[str, Any]:
    """A recommendation as JSON."""
    reasons = {dimension: reason.en for dimension, reason in preset.reasons.items()}
    return {"comparison": comparison.id, "need": preset.id, "reasons": reasons} | asdict(found)


def recommendation_table(found: Recommendation, catalog: Catalog, preset: Preset) -> Table:
    """The index of each framework and how often it comes first."""
    table = Table(title=f"Need: {preset.title.en}", title_justify="left", header_style="bold")
    for name in ("Framework", "Index", "90 % interval", "Comes first in"):
        table.add_column(name, justify="left" if name == "Framework" else "right")
    for framework, interval in sorted(found.index.items(), key=lambda item: -item[1].value):
        table.add_row(
            framework_of(catalog, framework).title,
            f"{interval.value:.1f}",
            f"{interval.low90:.1f} to {interval.high90:.1f}",
            f"{found.acceptability[framework][0]:.0%}",
        )
    return table


def recommendation_lines(found: Recommendation, catalog: Catalog) -> list[str]:
    """What the recommendation rests on and what would change it."""
    used = ", ".join(f"{title_of(catalog, item)} {weight:.0%}" for item, weight in found.weights.items())
    lines = [f"Rests on: {used}."]
    if found.unused:
        unused = ", ".join(title_of(catalog, item) for item in found.unused)
        lines.append(f"Wanted, but not measured: {unused}.")
    flips = [item for item in found.changes if item.flips_at is not None]
    nearest = sorted(flips, key=lambda change: abs((change.flips_at or 0) - change.weight))[:3]
    lines.extend(
        f"Another would lead if {title_of(catalog, item.dimension)} weighed {item.flips_at:.0%} "
        f"instead of {item.weight:.0%}."
        for item in nearest
    )
    if not flips:
        lines.append("No change of a single row's weight would let another lead.")
    return lines


def timeline_rows(scores: Sequence[Score], catalog: Catalog) -> list[dict[str, Any]]:
    """One row per day: contrast with interval, matched and linked contrast, coverage, breaks and alarms."""
    needs = {indicator.id: indicator.needs for indicator in catalog.indicators}
    moments = timelines.timeline(scores, breaks=catalog.breaks, needs=needs)
    return [
        {
            "as_of": moment.as_of.isoformat(),
            "contrast": moment.contrast,
            "low90": score.contrast.low90 if score.contrast else None,
            "high90": score.contrast.high90 if score.contrast else None,
            "matched": moment.matched,
            "linked": moment.linked,
            "move": moment.move,
            "coverage": score.coverage.share,
            "status": score.status,
            "verdict": score.verdict.label,
            "frame": score.frame,
            "mark": _mark(moment),
            "moved": [f"{move.indicator} {signed(move.change, 2)}" for move in moment.moves[:3]]
            if moment.unexplained
            else [],
        }
        for moment, score in zip(moments, scores, strict=True)
    ]


def _mark(moment: timelines.Moment) -> str:
    """The alarm of a week and what its break says."""
    alarm = "moved, unexplained" if moment.unexplained else ""
    return "; ".join(filter(None, (alarm, moment.note.en if moment.note else "")))


def timeline_table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """The time line for a person: a row per day."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in ("As of", "Difference", "90 % interval", "Matched", "Coverage", "Verdict", "Mark"):
        table.add_column(name, justify="left" if name in ("As of", "Verdict", "Mark") else "right")
    for row in rows:
        known = row["contrast"] is not None
        table.add_row(
            row["as_of"],
            signed(row["contrast"], 2) if known else "—",
            _between(row["low90"], row["high90"]) if known else "—",
            signed(row["matched"], 2) if row["matched"] is not None else "—",
            f"{row['coverage']:.0%}",
            row["verdict"].replace("_", " "),
            "; ".join([row["mark"], *row["moved"]] if row["mark"] else row["moved"]),
        )
    return table


def write_csv(file: TextIO, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV; a list becomes one cell."""
    writer = csv.DictWriter(file, fieldnames=list(rows[0]))
    writer.writeheader()
    for row in rows:
        plain = {key: "; ".join(cell) if isinstance(cell, list) else cell for key, cell in row.items()}
        writer.writerow(plain)


def frame_table(frame: pd.DataFrame, width: int) -> Table:
    """A query's result: a table where it fits, else one row under the other, field by field."""
    cells = [[_cell(cell) for cell in row] for row in frame.itertuples(index=False)]
    columns = [[str(name), *(row[place] for row in cells)] for place, name in enumerate(frame.columns)]
    if sum(3 + max(map(len, column)) for column in columns) <= width:
        table = Table(*(str(name) for name in frame.columns), header_style="bold")
        for row in cells:
            table.add_row(*map(escape, row))
        return table
    table = Table(show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for row in cells:
        for name, cell in zip(frame.columns, row, strict=True):
            table.add_row(escape(str(name)), escape(cell))
        table.add_section()
    return table


@contextmanager
def steps(console: Console, total: int, what: str) -> Iterator[Callable[[], None]]:
    """Show a bar of so many steps; call what is given once per step."""
    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


class Progress:
    """Live progress of a run: a line per source × framework and per measurement, a bar below them."""

    def __init__(self, console: Console) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None)
        self.attempts: list[Attempt] = []
        self.measurements: list[Measurement] = []

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Stage):
            self._bar.update(self._task, description=event.name, total=event.steps or None, completed=0)
            self._bar.console.print(Text(event.name, style="bold"))
            return
        if isinstance(event, Attempt):
            self.attempts.append(event)
            self._bar.console.print(attempt_line(event))
        else:
            self.measurements.append(event)
            self._bar.console.print(measurement_line(event))
        self._bar.advance(self._task)


def attempt_line(item: Attempt) -> Text:
    """One line: mark, source × framework, outcome and reason."""
    mark, style = OUTCOME_MARKS[item.outcome]
    cost = (
        f"{item.requests} requests, {item.bytes / 1e3:.0f} kB, {item.seconds:.1f} s" if item.requests else ""
    )
    said = short_reason(item) or cost
    line = Text(f"  {mark} ", style=style)
    line.append(f"{item.source} × {item.framework}".ljust(32), style="")
    line.append(f"{item.outcome.replace('_', ' ')}".ljust(15), style=style)
    line.append(said, style="dim")
    return line


def measurement_line(item: Measurement) -> Text:
    """One line: mark, metric, subject, framework, value or reason."""
    mark, style = MEASUREMENT_MARKS.get(item.status, ("✗", "red"))
    what = " ".join(part for part in (item.subject, item.phase, item.mode) if part)
    said = item.reason if item.value is None else f"{number(item.value)} {item.unit}"
    line = Text(f"  {mark} ", style=style)
    line.append(f"{item.metric} · {what} × {item.framework}".ljust(60))
    line.append(said + (" (noisy: shown, not scored)" if item.quality == "noisy" else ""), style="dim")
    return line


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"  # noqa: PLR0124 - NaN is pandas' missing
    return "" if value is None else str(value)


def _row(score: Score, comparison: Comparison, catalog: Catalog) -> list[str]:
    contrast = score.contrast
    difference = "—"
    if contrast is not None:
        difference = f"{signed(contrast.value)}\n{_between(contrast.low90, contrast.high90)}"
    dated = f"\ndated {score.dated:%Y-%m}" if score.dated else ""
    verdict = verdict_words(score, catalog)
    return [
        title_of(catalog, score.dimension),
        _opinion(score, comparison),
        *(_level(score.scores.get(framework)) for framework in comparison.frameworks),
        difference,
        f"{score.coverage.measured} of {score.coverage.planned}{dated}",
        verdict,
    ]


def _opinion(score: Score, comparison: Comparison) -> str:
    claims = {claim.framework: claim for claim in comparison.claims if claim.dimension == score.dimension}
    if not claims:
        return "—"
    return " : ".join(f"{claims[item].score:g}" if item in claims else "—" for item in comparison.frameworks)


def _level(interval: Interval | None) -> str:
    if interval is None:
        return "—"
    return f"{interval.value:.1f}\n{interval.low90:.1f} to {interval.high90:.1f}"


def _between(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"


def _dimension_document(score: Score, comparison: Comparison) -> dict[str, Any]:
    contrast = score.contrast
    return {
        "id": score.dimension,
        "frame": score.frame,
        "claims": {
            claim.framework: claim.score for claim in comparison.claims if claim.dimension == score.dimension
        },
        "scores": {
            framework: None
            if interval is None
            else {"value": interval.value, "low": interval.low90, "high": interval.high90}
            for framework, interval in score.scores.items()
        },
        "contrast": None
        if contrast is None
        else {
            key: getattr(contrast, key)
            for key in (
                "value",
                "low90",
                "high90",
                "low50",
                "high50",
                "sampling_low",
                "sampling_high",
                "p_positive",
                "margin",
            )
        }
        | {"p_beyond": dict(contrast.p_beyond)},
        "coverage": score.coverage.share,
        "families": {"measured": score.coverage.measured, "planned": score.coverage.planned},
        "status": score.status,
        "dated": score.dated.isoformat() if score.dated else None,
        "verdict": score.verdict.label,
        "verdict_size": score.verdict.size,
        "ahead": score.verdict.ahead,
        "provisional": score.verdict.provisional,
    }


def _contribution_document(
    item: Contribution, title: str, unit: str, sources: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    return {
        "indicator": item.indicator,
        "title": title,
        "criterion": item.criterion,
        "family": item.family,
        "grade": item.grade,
        "raw": dict(item.raw),
        "unit": unit,
        "scores": dict(item.scores),
        "par": item.par,
        "weight": item.weight,
        "contribution": item.contribution,
        "observed_at": {key: value.isoformat() for key, value in item.observed_at.items()},
        "dated": item.dated,
        "sources": list(sources.get(item.indicator, ())),
        "payload_sha256": {key: list(value) for key, value in item.payloads.items()},
    }
