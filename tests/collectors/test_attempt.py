"""What becomes of one source asked about one framework. All answers here are invented."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from collectors import Collector, attempt
from collectors._parse import as_number, json_object, observations, stock
from evidence.errors import PayloadChanged
from evidence.types import Framework, Metric, Observation, Payload, Source

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCE = Source(
    id="demo",
    title="Demo",
    url="https://demo.example/",
    licence="none",
    citation="none",
    needs="demo",
    metrics=(Metric("demo.x", "x", "stock", "an invented quantity that means nothing"),),
    token_env="DEMO_TOKEN",
)
FRAMEWORK = Framework("f", "F", {"core": {"demo": ("a",)}, "broad": {"demo": ("b",)}})


def fetch(client, framework) -> Iterator[Payload]:
    yield from client.each(framework, lambda one, subject: iter([one.get(subject.name, subject)]))


def parse(payload) -> Iterator[Observation]:
    def read(payload):
        yield stock(payload, "demo.x", payload.requested_at, as_number(json_object(payload)["x"]))

    yield from observations(payload, read)


@pytest.fixture
def ask(httpserver, monkeypatch, tmp_path):
    """Attempt the demo source; what it saves is in `ask.saved`, what an earlier run saved in `archive`."""
    monkeypatch.setenv("TOUCHSTONE_DEMO_URL", httpserver.url_for("/"))
    saved = []

    def run(*, source=SOURCE, framework=FRAMEWORK, archive=(), at=NOON, fetch=fetch):
        known = {payload.url: payload for payload in archive}
        return attempt(
            Collector(source, fetch, parse),
            framework,
            run="r1",
            save=saved.append,
            previous=known.get,
            home=tmp_path,
            clock=lambda: at,
            sleep=lambda _seconds: None,
        )

    run.saved = saved
    return run


def serve(httpserver, **bodies):
    for name, body in bodies.items():
        status = 404 if body is None else 200
        httpserver.expect_request(f"/{name}").respond_with_data(
            body or b"", status=status, headers={"ETag": f'"{name}"'}
        )


def test_all_well(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}', b=b'{"x": 2}')
    made = ask()
    assert (made.run, made.source, made.framework, made.started_at) == ("r1", "demo", "f", NOON)
    assert (made.outcome, made.reason, made.requests, made.bytes) == ("ok", "", 2, 16)
    assert [(one.scope, one.name) for one in ask.saved] == [("core", "a"), ("broad", "b")]
    assert made.seconds >= 0


def test_a_framework_that_the_source_has_no_name_for(ask):
    made = ask(framework=Framework("f", "F", {}))
    assert (made.outcome, made.reason, made.requests) == (
        "not_applicable",
        "the framework has no demo name",
        0,
    )


def test_a_token_that_is_required_and_missing(ask):
    made = ask(source=replace(SOURCE, token_required=True))
    assert (made.outcome, made.reason, made.requests) == ("failed", "no DEMO_TOKEN", 0)


def test_a_token_that_cannot_be_sent(ask, monkeypatch):
    monkeypatch.setenv("DEMO_TOKEN", "s3cretß")
    made = ask()
    assert made.outcome == "failed"
    assert "DEMO_TOKEN" in made.reason and "s3cret" not in made.reason


def test_a_source_that_knows_none_of_the_names(ask, httpserver):
    serve(httpserver, a=None, b=None)
    made = ask()
    assert made.outcome == "absent"
    assert "404 NOT FOUND" in made.reason and httpserver.url_for("/a") in made.reason
    assert not ask.saved


def test_a_source_that_knows_some_of_the_names(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}', b=None)
    made = ask()
    assert (made.outcome, made.reason) == ("ok", "b is absent")


def test_a_body_that_is_not_what_we_know_is_kept_and_the_rest_is_asked(ask, httpserver):
    serve(httpserver, a=b"<html>Maintenance</html>", b=b'{"x": 2}')
    made = ask()
    assert made.outcome == "failed"
    assert "kept" in made.reason and "The interface may have changed" in made.reason
    assert [one.body for one in ask.saved] == [b"<html>Maintenance</html>", b'{"x": 2}']


def test_a_fault_after_the_first_answer_keeps_the_first(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}')
    httpserver.expect_request("/b").respond_with_data("", status=500)
    made = ask()
    assert made.outcome == "failed"
    assert made.reason.startswith("500 INTERNAL SERVER ERROR")
    assert [one.name for one in ask.saved] == ["a"]


def test_a_rate_limit_says_until_when(ask, httpserver):
    httpserver.expect_request("/a").respond_with_data("", status=429, headers={"Retry-After": "3600"})
    made = ask()
    assert (made.outcome, made.requests) == ("failed", 1)
    assert made.reason.startswith("rate limited until 2026-11-23 13:00 UTC")


def test_a_spent_budget_is_capped_and_what_came_is_kept(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}', b=b'{"x": 2}')
    made = ask(source=replace(SOURCE, budget=1))
    assert made.outcome == "capped"
    assert made.reason.startswith("the budget of 1 requests is spent")
    assert [one.name for one in ask.saved] == ["a"]


def test_the_next_run_resumes_where_the_last_one_stopped(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}', b=b'{"x": 2}')
    ask(source=replace(SOURCE, budget=1))
    made = ask(source=replace(SOURCE, budget=1), archive=ask.saved)
    assert (made.outcome, made.requests) == ("ok", 1)
    assert [one.name for one in ask.saved] == ["a", "b"]


def test_a_second_run_the_same_day_asks_and_saves_nothing(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}', b=b'{"x": 2}')
    ask()
    made = ask(archive=tuple(ask.saved), at=NOON + timedelta(hours=1))
    assert (made.outcome, made.requests, made.bytes) == ("ok", 0, 0)
    assert len(ask.saved) == 2


def test_a_later_run_saves_the_unchanged_answer_under_its_new_time(ask, httpserver):
    def unless_known(request):
        known = request.headers.get("If-None-Match") == '"a"'
        return Response(b"" if known else b'{"x": 1}', status=304 if known else 200, headers={"ETag": '"a"'})

    httpserver.expect_request("/a").respond_with_handler(unless_known)
    serve(httpserver, b=None)
    ask()
    later = NOON + timedelta(days=7)
    made = ask(archive=tuple(ask.saved), at=later)
    assert (made.outcome, made.bytes) == ("ok", 0)
    assert [(one.requested_at, one.status) for one in ask.saved] == [(NOON, 200), (later, 304)]
    assert [next(parse(one)).start for one in ask.saved] == [NOON, later]


def test_an_archived_answer_that_no_longer_parses_is_asked_anew(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}', b=None)
    ask()
    broken = replace(ask.saved.pop(), body=b"<html>", headers={"etag": '"a"'})
    made = ask(archive=[broken], at=NOON + timedelta(hours=1))
    assert (made.outcome, made.requests) == ("ok", 2)
    assert [one.body for one in ask.saved] == [b'{"x": 1}']


def test_what_goes_wrong_is_told_without_the_token(ask, httpserver, monkeypatch):
    monkeypatch.setenv("DEMO_TOKEN", "s3cret")
    httpserver.expect_request("/a").respond_with_json({"message": "bad credentials s3cret"}, status=401)
    made = ask()
    assert made.outcome == "failed"
    assert "401 the token is missing or wrong: bad credentials ***" in made.reason


def test_a_save_that_fails_is_not_taken_for_a_fault_of_the_source(ask, httpserver):
    serve(httpserver, a=b'{"x": 1}')

    def full(_payload):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        attempt(Collector(SOURCE, fetch, parse), FRAMEWORK, run="r", save=full, previous=lambda _url: None)


@pytest.mark.parametrize("body", [{"x": True}, {"x": "1"}, {}, {"x": None}, [], {"x": 1e400}])
def test_parse_gives_all_or_nothing(body):
    payload = Payload("demo", "f", "core", "a", "u", NOON, 200, {}, "0" * 64, json.dumps(body).encode())
    with pytest.raises(PayloadChanged, match="000000000000"):
        list(parse(payload))
