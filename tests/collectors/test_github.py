"""GitHub's GraphQL interface through a local server: questions, partial answers, errors inside status 200."""

import json
from datetime import date, timedelta

import pytest
from asking import NOW, World, body

from collectors import _github_questions as questions
from collectors import github
from collectors._github_threads import _ROBOTS

COUNTS, ISSUES, PULLS = (
    body(f"github/{case}.json") for case in ("counts", "issue_sample", "pull_request_sample")
)
GONE = body("github/one_repository_gone.json")
JSON = {"content-type": "application/json"}


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    return World(httpserver, monkeypatch, "github")


def answer(server, *bodies, **how):
    for one in bodies:
        server.expect_ordered_request("/graphql", method="POST").respond_with_data(one, headers=JSON, **how)


def block(monday):
    """An answer to a question about the past: 7 threads of everything in one week."""
    week = {f"{alias}_{monday}": {"issueCount": 7} for alias in questions._COUNTED}
    return json.dumps({"data": week})


def asked(world):
    return [request.get_json()["query"] for request in world.requests()]


def test_a_steady_week_asks_four_questions_and_the_year_before_is_backfill(world, httpserver):
    answer(httpserver, COUNTS, GONE, ISSUES, PULLS, *[block("20260105")] * 26)
    made = world.ask(core=["pytorch/pytorch"], broad=["pytorch/gone", "pytorch/vision"])
    assert made.outcome == "ok"
    assert made.requests == 4 + 26
    assert "Could not resolve to a Repository" in made.reason
    assert [one.scope for one in world.saved[:4]] == ["core", "broad", "core", "core"]
    assert all(request.headers["Authorization"] == "Bearer s3cret" for request in world.requests())
    assert "s3cret" not in repr(world.saved)


def test_the_past_is_resumed_where_the_backfill_ended(world, httpserver):
    world.allow_backfill(5)
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 5)
    first = world.ask(core=["pytorch/pytorch"])
    assert (first.outcome, first.requests) == ("capped", 8)
    assert "the next run goes on from here" in first.reason
    told = [week for query in asked(world) for week in weeks_in(query, "issues_created")]
    answer(httpserver, *[block("20260105")] * 5)
    second = world.ask(core=["pytorch/pytorch"])
    assert (second.outcome, second.requests) == ("capped", 5)
    answer(httpserver, *[block("20260105")] * 3)
    assert (world.ask(core=["pytorch/pytorch"]).outcome, len(told)) == ("ok", 20)
    told = [week for query in asked(world) for week in weeks_in(query, "issues_created")]
    assert sorted(set(told)) == sorted(told)
    assert len(told) == 52


def test_the_past_is_fetched_once(world, httpserver):
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 13)
    assert world.ask(core=["pytorch/pytorch"]).outcome == "ok"
    world.now += timedelta(hours=13)
    answer(httpserver, COUNTS, ISSUES, PULLS)
    steady = world.ask(core=["pytorch/pytorch"])
    assert (steady.outcome, steady.requests) == ("ok", 3)
    world.now += timedelta(hours=1)
    again = world.ask(core=["pytorch/pytorch"])
    assert (again.outcome, again.requests, world.saved) == ("ok", 0, [])


def test_the_questions_of_a_year_ask_for_every_complete_week_once(world, httpserver):
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 13)
    world.ask(core=["pytorch/pytorch"])
    found = [week for query in asked(world) for week in weeks_in(query, "issues_created")]
    assert sorted(set(found)) == sorted(found)
    assert len(found) == 52
    assert max(found) == date(2026, 11, 16)  # the week that began on 23 November is not over
    assert {week.weekday() for week in found} == {0}


def weeks_in(query, alias):
    parts = query.split(f"{alias}_")[1:]
    return [date.fromisoformat(part[:8]) for part in parts]


def test_thirteen_weeks_of_runs_sample_every_week_of_a_year():
    monday = github._monday(NOW)
    seen = [week for run in range(13) for week in github._sampled_weeks(monday + run * questions.WEEK)]
    assert len(set(seen)) == 52


def test_blocks_of_the_past_are_the_same_whenever_they_are_asked_for():
    mondays = [date(2026, 11, 23) + run * questions.WEEK for run in range(8)]
    blocks = [list(github._past_blocks(monday)) for monday in mondays]
    assert not set(blocks[0][0]) & set(github._this_block(mondays[0]))
    for monday, past in zip(mondays, blocks, strict=True):
        assert (monday - questions.WEEK) in [*github._this_block(monday), *past[0]]
        assert all((one[0] - github._FIRST_MONDAY).days % 28 == 0 for one in past)


def test_without_a_token_it_says_which_is_missing(httpserver, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    made = World(httpserver, monkeypatch, "github").ask(core=["pytorch/pytorch"])
    assert (made.outcome, made.reason, made.requests) == ("failed", "no GITHUB_TOKEN", 0)


@pytest.mark.parametrize("kind", ["RATE_LIMIT", "RATE_LIMITED"])
def test_a_rate_limit_inside_status_200_is_no_evidence(world, httpserver, kind):
    errors = [{"type": kind, "message": "API rate limit already exceeded for user ID 12345."}]
    answer(httpserver, json.dumps({"errors": errors}))
    made = world.ask(core=["pytorch/pytorch"])
    assert made.outcome == "failed"
    assert "rate limited until" in made.reason
    assert world.saved == []


def test_a_secondary_limit_is_waited_for(world, httpserver):
    httpserver.expect_ordered_request("/graphql").respond_with_data(
        '{"message":"You have exceeded a secondary rate limit."}', status=403, headers={"retry-after": "7"}
    )
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 13)
    assert world.ask(core=["pytorch/pytorch"]).requests == 17
    assert world.naps == [7]


