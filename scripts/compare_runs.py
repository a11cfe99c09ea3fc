"""Do two runs of the same suite on the same machine say the same?

For every pair (workload, task, protocol) that both files have, print both ratios with their 90 % intervals
and verdicts. The goals: all intervals overlap, and at least 95 % of the verdicts are identical. The tie zone
rests on the repetitions of both runs, if they are of one plan (suite, code, versions, machine); what each
would say alone is told too. Exit status 0 when both goals are met, 1 when one is missed, 2 when there is
nothing to compare.

    python scripts/compare_runs.py A.jsonl B.jsonl [--first pytorch --second tensorflow]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import compare, lines
from evidence.errors import MeasurementError
from evidence.types import Measurement

SAME_VERDICTS = 0.95


def main(argv: Sequence[str] | None = None) -> int:
    """Compare the newest runs of two files; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs=2, type=Path, metavar="FILE")
    parser.add_argument("--first", default="pytorch")
    parser.add_argument("--second", default="tensorflow")
    options = parser.parse_args(argv)
    try:
        one, other = (newest_run(file) for file in options.files)
    except MeasurementError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    pair = (options.first, options.second)
    alone = [compare.tie_zone(run, *pair) for run in (one, other)]
    zones = [compare.tie_zone(compare.of_one_plan([*one, *other], run[0].run), *pair) for run in (one, other)]
    left, right = (
        compare.ratios(run, *pair, zone=zone) for run, zone in zip((one, other), zones, strict=True)
    )
    found = compare.agreement(left, right)
    if not found:
        sys.stderr.write(f"no pair of {' and '.join(pair)} has enough undisturbed, proved rounds in both\n")
        return 2
    for run, zone, own in zip((one, other), zones, alone, strict=True):
        sys.stdout.write(f"{run[0].run}: differences below {zone:.1%} (log) are ties; {own:.1%} alone\n")
    for item in found:
        sys.stdout.write(row(item))
    lost = {key(ratio) for ratio in left} ^ {key(ratio) for ratio in right}
    return summary(found, lost, alone)


def newest_run(file: Path) -> list[Measurement]:
    """Return the lines of the last run in a result file. Raises MeasurementError for an empty one."""
    taken, _ = lines.read(file)
    if not taken:
        raise MeasurementError(f"{file}: no valid result line")
    return [line.measurement for line in taken if line.measurement.run == taken[-1].measurement.run]


def key(ratio: compare.Ratio) -> tuple[str, str, str]:
    """What makes two ratios the same pair."""
    return ratio.subject, ratio.phase, ratio.variant


def row(item: compare.Agreement) -> str:
    """One pair as a line of text."""
    name = f"{item.first.subject:12} {item.first.phase:6} {item.first.variant or 'declared':10}"
    sides = " | ".join(
        f"{one.value:6.2f} [{one.low:.2f}, {one.high:.2f}] {one.verdict:6}"
        for one in (item.first, item.second)
    )
    marks = ("" if item.overlap else "  APART") + ("" if item.same_verdict else "  OTHER VERDICT")
    return f"{name} {sides}{marks}\n"


def summary(
    found: Sequence[compare.Agreement], lost: set[tuple[str, str, str]], alone: Sequence[float]
) -> int:
    """Print both goals and what only one run has; return the exit status.

    `alone` are the tie zones that each run has from its own repetitions only.
    """
    overlapping = sum(item.overlap for item in found)
    same = sum(item.same_verdict for item in found) / len(found)
    alike = sum(item.same_under(*alone) for item in found) / len(found)
    for subject, phase, variant in sorted(lost):
        sys.stdout.write(f"only one run has enough rounds of {subject} {phase} {variant}\n")
    sys.stdout.write(f"intervals overlap: {overlapping} of {len(found)} (goal: all)\n")
    sys.stdout.write(
        f"identical verdicts: {same:.1%} (goal: {SAME_VERDICTS:.0%} or more);"
        f" with the tie zone that each run has alone: {alike:.1%}\n"
    )
    return 0 if overlapping == len(found) and same >= SAME_VERDICTS else 1


if __name__ == "__main__":
    sys.exit(main())
