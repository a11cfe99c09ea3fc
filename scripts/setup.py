"""Make `.venv` from nothing: `python3 scripts/setup.py EXTRA...` (standard library only).

uv is used when present, else pip. Without an NVIDIA driver a CPU build of torch is preferred: a wheel
that pip's find-links already knows, else torch's own CPU index if it answers. A stamp makes the second
call return at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "touchstone.json"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Sizes of the wheels on Linux x86-64, read 2026-11-23; they are said before such a download begins.
CUDA_DOWNLOAD = "about 2.5 GB (torch with its CUDA libraries)"
USUAL_DOWNLOAD = "about 0.7 GB (most of it the two frameworks)"


def main(extras: list[str]) -> int:
    """Install the project with `extras`; return a process exit status."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Touchstone needs Python 3.11, 3.12 or 3.13; this is {found}. "
            "Name another: make run PYTHON=python3.12",
            file=sys.stderr,
        )
        return 1
    wanted = wish(extras)
    if stamped(wanted):
        return 0
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        print("Setting up .venv …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    try:
        install(wanted["extras"])
    except subprocess.CalledProcessError as error:
        print(
            f"Setting up failed (see above); nothing else was done. Status {error.returncode}.",
            file=sys.stderr,
        )
        return 1
    STAMP.write_text(json.dumps(wanted))
    return 0


def wish(extras: list[str]) -> dict[str, list[str] | str]:
    """What the environment must hold: the extras asked for and those it already has, and from which files."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + (ROOT / "constraints.txt").read_bytes())
    before = json.loads(STAMP.read_text())["extras"] if STAMP.exists() else []
    return {"extras": sorted({*extras, *before}), "files": digest.hexdigest()}


def stamped(wanted: dict[str, list[str] | str]) -> bool:
    """Whether the environment already is as wanted."""
    return STAMP.exists() and json.loads(STAMP.read_text()) == wanted


def install(extras: list[str] | str) -> None:
    """Install the project, editable, into the environment."""
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    command = [
        *installer(),
        "-c",
        str(ROOT / "constraints.txt"),
        *torch_options("bench" in extras),
        "-e",
        target,
    ]
    subprocess.run(command, check=True, cwd=ROOT)


def installer() -> list[str]:
    """The install command: uv where it is on the PATH, else the environment's own pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(BIN / "python")]
    return [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def torch_options(wants_torch: bool) -> list[str]:
    """Options that find the smallest torch build which suits this machine; says what will be downloaded."""
    if not wants_torch:
        return []
    if shutil.which("nvidia-smi"):
        print(f"An NVIDIA driver is here: taking the CUDA build, {CUDA_DOWNLOAD}.", flush=True)
        return []
    folder = folder_with_cpu_wheel()
    if folder:
        print(
            f"No NVIDIA driver: taking the CPU build of torch from pip's find-links; {USUAL_DOWNLOAD}.",
            flush=True,
        )
        return ["--find-links", folder]
    if sys.platform != "linux":
        print(f"Downloading {USUAL_DOWNLOAD}.", flush=True)  # other systems' wheels are CPU builds anyway
        return []
    if answers(TORCH_CPU_INDEX + "/torch/"):
        print(
            f"No NVIDIA driver: taking the CPU build of torch from its own index; {USUAL_DOWNLOAD}.",
            flush=True,
        )
        strategy = ["--index-strategy", "unsafe-best-match"] if shutil.which("uv") else []
        return ["--extra-index-url", TORCH_CPU_INDEX, *strategy]
    print(f"No CPU build of torch can be reached: downloading {CUDA_DOWNLOAD}. Ctrl-C stops it.", flush=True)
    return []


def folder_with_cpu_wheel() -> str | None:
    """A folder of pip's find-links that holds the CPU wheel of the pinned torch release."""
    release = pinned("torch")
    listed = subprocess.run(
        [str(BIN / "python"), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        if not key.endswith("find-links"):
            continue
        for place in value.strip("'\"").replace("\\n", " ").split():
            if any(Path(place).glob(f"torch-{release}+cpu-*.whl")):
                return place
    return None


def pinned(name: str) -> str:
    """The version that pyproject.toml pins for a package of the bench extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [line for line in project["optional-dependencies"]["bench"] if line.startswith(f"{name}==")]
    return found[0].removeprefix(f"{name}==").partition(";")[0].strip()


def answers(url: str) -> bool:
    """Whether a server answers within five seconds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (a fixed https address)
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
