"""Building: the same material gives the same database, and every value knows when it was known."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from material import (
    AS_OF,
    NOW,
    PARSERS,
    SHOP,
    SOURCES,
    UNSCORED,
    House,
    campaign,
    catalog,
    figures,
    furnished,
    history,
    indicator,
    measurement,
    parse,
    payload,
    write_results,
)

from evidence import types
from evidence.errors import ArchiveError, CatalogError, CheckFailed, InputError
from warehouse import _sql
from warehouse.build import BuildReport, ResultFile, build
from warehouse.read import Warehouse

WEEK = timedelta(weeks=1)


def built(house: House, out: Path, **changed: Any) -> BuildReport:
    arguments = {**house.material(), "catalog": UNSCORED, "as_of": AS_OF, **changed}
    return build(out, **arguments)


def everything(file: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(_sql.open_for_reading(file)) as con:
        tables = [row["name"] for row in _sql.rows(con, "statements/tables")]
        return {table: _sql.contents(con, table) for table in tables if table != "meta"}


@pytest.fixture(scope="module")
def rebuilt(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model home, built another time from nothing but its bytes."""
    out = tmp_path_factory.mktemp("rebuilt") / "rebuilt.duckdb"
    built(House(model_home), out, catalog=catalog())
    return out


def test_two_builds_of_the_same_material_are_the_same_row_for_row(model_home: Path, rebuilt: Path) -> None:
    with Warehouse.open(model_home) as warehouse:
        published = warehouse.path
    first, second = everything(published), everything(rebuilt)
    assert first.keys() == second.keys()
    for table, rows in first.items():
        assert repr(rows) == repr(second[table]), table


def test_only_what_is_new_is_parsed(house: House, tmp_path: Path) -> None:
    counted: list[str] = []

    def counting(answer: types.Payload) -> Iterator[types.Observation]:
        counted.append(answer.sha256)
        return parse(answer)

    parsers = {**PARSERS, "shop": counting}
    parsed = tmp_path / "parsed"
    first = built(house, tmp_path / "1.duckdb", parsers=parsers, parsed=parsed)
    assert (first.parsed, len(counted)) == (4, 4)
    again = built(house, tmp_path / "2.duckdb", parsers=parsers, parsed=parsed)
    assert (again.parsed, len(counted)) == (0, 4)
    news = payload("alpha", [["shop.stars", *[(NOW + WEEK).isoformat()] * 2, 20_000]], at=NOW + WEEK)
    house.receive("20260308T200000Z-second", [news])
    third = built(house, tmp_path / "3.duckdb", parsers=parsers, parsed=parsed)
    assert (third.parsed, counted[4:]) == (1, [news.sha256])
    assert third.observations == first.observations + 1


def test_a_run_that_goes_on_has_only_its_new_answers_parsed(bare: House, tmp_path: Path) -> None:
    answers = history()
    with pytest.raises(KeyboardInterrupt), bare.archive.writer("run") as writer:
        writer.save(answers[0])
        raise KeyboardInterrupt
    assert built(bare, tmp_path / "1.duckdb", parsed=tmp_path / "parsed").parsed == 1
    bare.receive("run", answers[1:])
    assert built(bare, tmp_path / "2.duckdb", parsed=tmp_path / "parsed").parsed == 3
    whole = built(bare, tmp_path / "3.duckdb")
    assert (
        everything(tmp_path / "3.duckdb")["observation"] == everything(tmp_path / "2.duckdb")["observation"]
    )
    assert whole.parsed == 4


@pytest.mark.parametrize("harm", [b"", b"no parquet at all", None])
def test_a_damaged_part_is_parsed_anew(house: House, tmp_path: Path, harm: bytes | None) -> None:
    parsed = tmp_path / "parsed"
    built(house, tmp_path / "1.duckdb", parsed=parsed)
    (part,) = parsed.glob("*/*.parquet")
    part.write_bytes(part.read_bytes()[:-100] if harm is None else harm)
    assert built(house, tmp_path / "2.duckdb", parsed=parsed).parsed == 4


