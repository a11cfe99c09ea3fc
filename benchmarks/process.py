"""Start a worker in a fresh process group, wait, and say how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import noise, outcome
from benchmarks.worker import MORE

PROJECT = Path(__file__).resolve().parent.parent
_LOOK_S = 0.2
_KEPT = (
    "PATH",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_HOME",
    "XLA_FLAGS",
    "SYSTEMROOT",
    "CXX",
    "CC",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "NO_PROXY",
    "TOUCHSTONE_HOME",
    "TOUCHSTONE_INDEX_URL",
)


@dataclass(frozen=True)
class Ended:
    """How a worker ended: `result` is empty unless `status` is ok."""

    status: str
    reason: str
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Launch:
    """With which Python, where its temporary files go, how long it may take and what else it is told.

    `flags` are options of the interpreter, `caches` the folder of compile caches of this run.
    """

    python: Path
    timeout_s: float
    caches: Path
    flags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def run(spec: Mapping[str, Any], launch: Launch) -> Ended:
    """Run one worker to its end. A time-out or an interrupt kills its whole process group."""
    with _started(spec, launch) as worker:
        try:
            worker.process.wait(launch.timeout_s)
        except subprocess.TimeoutExpired:
            return worker.late()
        return worker.ended()


def run_in_turns(jobs: Sequence[tuple[Mapping[str, Any], Launch]], order: random.Random) -> list[Ended]:
    """Run several workers side by side of which never more than one works, and return how each ended.

    They are started at once. When all are set up, each in turn comes to a steady pace; then every round of
    turns has them take a sample each, in random order, until each has enough: what slows the machine for
    seconds meets all of them alike. `foreign`, `steal` and `pressure` of all turns together stand in the
    noise of each. A worker that fails or is late leaves its turns to the others.
    """
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(_started(spec, launch, in_turns=True)) for spec, launch in jobs]
        live = [worker for worker in workers if worker.said()]
        with noise.watched() as seen:
            while live:
                order.shuffle(live)
                live = [worker for worker in live if worker.turn()]
        found = [worker.last_turn() for worker in workers]
    together = {key: value for key, value in seen.items() if key != "involuntary_switches"}
    return [_with_noise(ended, together) if ended.status == "ok" else ended for ended in found]


def _with_noise(ended: Ended, seen: Mapping[str, float | None]) -> Ended:
    return replace(ended, result={**ended.result, "noise": {**ended.result["noise"], **seen}})


@dataclass
class _Worker:
    """A started worker; `ended_early` holds how it ended when it did before its last turn."""

    process: subprocess.Popen[bytes]
    folder: Path
    timeout_s: float
    answers: int = -1
    ended_early: Ended | None = None

    def said(self) -> bool:
        """Wait for its next word; whether it is there and wants another turn."""
        begin = time.monotonic()
        while not select.select([self.answers], [], [], _LOOK_S)[0]:
            if self.process.poll() is not None:
                break
            if time.monotonic() - begin > self.timeout_s:
                self.ended_early = self.late()
                return False
        else:
            return os.read(self.answers, 1) == MORE
        self.process.wait()
        self.ended_early = self.ended()
        return False

    def turn(self) -> bool:
        """Let it work until its next word; whether it wants another turn."""
        self._go()
        return self.said()

    def last_turn(self) -> Ended:
        """Let it write its result; return how it ended."""
        if self.ended_early is None:
            self._go()
            try:
                self.process.wait(self.timeout_s)
            except subprocess.TimeoutExpired:
                return self.late()
        return self.ended_early or self.ended()

    def late(self) -> Ended:
        """Kill it for being late."""
        _kill_group(self.process)
        return Ended("timeout", f"no result after {self.timeout_s:g} s; the process group was killed")

    def ended(self) -> Ended:
        """Read what it left behind."""
        return _read(self.folder, self.process.returncode)

    def _go(self) -> None:
        if self.process.stdin is None:
            raise ValueError("only a worker that was started to take turns has them")
        with contextlib.suppress(BrokenPipeError):  # it has died: the next look at it says so
            self.process.stdin.write(MORE)
            self.process.stdin.flush()


@contextlib.contextmanager
def _started(spec: Mapping[str, Any], launch: Launch, *, in_turns: bool = False) -> Iterator[_Worker]:
    """Start a worker in a process group and a folder of its own; after the block both are gone."""
    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as scratch, contextlib.ExitStack() as pipes:
        folder = Path(scratch)
        answers, spoken = _pipe(pipes) if in_turns else (-1, -1)
        told = {**spec, "answers": spoken} if in_turns else spec
        (folder / "spec.json").write_text(json.dumps(told), encoding="utf-8")
        command = [str(launch.python), *launch.flags, "-m", "benchmarks.worker", "spec.json", "result.json"]
        with (folder / "stderr").open("wb") as errors:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(folder, launch, spec),
                stdin=subprocess.PIPE if in_turns else subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
                pass_fds=(spoken,) if in_turns else (),
            )
        try:
            yield _Worker(process, folder, launch.timeout_s, answers)
        finally:
            _kill_group(process)
            if process.stdin:
                with contextlib.suppress(BrokenPipeError):  # it died before it read its turn
                    process.stdin.close()


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    read, write = os.pipe()
    stack.callback(os.close, read)
    stack.callback(os.close, write)
    return read, write


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the worker's group, helpers of a compiler included, and reap the worker."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the whole group has ended already
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(folder: Path, returncode: int) -> Ended:
    result = folder / "result.json"
    if returncode == 0 and result.is_file():
        return Ended("ok", "", json.loads(result.read_text(encoding="utf-8")))
    stderr = (folder / "stderr").read_text(encoding="utf-8", errors="replace")
    return Ended(*outcome.classify(returncode, stderr))


def _environment(folder: Path, launch: Launch, spec: Mapping[str, Any]) -> dict[str, str]:
    """A clean environment: no user settings, caches of this run only, threads as asked for.

    PYTHONDONTWRITEBYTECODE is left out on purpose: a user's second import finds byte code.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return environment | {
        "PYTHONPATH": str(PROJECT),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "KERAS_HOME": str(folder),
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "TORCHINDUCTOR_CACHE_DIR": str(launch.caches / "inductor"),
        "TRITON_CACHE_DIR": str(launch.caches / "triton"),
        "OMP_NUM_THREADS": str(spec.get("threads", 1)),
        **launch.environment,
    }
