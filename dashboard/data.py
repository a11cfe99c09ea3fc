"""Every read of the warehouse, cached by the release that answered: a release never changes.

The only module of the dashboard that knows the columns of `warehouse.read`'s frames.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.detail import Origin, Origins
from dashboard.scene import Scene
from evidence.errors import TouchstoneError
from evidence.overlay import WeightOverlay
from evidence.ranking import Recommendation, recommend_prepared
from evidence.score import Prepared, PreparedComparison, score_prepared
from evidence.sensitivity import Index, Multiverse, multiverse, sobol
from evidence.types import Catalog, Score
from warehouse.read import NothingPublished, Warehouse

Need = tuple[tuple[str, float], ...]
"""Weights by dimension, sorted."""


_DICTIONARY = """
select table_name as "table", '' as "column", '' as "type", coalesce("comment", '') as "comment"
from (
    select table_name, "comment" from duckdb_tables() where not internal
    union all
    select view_name, "comment" from duckdb_views() where not internal
)
union all
select table_name, column_name, data_type, coalesce("comment", '')
from duckdb_columns()
where not internal
order by "table", "column"
"""
"""What the file says of itself; the catalog functions of the database are no table that could be named."""


@dataclass(frozen=True)
class Opened:
    """The warehouse to show, if any, and what stood in the way of a newer one."""

    warehouse: Warehouse | None
    problem: str = ""
    absent: bool = False


def home() -> Path:
    """Return where data lives: `TOUCHSTONE_HOME`, else `data` beside the app."""
    return Path(os.environ.get("TOUCHSTONE_HOME") or Path(__file__).resolve().parent.parent / "data")


def newest_release(folder: Path) -> str:
    """Return the release now published, or nothing where none can be named."""
    try:
        return Warehouse.newest(folder)
    except TouchstoneError:
        return ""


def open_newest(folder: Path, shown: str) -> Opened:
    """Return the published warehouse; when it cannot be read, the one shown before and why."""
    try:
        release = Warehouse.newest(folder)
        return Opened(_open(str(folder), release))
    except NothingPublished as error:
        return Opened(None, str(error), absent=True)
    except TouchstoneError as error:
        return Opened(_last_good().get(shown), str(error))


@st.cache_resource(max_entries=3, show_spinner=False)
def _open(folder: str, release: str) -> Warehouse:
    warehouse = Warehouse.open(Path(folder))
    _last_good()[warehouse.release] = warehouse
    return warehouse


@st.cache_resource(show_spinner=False)
def _last_good() -> dict[str, Warehouse]:
    return {}


@st.cache_resource(max_entries=8, show_spinner=False)
def catalog(_warehouse: Warehouse, release: str) -> Catalog:
    """Return the catalog that made the release."""
    return _warehouse.catalog()


@st.cache_resource(max_entries=64, show_spinner=False)
def scores(_warehouse: Warehouse, release: str, comparison: str, as_of: date | None) -> tuple[Score, ...]:
    """Return the scores of a comparison; None means as published."""
    return _warehouse.scores(comparison, as_of=as_of)


@st.cache_resource(max_entries=64, show_spinner=False)
def behind(
    _warehouse: Warehouse, release: str, comparison: str, as_of: date | None, dimension: str, _score: Score
) -> Origins:
    """Return the archived answers behind each indicator of a score; what stands before it names it."""
    return origins(_warehouse.origins(_score), source_titles(_warehouse))


@st.cache_data(max_entries=16, show_spinner=False)
def table(_warehouse: Warehouse, release: str, name: str) -> pd.DataFrame:
    """Return a published table or view."""
    return _warehouse.table(name)


@st.cache_resource(max_entries=6, show_spinner=False)
def prepared(_warehouse: Warehouse, release: str, comparison: str, as_of: date | None) -> PreparedComparison:
    """Return the evidence and draws of a comparison, from which any weights are answered at once."""
    return _warehouse.prepared(comparison, as_of=as_of)


def weighed(ready: PreparedComparison, weights: WeightOverlay, dimension: str) -> Score:
    """Return the score of one dimension under a reader's weights."""
    return score_prepared(replace(ready, dimensions=(_one(ready, dimension),)), weights)[0]


