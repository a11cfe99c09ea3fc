"""One contract over every collector and every recorded answer: a case in tests/payloads is a test."""

import csv
import inspect
import json
import math
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import discover, metrics
from collectors._record import as_rows, read_case
from evidence.errors import PayloadChanged

PAYLOADS = Path(__file__).parent.parent / "payloads"
CASES = sorted(PAYLOADS.glob("*/*.about.json"))
COLLECTORS = sorted(discover())
NO_SHAPE_WE_KNOW = [
    b"{}",
    b"[]",
    b"",
    b"<!doctype html><html><body>Bad gateway</body></html>",
    b"null",
    b"\xff\xfe",
]
# A repository without releases says so with an empty list.
AN_EMPTY_LIST_IS_AN_ANSWER = {("github_rest", "/repos/pytorch/pytorch/releases")}

each_case = pytest.mark.parametrize("about", CASES, ids=lambda path: f"{path.parent.name}/{path.name[:-11]}")
each_collector = pytest.mark.parametrize("source", COLLECTORS)


def collector_of(about):
    return discover()[about.parent.name]


def parsed(about, **changes):
    return list(collector_of(about).parse(replace(read_case(about), **changes)))


@each_collector
def test_a_collector_has_the_signatures_that_flows_and_builds_rely_on(source):
    collector = discover()[source]
    assert str(inspect.signature(collector.fetch)) == (
        "(client: 'Client', framework: 'Framework') -> 'Iterator[Payload]'"
    )
    assert str(inspect.signature(collector.parse)) == "(payload: 'Payload') -> 'Iterator[Observation]'"


@each_collector
def test_a_source_says_who_it_is_what_it_counts_and_how_politely_it_is_asked(source):
    about = discover()[source].source
    assert about.id == source
    assert all([about.title, about.url, about.licence, about.citation, about.metrics])
    assert about.min_interval <= about.cadence
    assert about.budget >= 0 and about.backfill >= 0
    assert about.parser_version >= 1
    assert not about.token_required or about.token_env
    for metric in about.metrics:
        assert metric.id.split(".")[0] == source
        assert metric.unit and metric.kind in {"stock", "flow"}
        assert len(metric.description) > 20, f"{metric.id} must say what it counts and what it does not"


def test_metric_ids_are_declared_once():
    assert len(metrics()) == sum(len(collector.source.metrics) for collector in discover().values())


@each_collector
def test_every_collector_has_a_recorded_answer(source):
    assert any(about.parent.name == source for about in CASES)


@each_case
def test_a_recorded_answer_gives_the_expected_observations(about):
    with about.with_name(about.name.replace(".about.json", ".expected.csv")).open(newline="") as file:
        expected = [tuple(row) for row in csv.reader(file)][1:]
    assert list(as_rows(parsed(about))) == expected


@each_case
def test_observations_keep_the_rules(about):
    payload, declared = read_case(about), {one.id: one for one in collector_of(about).source.metrics}
    made = parsed(about)
    assert made
    for one in made:
        assert one.metric in declared
        assert (one.framework, one.scope, one.source) == (payload.framework, payload.scope, payload.source)
        assert one.payload_sha256 == payload.sha256
        assert one.start.tzinfo is UTC and one.end.tzinfo is UTC
        assert math.isfinite(one.value)
        assert one.start == one.end if declared[one.metric].kind == "stock" else one.start < one.end
        assert one.start <= payload.requested_at + timedelta(days=1)
    assert len({(one.metric, one.name, one.start, one.end) for one in made}) == len(made)


@each_case
def test_parse_is_a_function_of_the_bytes(about):
    assert parsed(about) == parsed(about)


@each_case
@pytest.mark.parametrize("body", NO_SHAPE_WE_KNOW, ids=repr)
def test_bytes_of_no_known_shape_are_refused(about, body):
    payload = read_case(about)
    if body == b"[]" and (payload.source, urlsplit(payload.url).path) in AN_EMPTY_LIST_IS_AN_ANSWER:
        assert parsed(about, body=body) == []
        return
    with pytest.raises(PayloadChanged, match=payload.sha256[:12]):
        parsed(about, body=body)


@each_case
def test_a_body_cut_short_is_refused(about):
    body = read_case(about).body
    with pytest.raises(PayloadChanged):
        parsed(about, body=body[: len(body) // 2 + 1])


def gives_observations_or_refuses(about, body):
    declared = {one.id for one in collector_of(about).source.metrics}
    try:
        made = parsed(about, body=body)
    except PayloadChanged:
        return
    assert all(one.metric in declared and math.isfinite(one.value) for one in made)
    assert len({(one.metric, one.name, one.start, one.end) for one in made}) == len(made)


@each_case
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_give_observations_or_a_refusal(about, body):
    gives_observations_or_refuses(about, body)


@each_case
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_recorded_answer_with_damage_gives_observations_or_a_refusal(about, data):
    body = bytearray(read_case(about).body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 12))
        body[at : at + length] = data.draw(st.one_of(st.binary(max_size=12), st.sampled_from(JSON_BITS)))
    gives_observations_or_refuses(about, bytes(body))


JSON_BITS = [b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"true", b"9" * 400, b'"0001-01-01"']
STRANGE = [
    "null",
    "true",
    "-1",
    "0.5",
    f"{10**30}",
    "1e308",
    '""',
    '"x"',
    '"0001-01-01T00:00:00"',
    "[]",
    "{}",
    "[[]]",
]


def places(value):
    """Every container and key at which a JSON value could be replaced."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


@each_case
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_recorded_answer_with_a_strange_value_gives_observations_or_a_refusal(about, data):
    if about.with_name(f"{about.name[:-11]}.json").exists():
        value = json.loads(read_case(about).body)
        for _ in range(data.draw(st.integers(1, 3))):
            container, key = data.draw(st.sampled_from(list(places(value)) or [([0], 0)]))
            container[key] = json.loads(data.draw(st.sampled_from(STRANGE)))
        gives_observations_or_refuses(about, json.dumps(value).encode())
