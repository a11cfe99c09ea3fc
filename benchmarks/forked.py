"""Run a function in a forked child, so that a crash or a hang is a result and not the end of the probe.

The framework is imported once in the parent, before any operation runs; about 4,000 such forks were made
without a dead-lock when this was tried (PROBES §2).
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CHUNK = 1 << 16
_LOOK_S = 0.25
_BUSY = 0.05


def call(function: Callable[[], Any], *, timeout_s: float) -> dict[str, Any]:
    """Return `{"value": …}` (JSON), or `{"crash": signal}`, `{"timeout": seconds}`, `{"failed": text}`.

    A child that only waits is killed after `timeout_s`, one that computes after twice as much processor time.
    """
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        _child(function, writable)
    os.close(writable)
    try:
        return _parent(child, readable, timeout_s)
    finally:
        os.close(readable)


def _child(function: Callable[[], Any], writable: int) -> None:
    """Never returns: the child must not run the rest of its parent's program."""
    os.setpgid(0, 0)
    status = 1
    try:
        answer = json.dumps({"value": function()}).encode()
        status = 0
    except BaseException:  # noqa: BLE001 - the child's only way to say anything is the pipe
        answer = json.dumps({"failed": traceback.format_exc(limit=-3)}).encode()
    while answer:
        answer = answer[os.write(writable, answer) :]
    sys.stdout.flush()
    os._exit(status)


@dataclass
class _Patience:
    """How long to wait for a child: a busy machine makes it slow, which is no hang.

    It ends when the child used less than a twentieth of a core for `timeout_s`, or twice `timeout_s` of
    processor time in all. Where the system does not tell, it ends after `timeout_s`.
    """

    child: int
    timeout_s: float
    since: float = field(default_factory=time.monotonic)
    used_s: float = 0.0

    def is_over(self) -> bool:
        """Look at the child; it must not have been waited for."""
        now, used_s = time.monotonic(), _processor_s(self.child)
        if used_s is not None and used_s - self.used_s > _BUSY * self.timeout_s:
            self.since, self.used_s = now, used_s
        return now - self.since > self.timeout_s or (used_s or 0.0) > 2 * self.timeout_s


def _processor_s(process: int) -> float | None:
    """Return the processor time of a process and its ended children, if the system tells."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _parent(child: int, readable: int, timeout_s: float) -> dict[str, Any]:
    patience, received = _Patience(child, timeout_s), b""
    while not patience.is_over():
        if not select.select([readable], [], [], min(_LOOK_S, timeout_s / 4))[0]:
            continue
        part = os.read(readable, _CHUNK)
        if not part:
            return _ended(child, received)
        received += part
    _kill(child)
    os.waitpid(child, 0)
    return {"timeout": timeout_s}


def _ended(child: int, received: bytes) -> dict[str, Any]:
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"crash": signal.Signals(os.WTERMSIG(status)).name}
    answer: dict[str, Any] = json.loads(received)
    return answer


def _kill(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
