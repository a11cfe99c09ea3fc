"""Start the ranks of a data-parallel training, wait for all of them, and check that they agree."""

from __future__ import annotations

import importlib.util
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.outcome import Unsupported

WARM_STEPS = 8
FEWEST_SAMPLES = 20
_LOOK_S = 0.05


@dataclass(frozen=True)
class Training:
    """One rank's part: `run(i)` does a step, `finish(result)` waits for it and returns its loss.

    `weights()` returns a digest of all trained weights, the same on two ranks only if they are bit for bit.
    """

    run: Callable[[int], object]
    finish: Callable[[object], float]
    weights: Callable[[], str]


def run(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Train with `spec["processes"]` ranks and return the samples of the first one, in seconds per step.

    The number of steps is fixed in advance: ranks that stopped by their own clocks would wait for each other
    forever. Raises Unsupported without a program for the framework and RuntimeError when ranks differ; ends
    the process with the error text of the first rank that fails, and the others with it.
    """
    if importlib.util.find_spec(f"benchmarks.parallel.{spec['framework']}") is None:
        raise Unsupported(f"there is no data-parallel program for {spec['framework']}")
    count = spec["processes"]
    shared = {"task": "rank", "addresses": free_addresses(count), "store": str(Path.cwd() / "store")}
    _wait([_start(dict(spec) | shared | {"rank": rank, "cpus": _core(spec, rank)}) for rank in range(count)])
    found = [json.loads(Path(f"rank-{rank}.result").read_text(encoding="utf-8")) for rank in range(count)]
    if len({one["weights"] for one in found}) > 1:
        raise RuntimeError(f"after the training, the {count} processes hold different weights")
    first: dict[str, Any] = found[0]
    return first | {"median": statistics.median(first["samples"])}


def train(training: Training, *, samples: int) -> dict[str, Any]:
    """Train as one rank: a fixed warm-up, then so many samples of one step each."""
    losses = [training.finish(training.run(i)) for i in range(WARM_STEPS)]
    seconds, value = [], 0.0
    for i in range(WARM_STEPS, WARM_STEPS + max(samples, FEWEST_SAMPLES)):
        start = time.perf_counter()
        value = training.finish(training.run(i))
        seconds.append(time.perf_counter() - start)
    settings = {
        "warm_steps": WARM_STEPS,
        "steps_per_sample": 1,
        "first_losses": losses,
        "last_value": value,
    }
    return {"samples": seconds, "settings": settings, "weights": training.weights()}


def free_addresses(count: int) -> Sequence[str]:
    """Return loop-back addresses with ports that the system chose as free.

    They are free when this returns. Should another program take one before the rank does, the rank ends in
    an error that says so.
    """
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in opened:
            one.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{one.getsockname()[1]}" for one in opened]


def _core(spec: Mapping[str, Any], rank: int) -> Sequence[int]:
    """Return the one core of a rank: with n ranks the machine is n cores wide, not more and not less."""
    cpus: Sequence[int] = spec["cpus"]
    return [cpus[rank % len(cpus)]] if cpus else []


def _start(spec: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """Start a rank in the process group of this worker, so that both are killed together."""
    name = f"rank-{spec['rank']}"
    Path(f"{name}.spec").write_text(json.dumps(spec), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.worker", f"{name}.spec", f"{name}.result"]
    with Path(f"{name}.stderr").open("wb") as errors:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)


def _wait(ranks: Sequence[subprocess.Popen[bytes]]) -> None:
    """Return when all have ended well; at the first failure kill the rest and end with its error text."""
    while any(rank.poll() is None for rank in ranks):
        if any(rank.poll() for rank in ranks):
            break
        time.sleep(_LOOK_S)
    failed = [number for number, rank in enumerate(ranks) if rank.poll()]
    for rank in ranks:
        rank.kill()
        rank.wait()
    if failed:
        text = Path(f"rank-{failed[0]}.stderr").read_text(encoding="utf-8", errors="replace")
        sys.stderr.write(text)
        sys.exit(1)
