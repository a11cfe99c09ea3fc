"""How the GPU was while a cell ran: clocks, temperature, power, why it was held back, and who else used it.

Read through the driver's library where its Python binding is installed, otherwise through its command line.
The settings of a GPU are never changed.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_PERIOD_S = 0.5
_REASONS = {
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x20: "thermal slowdown by software",
    0x40: "thermal slowdown by hardware",
    0x80: "power brake",
}
"""Bits of `nvmlDeviceGetCurrentClocksThrottleReasons` that hold a busy GPU back (NVML API reference)."""
_DISTURBING = set(_REASONS.values()) - {"power cap"}
"""Large products reach the power cap on a healthy GPU: it is noted, but disturbs nobody's pair."""
_FIELDS = {
    "sm_mhz": "clocks.sm",
    "memory_mhz": "clocks.mem",
    "temperature_c": "temperature.gpu",
    "power_w": "power.draw",
}
Reading = dict[str, Any]


@contextmanager
def watched(device: str) -> Iterator[dict[str, Any]]:
    """Yield a dict that holds, after the block, how the GPU was; it stays empty on another device.

    `sm_mhz` and the others are [smallest, largest] of all readings, `held_back` is why clocks were lowered,
    `foreign_processes` counts who computed on the GPU before the block. What cannot be seen is in `unseen`.
    """
    report: dict[str, Any] = {}
    if device != "gpu":
        yield report
        return
    read, unseen = _reader()
    readings = [first] if (first := read()) else []
    foreign = first.pop("processes", None) if first else None
    stop = threading.Event()
    sampler = threading.Thread(target=_sample, args=(read, readings, stop), daemon=True)
    if not unseen:
        sampler.start()
    try:
        yield report
    finally:
        stop.set()
        if sampler.ident:
            sampler.join()
        readings += [last] if (last := read()) else []
        report |= _summary(readings) | {"foreign_processes": foreign, "unseen": unseen or _missing(readings)}


def judge(report: Mapping[str, Any]) -> list[str]:
    """Return why a cell counts as noisy; an empty list when it does not, and for a cell on another device."""
    reasons = [f"the GPU was held back: {why}" for why in report.get("held_back", ()) if why in _DISTURBING]
    if report.get("foreign_processes"):
        reasons.append(f"{report['foreign_processes']} other process(es) computed on the GPU")
    return reasons


def _summary(readings: list[Reading]) -> dict[str, Any]:
    names = sorted({name for one in readings for name in one} & _FIELDS.keys())
    ranges = {name: [one[name] for one in readings if one.get(name) is not None] for name in names}
    held = {why for one in readings for why in one.get("held_back", ())}
    return {name: [min(found), max(found)] for name, found in ranges.items() if found} | {
        "held_back": sorted(held),
        "readings": len(readings),
    }


def _missing(readings: list[Reading]) -> str:
    return "" if readings else "the driver gave no reading"


def _sample(read: Callable[[], Reading | None], readings: list[Reading], stop: threading.Event) -> None:
    while not stop.wait(_PERIOD_S):
        if one := read():
            readings.append(one)


def _reader() -> tuple[Callable[[], Reading | None], str]:
    """Return how to read the state, and what this way cannot see."""
    try:
        import pynvml  # noqa: PLC0415 - optional; comes with nvidia-ml-py

        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(0)
    except ImportError:
        return _by_command, "the time between start and end: nvidia-ml-py is not installed"
    except pynvml.NVMLError as error:
        return _by_command, f"the time between start and end: {error}"
    return lambda: _by_library(pynvml, handle), ""


def _by_library(nvml: Any, handle: Any) -> Reading | None:
    try:
        return {
            "sm_mhz": nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM),
            "memory_mhz": nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_MEM),
            "temperature_c": nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU),
            "power_w": nvml.nvmlDeviceGetPowerUsage(handle) / 1000,
            "held_back": _named(nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle)),
            "processes": len(nvml.nvmlDeviceGetComputeRunningProcesses(handle)),
        }
    except nvml.NVMLError:
        return None


def _by_command() -> Reading | None:
    fields = ",".join([*_FIELDS.values(), "clocks_throttle_reasons.active"])
    answer = _ask(f"--query-gpu={fields}")
    if not answer:
        return None
    *numbers, reasons = answer.splitlines()[0].split(", ")
    found: Reading = {name: _number(text) for name, text in zip(_FIELDS, numbers, strict=False)}
    found["held_back"] = _named(int(reasons, 16)) if reasons.startswith("0x") else []
    processes = _ask("--query-compute-apps=pid")
    return found | {"processes": None if processes is None else len(processes.splitlines())}


def _ask(query: str) -> str | None:
    """Return the answer of the driver's tool, or None where there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    command = [tool, "--id=0", query, "--format=csv,noheader,nounits"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _named(bits: int) -> list[str]:
    return [name for bit, name in _REASONS.items() if bits & bit]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
