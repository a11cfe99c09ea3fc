"""Measure what the harness costs: our timed step against a bare loop of the same steps, per framework.

Each framework runs in a process of its own; inside it the two ways alternate in random order, and the ratio
is the median over pairs with a 90 % bootstrap interval. The goal is at most 1 %. Exit status 1 when missed.

    python scripts/measure_overhead.py [--workload mlp --task train] [--pairs 30] [--seconds 0.5]
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import compare, machine, plan, process, workload

GOAL = 0.01


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every installed framework and print one line each; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--workload", default="mlp")
    parser.add_argument("--task", default="train", choices=["train", "infer"])
    parser.add_argument("--framework", action="append", default=[])
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args(argv)
    names = options.framework or list(plan.declared_frameworks())
    return max([measured(name, options) for name in names])


def measured(framework: str, options: argparse.Namespace) -> int:
    """Measure one framework, print what came out, and return 1 when the goal was missed."""
    work = workload.load_workload(workload.WORKLOADS / options.workload)
    declared = plan.declared_frameworks()[framework]
    spec = {
        "task": "overhead", "framework": framework, "module": declared["module"], "phase": options.task,
        "folder": str(work.folder), "mode": plan.mode_of(framework, work, ""), "device": "cpu", "seed": 0,
        "batch_size": work.batch_size["cpu"], "threads": machine.physical_cores(),
        "cpus": machine.usable_cpus(), "pairs": options.pairs, "seconds": options.seconds,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="touchstone-overhead-") as caches:
        limit_s = 120 + 4 * options.pairs * options.seconds
        ended = process.run(spec, process.Launch(Path(sys.executable), limit_s, Path(caches)))
    name = f"{framework:12} {work.id} {options.task}"
    if ended.status != "ok":
        sys.stdout.write(f"{name}: {ended.status}, {ended.reason}\n")
        return 0 if ended.status == "not_run" else 1
    logs, step_s = ended.result["logs"], ended.result["step_s"]
    low, high = compare.interval(logs, statistics.median)
    middle = math.expm1(statistics.median(logs))
    sys.stdout.write(
        f"{name}: {middle:+.2%} [{math.expm1(low):+.2%}, {math.expm1(high):+.2%}] of a step of"
        f" {step_s * 1e3:.2f} ms, {len(logs)} pairs of {ended.result['steps']} steps (goal: {GOAL:.0%})\n"
    )
    return int(middle > GOAL)


if __name__ == "__main__":
    sys.exit(main())
