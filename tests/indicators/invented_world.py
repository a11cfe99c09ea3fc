"""A small invented world in a real database: a few rows in, values out. All figures are made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from evidence.types import Catalog, Framework, Indicator
from flows import definitions
from warehouse import _sql, _tables, evaluate

PAIR = ("alpha", "beta")
DAY = date(2026, 3, 1)
MOMENT = datetime(2026, 2, 20, tzinfo=UTC)
SHA = "0" * 64


@dataclass
class World:
    """Rows to put into the tables before an indicator is asked."""

    observations: list[dict[str, object]] = field(default_factory=list)
    measurements: list[dict[str, object]] = field(default_factory=list)

    def stock(
        self, metric: str, framework: str, value: float, at: datetime = MOMENT, *, name: str = ""
    ) -> World:
        """One value at an instant."""
        return self.flow(metric, framework, value, at, at, name=name)

    def flow(
        self, metric: str, framework: str, value: float, start: datetime, end: datetime, *, name: str = ""
    ) -> World:
        """One value over an interval."""
        source = next(
            item.id for item in definitions.sources() if metric in {found.id for found in item.metrics}
        )
        self.observations.append(
            {
                "source": source,
                "framework": framework,
                "metric": metric,
                "scope": "core",
                "name": name or framework,
                "start_at": start.replace(tzinfo=None),
                "end_at": end.replace(tzinfo=None),
                "value": value,
                "retrieved_at": end.replace(tzinfo=None),
                "payload_sha256": SHA,
            }
        )
        return self

    def counter(self, metric: str, framework: str, start: float, per_week: float, weeks: int = 60) -> World:
        """A counter that was looked at every week until the day, and grew evenly."""
        for week in range(weeks + 1):
            self.stock(metric, framework, start + per_week * week, MOMENT - timedelta(weeks=weeks - week))
        return self

    def measure(
        self,
        metric: str,
        framework: str,
        values: Iterable[float],
        *,
        subject: str,
        run: str = "run",
        **more: object,
    ) -> World:
        """One result line per round, with its proof of equivalence."""
        for index, value in enumerate(values):
            self._line(metric, framework, value, subject=subject, run=run, round=index, **more)
        self._line("equivalence", framework, 1e-12, subject=subject, run=run, phase="equivalence")
        return self

    def probe(
        self,
        metric: str,
        framework: str,
        value: float,
        *,
        subject: str,
        successes: int | None = None,
        trials: int | None = None,
        variant: str = "",
    ) -> World:
        """One figure of a probe."""
        self._line(
            metric, framework, value, subject=subject, successes=successes, trials=trials, variant=variant
        )
        return self

    def values(self, indicator: Indicator, catalog: Catalog) -> dict[str, float]:
        """What the indicator says of the pair, as of the day, under its declared protocol."""
        with duckdb.connect() as con:
            self._fill(con, catalog)
            evaluate.set_context(con, PAIR, evaluate.Moment(DAY), window=indicator.window_weeks)
            con.execute(indicator.sql)
            rows = _sql.fetched(con)
        assert all(row["observed_at"] <= datetime(2026, 3, 2) for row in rows if row["value"] is not None)  # noqa: DTZ001
        assert all(row["payloads"] for row in rows if row["value"] is not None)
        return {
            row["framework"]: row["value"]
            for row in rows
            if row["value"] is not None and not row.get("variant")
        }

    def _fill(self, con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        for name in ("schema", "macros"):
            _sql.run(con, name)
        invented = tuple(
            Framework(item, item, {"core": dict.fromkeys(definitions.names(), (item,))}) for item in PAIR
        )
        rows = _tables.catalog_rows(replace(catalog, frameworks=invented))
        for table, found in {**rows, **_tables.source_rows(definitions.sources())}.items():
            _sql.insert(con, table, found)
        _sql.insert(con, "observation", self.observations)
        _sql.insert(con, "measurement", self.measurements)
        evaluate.fill_increments(con)

    def _line(self, metric: str, framework: str, value: float, **more: object) -> None:
        plain: dict[str, object] = {
            "run": "run", "metric": metric, "framework": framework, "status": "ok", "reason": "",
            "started_at": MOMENT.replace(tzinfo=None), "unit": "", "value": value, "samples": [value],
            "variant": "", "phase": "", "mode": "", "precision": "", "device": "cpu", "quality": "ok",
            "code_hash": "code", "category": "", "seconds": 0.0, "versions": "{}", "machine": "{}",
            "settings": "{}", "items": "[]", "origin": "own", "file": "invented.jsonl",
            "text": "", "line": len(self.measurements) + 1, "line_sha256": f"{len(self.measurements):064d}",
        }  # fmt: skip
        self.measurements.append(plain | more)


def catalog_folder() -> Path:
    """The project's catalog."""
    return Path(__file__).resolve().parents[2] / "catalog"
