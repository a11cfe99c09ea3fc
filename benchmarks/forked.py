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
from typing import Any

_CHUNK = 1 << 16


def call(function: Callable[[], Any], *, timeout_s: float) -> dict[str, Any]:
    """Return `{"value": …}` (JSON), or `{"crash": signal}`, `{"timeout": seconds}`, `{"failed": text}`."""
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


def _parent(child: int, readable: int, timeout_s: float) -> dict[str, Any]:
    deadline, received = time.monotonic() + timeout_s, b""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([readable], [], [], left)[0]:
            break
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
