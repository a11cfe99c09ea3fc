"""Read the published database: tables as data frames, scores as objects, bytes as bytes. Never writes.

One `Warehouse` may serve many threads. A release never changes, so whatever is read may be cached by
`release`; `Warehouse.newest` tells cheaply whether a newer one was published.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pandas as pd

from evidence import catalog as catalogs
from evidence.errors import ArchiveError, InputError
from evidence.overlay import WeightOverlay
from evidence.ranking import Recommendation, recommend_prepared
from evidence.score import PreparedComparison, score_prepared
from evidence.types import Catalog, Comparison, Reading, Sample, Score
from warehouse import _sql, _tables, evaluate
from warehouse._sql import Row
from warehouse.archive import Archive
from warehouse.build import FORMAT
from warehouse.history import Facts, kept
from warehouse.publish import current, release_path

_PREPARED = 6  # comparisons kept ready to be weighed; one holds a few megabytes of draws
_STATEMENTS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
_LOGGING = re.compile(r"enable_logging", re.IGNORECASE)  # logging to a file takes the process down


class NothingPublished(InputError):
    """There is no database yet."""


class Warehouse:
    """One published release."""

    def __init__(self, path: Path, home: Path) -> None:
        """Open a file; `Warehouse.open` finds it. `home` is where the archive is looked for."""
        self.path, self.home = path, home
        self._con = _sql.open_for_reading(path)
        self._lock = threading.Lock()
        self._meta = self._checked_meta()
        self._catalog = catalogs.from_json(self._meta["catalog"])
        self._prepared = lru_cache(maxsize=_PREPARED)(self._prepare)

    @classmethod
    def open(cls, path: Path) -> Warehouse:
        """Open the release published in a home folder, or a database file.

        Raises NothingPublished when there is none, InputError for a file that is damaged, locked by a
        writer or published by another version.
        """
        if path.is_file():
            return cls(path, _home_of(path))
        for _ in range(3):  # a publication may delete the release between our two looks
            file = release_path(path, _published(path))
            if file.is_file():
                return cls(file, path)
        raise InputError(f"{file}: the published release is gone. Publish again: touchstone publish")

    @staticmethod
    def newest(path: Path) -> str:
        """Return the release now published in a home folder, to notice a newer one.

        Raises NothingPublished when there is none.
        """
        return _published(path)

    def close(self) -> None:
        """Let the file go."""
        self._con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def release(self) -> str:
        """Id of the release; empty for a file that was built and never published."""
        return self._meta.get("release", "")

    @property
    def default_comparison(self) -> str:
        """Id of the catalog's first comparison."""
        return self.catalog().comparisons[0].id

    def meta(self) -> dict[str, str]:
        """Return what the file says of itself: format, release, built_at, as_of, frame, ..."""
        return dict(self._meta)

    def catalog(self) -> Catalog:
        """Return the catalog that made the release."""
        return self._catalog

    def comparisons(self) -> tuple[str, ...]:
        """Return the ids of the comparisons, in the catalog's order."""
        return tuple(comparison.id for comparison in self.catalog().comparisons)

    def comparison(self, name: str) -> Comparison:
        """Return a comparison by id; `all:one,two` is `all` with `one` and `two` as its first frameworks.

        Raises InputError for an unknown comparison and for what is no pair of it.
        """
        known = {comparison.id: comparison for comparison in self.catalog().comparisons}
        plain, _, pair = name.partition(":")
        _must_be_known(plain, known, "comparison")
        return _led_by(known[plain], pair.split(",")) if pair else known[plain]

    def pairs(self, comparison: str) -> tuple[str, ...]:
        """Return how to ask for each pair of a comparison: `all` for its first two, then `all:one,three`."""
        others = list(combinations(self.comparison(comparison).frameworks, 2))[1:]
        return (comparison, *(f"{comparison}:{','.join(pair)}" for pair in others))

    def scores(
        self,
        comparison: str | None = None,
        *,
        as_of: date | None = None,
        known_by: date | datetime | None = None,
        weights: WeightOverlay | None = None,
    ) -> tuple[Score, ...]:
        """Return one score per dimension of a comparison (of all comparisons without), in its order.

        Without further arguments those that were published; else they are computed now, on the way that
        the build took, and the same question always gives the same bits. `known_by` a day means its end.

        Everywhere `all:one,two` names the comparison `all` with the contrast of `one` and `two` instead of
        that of its first two frameworks; it is always computed now.
        """
        chosen = self.comparisons() if comparison is None else (comparison,)
        if as_of is None and known_by is None and weights is None and ":" not in "".join(chosen):
            return tuple(score for name in chosen for score in self._published_scores(name))
        return tuple(
            score
            for name in chosen
            for score in score_prepared(self.prepared(name, as_of=as_of, known_by=known_by), weights)
        )

    def prepared(
        self, comparison: str, *, as_of: date | None = None, known_by: date | datetime | None = None
    ) -> PreparedComparison:
        """Return a comparison ready to be scored under any weights; the last few are kept."""
        day = as_of or date.fromisoformat(self._meta["as_of"])
        moment = evaluate.Moment(day, None if known_by is None else _end(known_by))
        with self._lock:
            return self._prepared(comparison, moment)

    def recommendation(
        self,
        comparison: str,
        need: Mapping[str, float],
        *,
        as_of: date | None = None,
        weights: WeightOverlay | None = None,
    ) -> Recommendation | None:
        """Return the index for a need (weight by dimension); None where nothing it asks for is measured."""
        return recommend_prepared(self.prepared(comparison, as_of=as_of), need, weights)

    def history(
        self,
        comparison: str,
        dimension: str,
        days: Iterable[date],
        *,
        recall: evaluate.Recall | None = None,
        advance: Callable[[], None] = lambda: None,
    ) -> tuple[Score, ...]:
        """Return one dimension's score as of each day, from what had been observed by then.

        `recall` keeps answers between days; `advance` is called after each. Nothing else is computed, so a
        day costs a fraction of `scores`, and the result is the same, bit for bit.
        """
        chosen = replace(self.comparison(comparison), dimensions=(dimension,))
        found: list[Score] = []
        with self._asking() as con:
            for day in days:
                moment = evaluate.Moment(day)
                known = evaluate.readings(con, self.catalog(), chosen, moment, recall=recall)
                found += score_prepared(evaluate.prepared(con, self.catalog(), chosen, moment, known))
                advance()
        return tuple(found)

    def weekly(self, comparison: str, dimension: str) -> tuple[Score, ...]:
        """Return the past weeks that are worked out for this release, in order (see `warehouse.history`)."""
        _must_be_known(dimension, self.comparison(comparison).dimensions, "dimension")
        return kept(self.home, self.release, comparison, dimension)

    def facts(self) -> Facts:
        """Return a digest of all facts by metric and week, which tells whether a past week has changed."""
        with self._asking() as con:
            return Facts(_sql.rows(con, "statements/facts_by_week"))

    def sql(self, query: str) -> pd.DataFrame:
        """Return what a query finds. Nothing can be written, and no file of this machine read.

        Raises InputError with DuckDB's message for anything that is no single readable SELECT.
        """
        with self._asking() as con:
            statements = con.extract_statements(query)
            if len(statements) != 1:
                raise InputError(f"one statement at a time, please; this is {len(statements)}")
            if statements[0].type not in _STATEMENTS or _LOGGING.search(query):
                raise InputError(
                    "only SELECT (also FROM, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN) is answered here"
                )
            return con.execute(statements[0]).df()

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table or view. Raises InputError for a name that is none."""
        with self._asking() as con:
            known = [row["name"] for row in _sql.rows(con, "statements/tables")]
            _must_be_known(name, known, "table or view")
            return con.table(name).df()

    def evidence(self, comparison: str, dimension: str) -> pd.DataFrame:
        """Return the chain from the scores of a dimension to the bytes, one row per payload."""
        chosen = self.comparison(comparison)
        _must_be_known(dimension, chosen.dimensions, "dimension")
        return self._frame("statements/evidence", comparison=chosen.id, dimension=dimension)

    def origins(self, score: Score) -> pd.DataFrame:
        """Return the bytes behind every value of a score, of context too, one row per payload.

        It serves the scores of any pair and day; `evidence` has more columns, of what was published only.
        """
        rests_on = [
            (part.indicator, framework, sha256)
            for part in (*score.contributions, *score.context)
            for framework, payloads in part.payloads.items()
            for sha256 in payloads
        ]
        columns = [list(column) for column in zip(*rests_on, strict=True)] or [[], [], []]
        names = ("indicators", "frameworks", "hashes")
        return self._frame("statements/origins", **dict(zip(names, columns, strict=True)))

    def attempts(self) -> pd.DataFrame:
        """Return the ledger, newest first (view `attempts`)."""
        return self.table("attempts")

    def freshness(self, today: date) -> pd.DataFrame:
        """Return view `freshness` with `age_days` and `stale_since` (null while fresh), as of today."""
        return self._frame("statements/freshness", today=today)

    def benchmark_summary(self) -> pd.DataFrame:
        """Return every benchmark and probe of every run (view `benchmark_summary`)."""
        return self.table("benchmark_summary")

    def metric(self, metric_id: str, frameworks: Sequence[str]) -> pd.DataFrame:
        """Return the observations of a metric in their newest vintage, with the weekly growth they completed.

        Raises InputError for a metric or framework that is not known.
        """
        with self._asking() as con:
            metrics = [row["id"] for row in _sql.rows(con, "statements/metric_ids")]
        _must_be_known(metric_id, metrics, "metric")
        for framework in frameworks:
            _must_be_known(framework, [known.id for known in self.catalog().frameworks], "framework")
        return self._frame("statements/metric", metric=metric_id, frameworks=list(frameworks))

    def body(self, sha256: str) -> bytes:
        """Return the bytes of a payload: an archived answer or a result line.

        Raises ArchiveError when they are damaged, or not in this home.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise InputError(f"{sha256!r} is not a SHA-256 in hexadecimal")
        with self._asking() as con:
            lines = _sql.rows(con, "statements/line", sha256=sha256)
        if not lines:
            return Archive(self.home / "archive").body(sha256)
        body = str(lines[0]["text"]).encode()
        if hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveError(
                f"{self.path}: the result line {sha256} is not what its hash says. Publish again"
            )
        return body

    def _published_scores(self, comparison: str) -> Iterator[Score]:
        self.comparison(comparison)
        with self._asking() as con:
            for row in _sql.rows(con, "statements/answers", comparison=comparison):
                yield _tables.score_from_json(row["body"])

    def _prepare(self, comparison: str, moment: evaluate.Moment) -> PreparedComparison:
        catalog, chosen = self.catalog(), self.comparison(comparison)
        with self._asking() as con:
            is_published = moment == evaluate.Moment(date.fromisoformat(self._meta["as_of"]))
            if is_published and comparison == chosen.id:
                rows = _sql.rows(con, "statements/published_readings", comparison=comparison)
                found: Sequence[Reading] = [_reading(row) for row in rows]
            else:
                if moment.known_by is not None:
                    _sql.run(con, "statements/known_increments")
                    evaluate.fill_increments(con, moment.known)
                found = evaluate.readings(con, catalog, chosen, moment)
            return evaluate.prepared(con, catalog, chosen, moment, found)

    def _frame(self, statement: str, **values: object) -> pd.DataFrame:
        with self._asking() as con:
            return con.execute(_sql.text(statement), values).df()

    @contextmanager
    def _asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection of its own to one question: its variables and temporary tables end with it."""
        try:
            with closing(self._con.cursor()) as con:
                yield con
        except duckdb.Error as error:
            raise InputError(_explained(self.path, error)) from error

    def _checked_meta(self) -> dict[str, str]:
        try:
            meta = {row["key"]: row["value"] for row in _sql.contents(self._con, "meta")}
        except (duckdb.Error, KeyError) as error:
            self._con.close()
            raise InputError(_sql.unreadable(self.path, error)) from error
        if meta.get("format") != FORMAT:
            self._con.close()
            raise InputError(
                f"{self.path}: published by another version (format {meta.get('format')}, this one reads "
                f"{FORMAT}). Publish again: touchstone publish"
            )
        return meta


def _published(home: Path) -> str:
    release = current(home)
    if not release:
        raise NothingPublished(f"{home}: nothing is published here yet. Run: touchstone run")
    return release


def _led_by(comparison: Comparison, pair: Sequence[str]) -> Comparison:
    """The comparison with these two frameworks first: the contrast is theirs."""
    if len(pair) != 2 or pair[0] == pair[1]:
        raise InputError(f"{','.join(pair)!r} is no pair: write two frameworks, such as one,two")
    for framework in pair:
        _must_be_known(framework, comparison.frameworks, "framework of the comparison")
    rest = [framework for framework in comparison.frameworks if framework not in pair]
    return replace(comparison, frameworks=(*pair, *rest))


def _home_of(file: Path) -> Path:
    """The home of a file under its fixed name or among the releases."""
    folder = file.absolute().parent
    return folder.parent if folder.name == "published" else folder


def _end(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(moment + timedelta(days=1), time(), tzinfo=UTC) - timedelta(microseconds=1)


def _reading(row: Row) -> Reading:
    same = ("indicator", "framework", "scope", "window_weeks", "variant", "value", "successes", "trials")
    return Reading(
        **{name: row[name] for name in same},
        observed_at=row["observed_at"].replace(tzinfo=UTC),
        samples=tuple(Sample(**sample) for sample in row["samples"]),
        payloads=tuple(row["payloads"]),
    )


def _must_be_known(name: str, known: Collection[str], what: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}"
        raise InputError(f"no {what} {name!r}. {hint}")


def _explained(path: Path, error: duckdb.Error) -> str:
    damaged = isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException)
    if damaged and not isinstance(error, duckdb.PermissionException):
        return _sql.unreadable(path, error)
    return str(error).strip()
