"""One task of one framework in a fresh process: `python -m benchmarks.worker SPEC RESULT`.

Needs the standard library, numpy and the framework. The spec is a JSON object with `task`, `framework`,
`module` (what is imported), `folder` and what the task needs; the result is a JSON object. A failure is
an exception: the parent reads its name and message from the traceback (outcome.classify).
"""

# ruff: noqa: PLC0415 - nothing may be imported before a task's clock runs, so that start-up is measured whole

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import signal
import statistics
import sys
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Result = dict[str, Any]
MORE, ENOUGH = b".", b"!"
"""What a worker that takes turns answers at the end of each."""
_PR_SET_PDEATHSIG = 1
_MEMORY_STEPS = 10


def main(argv: list[str]) -> int:
    """Run the task of the spec file and write the result file in one piece."""
    _die_with_parent()
    spec = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    if spec["cpus"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, spec["cpus"])
    result = _TASKS[spec["task"]](spec)
    partial = Path(argv[1] + ".part")
    partial.write_text(json.dumps(result), encoding="utf-8")
    partial.replace(argv[1])
    return 0


def describe(spec: Mapping[str, Any]) -> Result:
    """Say what is installed, without importing it."""
    versions = {}
    for name in (*spec["distributions"], "numpy"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    found = importlib.util.find_spec(spec["module"]) is not None
    return {"installed": found, "versions": versions, "python": platform.python_version()}


def start(spec: Mapping[str, Any]) -> Result:
    """Import the framework, then let the program make its first training step; both from the same clock."""
    begin = time.perf_counter()
    importlib.import_module(spec["module"])
    imported = time.perf_counter()
    memory = peak_rss()
    loss = _program(spec).first_step()
    end = time.perf_counter()
    seconds = {"import_s": imported - begin, "first_result_s": end - begin, "import_memory": memory}
    return seconds | {"loss": loss, "peak_memory": peak_rss()}


def probe(spec: Mapping[str, Any]) -> Result:
    """Run the framework's file of a probe folder: `collect(spec)` returns facts, not judgements."""
    if not spec["config"].get("needs_framework", True):
        return {"facts": _program(spec).collect(spec), "versions": {}}
    adapter = _adapter(spec)
    if not spec["config"].get("forks", False):  # setting up runs operations, whose threads no child inherits
        adapter.set_up(spec)
    return {"facts": _program(spec).collect(spec), "versions": adapter.versions()}


def measure(spec: Mapping[str, Any]) -> Result:
    """Time the step of a workload."""
    from benchmarks import timing

    adapter, workload, settings = _prepare(spec)
    turns = _Turns(spec["answers"]) if "answers" in spec else None
    if turns:
        turns.wait(MORE)
    begin = time.perf_counter()
    stepper = _stepper(adapter, workload, spec)
    built = time.perf_counter() - begin
    enough = {"seconds": spec["seconds"], "min_samples": spec["min_samples"]}
    if turns:
        timed = turns.do(timing.measuring(stepper, **enough, in_turns=True))
    else:
        timed = timing.measure(stepper, **enough)
    if timed.compiled_inside:
        raise RuntimeError(
            f"{timed.compiled_inside} compilation(s) inside the timed region: the time means nothing"
        )
    settings |= {
        "build_s": round(built, 4),
        "warm_steps": timed.warm_steps,
        "steps_per_sample": timed.steps_per_sample,
        "last_value": timed.last_value,
    }
    return {
        "device_peak": adapter.peak_device_memory(spec),
        "samples": list(timed.samples),
        "median": statistics.median(timed.samples),
        "first_call_s": timed.first_call_s,
        "noise": timed.noise,
        "settings": settings,
        "versions": adapter.versions(),
    }


class _Turns:
    """The worker's side of `process.run_in_turns`: it works only from a byte on stdin to its own answer."""

    def __init__(self, answers: int) -> None:
        os.set_inheritable(answers, False)  # helpers of a compiler must not hold the pipe open
        self._answers = answers

    def wait(self, answer: bytes) -> None:
        """Say that nothing is going on here, and wait for the next turn."""
        os.write(self._answers, answer)
        if not os.read(0, 1):
            raise EOFError("the runner is gone")

    def do(self, parts: Generator[None, None, T]) -> T:
        """Do one part in every turn, the first in the turn that is on; return in the last what came out."""
        while True:
            try:
                next(parts)
            except StopIteration as end:
                self.wait(ENOUGH)
                return end.value  # type: ignore[no-any-return]
            self.wait(MORE)


def memory(spec: Mapping[str, Any]) -> Result:
    """Peak memory of ten steps above what the process held after its import."""
    adapter, workload, settings = _prepare(spec)
    before = peak_rss()
    stepper = _stepper(adapter, workload, spec)
    for i in range(_MEMORY_STEPS):
        stepper.finish(stepper.run(i))
    device = adapter.peak_device_memory(spec)
    peak = device if device is not None else peak_rss() - before
    return {"peak": peak, "settings": settings | {"after_import": before}, "versions": adapter.versions()}


def equivalence(spec: Mapping[str, Any]) -> Result:
    """Write outputs, gradients and losses to each file of `spec["arrays"]`, in the precision beside it.

    The result holds the weights that were consumed.
    """
    import numpy as np

    adapter, workload, settings = _prepare(spec)
    program = workload.program(spec["framework"])
    for file, dtype in spec["arrays"]:
        one = {**spec, "dtype": dtype}
        if hasattr(program, "evaluate"):
            found = program.evaluate(workload, one)
        else:
            found = adapter.evaluate(workload, program, one)
        arrays = {f"gradient/{name}": value for name, value in found["gradients"].items()}
        np.savez(file, outputs=found["outputs"], losses=np.asarray(found["losses"], np.float64), **arrays)
    return {"weights": found["weights"], "settings": settings, "versions": adapter.versions()}


def overhead(spec: Mapping[str, Any]) -> Result:
    """Time the step of a workload as a cell does, and in a bare loop."""
    from benchmarks import overhead

    adapter, workload, _ = _prepare(spec)
    return overhead.measure(_stepper(adapter, workload, spec), spec)


def parallel(spec: Mapping[str, Any]) -> Result:
    """Train with several processes on this machine: this one only starts them and waits."""
    from benchmarks.parallel import coordinator

    return coordinator.run(spec)


def rank(spec: Mapping[str, Any]) -> Result:
    """Be one process of a data-parallel training."""
    from benchmarks.parallel import coordinator
    from benchmarks.workload import load_workload

    adapter = _adapter(spec)
    side = importlib.import_module(f"benchmarks.parallel.{spec['framework']}")
    workload = load_workload(Path(spec["folder"]))
    training = side.training(workload, workload.program(spec["framework"]), spec)
    return coordinator.train(training, samples=spec["min_samples"]) | {"versions": adapter.versions()}


def ceiling(spec: Mapping[str, Any]) -> Result:
    """Best rates of square products and of copying that the device of the spec reaches."""
    from benchmarks import ceilings

    adapter = _adapter(spec)
    return ceilings.measure(adapter, spec) | {"versions": adapter.versions()}


def peak_rss() -> int:
    """Return the peak resident memory of this program in bytes.

    Linux: VmHWM, not ru_maxrss, which a new program inherits from the process that started it. Elsewhere
    ru_maxrss, in bytes on macOS and in KiB otherwise.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next(
            int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if "VmHWM" in line
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def several(spec: Mapping[str, Any]) -> Result:
    """Run several untimed tasks one after the other, so that the framework is imported once."""
    return {"results": [_TASKS[one["task"]](one) for one in spec["specs"]]}


_TASKS: Mapping[str, Callable[[Mapping[str, Any]], Result]] = {
    "describe": describe,
    "start": start,
    "probe": probe,
    "train": measure,
    "infer": measure,
    "memory": memory,
    "equivalence": equivalence,
    "overhead": overhead,
    "parallel": parallel,
    "rank": rank,
    "ceiling": ceiling,
    "several": several,
}


def _adapter(spec: Mapping[str, Any]) -> Any:
    importlib.import_module(spec["module"])
    return importlib.import_module(f"benchmarks.frameworks.{spec['framework']}")


def _prepare(spec: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    from benchmarks import precision
    from benchmarks.workload import load_workload

    adapter = _adapter(spec)
    settings = dict(adapter.set_up(spec))
    wanted, found = precision.ROOF[precision.of(spec)], settings["precision"]
    if found != wanted:
        raise RuntimeError(f"declared is {wanted}, but a product on this device shows {found}")
    return adapter, load_workload(Path(spec["folder"]), tokens=spec.get("tokens")), settings


def _stepper(adapter: Any, workload: Any, spec: Mapping[str, Any]) -> Any:
    """Return the step to time: the adapter's, or the program's own where no model takes part."""
    program = workload.program(spec["framework"])
    if hasattr(program, "stepper"):
        return program.stepper(workload, spec)
    return adapter.stepper(workload, program, spec)


def _program(spec: Mapping[str, Any]) -> Any:
    from benchmarks.workload import load_module

    return load_module(Path(spec["folder"]) / f"{spec['framework']}.py")


def _die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies: a killed runner leaves no worker behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # the result is on the disk; to unload a framework in good order takes half a second
