"""What the numbers were measured on. No host name, no user, no path.

`fingerprint()` is small and stable between runs of the same machine; `identity()` hashes it, so that
results of different machines are never compared by accident.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ISA = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve")


def fingerprint() -> dict[str, object]:
    """Return model, vendor, cores, memory (bytes), kernel, virtualisation and GPUs of this machine."""
    cpu = _cpu_info()
    flags = cpu.get("flags", cpu.get("Features", "")).split()
    return {
        "cpu_model": cpu.get("model name", platform.processor() or platform.machine()),
        "cpu_vendor": cpu.get("vendor_id", "unknown"),
        "cpu_family": f"{cpu.get('cpu family', '?')}/{cpu.get('model', '?')}",
        "isa": [name for name in _ISA if name in flags],
        "architecture": platform.machine(),
        "cores": physical_cores(),
        "threads": len(usable_cpus()),
        "memory_bytes": _memory_bytes(),
        "system": platform.system(),
        "kernel": platform.release(),
        "virtualisation": ("virtual machine" if "hypervisor" in flags else "none seen")
        if flags
        else "unknown",
        "gpus": gpus(),
    }


def identity(machine: Mapping[str, object]) -> str:
    """Return twelve hex digits that are the same for the same machine."""
    return hashlib.sha256(json.dumps(machine, sort_keys=True).encode()).hexdigest()[:12]


def usable_cpus() -> list[int]:
    """Return the CPUs that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def physical_cores() -> int:
    """Return the number of physical cores among the usable CPUs (one thread each is the fair setting)."""
    cores = set()
    for cpu in usable_cpus():
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
        try:
            package = (topology / "physical_package_id").read_text().strip()
            cores.add((package, (topology / "core_id").read_text().strip()))
        except OSError:
            cores.add(("", str(cpu)))
    return len(cores)


def _cpu_info() -> dict[str, str]:
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0]
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def gpus() -> list[dict[str, str]]:
    """Return the NVIDIA GPUs that the driver's tool lists; an empty list where there is no such tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    fields = ("name", "memory.total", "driver_version")
    command = [tool, f"--query-gpu={','.join(fields)}", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [
        dict(zip(fields, map(str.strip, row.split(",")), strict=False)) for row in answer.splitlines() if row
    ]
