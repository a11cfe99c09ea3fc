"""Measure on the GPU of this machine: one environment per framework, then `--suite gpu`.

Without an NVIDIA driver nothing is downloaded; the suite still runs and records every cell as not run or
unsupported, with the reason. Processor numbers never stand in for a GPU's.
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
DOWNLOAD = "about 6 GB in all"


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
    """The interpreter of a framework's environment, made when it is not there."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENTS / name)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