def test_a_new_parser_version_parses_everything_and_forgets_the_old_parts(
    house: House, tmp_path: Path
) -> None:
    parsed = tmp_path / "parsed"
    built(house, tmp_path / "1.duckdb", parsed=parsed)
    newer = (dataclasses.replace(SHOP, parser_version=2), *SOURCES[1:])
    assert built(house, tmp_path / "2.duckdb", parsed=parsed, sources=newer).parsed == 4
    assert [file.name for file in parsed.glob("*/*.parquet")] == ["20260301T200000Z-first.0-v2.parquet"]


def open_built(bare: House, **changed: Any) -> Warehouse:
    out = bare.home / "built.duckdb"
    built(bare, out, **changed)
    return Warehouse.open(out)


def stand(value: float, at: datetime, metric: str = "shop.packages") -> list[object]:
    return [metric, at.isoformat(), at.isoformat(), value]


def test_a_vintage_is_kept_only_where_the_value_changed(bare: House) -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    for number, value in enumerate((100, 100, 90, 100)):
        bare.receive(f"run{number}", [payload("alpha", [stand(value, at)], at=at + number * WEEK)])
    with open_built(bare) as warehouse:
        rows = warehouse.sql(
            "select value, retrieved_at, superseded_at from observation order by retrieved_at"
        )
    naive = at.replace(tzinfo=None)
    assert rows["value"].tolist() == [100, 90, 100]
    assert rows["retrieved_at"].tolist() == [naive, naive + 2 * WEEK, naive + 3 * WEEK]
    assert rows["superseded_at"].tolist()[:2] == [naive + 2 * WEEK, naive + 3 * WEEK]
    assert rows["superseded_at"].isna().tolist() == [False, False, True]


def test_the_bytes_of_a_value_are_those_that_first_gave_it(bare: House) -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    answers = [
        payload("alpha", [stand(1, at), stand(number, at + WEEK)], at=at + number * WEEK) for number in (1, 2)
    ]
    for number, answer in enumerate(answers):
        bare.receive(f"run{number}", [answer])
    with open_built(bare) as warehouse:
        frame = warehouse.metric("shop.packages", ["alpha"])
    assert frame["payload_sha256"].tolist() == [answers[0].sha256, answers[1].sha256]


def test_a_score_of_the_past_uses_nothing_observed_later(house: House) -> None:
    """Vintage purity: later observations change nothing (SCORING 5.1)."""
    past = AS_OF - 10 * WEEK
    cut = datetime.combine(past, datetime.min.time(), tzinfo=UTC) + timedelta(days=1)
    with Warehouse.open(house.home) as warehouse:
        scores = warehouse.scores("pair", as_of=past)

    def known(answer: types.Payload) -> Iterator[types.Observation]:
        return (found for found in parse(answer) if found.end <= cut and found.start < cut)

    out = house.home / "then.duckdb"
    results = [ResultFile(write_results(house.home / "none.jsonl", []), "own")]
    built(
        house,
        out,
        parsers={**PARSERS, "shop": known},
        as_of=past,
        result_files=results,
        catalog=house.catalog,
    )
    with Warehouse.open(out) as then:
        assert then.scores("pair") == scores
    assert scores[0].contrast is not None
    assert scores[1].status == "none"


