"""Whether the machine was quiet: a canary of known work, and who used the CPU meanwhile.

A time that was taken while others worked is kept, marked `noisy`, and never scored. The limits are those
of BENCHMARKS 4.4; a machine that does not tell who used its CPU cannot be gated, and is noisy as well.
"""

from __future__ import annotations

import hashlib
import os
import resource
import statistics
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOREIGN_LIMIT = 0.03
STEAL_LIMIT = 0.01
CANARY_LIMIT = 0.05
QUIET_LIMIT = 0.05
PRESSURE_LIMIT = 0.02
_CANARY_BYTES = 24 * 2**20
_CANARY_REPEATS = 5
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_BUFFER = bytes(_CANARY_BYTES)


@dataclass(frozen=True)
class Usage:
    """Jiffies of the machine since its start, and seconds of CPU of this process and its descendants.

    `waited_s` are the seconds in which some task waited for a CPU, `at_s` the clock; None where unknown.
    """

    busy: int
    steal: int
    total: int
    own_s: float
    waited_s: float | None
    at_s: float


def usage() -> Usage | None:
    """Return the counters now, or None where the system has no /proc/stat."""
    try:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return None
    user, nice, system, _, _, irq, softirq, steal = fields[:8]  # without idle and waiting for disks
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system + _living_s()
    busy = user + nice + system + irq + softirq
    return Usage(busy, steal, sum(fields[:8]), own, _waited_s(), time.monotonic())


@contextmanager
def watched() -> Iterator[dict[str, float | None]]:
    """Yield a dict that holds, after the block, the foreign and stolen shares of the CPU and the switches.

    `foreign` is the share of all CPU time that neither was idle nor ours, `steal` what the host took,
    `pressure` the share of time in which some task, ours or not, waited for a CPU. They are None where they
    cannot be known.
    """
    report: dict[str, float | None] = {"foreign": None, "steal": None, "involuntary_switches": None}
    report["pressure"] = None
    before, switches = usage(), resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    yield report
    after = usage()
    report["involuntary_switches"] = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - switches
    if before is None or after is None or after.total == before.total:
        return
    total = after.total - before.total
    own = (after.own_s - before.own_s) * _TICKS
    report["foreign"] = round(max(0.0, (after.busy - before.busy - own) / total), 4)
    report["steal"] = round((after.steal - before.steal) / total, 4)
    if before.waited_s is not None and after.waited_s is not None:
        report["pressure"] = round((after.waited_s - before.waited_s) / (after.at_s - before.at_s), 4)


def canary(threads: int) -> float:
    """Return the median seconds that a fixed work (SHA-256 and a copy per thread) takes now.

    It is neutral towards the frameworks: no numerical library takes part.
    """
    with ThreadPoolExecutor(threads) as pool:
        times = []
        for _ in range(_CANARY_REPEATS):
            start = time.perf_counter()
            list(pool.map(_canary_work, range(threads)))
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def wait_until_quiet(*, patience_s: float, look_s: float = 0.25) -> float | None:
    """Wait until others use less than 5 % of the CPU and wait for it in less than 2 % of the time.

    At most `patience_s`; return the last share of the CPU seen. Nothing of ours runs meanwhile, so whoever
    waits is another one; during a cell our own threads wait as well, and `pressure` is told and not judged.
    """
    deadline = time.monotonic() + patience_s
    while True:
        with watched() as seen:
            time.sleep(look_s)
        foreign, pressure = seen["foreign"], seen["pressure"] or 0.0
        quiet = foreign is None or (foreign < QUIET_LIMIT and pressure < PRESSURE_LIMIT)
        if quiet or time.monotonic() > deadline:
            return foreign


def judge(noise: Mapping[str, float | None], canaries: tuple[float, float], usual: float) -> list[str]:
    """Return why a cell counts as noisy; an empty list when it does not.

    `usual` is the median canary of the run so far, in seconds.
    """
    foreign, steal = noise.get("foreign"), noise.get("steal")
    if foreign is None or steal is None:
        return ["this system does not tell who used the CPU"]
    reasons = []
    if foreign > FOREIGN_LIMIT:
        reasons.append(f"others used {foreign:.1%} of the CPU")
    if steal > STEAL_LIMIT:
        reasons.append(f"the host took {steal:.1%} of the CPU")
    slowest = max(canaries) / usual - 1
    if slowest > CANARY_LIMIT:
        reasons.append(f"the canary ran {slowest:.1%} slower than its median")
    return reasons


def _waited_s() -> float | None:
    """Return the seconds since the start of the machine in which some task waited for a CPU, if it tells."""
    try:
        some = Path("/proc/pressure/cpu").read_text().split("\n", 1)[0]
    except OSError:
        return None
    return int(some.rpartition("total=")[2]) / 1e6


def _living_s() -> float:
    """Return the seconds of CPU of all living descendants: workers that feed or share a step are ours."""
    parents: dict[int, int] = {}
    jiffies: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()  # the name before may hold anything
        except OSError:  # it ended meanwhile
            continue
        parents[int(file.parent.name)] = int(fields[1])
        jiffies[int(file.parent.name)] = sum(map(int, fields[11:15]))
    mine, found = {os.getpid()}, 0
    while children := {pid for pid, parent in parents.items() if parent in mine} - mine:
        found += sum(jiffies[pid] for pid in children)
        mine |= children
    return found / _TICKS


def _canary_work(_: int) -> int:
    return len(hashlib.sha256(_BUFFER).digest()) + len(bytearray(_BUFFER))
