"""Rows in, rows out: what the indicators are written in. Every figure is made up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from material import SOURCES, catalog

from warehouse import _sql, _tables, evaluate
from warehouse._sql import Row

END = datetime(2026, 3, 2)  # noqa: DTZ001 - as the database holds it
MONDAY = datetime(2026, 2, 23)  # noqa: DTZ001
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
AS_OF = date(2026, 3, 1)


def prepared(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A database with the catalog and the macros."""
    con.begin()
    for name in ("schema", "macros"):
        _sql.run(con, name)
    for table, rows in {**_tables.catalog_rows(catalog()), **_tables.source_rows(SOURCES)}.items():
        _sql.insert(con, table, rows)
    con.commit()
    return con


class Facts:
    """The rows that a test puts into a real database."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._lines = 0
        self._waiting: dict[str, list[Row]] = {}
        self.ask()

    def put(self, table: str, row: Row) -> Facts:
        self._waiting.setdefault(table, []).append(row)
        return self

    def rows(self, query: str) -> list[Row]:
        for table, rows in self._waiting.items():
            _sql.insert(self.con, table, rows)
        self._waiting.clear()
        return _sql.fetched(self.con.execute(query))

    def ask(self, *, as_of: date = AS_OF, pair: tuple[str, ...] = ("alpha", "beta"), **context: Any) -> Facts:
        known = context.pop("known_by", None)
        evaluate.set_context(self.con, pair, evaluate.Moment(as_of, known), **context)
        return self

    def stock(self, metric: str, framework: str, value: float, at: datetime, **changed: Any) -> Facts:
        row = {
            "source": "shop",
            "framework": framework,
            "metric": metric,
            "scope": "core",
            "name": framework,
            "start_at": at,
            "end_at": at,
            "value": value,
            "retrieved_at": at,
            "payload_sha256": f"{framework}{value}",
        }
        return self.put("observation", row | changed)

    def growth(self, framework: str, weekly: list[float], **changed: Any) -> Facts:
        """Increments of the weeks before last Monday, oldest first, with a star count on the Monday after."""
        for week, x in enumerate(weekly):
            start = MONDAY - WEEK * (len(weekly) - week)
            row = {
                "source": "shop", "framework": framework, "metric": "shop.stars", "scope": "core",
                "name": framework, "week_start": start, "increment": x, "known_at": start + WEEK,
                "suspect": False, "reason": "", "retrieved_at": start + WEEK, "payload_sha256": f"{week:03d}",
            } | changed  # fmt: skip
            self.put("increment", row)
            self.stock("shop.stars", framework, week, start + WEEK, **_place(changed))
        return self

    def line(self, metric: str, framework: str, value: float | None, **changed: Any) -> Facts:
        self._lines += 1
        row = {
            "run": "run", "metric": metric, "subject": "mlp", "framework": framework, "status": "ok",
            "reason": "", "started_at": END - DAY, "unit": "s", "value": value, "samples": [], "variant": "",
            "phase": "train", "mode": "", "precision": "float32", "device": "cpu", "quality": "ok",
            "code_hash": "code", "category": "", "seconds": 0.0, "versions": "{}", "machine": "{}",
            "settings": "{}", "items": "[]", "origin": "own", "file": "invented.jsonl",
            "line": self._lines, "line_sha256": f"{framework}{self._lines}", "text": "",
        } | changed  # fmt: skip
        return self.put("measurement", row)

    def proof(self, framework: str, **changed: Any) -> Facts:
        return self.line("equivalence", framework, 1e-12, phase="", precision="float64", **changed)

    def found(self, query: str) -> dict[str, Row]:
        return {row["framework"]: row for row in self.rows(query)}

    def values(self, query: str) -> dict[str, float]:
        return {framework: row["value"] for framework, row in self.found(query).items()}


def _place(changed: dict[str, Any]) -> dict[str, Any]:
    return {key: changed[key] for key in ("name", "scope", "source") if key in changed}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield prepared(opened)


@pytest.fixture
def facts(con: duckdb.DuckDBPyConnection) -> Iterator[Facts]:
    """Every test starts from the empty tables: what the one before put in is rolled back."""
    con.begin()
    yield Facts(con)
    con.rollback()


def test_observed_stops_at_the_end_of_the_day(facts: Facts) -> None:
    facts.stock("shop.packages", "alpha", 1, END - timedelta(microseconds=1))
    facts.stock("shop.packages", "beta", 2, END)
    assert facts.values("from observed('shop.packages')") == {"alpha": 1}


def test_a_flow_of_the_last_day_belongs_to_it_and_an_unfinished_one_does_not(facts: Facts) -> None:
    facts.stock("shop.downloads", "alpha", 1, END, start_at=END - DAY)
    facts.stock("shop.downloads", "beta", 2, END + DAY, start_at=END - DAY)
    assert facts.values("from observed('shop.downloads')") == {"alpha": 1}


def test_observed_gives_the_vintage_that_was_known(facts: Facts) -> None:
    at = END - 10 * WEEK
    facts.stock("shop.packages", "alpha", 100, at, superseded_at=at + WEEK)
    facts.stock("shop.packages", "alpha", 90, at, retrieved_at=at + WEEK)
    assert facts.values("from observed('shop.packages')") == {"alpha": 90}
    zoned = (at + DAY).astimezone()
    assert facts.ask(known_by=zoned).values("from observed('shop.packages')") == {"alpha": 100}
    assert facts.ask(known_by=zoned - WEEK).values("from observed('shop.packages')") == {}


def test_broad_adds_the_names_around_the_core(facts: Facts) -> None:
    facts.stock("shop.packages", "alpha", 5, END - DAY)
    facts.stock("shop.packages", "alpha", 7, END - DAY, name="alpha-extra", scope="broad")
    assert facts.values("from latest_sum('shop.packages')") == {"alpha": 5}
    assert facts.ask(scope="broad").values("from latest_sum('shop.packages')") == {"alpha": 12}
    assert facts.values("from latest_max('shop.packages')") == {"alpha": 7}


def test_latest_is_the_newest_per_name(facts: Facts) -> None:
    for days, value in ((9, 1), (1, 3), (5, 2)):
        facts.stock("shop.packages", "alpha", value, END - days * DAY)
    row = facts.found("from latest('shop.packages')")["alpha"]
    assert (row["value"], row["observed_at"], row["payload_sha256"]) == (3, END - DAY, "alpha3")


def test_a_sum_is_missing_when_a_part_is(facts: Facts) -> None:
    """A failed part must never make a sum smaller (SCORING 2.1)."""
    facts.stock("shop.packages", "alpha", 7, END - DAY, name="alpha-extra", scope="broad")
    assert facts.ask(scope="broad").values("from latest_sum('shop.packages')") == {"alpha": None}
    facts.stock("shop.packages", "alpha", 5, END - 9 * DAY)
    row = facts.found("from latest_sum('shop.packages')")["alpha"]
    assert row["value"] == 12
    assert row["observed_at"] == END - 9 * DAY
    assert sorted(row["payloads"]) == ["alpha5", "alpha7"]


def test_names_that_are_not_the_catalogs_are_all_summed(facts: Facts) -> None:
    for conference, value in (("one", 3), ("two", 4)):
        facts.stock("shop.packages", "alpha", value, END - DAY, name=conference)
    assert facts.values("from latest_sum('shop.packages')") == {"alpha": 7}


def test_a_name_that_the_catalog_has_dropped_does_not_count_any_more(facts: Facts) -> None:
    facts.stock("shop.packages", "alpha", 5, END - DAY)
    facts.stock("shop.packages", "alpha", 900, END - DAY, name="renamed-long-ago")
    assert facts.values("from latest_sum('shop.packages')") == {"alpha": 5}
    assert facts.values("from latest_max('shop.packages')") == {"alpha": 5}


def test_an_own_figure_stands_beside_the_collected_one_and_the_newer_counts(facts: Facts) -> None:
    facts.stock("shop.packages", "alpha", 5, END - 3 * DAY)
    facts.stock("shop.packages", "alpha", 6, END - 2 * DAY, source="ingest")
    assert facts.values("from latest_sum('shop.packages')") == {"alpha": 6}
    facts.stock("shop.packages", "alpha", 7, END - DAY)
    assert facts.values("from latest_sum('shop.packages')") == {"alpha": 7}
    assert len(facts.rows("from series('shop.packages')")) == 2


def test_window_mean_takes_the_window_and_gives_its_weeks(facts: Facts) -> None:
    for week in range(60):
        facts.stock("shop.packages", "alpha", week, END - DAY - week * WEEK)
    row = facts.ask(window=4).found("from window_mean('shop.packages')")["alpha"]
    assert row["value"] == pytest.approx(1.5)
    assert row["observed_at"] == END - DAY
    assert [sample["x"] for sample in row["samples"]] == [3, 2, 1, 0]
    assert [sample["key"] for sample in row["samples"]] == ["2026-W06", "2026-W07", "2026-W08", "2026-W09"]


def test_both_of_the_pair_are_seen_over_the_same_window(facts: Facts) -> None:
    """The source of beta failed in the last three weeks; alpha is read without them too."""
    for week in range(60):
        facts.stock("shop.packages", "alpha", week, END - DAY - week * WEEK)
        facts.stock("shop.packages", "gamma", week, END - DAY - week * WEEK)
        if week >= 3:
            facts.stock("shop.packages", "beta", week, END - DAY - week * WEEK)
    facts.ask(window=4)
    assert facts.values("from window_mean('shop.packages')") == {"alpha": 4.5, "beta": 4.5, "gamma": 4.5}
    alone = facts.ask(window=4, pair=("alpha",)).values("from window_mean('shop.packages')")
    assert alone == {"alpha": 1.5, "beta": 4.5, "gamma": 1.5}


def test_window_mean_takes_the_largest_name(facts: Facts) -> None:
    facts.stock("shop.packages", "alpha", 5, END - DAY)
    facts.stock("shop.packages", "alpha", 7, END - DAY, name="alpha-extra", scope="broad")
    assert facts.ask(scope="broad").values("from window_mean('shop.packages')") == {"alpha": 7}


def test_yearly_sum_adds_up_the_weeks_that_both_of_the_pair_have(facts: Facts) -> None:
    """alpha has three newer weeks, which beta lacks; gamma has too few weeks."""
    for week in range(60):
        end = END - week * WEEK
        facts.stock("shop.downloads", "alpha", 100 if week < 3 else 2, end, start_at=end - WEEK)
        if week >= 3:
            facts.stock("shop.downloads", "beta", week % 2, end, start_at=end - WEEK)
        if week < 25:
            facts.stock("shop.downloads", "gamma", 7, end, start_at=end - WEEK)
    found = facts.ask(window=52).found("from yearly_sum('shop.downloads')")
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 104, "beta": 26, "gamma": None}
    assert found["alpha"]["observed_at"] == END - 3 * WEEK
    assert facts.ask(window=26).values("from yearly_sum('shop.downloads')")["alpha"] == 104


def test_yearly_sum_is_missing_when_a_planned_name_is(facts: Facts) -> None:
    for week in range(52):
        end = END - week * WEEK
        facts.stock("shop.downloads", "alpha", 2, end, start_at=end - WEEK)
    assert facts.ask(window=52).values("from yearly_sum('shop.downloads')") == {"alpha": 104}
    assert facts.ask(window=52, scope="broad").values("from yearly_sum('shop.downloads')") == {"alpha": None}


def test_yearly_flow_is_52_mean_weeks(facts: Facts) -> None:
    facts.growth("alpha", [2.0] * 10 + [float(week) for week in range(52)]).growth("beta", [10.0] * 52)
    found = facts.ask(window=52).found("from yearly_flow('shop.stars')")
    assert found["alpha"]["value"] == pytest.approx(52 * 25.5)
    assert found["beta"]["value"] == 520
    assert len(found["alpha"]["samples"]) == 52
    assert found["alpha"]["samples"][-1] == {"block": "", "key": "2026-W08", "x": 51}
    assert found["alpha"]["observed_at"] == MONDAY
    assert facts.ask(window=26).values("from yearly_flow('shop.stars')")["alpha"] == pytest.approx(52 * 38.5)


def test_yearly_flow_needs_half_of_the_weeks(facts: Facts) -> None:
    facts.growth("alpha", [1.0] * 26).growth("beta", [1.0] * 25)
    assert facts.ask(window=52).values("from yearly_flow('shop.stars')") == {"alpha": 52, "beta": None}


def test_a_standing_counter_is_unknown_until_it_moves_again(facts: Facts) -> None:
    """What it kept back arrives when it moves, so those weeks count together; until then they are unknown."""
    facts.growth("alpha", [2.0] * 36 + [0.0] * 3 + [8.0]).growth("beta", [2.0] * 37 + [0.0] * 3)
    mark = (
        "update increment set suspect = true, reason = '{}' where framework = '{}' and payload_sha256 in ({})"
    )
    facts.rows(mark.format("frozen", "alpha", "'036', '037', '038'"))
    facts.rows(mark.format("caught up", "alpha", "'039'"))
    facts.rows(mark.format("frozen", "beta", "'037', '038', '039'"))
    found = facts.ask(window=52, pair=()).found("from yearly_flow('shop.stars')")
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 104, "beta": 104}
    assert {name: len(row["samples"]) for name, row in found.items()} == {"alpha": 40, "beta": 37}


def test_flip_flopping_weeks_count(facts: Facts) -> None:
    facts.growth("alpha", [1.0] * 40)
    facts.rows("update increment set suspect = true, reason = 'flip-flopping' where payload_sha256 > '019'")
    assert facts.ask(window=52).values("from yearly_flow('shop.stars')") == {"alpha": 52}


def test_yearly_flow_knows_only_what_was_completed_by_then(facts: Facts) -> None:
    facts.growth("alpha", [1.0] * 50 + [100.0])
    early = facts.ask(as_of=MONDAY.date() - DAY, window=52).values("from yearly_flow('shop.stars')")
    assert early == {"alpha": 52}
    before = (MONDAY - DAY).astimezone()
    known = facts.ask(known_by=before, window=52).values("from yearly_flow('shop.stars')")
    assert known == {"alpha": 52}


def test_yearly_flow_sums_names_and_only_their_common_weeks_are_replicates(facts: Facts) -> None:
    facts.growth("alpha", [1.0] * 52).growth("alpha", [2.0] * 40, name="alpha-extra", scope="broad")
    row = facts.ask(scope="broad", window=52).found("from yearly_flow('shop.stars')")["alpha"]
    assert row["value"] == 156
    assert [sample["x"] for sample in row["samples"]] == [3.0] * 40
    assert facts.ask(window=52).values("from yearly_flow('shop.stars')") == {"alpha": 52}


def test_yearly_flow_is_missing_when_a_planned_name_is(facts: Facts) -> None:
    facts.growth("alpha", [1.0] * 52)
    assert facts.ask(scope="broad", window=52).values("from yearly_flow('shop.stars')") == {"alpha": None}


def rounds(facts: Facts, run: str, alpha: list[float], beta: list[float], **changed: Any) -> Facts:
    for framework, values in (("alpha", alpha), ("beta", beta)):
        for number, value in enumerate(values):
            facts.line("bench.train_step", framework, value, run=run, round=number, **changed)
    return facts


BENCH = "from bench('bench.train_step', 'mlp')"


def test_bench_is_the_median_over_rounds_of_the_newest_run(facts: Facts) -> None:
    facts.proof("alpha").proof("beta")
    rounds(facts, "old", [9, 9, 9], [9, 9, 9], started_at=END - 9 * DAY)
    rounds(facts, "new", [1, 2, 30], [4, 5, 6])
    found = facts.found(BENCH)
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 2, "beta": 5}
    assert [sample["x"] for sample in found["alpha"]["samples"]] == [0, math.log(2), math.log(30)]
    assert {sample["block"] for sample in found["alpha"]["samples"]} == {"mlp"}
    assert found["alpha"]["device"] == "cpu"
    assert found["alpha"]["payloads"] and all(sha.startswith("alpha") for sha in found["alpha"]["payloads"])


def test_runs_are_never_pooled(facts: Facts) -> None:
    """The newest run measured only one of the pair; the one before measured both."""
    facts.proof("alpha").proof("beta")
    rounds(facts, "both", [1, 1], [2, 2], started_at=END - 9 * DAY)
    rounds(facts, "half", [7, 7], [])
    assert facts.values(BENCH) == {"alpha": 1, "beta": 2}


def test_a_time_counts_only_with_a_proof_of_the_same_program(facts: Facts) -> None:
    rounds(facts, "run", [1], [2])
    assert facts.values(BENCH) == {}
    facts.proof("alpha").proof("beta", code_hash="another program")
    assert facts.values(BENCH) == {}
    facts.line("equivalence", "beta", None, status="error", reason="differs", phase="")
    assert facts.values(BENCH) == {}
    facts.proof("beta")
    assert facts.values(BENCH) == {"alpha": 1, "beta": 2}


def test_a_start_has_nothing_to_prove(facts: Facts) -> None:
    for framework in ("alpha", "beta"):
        facts.line("bench.first_result", framework, 3.0, subject="first_result", phase="")
    assert facts.values("from bench('bench.first_result', 'first_result')") == {"alpha": 3, "beta": 3}


@pytest.mark.parametrize(
    "changed",
    [{"quality": "noisy"}, {"status": "oom", "value": None}, {"device": "gpu"}, {"variant": "compiled"}],
)
def test_disturbed_failed_and_other_lines_do_not_count(facts: Facts, changed: dict[str, Any]) -> None:
    facts.proof("alpha").proof("beta")
    rounds(facts, "old", [1], [2], started_at=END - 9 * DAY)
    for framework in ("alpha", "beta"):
        facts.line("bench.train_step", framework, **{"value": 9.0, "round": 0, "run": "new", **changed})
    assert facts.values(BENCH) == {"alpha": 1, "beta": 2}


def test_other_devices_and_variants_are_asked_for_by_name(facts: Facts) -> None:
    facts.proof("alpha").proof("beta")
    rounds(facts, "cpu", [1], [2])
    rounds(facts, "gpu", [0.1], [0.2], device="gpu")
    rounds(facts, "cpu", [0.5], [0.7], variant="compiled")
    rows = facts.rows("from bench_on('bench.train_step', 'mlp', 'cpu')")
    assert {(row["framework"], row["variant"]): row["value"] for row in rows} == {
        ("alpha", ""): 1, ("beta", ""): 2, ("alpha", "compiled"): 0.5, ("beta", "compiled"): 0.7,
    }  # fmt: skip
    assert facts.values("from bench_on('bench.train_step', 'mlp', 'gpu')") == {"alpha": 0.1, "beta": 0.2}


def test_a_third_framework_of_the_run_comes_along(facts: Facts) -> None:
    facts.put("framework_name", {"framework": "gamma", "scope": "core", "key": "benchmarks", "name": "gamma"})
    facts.proof("alpha").proof("beta").proof("gamma")
    rounds(facts, "run", [1], [2]).line("bench.train_step", "gamma", 3.0, run="run", round=0)
    assert facts.values(BENCH) == {"alpha": 1, "beta": 2, "gamma": 3}
    assert facts.ask(pair=("gamma",)).values(BENCH)["gamma"] == 3


def test_bench_does_not_look_beyond_the_day(facts: Facts) -> None:
    facts.proof("alpha", started_at=END - 20 * DAY).proof("beta", started_at=END - 20 * DAY)
    rounds(facts, "then", [1], [2], started_at=END - 9 * DAY)
    rounds(facts, "later", [8], [8], started_at=END + DAY)
    assert facts.values(BENCH) == {"alpha": 1, "beta": 2}
    assert facts.ask(as_of=AS_OF - 10 * DAY).values(BENCH) == {}


def test_a_probe_is_its_figure_in_the_newest_common_run_per_variant(facts: Facts) -> None:
    for framework, value in (("alpha", 0.8), ("beta", 0.6)):
        facts.line(
            "probe.docstrings", framework, 0.1, subject="docs", phase="", run="old", started_at=END - 9 * DAY
        )
        facts.line(
            "probe.docstrings", framework, value, subject="docs", phase="", run="new", successes=8, trials=10
        )
        facts.line("probe.docstrings", framework, 0.5, subject="docs", phase="", run="new", variant="narrow")
    rows = facts.rows("from probe('probe.docstrings', 'docs')")
    assert {(row["framework"], row["variant"]): (row["value"], row["successes"]) for row in rows} == {
        ("alpha", ""): (0.8, 8), ("beta", ""): (0.6, 8),
        ("alpha", "narrow"): (0.5, None), ("beta", "narrow"): (0.5, None),
    }  # fmt: skip
    assert all(row["observed_at"] == END - DAY and len(row["payloads"]) == 1 for row in rows)


def year(facts: Facts, framework: str, value: float, ends: int, **changed: Any) -> Facts:
    """A flow of the year before the first of January."""
    at = datetime(ends, 1, 1)  # noqa: DTZ001 - as the database holds it
    return facts.stock("shop.downloads", framework, value, at, start_at=at - 365 * DAY, **changed)


def test_newest_common_is_the_newest_interval_that_both_have(facts: Facts) -> None:
    for ends, values in ((2024, (1, 2, 3)), (2025, (4, 5, 6)), (2026, (7, None, 9)), (2027, (10, 11, 12))):
        for framework, value in zip(("alpha", "beta", "gamma"), values, strict=True):
            if value is not None:
                year(facts, framework, value, ends)
    year(facts, "alpha", 40, 2025, name="alpha-too")
    found = facts.found("from newest_common('shop.downloads')")
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 44, "beta": 5, "gamma": 6}
    assert found["alpha"]["observed_at"] == datetime(2025, 1, 1)  # noqa: DTZ001
    assert sorted(found["alpha"]["payloads"]) == ["alpha4", "alpha40"]
    assert facts.ask(pair=("alpha",)).values("from newest_common('shop.downloads')")["alpha"] == 7
    assert facts.ask(pair=()).values("from newest_common('shop.downloads')") == {"alpha": 7, "gamma": 9}


def test_latest_share_is_part_over_whole_with_its_counts(facts: Facts) -> None:
    for framework, part, whole in (("alpha", 3, 4), ("beta", 0, 5), ("gamma", 0, 0)):
        facts.stock("shop.stars", framework, part, END - DAY)
        facts.stock("shop.packages", framework, whole, END - DAY, payload_sha256=f"whole of {framework}")
    found = facts.found("from latest_share('shop.stars', 'shop.packages')")
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 0.75, "beta": 0}
    assert (found["alpha"]["successes"], found["alpha"]["trials"]) == (3, 4)
    assert sorted(found["alpha"]["payloads"]) == ["alpha3", "whole of alpha"]


def test_pooled_share_takes_the_newest_intervals_together(facts: Facts) -> None:
    for week, (alpha, beta, whole) in enumerate([(1, 2, 10), (3, 0, 30), (9, None, 50)]):
        for framework, value in (("alpha", alpha), ("beta", beta)):
            if value is not None:
                facts.stock("shop.stars", framework, value, END - DAY - week * WEEK)
            facts.stock("shop.packages", framework, whole, END - DAY - week * WEEK, name="*")
    found = facts.found("from pooled_share('shop.stars', 'shop.packages', 2)")
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 0.1, "beta": 0.05}
    assert (found["alpha"]["successes"], found["alpha"]["trials"]) == (4, 40)
    assert found["alpha"]["observed_at"] == END - DAY
    facts.stock("shop.stars", "alpha", 90, END - DAY, name="alpha-too")
    assert facts.values("from pooled_share('shop.stars', 'shop.packages', 3)") == {"alpha": 1}


def test_share_by_name_takes_the_newest_interval_of_every_name(facts: Facts) -> None:
    at = {"summer": END - 30 * WEEK, "winter": END - 4 * WEEK, "last seen": END - 90 * WEEK}
    for name, when in at.items():
        for framework, part in (("alpha", 3), ("beta", 1)):
            facts.stock("shop.stars", framework, part, when, name=name)
            facts.stock("shop.stars", framework, 90, when - 52 * WEEK, name=name)
            facts.stock("shop.packages", framework, 10, when, name=name)
            facts.stock("shop.packages", framework, 100, when - 52 * WEEK, name=name)
    ask = "from share_by_name('shop.stars', 'shop.packages', ['summer', 'winter', 'last seen'])"
    found = facts.found(ask)
    assert {name: row["value"] for name, row in found.items()} == {"alpha": 0.3, "beta": 0.1}
    assert (found["alpha"]["successes"], found["alpha"]["trials"]) == (6, 20)
    facts.rows(
        "delete from observation where framework = 'beta' and metric = 'shop.stars' and name = 'summer'"
    )
    assert facts.values(ask) == {"alpha": 0.3}


def test_share_of_largest_is_one_for_the_largest(facts: Facts) -> None:
    for framework, value, part in (("alpha", 10, 2), ("beta", 50, 10), ("gamma", 60, None)):
        facts.stock("shop.stars", framework, 99, END - 9 * DAY)
        facts.stock("shop.stars", framework, value, END - DAY)
        if part is not None:
            facts.stock("shop.packages", framework, part, END - DAY)
    every = facts.values("from share_of_largest('shop.stars')")
    assert every == {"alpha": pytest.approx(1 / 6), "beta": pytest.approx(5 / 6), "gamma": 1}
    less = facts.values("from share_of_largest('shop.stars', without := 'shop.packages')")
    assert less == {"alpha": 0.2, "beta": 1}


def test_without_variables_everything_known_counts() -> None:
    """For a person at a prompt who has set nothing."""
    with duckdb.connect() as opened:
        facts = Facts(prepared(opened))
        facts.stock("shop.packages", "alpha", 5, END + 90 * DAY)
        assert facts.values("from latest_sum('shop.packages')") == {}
        with opened.cursor() as fresh:
            assert fresh.execute("select value from latest_sum('shop.packages')").fetchall() == [(5,)]
