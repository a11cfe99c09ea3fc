"""Build operations written in C++ with one call of the compiler, as both sides' guides show."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.outcome import Unsupported, scrub

_COMPILERS = ("g++", "c++", "clang++")
_MAC = ("-undefined", "dynamic_lookup")
"""What the linker of macOS must be told where the framework brings the symbols at run time."""
_TIMEOUT_S = 300.0
_SHOWN = 300


def build(source: Path, flags: Sequence[str]) -> dict[str, Any]:
    """Return `library` (its path), `build_s` (processor time of the compiler), `compiler`, `library_bytes`.

    `flags` are those that the framework tells: includes, language standard, libraries. Raises Unsupported
    where there is no C++ compiler, RuntimeError with its first error where it refuses the source.
    """
    compiler = _compiler()
    library = Path(tempfile.mkdtemp()) / f"{source.stem}.so"
    command = [compiler, "-shared", "-fPIC", "-O2", str(source), "-o", str(library), *flags]
    before = _children_s()
    done = subprocess.run(
        [*command, *(_MAC if sys.platform == "darwin" else ())],
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
        raise RuntimeError(f"the compiler refused {source.name}: {scrub(said)[:_SHOWN]}")
    return {
        "library": str(library),
        "build_s": round(_children_s() - before, 3),
        "compiler": _version(compiler),
        "library_bytes": library.stat().st_size,
    }


def _compiler() -> str:
    for name in (os.environ.get("CXX", ""), *_COMPILERS):
        if found := shutil.which(name):
            return found
    raise Unsupported(f"an operation in C++ needs a compiler: none of {', '.join(_COMPILERS)} was found")


def _version(compiler: str) -> str:
    told = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.split("\n", 1)[0].strip()


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