def test_known_by_uses_only_what_had_been_retrieved(house: House) -> None:
    """A restated history must not change what was known before it was restated."""
    later = NOW + WEEK
    other = [[metric, start, end, value * 3] for metric, start, end, value in figures("beta")]
    house.receive("20260308T200000Z-restated", [payload("beta", other, at=later)])
    before = Warehouse.open(house.home)
    published = before.scores("pair")
    before.close()
    house.publish(as_of=AS_OF, now=later)
    with Warehouse.open(house.home) as warehouse:
        restated_scores = warehouse.scores("pair")
        assert warehouse.scores("pair", known_by=NOW) == published
        assert warehouse.scores("pair", known_by=NOW.date()) == published
        assert warehouse.scores("pair", known_by=later) == restated_scores
        assert restated_scores != published
        nothing = warehouse.scores("pair", known_by=NOW - 52 * WEEK)
        assert [score.status for score in nothing] == ["none", "none"]
        assert all(value is None for score in nothing for value in score.scores.values())


def test_live_scores_are_the_published_ones_bit_for_bit(house: House) -> None:
    with Warehouse.open(house.home) as first, Warehouse.open(house.home) as second:
        published = first.scores()
        assert first.scores(as_of=AS_OF) == published
        assert second.scores(as_of=AS_OF, known_by=NOW + WEEK) == published
        past = date(2026, 1, 10)
        assert repr(first.scores(as_of=past)) == repr(second.scores(as_of=past))


