"""Reading: documented frames and exact objects, and no way to write or to look elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from material import AS_OF, NOW, House, catalog

from evidence.errors import ArchiveError, InputError, TouchstoneError
from evidence.overlay import WeightOverlay
from evidence.ranking import recommend
from evidence.score import drawn_outcomes, score_prepared
from warehouse.publish import current, release_path
from warehouse.read import NothingPublished, Warehouse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def warehouse(model_home: Path) -> Warehouse:
    with Warehouse.open(model_home) as opened:
        yield opened


def test_it_says_what_it_is(warehouse: Warehouse, model_home: Path) -> None:
    assert warehouse.release == current(model_home)
    assert warehouse.meta()["as_of"] == str(AS_OF)
    assert warehouse.meta()["format"] == "3"
    assert warehouse.catalog() == catalog()
    assert warehouse.comparisons() == ("pair", "three", "alone")
    assert warehouse.default_comparison == "pair"


def test_scores_come_in_the_order_of_the_comparison(warehouse: Warehouse) -> None:
    assert [score.dimension for score in warehouse.scores("pair")] == ["use", "speed"]
    assert [score.comparison for score in warehouse.scores()] == ["pair", "pair", "three", "alone"]
    assert list(warehouse.scores("three")[0].scores) == ["beta", "alpha", "gamma"]


def test_any_two_frameworks_of_a_comparison_can_be_the_pair(warehouse: Warehouse) -> None:
    (plain,) = warehouse.scores("three")
    assert warehouse.scores("three:beta,alpha") == (plain,)
    (other,) = warehouse.scores("three:alpha,gamma")
    assert other.contrast
    assert (other.contrast.first, other.contrast.second) == ("alpha", "gamma")
    assert list(other.scores) == ["alpha", "gamma", "beta"]
    (turned,) = warehouse.scores("three:gamma,alpha")
    assert turned.contrast
    assert turned.contrast.value == pytest.approx(-other.contrast.value)
    assert warehouse.weekly("three:alpha,gamma", "use") == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("three:alpha", "no pair"),
        ("three:alpha,alpha", "no pair"),
        ("three:alpha,nobody", "nobody"),
        ("none:a,b", "none"),
    ],
)
def test_a_pair_that_is_none_is_refused(warehouse: Warehouse, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        warehouse.scores(name)


def test_weights_of_a_reader_change_the_contrast_and_nothing_measured(warehouse: Warehouse) -> None:
    nominal = warehouse.scores("pair")
    same = warehouse.scores("pair", weights=WeightOverlay())
    assert same == nominal
    other = warehouse.scores("pair", weights=WeightOverlay(families={"downloads": 0.0}))
    assert other[0].contrast != nominal[0].contrast
    assert {item.indicator for item in other[0].contributions} == {"new_stars", "packages"}
    assert warehouse.scores("pair") == nominal


def test_a_prepared_comparison_answers_for_needs_and_weights(warehouse: Warehouse) -> None:
    ready = warehouse.prepared("pair")
    assert score_prepared(ready) == warehouse.scores("pair")
    found = recommend(
        {"use": 2.0, "speed": 1.0},
        score_prepared(ready),
        drawn_outcomes(ready),
        random=ready.dimensions[0].random,
    )
    assert found is not None
    assert warehouse.prepared("pair") is ready


def test_the_scorecard_has_opinion_beside_evidence(warehouse: Warehouse) -> None:
    frame = warehouse.sql("from scorecard where comparison = 'pair'")
    assert frame["dimension"].tolist() == ["use", "use", "speed", "speed"]
    assert frame["framework"].tolist() == ["alpha", "beta"] * 2
    assert frame["opinion"].tolist()[:2] == [8, 9]
    assert frame["opinion"].isna().tolist()[2:] == [True, True]
    use = warehouse.scores("pair")[0]
    assert use.contrast is not None
    assert frame["contrast"].iloc[0] == use.contrast.value
    assert frame["score"].iloc[0] == use.scores["alpha"].value


def test_origins_of_a_published_score_are_those_of_the_view(warehouse: Warehouse) -> None:
    order = ["indicator", "framework", "requested_at", "payload_sha256"]
    for score in warehouse.scores("pair"):
        found = warehouse.origins(score)
        parts = {part.indicator for part in (*score.contributions, *score.context)}
        assert set(found["indicator"]) == parts
        view = warehouse.evidence("pair", score.dimension)[found.columns.tolist()]
        one, other = (rows.sort_values(order, ignore_index=True) for rows in (found, view))
        pd.testing.assert_frame_equal(one, other)


def test_origins_lead_to_the_bytes_for_any_pair_and_day(warehouse: Warehouse) -> None:
    past = AS_OF - timedelta(weeks=10)
    scores = (*warehouse.scores("three:alpha,gamma"), *warehouse.scores("three:gamma,beta", as_of=past))
    for score in scores:
        found = warehouse.origins(score)
        raw = {(part.indicator, framework) for part in score.contributions for framework in part.raw}
        assert raw
        assert raw <= set(zip(found["indicator"], found["framework"], strict=True))
        for row in found.to_dict("records"):
            assert len(warehouse.body(row["payload_sha256"])) == row["bytes"]
    (nothing,) = warehouse.scores("alone", as_of=date(2001, 1, 1))
    assert warehouse.origins(nothing).empty


def test_evidence_leads_from_the_score_to_the_bytes(warehouse: Warehouse) -> None:
    frame = warehouse.evidence("pair", "use")
    assert set(frame["indicator"]) == {"new_stars", "downloads", "packages", "packages_ever"}
    assert frame["location"].str.startswith("bodies/").all()
    assert frame["facts"].gt(0).all()
    assert frame["bytes"].gt(0).all()
    contrast = frame.drop_duplicates("indicator")["contribution"].sum()
    assert contrast == pytest.approx(frame["contrast"].iloc[0], abs=1e-12)
    for row in frame.to_dict("records"):
        body = warehouse.body(row["payload_sha256"])
        assert hashlib.sha256(body).hexdigest() == row["payload_sha256"]
        assert len(body) == row["bytes"]
    speed = warehouse.evidence("pair", "speed")
    assert speed["location"].str.fullmatch(r"own\.jsonl:\d+").all()
    assert all(b'"schema":1' in warehouse.body(sha) for sha in speed["payload_sha256"])


def test_the_other_views_and_frames(warehouse: Warehouse) -> None:
    latest = warehouse.table("observation_latest")
    assert len(latest) == 12
    assert latest["unit"].notna().all()
    weekly = warehouse.sql(
        "from metric_weekly where metric = 'shop.stars' and name = 'alpha' order by week_start"
    )
    assert weekly["increment"].notna().sum() > 70
    flows = warehouse.sql(
        "from metric_weekly where metric = 'shop.downloads' and name = 'alpha' order by week_start"
    )
    assert flows["observations"].iloc[10] == 7
    assert flows["value"].iloc[10] == pytest.approx(7 * 40_000, rel=0.01)
    attempts = warehouse.attempts()
    assert attempts["is_latest"].all()
    assert set(attempts["outcome"]) == {"ok", "failed"}
    summary = warehouse.benchmark_summary()
    steps = summary[summary["metric"] == "bench.train_step"].set_index("framework")
    assert steps.loc["alpha", "lines"] == 3
    assert steps.loc["alpha", "value"] == pytest.approx(0.0101)
    assert steps["is_equivalent"].all()


def test_freshness_says_since_when_a_source_is_stale(warehouse: Warehouse) -> None:
    frame = warehouse.freshness(AS_OF + timedelta(days=3)).set_index(["source", "framework"])
    assert frame.loc[("shop", "alpha"), "age_days"] == 3
    assert frame["stale_since"].isna().all()
    later = warehouse.freshness(AS_OF + timedelta(days=30)).set_index(["source", "framework"])
    assert later.loc[("shop", "alpha"), "stale_since"].date() == AS_OF + timedelta(days=7)
    assert later.loc[("shop", "gamma"), "reason"] == "no SHOP_TOKEN"
    assert not later.loc[("ingest", "alpha"), "applies"]
    assert pd.isna(later.loc[("ingest", "alpha"), "stale_since"])
    assert later.loc[("benchmarks", "alpha"), "observations"] == 5


def test_a_metric_comes_with_its_growth(warehouse: Warehouse) -> None:
    frame = warehouse.metric("shop.stars", ["alpha", "beta"])
    assert frame["framework"].unique().tolist() == ["alpha", "beta"]
    assert {"scope", "name", "day", "value", "increment", "unit", "licence"} <= set(frame.columns)
    assert frame["increment"].notna().sum() > 200
    assert warehouse.metric("shop.stars", []).empty


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda w: w.scores("pears"), "no comparison 'pears'. Did you mean 'pair'"),
        (lambda w: w.evidence("pair", "worth"), "no dimension 'worth'. Known: speed, use"),
        (lambda w: w.table("scorecards"), "Did you mean 'scorecard'"),
        (lambda w: w.table("duckdb_settings()"), "no table or view"),
        (lambda w: w.metric("shop.star", ["alpha"]), "Did you mean 'shop.stars'"),
        (lambda w: w.metric("shop.stars", ["delta"]), "no framework 'delta'"),
        (lambda w: w.body("../../etc/passwd"), "is not a SHA-256"),
    ],
)
def test_what_does_not_exist_is_said_with_what_does(warehouse: Warehouse, ask: object, why: str) -> None:
    with pytest.raises(InputError) as raised:
        ask(warehouse)  # type: ignore[operator]
    assert why in str(raised.value)


def test_bytes_that_are_not_here_say_where_they_should_be(warehouse: Warehouse) -> None:
    with pytest.raises(ArchiveError, match=r"archive/bodies/00/0{64}\.zst: the body is not there"):
        warehouse.body("0" * 64)


FORBIDDEN = (
    "drop table score",
    "delete from score",
    "update score set value = 10",
    "insert into score from score",
    "create table mine as select 1",
    "create temp table mine as select 1",
    "create or replace view scorecard as select 1",
    "create macro latest(x) as table select 1",
    "alter table score add column x int",
    "copy score to '{folder}/out.csv'",
    "copy (select 1) to '/dev/stdout'",
    "export database '{folder}/out'",
    "import database '{folder}'",
    "attach '{folder}/other.duckdb'",
    "attach ':memory:' as other",
    "detach touchstone",
    "checkpoint",
    "vacuum",
    "install httpfs",
    "load httpfs",
    "set threads = 8",
    "reset enable_external_access",
    "set enable_external_access = true",
    "set variable as_of = current_timestamp",
    "pragma enable_profiling = 'json'",
    "call enable_logging(storage = 'file', storage_config = {{'path': '{folder}/log'}})",
    "select * from enable_logging(storage = 'file', storage_config = {{'path': '{folder}/log'}})",
    "create secret (type s3)",
    "begin",
    "prepare q as select 1",
    "execute q",
    "select * from read_csv('{secret}')",
    "select * from read_text('{secret}')",
    "select * from read_blob('{secret}')",
    "select * from read_json('{secret}')",
    "select * from read_parquet('{secret}')",
    "select * from '{secret}'",
    "select * from glob('{folder}/*')",
    "select * from sniff_csv('{secret}')",
    "select * from query('copy score to ''{folder}/out.csv''')",
    "select * from duckdb_secrets()",
    "select * from parquet_metadata('{secret}')",
    "select 1; drop table score",
    "select 1; select 2",
    "",
    "-- nothing",
    "selec 1",
    "select nothing from score",
)  # fmt: skip


@pytest.mark.parametrize("query", FORBIDDEN)
def test_sql_can_neither_write_nor_look_elsewhere(house: House, tmp_path: Path, query: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with Warehouse.open(house.home) as opened:
        with pytest.raises(InputError):
            opened.sql(query.format(folder=tmp_path, secret=secret))
        assert len(opened.sql("from score")) == 8
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "query",
    [
        "select 1 as x",
        "from scorecard",
        "with a as (select 1) select * from a",
        "describe score",
        "summarize score",
        "show tables",
        "explain select * from scorecard",
        "select comment from duckdb_columns() where table_name = 'score'",
        "from latest_sum('shop.packages')",
        "values (1), (2);",
    ],
)
def test_sql_answers_whatever_only_reads(warehouse: Warehouse, query: str) -> None:
    assert len(warehouse.sql(query)) > 0


def test_one_question_leaves_no_trace_for_the_next(warehouse: Warehouse) -> None:
    warehouse.scores("pair", as_of=AS_OF - timedelta(weeks=20), known_by=NOW)
    frame = warehouse.sql("select getvariable('as_of') as x, (select count(*) from increment) as n")
    assert frame["x"].isna().all()
    assert frame["n"].iloc[0] > 500


def test_many_threads_share_one_warehouse(model_home: Path) -> None:
    with Warehouse.open(model_home) as opened, ThreadPoolExecutor(8) as pool:
        first = opened.scores("alone")
        weeks = [AS_OF - timedelta(weeks=week) for week in (1, 2)]
        asked = [pool.submit(opened.scores, "alone", as_of=week) for week in weeks * 2]
        asked += [pool.submit(opened.scores, "alone") for _ in range(8)]
        frames = [pool.submit(opened.evidence, "pair", "use") for _ in range(8)]
        assert [job.result() for job in asked[4:]] == [first] * 8
        assert asked[0].result() == asked[2].result() != asked[1].result()
        assert len({len(job.result()) for job in frames}) == 1


def test_a_file_can_be_opened_by_its_own_name(house: House) -> None:
    release = current(house.home)
    for file in (house.home / "touchstone.duckdb", release_path(house.home, release)):
        with Warehouse.open(file) as opened:
            assert opened.release == release
            sha = opened.evidence("pair", "use")["payload_sha256"].iloc[0]
            assert opened.body(sha)


@pytest.mark.parametrize("harm", ["empty", "text", "cut", "middle"])
def test_a_damaged_file_is_one_clear_error(house: House, harm: str) -> None:
    file = house.home / "touchstone.duckdb"
    raw = file.read_bytes()
    spoilt = bytes(byte ^ 0x5A for byte in raw[200_000:-100])
    file.write_bytes(
        {"empty": b"", "text": b"not a database\n" * 99, "cut": raw[:9000], "middle": raw[:200_000] + spoilt}[
            harm
        ]
    )
    with (
        pytest.raises(
            InputError, match=r"touchstone\.duckdb: cannot be read as a published database .*publish"
        ),
        Warehouse.open(file) as opened,
    ):
        for table in ("score_json", "observation", "payload", "indicator_value"):
            opened.table(table)


def test_a_database_of_something_else_is_one_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "other.duckdb"
    with duckdb.connect(file) as con:
        con.execute("create table t as select 1 as x")
    with pytest.raises(InputError, match="cannot be read as a published database"):
        Warehouse.open(file)


def test_a_file_of_another_version_says_so(house: House) -> None:
    file = house.home / "touchstone.duckdb"
    with duckdb.connect(file) as con:
        con.execute("update meta set value = '99' where key = 'format'")
    with pytest.raises(InputError, match=r"another version \(format 99, this one reads 3\)\. Publish again"):
        Warehouse.open(file)


def test_a_file_that_somebody_is_writing_says_so(house: House) -> None:
    file = house.home / "touchstone.duckdb"
    script = (
        "import duckdb, sys\ncon = duckdb.connect(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(InputError, match="lock"):
            Warehouse.open(file)
        with Warehouse.open(house.home) as opened:
            assert opened.scores("pair")
        other.communicate("")


def test_a_pointer_to_a_release_that_is_gone_says_so(house: House) -> None:
    release_path(house.home, current(house.home)).unlink()
    with pytest.raises(InputError, match=r"is gone\. Publish again"):
        Warehouse.open(house.home)


def test_nothing_published_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(NothingPublished, match="touchstone run"):
        Warehouse.open(tmp_path / "nowhere")
    assert issubclass(NothingPublished, TouchstoneError)


def test_an_outside_client_reads_the_file_and_its_macros(house: House) -> None:
    """Whoever opens the file with plain DuckDB finds views, comments and macros in it."""
    with closing(duckdb.connect(house.home / "touchstone.duckdb", read_only=True)) as con:
        con.execute("set variable as_of = date '2026-01-11'")
        early = con.execute(
            "select value from latest_sum('shop.packages') where framework = 'alpha'"
        ).fetchone()
        con.execute("reset variable as_of")
        late = con.execute(
            "select value from latest_sum('shop.packages') where framework = 'alpha'"
        ).fetchone()
        assert con.execute("select count(*) from scorecard").fetchone() == (8,)
    assert early is not None
    assert late is not None
    assert early[0] < late[0]


def test_no_score_of_a_day_before_all_evidence(warehouse: Warehouse) -> None:
    scores = warehouse.scores("pair", as_of=date(2020, 1, 1))
    assert [score.status for score in scores] == ["none", "none"]
