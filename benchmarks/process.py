"""Start a worker in a fresh process group, wait, and say how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import outcome

PROJECT = Path(__file__).resolve().parent.parent
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
    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as scratch:
        folder = Path(scratch)
        (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        command = [str(launch.python), *launch.flags, "-m", "benchmarks.worker", "spec.json", "result.json"]
        with (folder / "stderr").open("wb") as errors:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(folder, launch, spec),
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
            ended = _wait(process, launch.timeout_s)
        return ended or _read(folder, process.returncode)


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> Ended | None:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return Ended("timeout", f"no result after {timeout_s:g} s; the process group was killed")
    finally:
        _kill_group(process)
    return None


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
