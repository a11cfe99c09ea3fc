"""Run seeded mistakes and judge the text that a user reads, by program (PROBES §3)."""

from __future__ import annotations

import contextlib
import io
import re
import traceback
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import forked
from benchmarks.outcome import scrub
from benchmarks.workload import load_module

EAGER, COMPILED = "eager", "compiled"
_MARK = re.compile(r"#\s*mistake(?:\s+(\w+))?\s*$")
_SHOWN = 160
_TIMEOUT_S = 60.0


def collect(
    spec: Mapping[str, Any], compiled: Callable[[Callable[[], object]], Callable[[], object]]
) -> dict[str, dict[str, Any]]:
    """Return, by mode and mistake, whether it raised, named the marked line, and which facts it named."""
    file = Path(spec["folder"]) / "mistakes" / f"{spec['framework']}.py"
    module, lines = load_module(file), marked_lines(file)
    found: dict[str, dict[str, Any]] = {EAGER: {}, COMPILED: {}}
    for name, rule in spec["config"]["mistakes"].items():
        function = getattr(module, name)
        for mode, attempt in ((EAGER, function), (COMPILED, compiled(function))):
            if mode == EAGER or not rule.get("eager_only", False):
                ended = forked.call(partial(_run, attempt), timeout_s=_TIMEOUT_S)
                found[mode][name] = judge(ended, file, lines[name], rule["facts"])
    return found


def marked_lines(file: Path) -> dict[str, int]:
    """Return the line of each mistake: the mark names it, or stands in the function of that name."""
    lines, function = {}, ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if start := re.match(r"def (\w+)", line):
            function = start.group(1)
        if mark := _MARK.search(line):
            lines[mark.group(1) or function] = number
    return lines


def judge(ended: Mapping[str, Any], file: Path, line: int, facts: list[str]) -> dict[str, Any]:
    """Judge the whole text of an error; a silent end, a crash and a hang name nothing."""
    text = ended.get("value")
    if text is None:
        end = (
            "nothing raised"
            if "value" in ended
            else " ".join(f"{key}: {what}" for key, what in ended.items())
        )
        return {
            "raised": False,
            "line": False,
            "facts": False,
            "passed": False,
            "message": scrub(end)[:_SHOWN],
        }
    named = bool(re.search(rf"{re.escape(file.name)}[\"']?(?:, line |:){line}\b", text))
    body = _without_frames(text)
    known = all(re.search(_pattern(fact), body) for fact in facts)
    heads = [part for part in text.strip().splitlines() if re.match(r"^[\w.]+(Error|Exception)\b", part)]
    message = scrub(heads[-1] if heads else text.strip().splitlines()[-1])[:_SHOWN]
    return {"raised": True, "line": named, "facts": known, "passed": named and known, "message": message}


def _pattern(fact: str) -> str:
    """Return a fact's pattern: a number between non-digits (`37x53` names both), a word as a whole word."""
    before, after = (r"(?<![\d.])", r"(?!\d)") if fact[0].isdigit() else (r"(?<!\w)", r"(?!\w)")
    return f"{before}(?:{'|'.join(re.escape(part) for part in fact.split('|'))}){after}"


def _without_frames(text: str) -> str:
    """Drop the frames and their source lines: a fact must be said, not merely stand in the quoted program."""
    kept, skip = [], False
    for line in text.splitlines():
        if re.match(r'^\s*File ".*", line \d+', line):
            skip = True
            continue
        if skip:
            skip = bool(re.match(r"^\s*[~^]+\s*$", line))
            if not skip and not line.startswith("    "):
                kept.append(line)
            continue
        if not re.match(r"^\s*[~^]+\s*$", line):
            kept.append(line)
    return "\n".join(kept)


def _run(function: Callable[[], object]) -> str | None:
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            function()
        except Exception:  # noqa: BLE001 - whatever the mistake raises is what is looked at
            return traceback.format_exc()
    return None
