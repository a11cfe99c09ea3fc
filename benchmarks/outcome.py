"""Why a cell has no value: the one error a worker raises, and how the end of a process is named."""

from __future__ import annotations

import re
import signal

MEMORY_WORDS = re.compile(
    r"MemoryError|out of memory|RESOURCE_EXHAUSTED|can't allocate memory|bad_alloc", re.IGNORECASE
)
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.+@-]+){2,}[/\\]([\w.+@-]+)|(?:/[\w.+@-]+){1,2}/([\w.+@-]+)")
_LONGEST_REASON = 300


class Unsupported(Exception):
    """The framework cannot do what the cell asks for, on this machine; the message is the reason."""


class NotRun(Exception):
    """What the cell needs is not here (a package, the index); the message says what to bring."""


def scrub(text: str) -> str:
    """Return the text on one line without folders: result files name no path of a machine."""
    flat = " ".join(text.split())
    return _PATH.sub(lambda match: match.group(1) or match.group(2), flat)[:_LONGEST_REASON]


def classify(returncode: int, stderr: str) -> tuple[str, str]:
    """Return (status, reason) of a worker that ended without a result."""
    last = next((line.strip() for line in reversed(stderr.splitlines()) if line.strip()), "")
    error = _last_error(stderr) or last
    if returncode == -signal.SIGKILL or returncode == 128 + signal.SIGKILL:
        return "oom", "killed by signal 9 from outside: as a rule the kernel's out-of-memory killer"
    if MEMORY_WORDS.search(error):
        return "oom", scrub(error)
    for name, status in (("Unsupported:", "unsupported"), ("NotRun:", "not_run")):
        if name in error:
            return status, scrub(error.split(name, 1)[1])
    if error.startswith("ModuleNotFoundError:"):
        return "not_run", scrub(error)
    if returncode < 0:
        return "error", scrub(f"killed by {signal.Signals(-returncode).name}: {error}")
    return "error", scrub(error or f"ended with exit status {returncode} and without a message")


def _last_error(stderr: str) -> str:
    """Return the last line that looks like the head of an exception, such as `ValueError: …`."""
    heads = [
        line
        for line in stderr.splitlines()
        if re.match(r"^[\w.]+(Error|Exception|Unsupported|NotRun|Interrupt)\b", line)
    ]
    return heads[-1] if heads else ""