def test_growth_is_known_from_the_observation_that_completed_it(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        rows = warehouse.sql(
            "from increment where name = 'alpha' and metric = 'shop.stars' order by week_start"
        )
    assert len(rows) > 70
    assert (rows["known_at"] >= rows["week_start"] + timedelta(days=7)).all()
    assert rows["payload_sha256"].str.len().eq(64).all()
    assert rows["increment"].between(30, 55).all()


def test_growth_is_kept_and_computed_anew_only_for_what_changed(house: House, tmp_path: Path) -> None:
    """A figure put into the kept file by hand shows whether it was read or computed."""
    parsed, kept = tmp_path / "parsed", tmp_path / "parsed" / "increments.parquet"
    built(house, tmp_path / "1.duckdb", parsed=parsed)
    first = everything(tmp_path / "1.duckdb")["increment"]
    table = pq.read_table(kept)
    marked = pa.array([1e6] * table.num_rows)
    pq.write_table(table.set_column(table.schema.get_field_index("increment"), "increment", marked), kept)
    at = (NOW + WEEK).isoformat()
    news = payload("beta", [["shop.stars", at, at, 12_040]], at=NOW + WEEK)
    house.receive("20260308T200000Z-second", [news])
    built(house, tmp_path / "2.duckdb", parsed=parsed)
    second = everything(tmp_path / "2.duckdb")["increment"]
    anew = [row for row in second if row["increment"] < 1e6]
    assert {(row["metric"], row["name"]) for row in anew} == {("shop.stars", "beta")}
    assert len(second) == len(first) + 1
    kept.write_bytes(b"damaged")
    built(house, tmp_path / "3.duckdb", parsed=parsed)
    third = everything(tmp_path / "3.duckdb")["increment"]
    assert max(row["increment"] for row in third) < 100
    assert [row for row in third if row not in first][-1]["known_at"] == (NOW + WEEK).replace(tzinfo=None)


def test_where_no_name_is_added_the_broad_scope_is_the_core(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        frame = warehouse.sql("from indicator_value where comparison = 'pair' and framework = 'alpha'")
    values = frame.groupby(["indicator", "scope"])["value"].max().unstack()
    assert values.loc["docs", "core"] == values.loc["docs", "broad"]
    assert values.loc["step", "core"] == values.loc["step", "broad"]
    assert values.loc["packages", "broad"] == values.loc["packages", "core"] + 50 + 3 + 80
    assert values.loc["new_stars", "broad"] > values.loc["new_stars", "core"]
    windows = frame.groupby("indicator")["window_weeks"].agg(lambda weeks: sorted(set(weeks.dropna())))
    assert windows["new_stars"] == [26, 52, 104]
    assert windows["downloads"] == [13, 26, 52]
    assert windows["docs"] == []


def test_a_quantity_that_can_fall_below_zero_has_no_growth(bare: House) -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    bare.receive("run", [payload("alpha", [stand(-week, at + week * WEEK) for week in range(6)], at=NOW)])
    with open_built(bare) as warehouse:
        assert warehouse.table("increment").empty


def test_refused_answers_and_lines_are_reported_and_kept_out(house: House) -> None:
    changed = payload("beta", [], at=NOW, body=b"<html>maintenance</html>")
    house.receive("20260301T210000Z-changed", [changed])
    results = house.home / "results" / "own.jsonl"
    with results.open("ab") as file:
        file.write(b'{"schema": 99}\n\xff\xfe not text\n{"torn": ')
    report = house.publish(now=NOW + WEEK).report
    assert report is not None
    assert {item.place for item in report.refused} == {
        f"bodies/{changed.sha256[:2]}/{changed.sha256}.zst",
        "own.jsonl:11",
        "own.jsonl:12",
        "own.jsonl:13",
    }
    assert report.measurements == 10
    assert report.warnings["warn_refused"] == 4
    with Warehouse.open(house.home) as warehouse:
        assert warehouse.table("refused")["reason"].str.contains("no figures").any()
        assert len(warehouse.table("measurement")) == 10
        assert warehouse.body(changed.sha256) == changed.body


def test_a_source_that_is_gone_is_reported_and_its_answers_stay(house: House) -> None:
    house.parsers = {}
    report = house.publish(now=NOW + WEEK).report
    assert report is not None
    assert {item.reason for item in report.refused} == {"no parser for source 'shop'"}
    assert report.payloads == 4


def test_a_metric_that_is_no_longer_declared_is_kept_out_and_reported(house: House, tmp_path: Path) -> None:
    fewer = dataclasses.replace(
        SHOP, metrics=tuple(item for item in SHOP.metrics if item.id != "shop.downloads")
    )
    kept = tuple(item for item in catalog().indicators if "shop.downloads" not in item.needs)
    report = built(
        house, tmp_path / "1.duckdb", sources=(fewer, *SOURCES[1:]), catalog=catalog(indicators=kept)
    )
    with Warehouse.open(tmp_path / "1.duckdb") as warehouse:
        assert warehouse.sql("select distinct metric from observation")["metric"].tolist() == [
            "shop.packages",
            "shop.stars",
        ]
        assert warehouse.table("refused")["reason"].str.contains("no source declares shop.downloads").all()
    assert report.warnings["warn_refused"] == 4


def test_a_parser_that_reads_infinity_has_its_answer_refused_as_a_whole(bare: House) -> None:
    at = NOW.isoformat()
    bare.receive("run", [payload("alpha", [["shop.stars", at, at, 1], ["shop.packages", at, at, "inf"]])])
    with open_built(bare) as warehouse:
        assert warehouse.table("observation").empty
        (reason,) = warehouse.table("refused")["reason"]
    assert reason.startswith("the parser read a value that is not finite")


def test_a_line_that_is_committed_and_imported_counts_once(house: House, tmp_path: Path) -> None:
    committed = ResultFile(write_results(tmp_path / "shipped.jsonl", campaign()), "committed")
    built(house, tmp_path / "1.duckdb", result_files=[*house.result_files(), committed])
    with Warehouse.open(tmp_path / "1.duckdb") as warehouse:
        assert warehouse.table("measurement")["origin"].tolist() == ["committed"] * 10


def test_a_damaged_body_stops_the_build_with_its_place_and_its_mend(house: House, tmp_path: Path) -> None:
    victim = next(house.archive.entries())
    house.archive.location(victim.sha256).write_bytes(b"rot")
    with pytest.raises(ArchiveError, match=victim.sha256):
        built(house, tmp_path / "1.duckdb")
    assert list(tmp_path.glob("1.duckdb*")) == []


REST = "timestamp '2026-01-01' as observed_at, ['x'] as payloads"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("selec 1", "syntax error"),
        ("select 1 as framework", "column 'observed_at' is missing"),
        (
            "select 'alpha' as framework, 1.0 as value, null::timestamp as observed_at, ['x'] as payloads",
            "is null",
        ),
        (
            f"select 'alpha' as framework, 1.0 as value, {REST} from range(2)",
            "two rows for alpha",
        ),
        ("from latest_sum('shop.packages') where nothing > 1", "nothing"),
    ],
)
def test_an_indicator_that_cannot_be_computed_is_named(bare: House, sql: str, why: str) -> None:
    bare.catalog = catalog(indicators=(indicator("odd", "use", sql),))
    with pytest.raises(CatalogError, match=r"indicators/use/odd\.sql") as raised:
        built(bare, bare.home / "1.duckdb", catalog=bare.catalog)
    assert why in str(raised.value)


