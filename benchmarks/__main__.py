"""`python -m benchmarks`: measure frameworks on this machine and write result lines."""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import compare, history, lines
from benchmarks.plan import AGAIN
from benchmarks.suite import run_suite
from evidence.errors import InputError, TouchstoneError
from evidence.types import Measurement

_PYTHON = "NAME=PATH, for instance pytorch=/opt/env/bin/python"
_COMPILED = ("compiled", "cuda_graphs")
"""Protocols whose compilers keep what they compiled."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when all went well, 1 with one line of text when something is wrong."""
    options = _parser().parse_args(argv)
    try:
        return int(options.act(options))
    except TouchstoneError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(
            "stopped; everything measured so far is in the file, run the same command to go on\n"
        )
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="measure, and append result lines to a file")
    run.add_argument("--suite", default="quick", help="quick, cpu, … (see benchmarks/suites.toml)")
    run.add_argument("--out", type=Path, required=True, help="file of result lines; a killed run is resumed")
    run.add_argument(
        "--framework", action="append", default=[], metavar="NAME", help="only this one; repeatable"
    )
    run.add_argument(
        "--python", action="append", default=[], metavar="NAME=PATH", help="another Python for one framework"
    )
    run.add_argument("--device", default="cpu", choices=["cpu", "gpu"])
    run.add_argument(
        "--limit-s",
        type=float,
        metavar="SECONDS",
        help="begin no cell after this time; the same command goes on from there",
    )
    run.add_argument(
        "--not-installed",
        action="append",
        default=[],
        metavar="NAME=REASON",
        help="what came of trying to install a framework that is not there; it stands on its lines",
    )
    run.add_argument("--seed", type=int, default=0, help="order of measurement and weights")
    run.set_defaults(act=_run)
    check = commands.add_parser("check", help="say which lines of a result file are refused, and why")
    check.add_argument("file", type=Path)
    check.set_defaults(act=_check)
    ratios = commands.add_parser(
        "compare", help="ratio, interval and verdict per workload of the newest run in a file"
    )
    ratios.add_argument("file", type=Path)
    ratios.add_argument("first", nargs="?", default="pytorch")
    ratios.add_argument("second", nargs="?", default="tensorflow")
    ratios.set_defaults(act=_compare)
    steps = commands.add_parser("history", help="where a figure changed its level between comparable runs")
    steps.add_argument("files", type=Path, nargs="+", metavar="FILE")
    steps.add_argument(
        "--across-versions",
        action="store_true",
        help="compare runs of other releases as well, to find the one",
    )
    steps.set_defaults(act=_history)
    return parser


def _run(options: argparse.Namespace) -> int:
    written = run_suite(
        options.suite,
        options.out,
        frameworks=options.framework,
        pythons={name: Path(path) for name, path in _pairs("--python", options.python, _PYTHON).items()},
        device=options.device,
        report=_show,
        seed=options.seed,
        limit_s=options.limit_s,
        reasons=_pairs("--not-installed", options.not_installed, "NAME=REASON"),
    )
    sys.stdout.write(f"{written} lines written to {options.out}\n")
    return 0


def _pairs(option: str, pairs: Sequence[str], form: str) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise InputError(f"{option} {pair!r}: write it as {form}")
        found[name] = value
    return found


def _check(options: argparse.Namespace) -> int:
    taken, refused = lines.read(options.file)
    for refusal in refused:
        sys.stderr.write(f"{options.file}:{refusal.number}: {refusal.why}\n")
    sys.stdout.write(f"{len(taken)} lines are valid, {len(refused)} are refused\n")
    return 1 if refused else 0


def _compare(options: argparse.Namespace) -> int:
    taken, _ = lines.read(options.file)
    newest = taken[-1].measurement.run if taken else ""
    every = [line.measurement for line in taken]
    run = [line for line in every if line.run == newest]
    alike = compare.of_one_plan(every, newest)
    pair = (options.first, options.second)
    zone = compare.tie_zone(alike, *pair)
    found = compare.ratios(run, *pair, zone=zone)
    for variant in sorted({ratio.variant for ratio in found}):
        if whole := compare.overall(run, *pair, variant, zone=zone):
            found.append(whole)
    if not found:
        raise InputError(
            f"{options.file}: no workload has {compare.FEWEST_PAIRS} undisturbed, proved rounds of both"
        )
    sys.stdout.write(f"run {newest}: time of {options.second} / time of {options.first}, 90 % interval\n")
    for one in found:
        name = f"{one.subject:12} {one.phase:6} {one.variant:10}"
        sys.stdout.write(
            f"{name} {one.value:6.2f} [{one.low:.2f}, {one.high:.2f}] {one.verdict:7} {one.pairs} pairs\n"
        )
    runs = len({line.run for line in alike})
    sys.stdout.write(f"differences below {zone:.1%} (log) are ties: repetitions of {runs} run(s)\n")
    for framework in (options.first, options.second):
        _show_modes(run, framework)
        _show_first_calls(run, framework)
    return 0


def _show_modes(run: Sequence[Measurement], framework: str) -> None:
    """Print how every other protocol of a framework compares with its declared one."""
    variants = {line.variant for line in run if line.framework == framework} - {"", AGAIN}
    for variant in sorted(variants):
        for (subject, phase), logs in sorted(compare.between_modes(run, framework, variant).items()):
            if len(logs) >= compare.FEWEST_PAIRS:
                middle = statistics.median(logs)
                values = (math.exp(one) for one in (middle, *compare.interval(logs, statistics.median)))
                name = f"{subject:12} {phase:6} {framework}, {variant} / declared"
                sys.stdout.write("{} {:6.2f} [{:.2f}, {:.2f}]\n".format(name, *values))


def _show_first_calls(run: Sequence[Measurement], framework: str) -> None:
    """Print what the first call of the compilers costs, which keep what they compiled within a run."""
    for (subject, phase, variant), (cold, warm) in compare.first_calls(run, framework).items():
        if variant in _COMPILED:
            name = f"{subject:12} {phase:6} {framework}, {variant}, first call"
            sys.stdout.write(f"{name} {cold:.2f} s with empty caches, {warm:.2f} s with filled ones\n")


def _history(options: argparse.Namespace) -> int:
    taken = [line.measurement for file in options.files for line in lines.read(file)[0]]
    found = history.report(taken, across_versions=options.across_versions)
    fewest = 2 * history.FEWEST_BESIDE
    sys.stdout.write("\n".join(found or [f"no figure has {fewest} comparable runs yet"]) + "\n")
    return 0


def _show(line: Measurement) -> None:
    where = f"{line.metric:28} {line.subject:16} {line.framework:12} {line.variant:14}"
    what = f"{line.value:.6g} {line.unit}" if line.value is not None else f"{line.status}: {line.reason}"
    sys.stdout.write(f"{where} {what}{' (noisy)' if line.quality == 'noisy' else ''}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
