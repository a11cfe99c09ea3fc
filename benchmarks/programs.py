"""Programs that are compared by their size: their inputs, their outputs, their tokens and names.

Tokens are those of `ast.unparse`, so that layout, comments and formatter do not count; names are the
dotted names that reach a framework through an import, attributes that the file does not define itself,
and keyword arguments.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.arrays import Array, relative_error
from benchmarks.workload import load_module

CellKey = tuple[str, str]
_LAYOUT = {
    tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL,
    tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


@dataclass(frozen=True)
class Data:
    """The arrays that every version of a program gets."""

    x: Array
    y: Array


def collect(
    spec: Mapping[str, Any], run: Callable[[ModuleType, Mapping[str, Any], Data], Array]
) -> dict[str, Any]:
    """Run every program of one framework; return its outputs by `program/level`, or the error it raised."""
    root = Path(spec["folder"]) / "programs"
    found: dict[str, dict[str, Any]] = {}
    for name, program in spec["config"]["programs"].items():
        for level, file in files(root, spec["framework"], name):
            try:
                outputs = run(load_module(file), program, draw(program))
                found[f"{name}/{level}"] = {"outputs": np.asarray(outputs, np.float64).ravel().tolist()}
            except Exception as error:  # noqa: BLE001 - a program of the corpus may fail in any way; that is its result
                found[f"{name}/{level}"] = {"error": f"{type(error).__name__}: {error}"[:200]}
    return found


def draw(program: Mapping[str, Any]) -> Data:
    """Return the program's inputs: normal numbers, or ids where the program declares how many there are."""
    rng = np.random.default_rng(11)
    shape = tuple(program["input"])
    x = (
        rng.integers(0, program["ids"], shape)
        if "ids" in program
        else rng.standard_normal(shape, dtype=np.float32)
    )
    return Data(x, rng.integers(0, program.get("classes", 2), shape[0]))


def summary(batches: Iterable[tuple[Array, Array]]) -> Array:
    """Return what does not depend on the order of samples: sums by class, and the number of batches."""
    pairs = list(batches)
    x, y = (np.concatenate(part) for part in zip(*pairs, strict=True))
    sums = [x[y == label].astype(np.float64).sum(0) for label in np.unique(y)]
    return np.concatenate([*sums, [len(pairs)]])


def files(root: Path, framework: str, program: str | None = None) -> Iterator[tuple[str, Path]]:
    """Yield (level, file) of one program, or (program/level, file) of all."""
    for file in sorted(root.glob(f"{program or '*'}/{framework}_*.py")):
        level = file.stem.removeprefix(f"{framework}_")
        yield (level if program else f"{file.parent.name}/{level}"), file


def sizes(root: Path, framework: str) -> dict[CellKey, dict[str, int]]:
    """Return tokens and distinct names of every program of one framework, by (program, level)."""
    found = {}
    for key, file in files(root, framework):
        program, level = key.split("/")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found[program, level] = {"tokens": count_tokens(tree), "names": len(names(tree))}
    return found


def common(sizes_by_framework: Mapping[str, Mapping[CellKey, Any]]) -> list[CellKey]:
    """Return the cells that every framework offers."""
    return sorted(set.intersection(*(set(found) for found in sizes_by_framework.values())))


def disagreements(programs: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]]) -> dict[CellKey, str]:
    """Return the cells that failed, or whose outputs differ from the first framework's, with the reason."""
    reference: dict[str, Array] = {}
    refused: dict[CellKey, str] = {}
    for framework, found in facts.items():
        for key, result in found.items():
            program, level = key.split("/")
            if "error" in result:
                refused[program, level] = f"{framework} failed: {result['error']}"
                continue
            outputs = np.asarray(result["outputs"])
            error = relative_error(outputs, reference.setdefault(program, outputs))
            if error > programs[program]["tolerance"]:
                refused[program, level] = f"outputs of {framework} differ by {error:.1e}"
    return refused


def count_tokens(tree: ast.Module) -> int:
    """Return the number of tokens of the normalised text, docstrings left out."""
    text = ast.unparse(_without_docstrings(tree))
    return sum(token.type not in _LAYOUT for token in tokenize.generate_tokens(io.StringIO(text).readline))


def names(tree: ast.Module) -> set[str]:
    """Return the distinct names of others that the program uses."""
    imported = _imports(tree)
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    visitor = _Names(imported, own)
    visitor.visit(tree)
    return visitor.found


class _Names(ast.NodeVisitor):
    """Collects the longest dotted name of every chain, foreign attributes and keywords."""

    def __init__(self, imported: Mapping[str, str], own: set[str]) -> None:
        self.imported, self.own, self.found = imported, own, set[str]()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        parts, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in self.imported:
            self.found.add(".".join([self.imported[inner.id], *reversed(parts)]))
            return
        if node.attr not in self.own:
            self.found.add(f".{node.attr}")
        self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.imported:
            self.found.add(self.imported[node.id])

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg and node.arg not in self.own:
            self.found.add(f"{node.arg}=")
        self.visit(node.value)


def _imports(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree
