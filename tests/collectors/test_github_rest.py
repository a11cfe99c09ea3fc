"""GitHub's REST interface, played by a local server. The figures are invented."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from asking import World, body
from werkzeug import Response

REPOSITORY = "/repos/acme/acme"
SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)  # of the week that NOW is in


def weeks(*totals, newest=SUNDAY):
    """A page of history, newest week first."""
    return [
        {"week": int((newest - timedelta(weeks=back)).timestamp()), "total": total, "days": [total] + [0] * 6}
        for back, total in enumerate(totals)
    ]


class GitHub:
    """The part of GitHub that the collector asks, for one repository. `parts` may be replaced."""

    def __init__(self, server, *, stars=100, pages=None, name="acme/acme"):
        repository = {**json.loads(body("github_rest/repository.json")), "stargazers_count": stars}
        self.server, self.pages, self.asked = server, pages or [weeks(3, 97)], []
        self.parts = {
            f"/repos/{name}": lambda request: repository,
            f"/repos/{name}/community/profile": lambda request: {"health_percentage": 75},
            f"/repos/{name}/releases": lambda request: [],
            f"/repos/{name}/stargazers/history": self.history,
            "/repositories/1/stargazers/history": self.history,
        }
        for path in self.parts:
            server.expect_request(path).respond_with_handler(self.answer)

    def answer(self, request):
        self.asked.append(request)
        made = self.parts[request.path](request)
        return made if isinstance(made, Response) else Response(json.dumps(made), headers={"ETag": '"1"'})

    def history(self, request):
        number = int(request.args.get("page", 1))
        url = self.server.url_for(f"/repositories/1/stargazers/history?per_page=30&page={number + 1}")
        link = {"Link": f'<{url}>; rel="next"'} if number < len(self.pages) else {}
        return Response(json.dumps(self.pages[number - 1]), headers=link)


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    return World(httpserver, monkeypatch, "github_rest")


def test_without_a_token_the_core_is_asked_and_the_rest_is_named(world, httpserver):
    github = GitHub(httpserver)
    made = world.ask(core=("acme/acme",), broad=("acme/vision", "acme/audio"))
    assert (made.outcome, made.reason, made.requests) == ("ok", "broad names need GITHUB_TOKEN", 4)
    assert all("Authorization" not in request.headers for request in github.asked)
    assert {request.headers["X-GitHub-Api-Version"] for request in github.asked} == {"2022-11-28"}


def test_with_a_token_the_broad_names_are_asked_for_counters_and_history(world, httpserver, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    GitHub(httpserver)
    broad = GitHub(httpserver, name="acme/vision")
    made = world.ask(core=("acme/acme",), broad=("acme/vision",))
    assert (made.outcome, made.requests) == ("ok", 6)
    assert [request.path for request in broad.asked] == [
        "/repos/acme/vision",
        "/repos/acme/vision/stargazers/history",
    ]
    assert {request.headers["Authorization"] for request in broad.asked} == {"Bearer s3cret"}
    assert "s3cret" not in repr(world.saved) + made.reason


def test_the_counters_are_what_their_names_say(world, httpserver):
    GitHub(httpserver, stars=100)
    world.ask(core=("acme/acme",))
    found = {one.metric: one.value for one in world.observations}
    assert found["github_rest.stars"] == 100
    assert found["github_rest.watchers"] == 1750
    assert found["github_rest.archived"] == 0
    assert found["github_rest.health_percent"] == 75


def test_the_week_under_way_is_left_out(world, httpserver):
    GitHub(httpserver)
    world.ask(core=("acme/acme",))
    assert world.values("github_rest.stars_gained") == {"2026-11-15": 97.0}


def test_older_pages_of_history_are_asked_once(world, httpserver):
    github = GitHub(
        httpserver, stars=120, pages=(weeks(3, 97), weeks(20, newest=SUNDAY - timedelta(weeks=2)))
    )
    made = world.ask(core=("acme/acme",))
    assert (made.outcome, made.reason, made.requests) == ("ok", "", 5)
    assert world.values("github_rest.stars_gained") == {"2026-11-15": 97.0, "2026-11-08": 20.0}
    github.asked.clear()
    world.now += timedelta(weeks=1)
    assert world.ask(core=("acme/acme",)).requests == 3
    assert [request.args.get("page") for request in github.asked] == [None, None, None]


def test_a_history_that_does_not_add_up_to_the_count_is_noted(world, httpserver):
    GitHub(httpserver, stars=150)
    made = world.ask(core=("acme/acme",))
    assert made.outcome == "ok"
    assert made.reason == "acme/acme: the history sums to 100 stars, the counter says 150"


def test_a_history_with_a_gap_is_not_summed(world, httpserver):
    GitHub(httpserver, stars=150, pages=([*weeks(3), *weeks(9, newest=SUNDAY - timedelta(weeks=5))],))
    assert world.ask(core=("acme/acme",)).reason == ""


def test_a_steady_week_keeps_the_budget_that_the_source_states(world, httpserver):
    pages = [weeks(*[4] * 30, newest=SUNDAY - timedelta(weeks=30 * page)) for page in range(18)]
    GitHub(httpserver, stars=4 * 30 * 18, pages=pages)
    first = world.ask(core=("acme/acme",))
    assert (first.outcome, first.reason, first.requests) == ("ok", "", 4 + 17)
    world.now += timedelta(weeks=1)
    assert world.ask(core=("acme/acme",)).requests <= 4 <= world.collector.source.budget


def test_a_renamed_repository_is_followed(world, httpserver):
    GitHub(httpserver)
    for part in ("", "/community/profile", "/releases", "/stargazers/history"):
        httpserver.expect_request(f"/repos/old/name{part}").respond_with_data(
            "", status=301, headers={"Location": httpserver.url_for(f"{REPOSITORY}{part}")}
        )
    made = world.ask(core=("old/name",))
    assert (made.outcome, made.requests) == ("ok", 8)
    assert {one.name for one in world.observations} == {"old/name"}
    assert world.values("github_rest.repository_id") == {"2026-11-25": 65600975.0}


def test_the_hourly_limit_is_said_and_the_next_run_goes_on(world, httpserver):
    reset = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    limit = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    github = GitHub(httpserver)
    releases = github.parts[f"{REPOSITORY}/releases"]
    github.parts[f"{REPOSITORY}/releases"] = lambda request: Response(
        '{"message": "API rate limit exceeded for 192.0.2.1."}', status=403, headers=limit
    )
    made = world.ask(core=("acme/acme",))
    assert made.outcome == "failed"
    assert made.reason.startswith("rate limited until 2026-11-25 0")
    assert len(world.saved) == 2
    github.parts[f"{REPOSITORY}/releases"] = releases
    assert world.ask(core=("acme/acme",)).requests == 0  # nobody asks before the hour is over
    world.now += timedelta(hours=1, seconds=5)
    made = world.ask(core=("acme/acme",))
    assert (made.outcome, made.requests) == ("ok", 2)


def test_a_repository_that_is_gone_is_absent(world, httpserver):
    httpserver.expect_request(REPOSITORY).respond_with_json({"message": "Not Found"}, status=404)
    made = world.ask(core=("acme/acme",))
    assert made.outcome == "absent"
    assert made.reason.startswith("404 NOT FOUND: Not Found")


def test_a_wrong_token_is_told_to_a_human(world, httpserver, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    httpserver.expect_request(REPOSITORY).respond_with_json({"message": "Bad credentials"}, status=401)
    made = world.ask(core=("acme/acme",))
    assert made.outcome == "failed"
    assert made.reason.startswith("401 the token is missing or wrong: Bad credentials")