@st.cache_resource(max_entries=32, show_spinner=False)
def recommendation(
    _warehouse: Warehouse, release: str, comparison: str, as_of: date | None, need: Need
) -> Recommendation | None:
    """Return what a need makes of the scores, or None where nothing it asks for is measured."""
    return _warehouse.recommendation(comparison, dict(need), as_of=as_of)


def recommended(
    ready: PreparedComparison, weights: WeightOverlay, need: Mapping[str, float]
) -> Recommendation | None:
    """Return what a need makes of the scores under a reader's weights of the families."""
    return recommend_prepared(ready, need, weights)


@st.cache_resource(max_entries=1024, show_spinner=False)
def on_day(_warehouse: Warehouse, release: str, comparison: str, dimension: str, day: date) -> Score:
    """Return the score of one dimension with what had been observed by a day."""
    return _warehouse.history(comparison, dimension, [day])[0]


@st.cache_resource(max_entries=24, ttl=timedelta(minutes=1), show_spinner=False)
def weekly(_warehouse: Warehouse, release: str, comparison: str, dimension: str) -> tuple[Score, ...]:
    """Return the past weeks that are worked out. More may come for a release: kept for a minute only."""
    return _warehouse.weekly(comparison, dimension)


@st.cache_resource(max_entries=32, show_spinner=False)
def doubt(
    _warehouse: Warehouse, release: str, comparison: str, as_of: date | None, dimension: str
) -> tuple[Index, ...]:
    """Return what drives the doubt of a dimension, by factor; nothing where nothing is measured."""
    one = _one(prepared(_warehouse, release, comparison, as_of), dimension)
    return sobol(one.selection, one.random)


def analyses(ready: PreparedComparison, dimension: str, weights: WeightOverlay) -> Multiverse | None:
    """Return every defensible analysis of a dimension under a reader's weights."""
    one = _one(ready, dimension)
    return multiverse(one.selection, one.random, weights)


def _one(ready: PreparedComparison, dimension: str) -> Prepared:
    return next(one for one in ready.dimensions if one.dimension == dimension)


@st.cache_data(max_entries=32, show_spinner=False)
def metric(_warehouse: Warehouse, release: str, name: str, frameworks: tuple[str, ...]) -> pd.DataFrame:
    """Return every observation of a quantity for some frameworks."""
    return _warehouse.metric(name, frameworks)


def series(found: pd.DataFrame, view: str, scope: str, frameworks: Sequence[str]) -> pd.DataFrame:
    """Return `day`, `value`, `framework`, `name` to draw: the value, its growth per week, or a ratio.

    The broad scope holds the core names as well. A ratio is of the first two frameworks on days that both
    have, each the sum over its names; a day on which a name is missing is left out, never made smaller.
    """
    kept = found if scope == "broad" else found[found["scope"] == "core"]
    kept = kept.assign(day=pd.to_datetime(kept["day"]).dt.strftime("%Y-%m-%d"))
    if view == "weekly":
        kept = kept.dropna(subset=["increment"]).assign(value=lambda rows: rows["increment"])
    columns = ["day", "value", "framework", "name"]
    if view != "ratio":
        return kept[columns]
    wide = kept.groupby(["day", "framework"])["value"].agg(list).unstack()
    if len(frameworks) < 2 or not set(frameworks[:2]) <= set(wide.columns):
        return pd.DataFrame(columns=columns)
    first, second = (_whole(wide[name]) for name in frameworks[:2])
    ratio = (first / second.where(second != 0)).dropna()
    rows = pd.DataFrame({"day": ratio.index, "value": ratio.to_numpy()})
    return rows.assign(framework=frameworks[0], name="")


def _whole(days: pd.Series) -> pd.Series:
    """Return the sum over names on the days that have all of them."""
    present = days.dropna()
    complete = present.map(len).max() if len(present) else 0
    return present[present.map(len) == complete].map(sum).astype("float64")


def metric_sql(name: str, frameworks: Sequence[str]) -> str:
    """Return the query that anybody can put to the published file for the same rows."""
    quoted = ", ".join("'" + framework.replace("'", "''") + "'" for framework in frameworks)
    metric_id = name.replace("'", "''")
    where = f"where metric = '{metric_id}' and framework in ({quoted}) and superseded_at is null"
    return f"from observation\n{where}\norder by framework, end_at;"


