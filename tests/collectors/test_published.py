"""The hand-kept tables: their shape, their promises, and values checked by hand against the publications."""

import csv
import hashlib
from collections import Counter
from datetime import UTC, datetime

import pytest

from collectors import published
from collectors._http import Client
from evidence.errors import Absent, PayloadChanged
from evidence.types import Framework, Payload

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
IDS = ("pytorch", "tensorflow", "keras", "jax", "paddle", "mxnet")
LONG = "subject,metric,name,value,unit,observed_on,source,source_ref,licence,quality,note\n"
GOOD = "acme,published.step_time,,2.5,ms,2022-05,a page,https://a.example,MIT,official,\n"


def framework(name, **broad):
    return Framework(id=name, title=name.title(), names={"core": {"published": (name,)}, "broad": broad})


def fetched(name):
    with Client(published.SOURCE, clock=lambda: NOW) as client:
        return list(published.fetch(client, framework(name)))


def figures(name):
    return [one for payload in fetched(name) for one in published.parse(payload)]


def table(body, name="acme"):
    body = body.encode()
    url, sha256 = "published_tables/made_up.csv", hashlib.sha256(body).hexdigest()
    return Payload("published", "acme_ml", "broad", name, url, NOW, 200, {}, sha256, body)


def values(name, metric, series=None):
    found = [one for one in figures(name) if one.metric == metric and one.name == (series or name)]
    return {one.end.date().isoformat(): one.value for one in found}


@pytest.mark.parametrize("name", IDS)
def test_every_line_of_every_table_can_be_read_for_every_framework(name):
    made = figures(name)
    assert len(made) > 300
    keys = Counter((one.metric, one.name, one.start, one.end) for one in made)
    assert max(keys.values()) == 1
    assert all(one.licence and one.ref for one in made)


def test_no_line_belongs_to_a_subject_nobody_asks_for():
    for file in published.TABLES.glob("*.csv"):
        with file.open(newline="") as lines:
            assert {row["subject"] for row in csv.DictReader(lines)} <= {*IDS, published.EVERY_FRAMEWORK}


def test_the_tables_stay_small():
    assert sum(file.stat().st_size for file in published.TABLES.iterdir()) <= 600_000


def test_each_table_is_one_payload_of_the_whole_file_and_costs_no_request():
    payloads = fetched("pytorch")
    assert [one.url for one in payloads] == [
        f"published_tables/{file.name}" for file in sorted(published.TABLES.glob("*.csv"))
    ]
    assert {one.sha256 for one in payloads} == {one.sha256 for one in fetched("jax")}
    assert all((published.TABLES.parent / one.url).read_bytes() == one.body for one in payloads)
    assert {one.requested_at for one in payloads} == {NOW}
    assert published.SOURCE.budget == 0


def test_a_framework_no_table_knows_is_absent():
    with pytest.raises(Absent, match="'chainer'"):
        fetched("chainer")


def test_broad_names_are_read_under_their_own_scope():
    both = framework("tensorflow", published=("keras",))
    with Client(published.SOURCE) as client:
        scopes = {(one.scope, one.name) for one in published.fetch(client, both)}
    assert scopes == {("core", "tensorflow"), ("broad", "keras")}


@pytest.mark.parametrize(
    ("name", "metric", "series", "day", "value"),
    [
        # reports/20230101_20240101/top_projects_by_authors.txt, line 5
        ("pytorch", "published.cncf_authors", None, "2024-01-01", 3003),
        ("tensorflow", "published.cncf_authors", None, "2024-01-01", 1051),
        # data_analysis/data.csv: NeurIPS,12/19,182,104,1427
        ("pytorch", "published.conference_papers_mentioning", "NeurIPS", "2019-12-31", 182),
        ("tensorflow", "published.conference_papers_mentioning", "NeurIPS", "2019-12-31", 104),
        ("tensorflow", "published.conference_papers", "NeurIPS", "2019-12-31", 1427),
        ("pytorch", "published.hn_hiring_mentions", None, "2024-06-01", 4),
        ("tensorflow", "published.hn_hiring_mentions", None, "2024-06-01", 3),
        ("pytorch", "published.hn_hiring_posts", None, "2024-06-01", 409),
        ("pytorch", "published.mlperf_training_results", None, "2025-11-05", 152),
        ("tensorflow", "published.mlperf_training_results", None, "2025-11-05", 0),
        ("tensorflow", "published.mlperf_training_results_total", None, "2025-11-05", 185),
        ("tensorflow", "published.mlperf_training_results_cv", None, "2018-12-12", 9),
        ("tensorflow", "published.mlperf_inference_systems", "tensorflow_lite", "2025-09-04", 6),
        ("pytorch", "published.transformers_architectures", None, "2026-11-13", 523),
        ("tensorflow", "published.transformers_architectures", None, "2026-11-13", 0),
        ("tensorflow", "published.kaggle_usage", None, "2022-12-31", 0.331416),
        ("pytorch", "published.kaggle_no_answer", None, "2022-12-31", 0.323249),
        ("pytorch", "published.stackoverflow_loved", None, "2022-12-31", 0.6829),
        ("tensorflow", "published.stackoverflow_questions", None, "2020-06-13", 9340),
        ("pytorch", "published.paper_implementations", None, "2020-12-31", 0.47),
        ("pytorch", "published.step_time", "BERT fit, sequence 512, batch 32", "2024-05-31", 202.43),
        ("tensorflow", "published.step_time", "BERT fit, sequence 512, batch 32", "2024-05-31", 214.49),
        ("pytorch", "published.throughput", "ResNet-50 v1.5 training, images", "2021-03-31", 2470),
    ],
)
def test_a_figure_is_the_one_that_was_published(name, metric, series, day, value):
    assert values(name, metric, series)[day] == value


