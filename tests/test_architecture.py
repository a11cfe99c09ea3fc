"""Who may import whom, and where each big library may live. One table says it; files are read, not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "evidence": set(),
    "collectors": {"evidence"},
    "benchmarks": {"evidence"},
    "warehouse": {"evidence"},
    "flows": {"evidence", "collectors", "benchmarks", "warehouse"},
    "dashboard": {"evidence", "warehouse"},
    "terminal": {"evidence", "flows"},
    "cli": {"evidence", "flows", "warehouse", "dashboard", "terminal"},
    "app": {"dashboard"},
}
HOMES = {
    "duckdb": ("warehouse/",),
    "prefect": ("flows/",),
    "requests": ("collectors/_http.py",),
    "urllib3": ("collectors/_http.py",),
    "streamlit": ("app.py", "dashboard/"),
    "altair": ("dashboard/",),
    "torch": ("benchmarks/",),
    "tensorflow": ("benchmarks/",),
    "keras": ("benchmarks/",),
    "jax": ("benchmarks/",),
    "griffe": ("benchmarks/",),
    "typer": ("cli.py",),
}
NAMES = re.compile(r"(?<![a-z])(py)?torch(?!vision_)|tensorflow|keras|\bjax\b|paddle", re.IGNORECASE)
REGISTRIES = re.compile(
    "|".join(
        (
            r"py" r"pi\.org",
            r"python" r"hosted\.org",
            r"npm" r"js\.(com|org)",
            r"deb" r"ian\.org",
            r"yarn" r"pkg\.com",
        )
    )
)


def sources() -> list[Path]:
    """Every Python file of the project outside tests and scripts."""
    rooms = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return rooms + [ROOT / f"{room}.py" for room in ROOMS if (ROOT / f"{room}.py").exists()]


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def room_of(file: Path) -> str:
    """The room a file belongs to."""
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_import_goes_in_an_allowed_direction(file: Path) -> None:
    room = room_of(file)
    for module in imports(file):
        target = module.partition(".")[0]
        if target in ROOMS and target != room:
            assert target in ROOMS[room], f"{room} must not import {module}"
        if room == "dashboard" and target == "warehouse":
            assert module == "warehouse.read", f"the dashboard reads through warehouse.read, not {module}"
        for place in HOMES.get(target, (str(file.relative_to(ROOT)),)):
            if str(file.relative_to(ROOT)).startswith(place):
                break
        else:
            pytest.fail(f"{target} has its home in {HOMES[target]}")


@pytest.mark.parametrize(
    "file",
    [file for file in sources() if room_of(file) != "benchmarks"],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_no_framework_is_named_in_code_outside_benchmarks(file: Path) -> None:
    found = [line for line in file.read_text(encoding="utf-8").splitlines() if NAMES.search(line)]
    assert not found, found


def test_no_assert_outside_tests() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sources()
        if "probes" not in file.parts and "workloads" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert not found, found


def test_no_package_registry_is_named_anywhere() -> None:
    suffixes = {
        ".py",
        ".toml",
        ".sql",
        ".md",
        ".csv",
        ".json",
        ".jsonl",
        ".txt",
        ".css",
        ".graphql",
        ".tsv",
        "",
    }
    skipped = {
        ".git",
        ".venv",
        ".contracts",
        "data",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        "__pycache__",
    }
    found = [
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*")
        if file.is_file()
        and file.suffix in suffixes
        and not skipped & set(file.relative_to(ROOT).parts)
        and REGISTRIES.search(file.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not found, found
