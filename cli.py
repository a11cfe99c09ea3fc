"""The command `touchstone`: options and words. Every command calls a flow or reads the published file."""

from __future__ import annotations

import errno
import itertools
import json
import os
import sys
import tomllib
import traceback
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import terminal
from evidence.errors import InputError, TouchstoneError
from evidence.overlay import WeightOverlay, overlay_from
from evidence.types import Catalog, Score
from evidence.types import Comparison as ComparisonType
from flows.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from warehouse.read import Warehouse

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evidence-based versions of every score in a comparison table.",
)
bench_app = typer.Typer(help="Measure the frameworks, on this machine or another.")
app.add_typer(bench_app, name="bench", invoke_without_command=True)

PLACES = ("--home", "--catalog")
WIDE = 140  # a pipe or a log has no width of its own
out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ComparisonOption = Annotated[str, typer.Option("--comparison", help="Its id; the catalog's first without.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="A day, YYYY-MM-DD: only evidence up to it counts.")]
KnownByOption = Annotated[
    str, typer.Option("--known-by", help="A day: only what had been retrieved by then.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WeightsOption = Annotated[Path | None, typer.Option("--weights", help="A TOML file of your own weights.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


@app.callback()
def options(
    home: Annotated[Path | None, typer.Option(help="Where data lives. Also: TOUCHSTONE_HOME.")] = None,
    catalog: Annotated[Path | None, typer.Option(help="Another catalog. Also: TOUCHSTONE_CATALOG.")] = None,
) -> None:
    """Evidence-based versions of every score in a comparison table."""
    found = Settings.from_environment()
    Settings((home or found.home).absolute(), (catalog or found.catalog).absolute()).export()


@app.command()
def run(
    suite: Annotated[
        str, typer.Option(help="Which measurements: quick, cpu, …; none to skip them.")
    ] = "quick",
    comparison: ComparisonOption = "",
) -> None:
    """Collect, measure, publish, and print the table."""
    from flows.start import ready
    from flows.weekly import weekly_now

    with ready(), terminal.Progress(out) as progress, _listening(progress):
        release = weekly_now(suite=suite)
    with _warehouse() as warehouse:
        _print_result(warehouse, comparison, progress)
        out.print(f"\nDatabase: {release}")
    out.print(
        "Next:  touchstone explain ease_of_use   every number behind one row\n"
        "       make app                         the same table to click through\n"
        '       touchstone sql "from scorecard"  query it (or open the file with duckdb)'
    )


@app.command()
def collect(
    source: Annotated[str, typer.Argument(help="One source; all without.")] = "",
    framework: Annotated[str, typer.Argument(help="One framework; all without.")] = "",
    record: Annotated[
        bool, typer.Option("--record", help="Write the answers and what is read from them as test cases.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="With --record: the folder; one in the home without.")
    ] = None,
) -> None:
    """Ask the sources and archive their answers."""
    if record:
        _record(source, framework, to or Settings.from_environment().home / "recorded" / source)
        return
    from flows.collect import collect_now
    from flows.start import ready

    with ready(), terminal.Progress(out) as progress, _listening(progress):
        attempts = collect_now([source] if source else [], [framework] if framework else [])
    if not any(item.outcome in ("ok", "capped", "not_applicable") for item in attempts):
        raise InputError(
            "nothing was collected: every attempt failed, see above. touchstone doctor looks further"
        )


@app.command()
def publish(as_of: AsOfOption = "") -> None:
    """Build the database from what is archived and measured, and put it into place."""
    from flows.publish import publish as publish_flow
    from flows.start import ready

    with ready(), terminal.Progress(out) as progress, _listening(progress):
        release = publish_flow.fn(as_of=_day(as_of))  # the function itself: no need of Prefect's server
    out.print(f"Published {release}")


@bench_app.callback()
def bench(
    context: typer.Context,
    suite: Annotated[str, typer.Option(help="quick, cpu, probes, gpu, scaling or modes.")] = "quick",
    to: Annotated[
        Path | None, typer.Option("--out", help="The result file; a new one in the home without.")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu or gpu.")] = "cpu",
    framework: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    python: Annotated[
        list[str] | None, typer.Option(help="FRAMEWORK=/path/to/python: measure it in another environment.")
    ] = None,
) -> None:
    """Run a suite of measurements and append the results to a file."""
    if context.invoked_subcommand:
        return
    from flows.benchmark import benchmark
    from flows.start import ready

    with ready(), terminal.Progress(out) as progress, _listening(progress):
        file = benchmark.fn(
            suite=suite, device=device, out=to, frameworks=framework or [], pythons=_pythons(python or [])
        )
    out.print(f"Results: {file}. They count at the next touchstone publish.")


@bench_app.command("import")
def bench_import(file: Annotated[Path, typer.Argument(help="A result file of another machine.")]) -> None:
    """Take over results that were measured on another machine."""
    from flows.benchmark import import_results

    found = import_results(file)
    for line in found.refused:
        err.print(f"[yellow]refused[/] {_escape(line)}")
    out.print(f"{found.kept} new result lines in {found.file}. They count at the next touchstone publish.")


@bench_app.command("history")
def bench_history(
    across_versions: Annotated[
        bool,
        typer.Option(help="Compare runs of other releases as well, to find the one that changed a time."),
    ] = False,
) -> None:
    """Say where a figure changed its level between comparable runs (same machine and programs)."""
    from flows.benchmark import steps

    found = steps(across_versions=across_versions)
    out.print(_escape("\n".join(found) or "No figure has enough comparable runs yet."))


@app.command()
def score(
    comparison: ComparisonOption = "",
    as_of: AsOfOption = "",
    known_by: KnownByOption = "",
    as_json: JsonOption = False,
    as_md: Annotated[bool, typer.Option("--md", help="Print Markdown.")] = False,
    weights: WeightsOption = None,
) -> None:
    """Print the table: opinion, evidence, interval, coverage, verdict."""
    with _warehouse() as warehouse:
        catalog, chosen, declared = _scores(warehouse, comparison, as_of, known_by)
        scores = declared
        if weights is not None:
            overlay = _overlay(weights, catalog)
            days = {"as_of": _day(as_of), "known_by": _day(known_by)}
            scores = warehouse.scores(chosen.id, weights=overlay, **days)
        frame = warehouse.meta()["frame"]
    if as_json:
        _print_json(terminal.score_document(scores, chosen, frame))
    elif as_md:
        sys.stdout.write(terminal.markdown_table(scores, chosen, catalog, frame) + "\n")
    else:
        out.print(terminal.score_table(scores, chosen, catalog))
        out.print(terminal.summary(scores))
        for line in terminal.change_lines(declared, scores, catalog) if weights is not None else ():
            out.print(line)


@app.command()
def explain(
    dimension: Annotated[str, typer.Argument(help="The row to explain.")],
    comparison: ComparisonOption = "",
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """Print every contribution to one row, down to the bytes it rests on."""
    with _warehouse() as warehouse:
        catalog, chosen, scores = _scores(warehouse, comparison, as_of, "")
        _known_dimension(dimension, chosen)
        found = [item for item in scores if item.dimension == dimension]
        sources = _sources_of(catalog, warehouse)
    if as_json:
        _print_json(terminal.explain_document(found[0], catalog, sources))
        return
    out.print(terminal.contribution_table(found[0], catalog))
    for item in found[0].missing:
        out.print(terminal.gap_line(item, catalog))


@app.command()
def recommend(
    need: Annotated[str, typer.Option(help="A preset of the comparison: beginner, research, …")] = "balanced",
    comparison: ComparisonOption = "",
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
    weights: WeightsOption = None,
) -> None:
    """Weigh the rows by a need: an index per framework, its doubt, and what would change it."""
    with _warehouse() as warehouse:
        catalog = warehouse.catalog()
        chosen = _comparison(catalog, comparison)
        presets = {preset.id: preset for preset in chosen.presets}
        if need not in presets:
            raise InputError(f"no need {need!r} in {chosen.id}. Known: {', '.join(presets) or 'none'}")
        overlay = _overlay(weights, catalog) if weights is not None else None
        found = warehouse.recommendation(chosen.id, presets[need].weights, as_of=_day(as_of), weights=overlay)
    if found is None:
        raise InputError(f"nothing that the need {need!r} asks for is measured yet. touchstone run")
    if as_json:
        _print_json(terminal.recommendation_document(found, chosen, presets[need]))
        return
    out.print(terminal.recommendation_table(found, catalog, presets[need]))
    for line in terminal.recommendation_lines(found, catalog):
        out.print(line)


@app.command()
def timeline(
    dimension: Annotated[str, typer.Argument(help="The row to follow through time.")],
    comparison: ComparisonOption = "",
    since: Annotated[str, typer.Option(help="The first day.")] = "2020-12-03",
    step_weeks: Annotated[int, typer.Option(min=1, help="Weeks between two points.")] = 1,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Print the contrast week by week, each from what had been observed by then, with breaks marked."""
    first = _day(since) or date(2020, 12, 3)
    with _warehouse() as warehouse:
        catalog = warehouse.catalog()
        chosen = _comparison(catalog, comparison)
        _known_dimension(dimension, chosen)
        newest = date.fromisoformat(warehouse.meta()["as_of"])
        weeks = range(0, (newest - first).days + 1, 7 * step_weeks)
        days = sorted({*(first + timedelta(days=offset) for offset in weeks), newest})
        with terminal.steps(err, len(days), f"scoring {dimension} as of {len(days)} days") as advance:
            scores = warehouse.history(chosen.id, dimension, days, advance=advance)
    rows = terminal.timeline_rows(scores, catalog)
    if as_json:
        _print_json({"comparison": chosen.id, "dimension": dimension, "weeks": rows})
    elif as_csv:
        terminal.write_csv(sys.stdout, rows)
    else:
        out.print(terminal.timeline_table(rows, terminal.title_of(catalog, dimension)))


@app.command()
def history(
    comparison: Annotated[str, typer.Option(help="Only this one; every one without.")] = "",
    pair: Annotated[str, typer.Option(help="Only these two frameworks of it, such as one,two.")] = "",
) -> None:
    """Work out the score of every past week since 2020 that is not kept yet, for the page of time."""
    from flows.start import ready
    from warehouse.history import chosen, fill, lacking

    with ready(), _warehouse() as warehouse:
        pairs = chosen(warehouse, comparison, pair)
        total = lacking(warehouse, pairs)
        with terminal.steps(err, total, f"scoring {total} weeks") as advance:
            done = fill(warehouse, pairs, advance=advance)
    out.print(f"{done.made} weeks worked out, {done.lacking} lacking.")


@app.command()
def report(
    to: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("touchstone.html"),
    comparison: ComparisonOption = "",
    as_of: AsOfOption = "",
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    as_md: Annotated[bool, typer.Option("--md", help="Markdown for a README instead of a page.")] = False,
) -> None:
    """Write the scorecard and every row behind it as one self-contained page."""
    os.environ.setdefault("STREAMLIT_LOGGER_LEVEL", "error")  # else it warns that no page is running
    from dashboard import report as reports

    if language not in ("en", "zh"):
        raise InputError(f"no language {language!r}. Known: en, zh")
    make = reports.markdown if as_md else reports.report
    with _warehouse() as warehouse:
        text = make(warehouse, comparison=comparison or None, as_of=_day(as_of), language=language)
    to.write_text(text, encoding="utf-8")
    out.print(f"Wrote {to} ({len(text.encode()) / 1e3:.0f} kB)")


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; read from the terminal or a pipe without.")] = "",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Query the published file, read-only."""
    with _warehouse() as warehouse:
        for text in [query] if query else _typed():
            _print_frame(warehouse.sql(text), as_json=as_json, as_csv=as_csv)


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="CSV: see docs/interfaces.md for its columns.")],
) -> None:
    """Bring your own figures. A malformed file is refused as a whole."""
    from flows.ingest import ingest as ingest_file

    found = ingest_file(file)
    what = "taken over" if found.is_new else "known already, nothing changed"
    out.print(
        f"{found.figures} figures {what} (sha256 {found.sha256[:12]}…). "
        "They count at the next touchstone publish."
    )


@app.command()
def verify() -> None:
    """Rebuild from the archive into a temporary file and compare every score with the published one."""
    from flows.publish import verify_release

    found = verify_release()
    out.print(
        f"Verified release {found.release}: {found.scores} scores rebuilt from the archived bytes are "
        "identical, byte for byte."
    )


@app.command()
def metrics(as_json: JsonOption = False) -> None:
    """List every metric that a source delivers, with its unit and meaning."""
    from flows import definitions

    rows = [
        {
            "metric": item.id,
            "unit": item.unit,
            "kind": item.kind,
            "source": source.id,
            "description": item.description,
        }
        for source in definitions.sources()
        for item in source.metrics
    ]
    if as_json:
        _print_json(rows)
        return
    table = Table(header_style="bold")
    for name in ("metric", "unit", "kind", "description"):
        table.add_column(name)
    for row in rows:
        table.add_row(row["metric"], row["unit"], row["kind"], row["description"])
    out.print(table)


@app.command()
def doctor() -> None:
    """Check tokens, reachability, tools and the age of the evidence."""
    from flows.doctor import examine

    table = Table(header_style="bold")
    for name in ("what", "state", "what to do"):
        table.add_column(name)
    for finding in examine(Settings.from_environment()):
        table.add_row(finding.what, finding.state, finding.mend)
    out.print(table)


@app.command()
def serve(
    cron: Annotated[str, typer.Option(help="When to run the weekly job (UTC).")] = "0 6 * * 1",
    port: Annotated[int, typer.Option(help="Port of the Prefect server and its page.")] = 4200,
    suite: Annotated[str, typer.Option(help="Which measurements belong to the job.")] = "quick",
    gpu_cron: Annotated[str, typer.Option(help="When to measure on the GPU here; never without.")] = "",
) -> None:
    """Run the weekly schedule on a local Prefect server until Ctrl-C."""
    from flows.serve import serve as serve_schedule

    serve_schedule(cron=cron, port=port, suite=suite, gpu_cron=gpu_cron or None, say=out.print)


def main() -> None:
    """Run the command; turn every foreseen error into one message and a non-zero status."""
    try:
        app(_places_first(sys.argv[1:]))
    except TouchstoneError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        err.print("Stopped. Everything archived and published so far is kept; run the same command to go on.")
        sys.exit(130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            _crash(error)
        _fail(
            f"{error.strerror}: {error.filename or Settings.from_environment().home}. The last release stays"
        )
    except Exception as error:  # noqa: BLE001 (the last resort: said in one line, kept in full)
        _crash(error)


def _places_first(words: list[str]) -> list[str]:
    """Move --home and --catalog to the front, so that they may stand anywhere in the line."""
    front, rest, left = [], [], iter(words)
    for word in left:
        if word == "--":
            rest += [word, *left]
        elif word in PLACES:
            front += [word, *itertools.islice(left, 1)]
        elif word.startswith(tuple(f"{place}=" for place in PLACES)):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _fail(message: str) -> None:
    err.print(f"[bold red]error[/] {_escape(message)}")
    sys.exit(1)


def _crash(error: BaseException) -> None:
    folder = Settings.from_environment().home
    file = folder / "crash.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        traceback.print_exception(error)
    _fail(
        f"this is a fault of Touchstone: {type(error).__name__}: {error}. Details: {file}; please report them"
    )


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


def _warehouse() -> Warehouse:
    from warehouse.read import Warehouse

    return Warehouse.open(Settings.from_environment().home)


def _listening(progress: terminal.Progress) -> Any:
    from flows.progress import listening

    return listening(progress)


def _scores(
    warehouse: Warehouse, comparison: str, as_of: str, known_by: str
) -> tuple[Catalog, ComparisonType, tuple[Score, ...]]:
    catalog = warehouse.catalog()
    chosen = _comparison(catalog, comparison)
    scores = warehouse.scores(chosen.id, as_of=_day(as_of), known_by=_day(known_by))
    return catalog, chosen, scores


def _comparison(catalog: Catalog, comparison: str) -> ComparisonType:
    known = {item.id: item for item in catalog.comparisons}
    if comparison and comparison not in known:
        raise InputError(f"no comparison {comparison!r}. Known: {', '.join(known)}")
    return known[comparison] if comparison else catalog.comparisons[0]


def _known_dimension(dimension: str, chosen: ComparisonType) -> None:
    if dimension not in chosen.dimensions:
        raise InputError(f"no dimension {dimension!r} in {chosen.id}. Known: {', '.join(chosen.dimensions)}")


def _overlay(file: Path, catalog: Catalog) -> WeightOverlay:
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--weights {file}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"--weights {file}: not valid TOML: {error}") from None
    return overlay_from(given, catalog)


def _sources_of(catalog: Catalog, warehouse: Warehouse) -> Mapping[str, list[str]]:
    rows = warehouse.sql("select id, source from metric")
    source = dict(zip(rows["id"], rows["source"], strict=True))
    return {
        indicator.id: sorted({source[need] for need in indicator.needs if need in source})
        for indicator in catalog.indicators
    }


def _print_result(warehouse: Warehouse, comparison: str, progress: terminal.Progress) -> None:
    catalog, chosen, scores = _scores(warehouse, comparison, "", "")
    out.print()
    out.print(terminal.score_table(scores, chosen, catalog))
    out.print(terminal.summary(scores))
    for title, lines in (
        ("Missing evidence", terminal.missing_lines(scores, catalog)),
        ("Sources that did not answer", terminal.attempt_lines(progress.attempts)),
    ):
        if lines:
            out.print(f"\n[bold]{title}[/]")
            for line in lines:
                out.print(f"  {_escape(line)}", soft_wrap=True)


def _record(source: str, framework: str, folder: Path) -> None:
    if not source or not framework:
        raise InputError("--record needs both: touchstone collect SOURCE FRAMEWORK --record")
    from flows.collect import record

    done = record(source, framework, folder)
    out.print(terminal.attempt_line(done))
    if done.outcome not in ("ok", "capped"):
        raise InputError(f"nothing to record: {done.outcome}: {done.reason}")
    out.print(
        f"Cases in {folder}. Check the first rows of each expected file by hand, "
        "then move them to tests/payloads."
    )


def _pythons(pairs: list[str]) -> dict[str, Path]:
    found = {}
    for pair in pairs:
        name, separator, path = pair.partition("=")
        if not separator or not name or not path:
            raise InputError(f"--python {pair!r} is not FRAMEWORK=/path/to/python")
        if not Path(path).is_file():
            raise InputError(f"--python {pair!r}: no such file {path}")
        found[name] = Path(path).absolute()
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a day. Write it as {datetime.now(UTC):%Y-%m-%d}") from None


def _typed() -> list[str]:
    if sys.stdin.isatty():
        out.print(
            "One query, ended by an empty line or Ctrl-D. Tables: select table_name from duckdb_tables()"
        )
        lines = []
        for line in sys.stdin:
            if not line.strip():
                break
            lines.append(line)
        return ["".join(lines)] if lines else []
    return [sys.stdin.read()]


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _print_frame(frame: pd.DataFrame, *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        sys.stdout.write(frame.to_json(orient="records", date_format="iso", indent=2) + "\n")
    elif as_csv:
        frame.to_csv(sys.stdout, index=False)
    else:
        out.print(terminal.frame_table(frame, out.width))


if __name__ == "__main__":
    main()