@dataclass(frozen=True)
class Fresh:
    """How fresh one source is for one framework; `stale_since` is None while it is fresh."""

    source: str
    title: str
    framework: str
    applies: bool
    outcome: str
    reason: str
    last_answer: datetime | None
    expected_days: float
    stale_since: date | None

    def words(self, scene: Scene) -> str:
        """Return the state in words."""
        if self.outcome == "not_applicable" or not self.applies:
            return scene.say("outcome.not_applicable")
        if self.stale_since is not None:
            return scene.say("health.stale", date=f"{self.stale_since:%Y-%m-%d}")
        if self.last_answer is None:
            return scene.say(f"outcome.{self.outcome}") if self.outcome else scene.say("health.never")
        return scene.say("health.fresh")

    def told(self, scene: Scene) -> str:
        """Return who was asked about what, what came of it, and why."""
        outcome = scene.say(f"outcome.{self.outcome}") if self.outcome else scene.say("health.never")
        if self.reason:
            outcome = scene.say("colon", what=outcome, words=self.reason)
        who = f"{scene.term('source', self.title)} × {scene.title(self.framework)}"
        return scene.say("colon", what=who, words=outcome)


@st.cache_data(max_entries=8, show_spinner=False)
def freshness(_warehouse: Warehouse, release: str, today: date) -> tuple[Fresh, ...]:
    """Return how fresh each source is on a day."""
    return tuple(
        Fresh(
            source=text_of(row["source"]),
            title=text_of(row["source_title"]) or text_of(row["source"]),
            framework=text_of(row["framework"]),
            applies=bool(row["applies"]),
            outcome=text_of(row["last_outcome"]),
            reason=text_of(row["reason"]),
            last_answer=_moment(row["last_answer"]),
            expected_days=float(row["expected_days"]),
            stale_since=_day(row["stale_since"]),
        )
        for row in _warehouse.freshness(today).to_dict("records")
    )


def budgets(warehouse: Warehouse) -> Mapping[str, int]:
    """Return how many requests each source may cost per framework in a steady run."""
    found = warehouse.table("source")
    return dict(zip(found["id"], found["budget"], strict=True))


@st.cache_data(max_entries=2, show_spinner=False)
def dictionary(_warehouse: Warehouse, release: str) -> pd.DataFrame:
    """Return what tables and columns mean: `table`, `column` (empty for the table), `type`, `comment`."""
    return _warehouse.sql(_DICTIONARY)


@st.cache_data(max_entries=2, show_spinner=False)
def metric_sources(_warehouse: Warehouse, release: str) -> Mapping[str, str]:
    """Return the source of each metric."""
    found = _warehouse.table("metric")
    return dict(zip(found["id"], found["source"], strict=True))


def source_titles(warehouse: Warehouse) -> Mapping[str, str]:
    """Return what each source is called."""
    frame = warehouse.table("source")
    return dict(zip(frame["id"], frame["title"], strict=True))


@st.cache_data(max_entries=8, show_spinner=False)
def body(_warehouse: Warehouse, release: str, sha256: str) -> bytes:
    """Return an archived answer, byte for byte."""
    return _warehouse.body(sha256)


def origins(frame: pd.DataFrame, titles: Mapping[str, str]) -> Origins:
    """Return the archived answers behind each indicator. `titles` names the sources."""
    found: dict[str, list[Origin]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row["indicator"]), []).append(
            Origin(
                indicator=str(row["indicator"]),
                framework=text_of(row.get("framework")),
                source=titles.get(text_of(row.get("source")), text_of(row.get("source"))),
                licence=text_of(row.get("licence")),
                url=text_of(row.get("url")),
                requested_at=_moment(row.get("requested_at")),
                sha256=text_of(row.get("payload_sha256")),
                size_bytes=None if _is_missing(row.get("bytes")) else int(row["bytes"]),
                location=text_of(row.get("location")),
            )
        )
    return {key: tuple(dict.fromkeys(rows)) for key, rows in found.items()}


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def text_of(value: object) -> str:
    """Return a cell as text; missing is empty."""
    return "" if _is_missing(value) else str(value)


def _day(value: Any) -> date | None:
    return None if _is_missing(value) else pd.Timestamp(value).date()


def _moment(value: object) -> datetime | None:
    return None if _is_missing(value) else pd.Timestamp(str(value)).to_pydatetime()
