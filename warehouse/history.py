"""Past weeks, kept beside the releases: a page of time must not work out hundreds of scores while one waits.

    history/<comparison>.<dimension>.jsonl              the release it belongs to, then a line per week
    history/<comparison>.<one>,<two>.<dimension>.jsonl  the same of a pair that is not the comparison's first

A line is a key and a score.

Of a week nothing is used but what was observed by its end, so its score stays the same from release to
release. Its key is a hash of all that it rests on: the facts dated up to then, the definitions and this code.
Only weeks whose key is new are worked out. The files are a cache that may be deleted, no part of a release:
`fill` writes them after one is in place.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import catalog as catalogs
from evidence.errors import InputError
from evidence.types import Catalog, Comparison, Score
from warehouse import _files, _sql, _tables
from warehouse._sql import Row
from warehouse.evaluate import Recall

if TYPE_CHECKING:
    from warehouse.read import Warehouse

FIRST = date(2020, 1, 5)
"""The first Sunday of 2020: weeks end with it."""

_STRIDES = (52, 13, 4, 1)
_CODE = (
    *sorted(Path(catalogs.__file__).parent.glob("*.py")),
    *(Path(__file__).with_name(name) for name in ("evaluate.py", "_growth.py", "history.py")),
)


@dataclass(frozen=True)
class Filled:
    """How many weeks were worked out, and how many are still lacking."""

    made: int
    lacking: int


def sundays(newest: date) -> tuple[date, ...]:
    """Return the last days of the weeks since 2020 that ended before `newest`."""
    return tuple(FIRST + timedelta(weeks=week) for week in range(max(0, -((FIRST - newest).days // 7))))


def kept(home: Path, release: str, asked: str, dimension: str) -> tuple[Score, ...]:
    """Return the weeks that are worked out for a release, in order of day; `asked` as in `Warehouse.pairs`.

    They hold what a time line needs: contributions without the hashes of the bytes, no robustness.
    """
    lines = _lines(_file(home, asked, dimension), release)
    return tuple(sorted((_tables.score_from_json(body) for _, body in lines), key=lambda score: score.as_of))


class Facts:
    """A digest of what a set of metrics says up to a day, from the rows of `statements/facts_by_week`."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Chain the prints of each metric, so that the digest of a week stands for all weeks up to it."""
        self._mondays: dict[str, list[date]] = {}
        self._digests: dict[str, list[str]] = {}
        for row in rows:
            chain = self._digests.setdefault(row["metric"], [""])
            chain.append(_digest(f"{chain[-1]} {row['monday']} {row['print']}"))
            self._mondays.setdefault(row["metric"], []).append(row["monday"])

    def digest(self, metrics: Iterable[str], day: date) -> str:
        """Return the same for two Sundays only if the metrics say the same up to both."""
        return _digest(" ".join(self._of(metric, day) for metric in sorted(set(metrics))))

    def _of(self, metric: str, day: date) -> str:
        known = bisect_right(self._mondays.get(metric, []), day)
        return self._digests[metric][known] if known else ""


def keys(facts: Facts, catalog: Catalog, comparison: Comparison, newest: date) -> dict[str, dict[date, str]]:
    """Return the key of every week, by dimension."""
    found = {}
    for dimension in comparison.dimensions:
        choices = _choices(catalog, comparison, dimension)
        needs = [need for item in catalog.indicators if item.dimension == dimension for need in item.needs]
        found[dimension] = {
            day: _digest(f"{choices} {day} {facts.digest(needs, day)}") for day in sundays(newest)
        }
    return found


def chosen(warehouse: Warehouse, comparison: str = "", pair: str = "") -> tuple[str, ...]:
    """Return the pairs to work out, as `Warehouse.pairs` names them: without further words all of all.

    `pair` is two frameworks in any order, such as "one,two"; alone it is of the first comparison. Raises
    InputError for what is unknown.
    """
    if not comparison and not pair:
        return tuple(asked for name in warehouse.comparisons() for asked in warehouse.pairs(name))
    name = comparison or warehouse.default_comparison
    known = {frozenset(warehouse.comparison(asked).frameworks[:2]): asked for asked in warehouse.pairs(name)}
    if not pair:
        return tuple(known.values())
    found = known.get(frozenset(pair.split(",")))
    if found is None:
        every = "; ".join(",".join(warehouse.comparison(asked).frameworks[:2]) for asked in known.values())
        raise InputError(f"no pair {pair!r} in {name}. Known: {every}")
    return (found,)