def test_an_unknown_repository_is_absent(world, httpserver):
    errors = [{"type": "NOT_FOUND", "message": "Could not resolve to a Repository with the name 'x/gone'."}]
    answer(httpserver, json.dumps({"data": {"rateLimit": {}, "repository_0": None}, "errors": errors}))
    made = world.ask(core=["x/gone"])
    assert made.outcome == "absent"
    assert "x/gone" in made.reason
    assert world.saved == []


def test_what_came_of_a_broken_answer_is_kept_and_the_rest_is_a_failure(world, httpserver):
    broken = json.loads(COUNTS)
    broken["data"]["issues_closed_20261116"] = None
    broken["errors"] = [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "took too long"}]
    answer(httpserver, json.dumps(broken))
    made = world.ask(core=["pytorch/pytorch"])
    assert made.outcome == "failed"
    assert "took too long" in made.reason
    assert world.values("github.stars") == {"2026-11-25": 88000}
    assert world.values("github.issues_closed") == {}
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 13)
    assert world.ask(core=["pytorch/pytorch"]).outcome == "ok"
    assert world.values("github.issues_closed")["2026-11-16"] == 187


def test_a_timeout_of_the_server_is_tried_again(world, httpserver):
    answer(httpserver, "<html>502 Bad Gateway</html>", status=502)
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 13)
    assert world.ask(core=["pytorch/pytorch"]).requests == 17
    assert len(world.naps) == 1


def halves(body):
    """An answer as the service gives it to the two halves of its question."""
    data = json.loads(body)["data"]
    parts = [alias for alias in data if alias != "rateLimit"]
    for some in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
        yield json.dumps({"data": {"rateLimit": data["rateLimit"], **{alias: data[alias] for alias in some}}})


def test_what_is_too_much_at_once_is_asked_by_halves_and_told_as_one(world, httpserver, monkeypatch):
    answer(httpserver, COUNTS, ISSUES, PULLS, *[block("20260105")] * 13)
    world.ask("whole", core=["pytorch/pytorch"])
    known = {(one.metric, one.start, one.end, one.value) for one in world.observations}
    other = World(httpserver, monkeypatch, "github")
    answer(httpserver, COUNTS)
    answer(httpserver, "<html>502 Bad Gateway</html>", status=502)
    answer(httpserver, *halves(ISSUES), PULLS, *[block("20260105")] * 13)
    made = other.ask("halves", core=["pytorch/pytorch"])
    assert (made.outcome, made.requests, other.naps) == ("ok", 18, [])
    assert {(one.metric, one.start, one.end, one.value) for one in other.observations} == known
    assert [one.url for one in other.saved] == [one.url for one in world.saved]
    again = other.ask("halves", core=["pytorch/pytorch"])
    assert (again.outcome, again.requests) == ("ok", 0)


def test_a_limit_inside_a_half_is_a_limit(world, httpserver):
    answer(httpserver, COUNTS)
    answer(httpserver, "<html>504</html>", status=504)
    answer(httpserver, next(halves(ISSUES)), json.dumps({"errors": [{"type": "RATE_LIMIT", "message": "m"}]}))
    made = world.ask(core=["pytorch/pytorch"])
    assert (made.outcome, made.requests) == ("failed", 4)
    assert "rate limited until" in made.reason
    assert len(world.saved) == 1


@pytest.mark.parametrize("page", ["<!doctype html><p>Unicorn!</p>", '{"data":', "[1]", '{"data": null}'])
def test_an_answer_of_another_shape_is_kept_and_fails(world, httpserver, page):
    answer(httpserver, page, ISSUES, PULLS, *[block("20260105")] * 13)
    made = world.ask(core=["pytorch/pytorch"])
    assert made.outcome == "failed"
    assert (
        "interface" in made.reason or "JSON" in made.reason or "due" in made.reason or "holds" in made.reason
    )
    assert page.encode() in [one.body for one in world.saved]


def test_a_renamed_repository_keeps_its_number(world, httpserver):
    renamed = COUNTS.replace(b'"nameWithOwner": "pytorch/pytorch"', b'"nameWithOwner": "torch/torch"')
    answer(httpserver, renamed, ISSUES, PULLS, *[block("20260105")] * 13)
    world.ask(core=["pytorch/pytorch"])
    stars = next(one for one in world.observations if one.metric == "github.stars")
    assert (stars.name, stars.ref) == ("65600975", "https://github.com/torch/torch")


@pytest.mark.parametrize(
    ("login", "robot"),
    [
        ("dependabot[bot]", True),
        ("facebook-github-bot", True),
        ("pytorchmergebot", True),
        ("tensorflowbutler", True),
        ("copybara-service", True),
        ("tensorflower-gardener", True),
        ("talbot", False),
        ("abbotts", False),
        ("marci", False),
    ],
)
def test_robots_under_ordinary_accounts_are_told_by_the_end_of_their_name(login, robot):
    assert bool(_ROBOTS.search(login)) == robot