def test_an_indicator_that_needs_what_nobody_delivers_is_named(bare: House) -> None:
    bare.catalog = catalog(indicators=(indicator("odd", "use", "", needs=("shop.unheard_of",)),))
    with pytest.raises(CatalogError, match=r"odd\.toml: needs: no source delivers 'shop.unheard_of'"):
        built(bare, bare.home / "1.duckdb", catalog=bare.catalog)


def test_an_indicator_that_divides_by_zero_stops_the_build(bare: House) -> None:
    sql = f"select 'alpha' as framework, 1.0 / 0.0 as value, {REST}"
    bare.catalog = catalog(indicators=(indicator("odd", "use", sql),))
    with pytest.raises(CheckFailed, match=r"indicator_value_is_finite.*odd"):
        built(bare, bare.home / "1.duckdb", catalog=bare.catalog)


def test_a_comparison_of_one_has_a_score_and_no_contrast(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        (score,) = warehouse.scores("alone")
        assert score.contrast is None
        assert score.scores["gamma"] is not None
        row = warehouse.sql("from contrast where comparison = 'alone'").iloc[0]
    assert (row["first"], row["second"]) == ("gamma", None)


def test_an_empty_home_gives_an_empty_table_that_says_what_is_missing(bare: House) -> None:
    release = bare.publish()
    with Warehouse.open(bare.home) as warehouse:
        scores = warehouse.scores("pair")
        assert [score.status for score in scores] == ["none", "none"]
        assert {item.indicator for score in scores for item in score.missing} == {
            "new_stars", "downloads", "packages", "step", "docs",
        }  # fmt: skip
        assert warehouse.evidence("pair", "use").empty
        assert len(warehouse.sql("from scorecard where comparison = 'pair'")) == 4
    assert release.report is not None
    assert release.report.observations == 0


def test_a_build_never_overwrites(house: House) -> None:
    with pytest.raises(InputError, match="exists already"):
        built(house, house.home / "touchstone.duckdb")


def test_a_result_file_that_is_gone_is_named(house: House, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl: cannot be read"):
        built(house, tmp_path / "1.duckdb", result_files=[ResultFile(tmp_path / "gone.jsonl", "own")])


def test_a_fault_that_a_table_forbids_stops_the_build(bare: House) -> None:
    at, before = NOW.isoformat(), (NOW - WEEK).isoformat()
    bare.receive("run", [payload("alpha", [["shop.downloads", at, before, 1]])])
    with pytest.raises(CheckFailed, match="table_constraints"):
        built(bare, bare.home / "1.duckdb", catalog=bare.catalog)
    assert not list(bare.home.glob("1.duckdb*"))


def columns(table: str) -> set[str]:
    with duckdb.connect() as con:
        _sql.run(con, "schema")
        return set(con.table(table).columns)


OBSERVATION = {"start": "start_at", "end": "end_at"}
SOURCE = {"cadence": "cadence_days", "min_interval": "min_interval_hours"}
INDICATOR = {"title": "title_en", "par": "par_value", "max_age": "max_age_days"}


@pytest.mark.parametrize(
    ("kind", "table", "renamed", "elsewhere", "added"),
    [
        (types.Observation, "observation", OBSERVATION, set(), {"retrieved_at", "superseded_at"}),
        (types.Attempt, "attempt", {}, set(), set()),
        (types.Payload, "payload", {}, {"body"}, {"bytes", "run", "location"}),
        (types.Measurement, "measurement", {}, set(), {"origin", "file", "line", "line_sha256", "text"}),
        (types.Metric, "metric", {}, set(), {"source"}),
        (
            types.Source, "source", SOURCE,
            {"metrics", "token_required", "optional_names", "pause", "backfill"}, set(),
        ),
        (types.Indicator, "indicator", INDICATOR, set(), {"title_zh", "par_kind", "par_date", "par_source"}),
        (types.Claim, "claim", {}, set(), {"comparison"}),
        (types.Reading, "indicator_value", {}, set(), {"comparison", "as_of"}),
        (types.Missing, "missing", {"gaps": "reason"}, set(), {"comparison", "dimension", "as_of"}),
        (
            types.Contribution, "contribution", {}, {"raw", "scores", "observed_at", "payloads"},
            {"comparison", "dimension", "as_of"},
        ),
        (types.Break, "source_break", {"start": "starts_on", "end": "ends_on"}, set(), set()),
    ],
)  # fmt: skip
def test_tables_hold_what_the_types_say(
    kind: type, table: str, renamed: dict[str, str], elsewhere: set[str], added: set[str]
) -> None:
    fields = {renamed.get(field.name, field.name) for field in dataclasses.fields(kind)} - elsewhere
    assert fields | added == columns(table)


def test_every_table_view_column_and_macro_says_what_it_is(rebuilt: Path) -> None:
    silent = """
        with said as (
            select table_name as name, column_name as part, comment, internal from duckdb_columns()
            union all select table_name, '', comment, internal from duckdb_tables()
            union all select view_name, '', comment, internal from duckdb_views()
            union all select function_name, '', comment, internal from duckdb_functions()
        )
        select name, part from said where not internal and coalesce(trim(comment), '') = ''
    """
    with Warehouse.open(rebuilt) as warehouse:
        assert warehouse.sql(silent).values.tolist() == []


def test_samples_and_counts_survive_the_way_through_the_database(house: House) -> None:
    with Warehouse.open(house.home) as warehouse:
        row = warehouse.sql(
            "select value, samples, machine->>'cpu' as cpu from measurement "
            "where metric = 'bench.train_step' order by line limit 1"
        ).iloc[0]
        counts = warehouse.sql("from indicator_value where indicator = 'docs' and framework = 'alpha'").iloc[
            0
        ]
    assert list(row["samples"]) == [row["value"]]
    assert row["cpu"] == "invented"
    assert (counts["successes"], counts["trials"]) == (80, 100)


def test_a_framework_measured_under_another_name_is_found(bare: House) -> None:
    renamed = tuple(
        dataclasses.replace(item, names={"core": {"benchmarks": (f"{item.id}-bench",)}, "broad": {}})
        for item in catalog().frameworks
    )
    bare.catalog = catalog(frameworks=renamed)
    found = [dataclasses.replace(item, framework=f"{item.framework}-bench") for item in campaign()]
    write_results(bare.home / "results" / "own.jsonl", found)
    with open_built(bare, catalog=bare.catalog) as warehouse:
        (speed,) = (score for score in warehouse.scores("pair") if score.dimension == "speed")
    assert {item.indicator for item in speed.contributions} == {"step", "docs"}


def test_furnishing_twice_is_the_same_house(tmp_path: Path) -> None:
    """The material itself is deterministic, or the comparisons above would mean nothing."""
    one, two = furnished(tmp_path / "1"), furnished(tmp_path / "2")
    assert list(one.archive.entries()) == list(two.archive.entries())
    assert measurement("equivalence", "alpha", 1e-12) == measurement("equivalence", "alpha", 1e-12)