def fill(
    warehouse: Warehouse,
    pairs: Sequence[str] | None = None,
    *,
    seconds: float = math.inf,
    advance: Callable[[], None] = lambda: None,
) -> Filled:
    """Work out the weeks that are lacking, of some pairs or of all, for at most so many seconds.

    The first pair of each comparison comes before the others. Of each, ends of years come first, then of
    quarters and months: whenever it stops, what there is spans all years. `advance` is called after each
    week. The caller holds the run lock.
    """
    end = time.monotonic() + seconds
    facts = warehouse.facts()
    recall = Recall(lambda indicator, day: facts.digest(indicator.needs, day))
    wanted = sorted(_wanted(warehouse, facts, pairs), key=lambda week: week.order)
    made = 0
    for week in wanted:
        if time.monotonic() > end:
            break
        (score,) = warehouse.history(week.asked, week.dimension, [week.day], recall=recall)
        line = json.dumps({"key": week.key, "score": _tables.score_to_json(_slim(score))})
        with week.file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        made += 1
        advance()
    return Filled(made, len(wanted) - made)


def lacking(warehouse: Warehouse, pairs: Sequence[str] | None = None) -> int:
    """Return how many weeks have to be worked out; files of other releases are brought to this one."""
    return sum(1 for _ in _wanted(warehouse, warehouse.facts(), pairs))


@dataclass(frozen=True)
class _Week:
    """A week to be worked out."""

    asked: str
    dimension: str
    day: date
    key: str
    file: Path
    order: tuple[int, int, int]


def _wanted(warehouse: Warehouse, facts: Facts, pairs: Sequence[str] | None) -> Iterator[_Week]:
    newest = date.fromisoformat(warehouse.meta()["as_of"])
    for asked in chosen(warehouse) if pairs is None else pairs:
        comparison = warehouse.comparison(asked)
        turn = warehouse.pairs(comparison.id).index(asked)
        for dimension, known in keys(facts, warehouse.catalog(), comparison, newest).items():
            file = _file(warehouse.home, asked, dimension)
            have = _carry_over(file, warehouse.release, known)
            for age, (day, key) in enumerate(reversed(known.items())):
                if key not in have:
                    rank = next(place for place, stride in enumerate(_STRIDES) if age % stride == 0)
                    yield _Week(asked, dimension, day, key, file, (turn, rank, age))


def _carry_over(file: Path, release: str, known: Mapping[date, str]) -> set[str]:
    """Keep the lines that hold for this release under its name, drop the others, and return their keys."""
    wanted = set(known.values())
    lines = dict(_lines(file, None))
    held = {key: body for key, body in lines.items() if key in wanted}
    if len(held) < len(lines) or _belongs_to(file) != release:
        text = json.dumps({"release": release}) + "\n"
        text += "".join(json.dumps({"key": key, "score": body}) + "\n" for key, body in held.items())
        with _files.explained(file.parent, "The last release stays in place."):
            _files.write(file, text.encode(), temporary=file.with_name(f".{file.name}.new"))
    return set(held)


def _lines(file: Path, release: str | None) -> Iterator[tuple[str, str]]:
    """Yield key and score of every whole line; nothing where the file belongs to another release."""
    if release is not None and _belongs_to(file) != release:
        return
    for line in _texts(file)[1:]:
        if line.endswith("}\n"):  # a kill may tear the last one
            read = json.loads(line)
            yield read["key"], read["score"]


def _belongs_to(file: Path) -> str | None:
    first = next(iter(_texts(file)), "{}")
    return str(json.loads(first).get("release")) if first.endswith("}\n") else None


def _texts(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return []


def _file(home: Path, asked: str, dimension: str) -> Path:
    return home / "history" / f"{asked.replace(':', '.')}.{dimension}.jsonl"


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:24]


def _choices(catalog: Catalog, comparison: Comparison, dimension: str) -> str:
    frameworks = [item for item in catalog.frameworks if item.id in comparison.frameworks]
    named = [(item.id, item.names) for item in frameworks]
    claims = [claim for claim in comparison.claims if claim.dimension == dimension]
    frame = catalogs.frame_hash(catalog, dimension)
    return repr((frame, comparison.id, comparison.frameworks, named, claims, catalog.breaks, _code()))


@cache
def _code() -> str:
    """A hash of the code that makes a score of facts."""
    return _digest("".join(file.read_text(encoding="utf-8") for file in _CODE) + _sql.text("macros"))


def _slim(score: Score) -> Score:
    """Without what only the page of one day shows: a tenth of the size."""
    parts = tuple(replace(part, payloads={}) for part in score.contributions)
    return replace(score, contributions=parts, context=(), missing=(), robustness=None)
