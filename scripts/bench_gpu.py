"""Measure on the GPU of this machine: one environment per framework, then `--suite gpu`.

Without an NVIDIA driver nothing is downloaded; the suite still runs and records every cell as not run or
unsupported, with the reason. Processor numbers never stand in for a GPU's. An environment that cannot be
built costs its framework only: its lines say that it is not installed there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".venv-gpu"
REQUIREMENTS = ROOT / "benchmarks" / "frameworks" / "gpu.toml"
DOWNLOAD = "about 9 GB in all"


def main() -> int:
    """Build what is missing, measure, and return the suite's exit status."""
    pythons = []
    if shutil.which("nvidia-smi"):
        print(f"Building one environment per framework in {ENVIRONMENTS.name} ({DOWNLOAD}) …", flush=True)
        for name, wanted in tomllib.loads(REQUIREMENTS.read_text(encoding="utf-8")).items():
            pythons += ["--python", f"{name}={environment(name, wanted['requirements'])}"]
    else:
        print("No NVIDIA driver here: every cell is recorded as not run, with the reason.", flush=True)
    command = [sys.executable, "-m", "cli", "bench", "--suite", "gpu", "--device", "gpu", *pythons]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def environment(name: str, requirements: list[str]) -> Path:
    """The interpreter of a framework's environment, made when it is not there; its package may be missing."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENTS / name)], check=True)
    done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=False)
    if done.returncode:
        print(f"{name} could not be installed (above); it is recorded as not run.", flush=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