def test_like_for_like_speeds_have_two_sides_and_the_others_say_why_not():
    with (published.TABLES / "speed.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    sides = Counter((row["metric"], row["name"]) for row in lines if row["comparable"] == "yes")
    assert min(sides.values()) >= 2
    for row in lines:
        assert row["metric"].endswith("_context") == (row["comparable"] == "no")
        assert row["why"] and row["hardware"] and row["precision"]


def test_counts_of_a_round_do_not_exceed_its_total():
    for part in ("results", "results_cv", "results_nlp"):
        counted = Counter()
        for name in IDS:
            counted.update(values(name, f"published.mlperf_training_{part}"))
        for day, total in values("jax", f"published.mlperf_training_{part}_total").items():
            assert counted[day] <= total


@pytest.mark.parametrize(
    ("text", "day"), [("2022", "2022-12-31"), ("2024-02", "2024-02-29"), ("2022-05-07", "2022-05-07")]
)
def test_a_partial_date_is_the_end_of_its_period(text, day):
    (one,) = published.parse(table(LONG + GOOD.replace("2022-05", text)))
    assert one.start == one.end == datetime.fromisoformat(f"{day}T00:00:00+00:00")
    assert (one.framework, one.scope, one.name, one.value) == ("acme_ml", "broad", "acme", 2.5)


def test_a_base_is_given_to_whoever_asks():
    (one,) = published.parse(table(LONG + GOOD.replace("acme", "*", 1)))
    assert one.framework == "acme_ml"


def test_a_flow_is_half_open():
    head = LONG.replace("observed_on", "start,end")
    line = "acme,published.cncf_authors,,7,people,2020-01-01,2021-01-01,a,b,MIT,official,\n"
    (one,) = published.parse(table(head + line))
    assert (one.start, one.end) == (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (LONG + GOOD + GOOD.replace("2.5", "1"), "line 3, column 'metric': the figure of line 2 again"),
        (LONG + GOOD.replace("2.5", "nan"), "line 2, column 'value': 'nan': not a finite number"),
        (LONG + GOOD.replace("2.5", ""), "line 2, column 'value': '': not a finite number"),
        (LONG + GOOD.replace("2.5", "9" * 400), "not a finite number"),
        (LONG + GOOD.replace("2022-05", "2022-13"), "line 2, column 'observed_on'"),
        (LONG + GOOD.replace("2022-05", "soon"), "not a year, a month or a day"),
        (LONG + GOOD.replace("ms", "s"), "line 2, column 'unit': 's': must be ms"),
        (
            LONG + GOOD.replace("step_time", "fame"),
            "line 2, column 'metric': 'published.fame': not a declared",
        ),
        (LONG + GOOD.replace("official", "rumour"), "line 2, column 'quality'"),
        (LONG + GOOD.replace("MIT", ""), "line 2, column 'licence': '': must not be empty"),
        (LONG + GOOD.replace(",official", ""), "line 2, column 'note': 10 cells for 11 columns"),
        (
            LONG + GOOD.replace("step_time,,2.5,ms", "cncf_authors,,2.5,people"),
            "is a flow, the table's dates",
        ),
        (LONG.replace("licence,", "") + GOOD, "line 1, column 'licence'"),
        (LONG.replace("note", "unit") + GOOD, "line 1, column 'note'"),
        (LONG + GOOD.replace("a page", '"a page'), "not a CSV table"),
        (LONG + GOOD.rstrip(), "the last line is not complete"),
    ],
)
def test_a_malformed_table_is_refused_with_its_line_and_column(body, said):
    with pytest.raises(PayloadChanged, match=r"body .*kept") as refused:
        list(published.parse(table(body)))
    assert said in str(refused.value)


def test_a_flow_that_ends_before_it_starts_is_refused():
    head = LONG.replace("observed_on", "start,end")
    line = "acme,published.cncf_authors,,7,people,2021-01-01,2021-01-01,a,b,MIT,official,\n"
    with pytest.raises(PayloadChanged, match="column 'end': 2021-01-01 is not after 2021-01-01"):
        list(published.parse(table(head + line)))
