"""All that an answer can be but an answer. Each scenario names the facts of docs/sources.md that it imitates.

Whatever a source does, a value that comes out is one that the well world gives: what is missing is missing,
and never 0. When the fault is over the next run has everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from random import Random
from urllib.parse import urlsplit

import pytest
from test_sources_page import script  # noqa: F401  a fixture
from werkzeug.http import http_date
from werkzeug.wrappers import Response
from world_code import repository_number
from world_collecting import FRAMEWORKS, TOKENS, Memory, collect, facts, untrue
from world_limits import FAMILIES
from world_papers import feed
from world_server import CONTRACTS, NOW, Fault

ALDER = FRAMEWORKS[0]
HTML = "<!doctype html><html><body><h1>Down for maintenance</h1></body></html>"


# What a source does instead


def page(status):
    """Answer with a page of HTML."""
    return lambda _world, _request: Response(HTML, status=status, mimetype="text/html")


def answer(status, body="", **headers):
    """Answer with this."""
    return lambda _world, _request: Response(
        body, status=status, headers=headers, mimetype="application/json"
    )


def too_much(world, request):
    """Let the gateway lose patience with every question for more than three things."""
    parts = re.findall(r"\w+: (?:search|repository)\(", request.get_json()["query"])
    return page(502)(world, request) if len(parts) > 3 else None


def nothing(_world, _request):
    return None


def changed(source, change, **where):
    """A fault that changes what the contract answers."""
    return Fault(source, nothing, change=lambda _world, response: change(response), **where)


def edited(source, edit, **where):
    """A fault that edits the JSON that the contract answers."""

    def change(response):
        said = json.loads(response.get_data())
        edit(said)
        return Response(json.dumps(said), status=response.status_code, mimetype="application/json")

    return changed(source, change, **where)


def as_html(response):
    return Response(HTML, mimetype="text/html")


def cut(response):
    return Response(response.get_data()[: len(response.get_data()) // 2], mimetype=response.mimetype)


def broken_off(response):
    body = response.get_data()
    short = Response(body[: len(body) // 2], status=response.status_code, mimetype=response.mimetype)
    short.automatically_set_content_length = False
    short.headers["Content-Length"] = str(len(body))
    return short


def elsewhere(status):
    """Send the question on to another host."""

    def answer(world, request):
        if request.host.startswith("localhost"):
            return None
        parts = urlsplit(request.url)
        target = parts._replace(netloc=f"localhost:{parts.port}").geturl()
        hidden = re.sub(r"(api_key|key)=[^&]*&?", "", target)
        return Response("", status=status, headers={"Location": hidden})

    return answer


def renamed(world, request):
    """Send a repository's old name to its number."""
    found = re.search(r"/repos/(alder/alder)(/.*)?$", request.path)
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    if not found:
        return None
    number = repository_number(world, found[1])
    target = f"{world.url('github_rest')}/repositories/{number}{found[2] or ''}{query}"
    return Response("", status=301, headers={"Location": target})


def skewed(hours):
    """A refusal by a server whose clock is wrong: five seconds of its own time are left."""

    def answer(world, _request):
        its_now = world.now + timedelta(hours=hours)
        response = FAMILIES["github"].refuse(its_now, its_now + timedelta(seconds=5))
        response.headers["Date"] = http_date(its_now)
        return response

    return answer


# Scenarios


@dataclass(frozen=True)
class Scenario:
    """A source, what goes wrong with it, and what must come of it."""

    id: str
    source: str
    imitates: str
    faults: Callable[[Random, int], list[Fault]]
    outcome: str = "failed"
    reason: str = ""
    recovers_after: timedelta = timedelta(minutes=1)


def always(*faults):
    """These faults, whatever the seed."""
    return lambda _random, _questions: list(faults)


def somewhere(fault_of):
    """One fault, at a question that the seed chooses among all that the source is asked when all is well."""
    return lambda random, questions: [fault_of(skip=random.randrange(questions), times=1)]


SOURCES = sorted({one.source for one in CONTRACTS})
READS_THE_PAGE_INSTEAD = {"huggingface"}
KEPT = "kept|interface may have changed|does not send parts of files"


def of_every_source():
    """What can befall any answer, at three places in the questions to each source."""
    for source in SOURCES:
        if source == "git":  # its answers are a protocol of their own, which git itself checks
            continue
        unread = {"reason": KEPT} if source not in READS_THE_PAGE_INSTEAD else {"outcome": "ok"}
        for name, imitates, fault_of, expected in (
            ("html_for_json", "http-gateway", partial(changed, source, as_html), unread),
            ("cut_json", "http-truncated", partial(changed, source, cut), unread),
            ("broken_off", "http-truncated", partial(changed, source, broken_off), {"outcome": "well"}),
            ("gateway", "http-gateway", partial(Fault, source, page(502)), {"outcome": "well"}),
        ):
            for seed in (1, 2, 3):
                yield Scenario(f"{name}-{source}-{seed}", source, imitates, somewhere(fault_of), **expected)


def drop_days(said):
    said["data"] = [row for place, row in enumerate(said["data"]) if place % 30 not in (3, 4)]


def six_days(said):
    for row in said["data"][:3]:
        row["days"], row["downloads"] = "6", str(int(row["downloads"]) // 2)


def a_thousand_rows(said):
    said["data"] = (said["data"] * 1000)[:1000]
    said["rows"] = 1000


def not_finished(said):
    said["items"] = said["items"][:1]
    said["incomplete_results"] = True


def stalled(said):
    said["data"] = [row for row in said["data"] if row["week"] < "2026-10-05"]
    said["rows"] = len(said["data"])


def last_summer(said):
    said["data"] = [
        {**row, "newest": "2026-07-31 10:00:00.000"} for row in said["data"] if row["month"] < "2026-08"
    ]
    said["rows"] = len(said["data"])


def nobody(said):
    said["data"], said["rows"] = [], 0


def only_source(said):
    for file in said["files"]:
        file["filename"] = file["filename"].replace("-py3-none-any.whl", ".tar.gz")


def without_metadata(said):
    for file in said["files"]:
        file["core-metadata"] = False


def no_repository(said):
    said["data"]["repository_0"] = None
    said["errors"] = [
        {"type": "NOT_FOUND", "path": ["repository_0"], "message": "Could not resolve to a Repository"}
    ]


def took_too_long(said):
    weeks = [alias for alias in said["data"] if alias.startswith("issues_")]
    said["data"] |= dict.fromkeys(weeks)
    said["errors"] = [
        {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}
    ]


def other_name(said):
    said["data"]["repository_0"]["nameWithOwner"] = "alder/alder-renamed"


def first_unknown(said):
    said[0] = None


def older_names(said):
    stats = said["about"]["stats"]
    said["about"]["stats"] = {f"{key}_count": stats[f"{key}s_count"] for key in ("topic", "post", "user")}


def hidden_statistics(said):
    del said["about"]["stats"]


def no_answers(said):
    for item in said["items"]:
        item.pop("answers", None)


def fewer_entries(response):
    return Response(
        response.get_data(as_text=True)
        .replace("<entry>", "<skipped>", 1)
        .replace("</entry>", "</skipped>", 1),
        mimetype="application/atom+xml",
    )


ERROR_FEED = feed(1, "<entry><title>Error</title><summary>incorrect id format</summary></entry>")
NO_TOTAL = '{"models": [], "pageIndex": 0}'
DAY = timedelta(days=1)
"""What is wrong about a package around the framework is asked for again in its turn, once in four weeks."""

SCENARIOS = [
    *of_every_source(),
    Scenario(
        "computing",
        "github_rest",
        "github-computing",
        always(Fault("github_rest", answer(202), "community", times=2)),
        "well",
    ),
    Scenario(
        "computing_for_ever",
        "github_rest",
        "github-computing",
        always(Fault("github_rest", answer(202), "community")),
        reason="202 still computing",
    ),
    Scenario("renamed", "github_rest", "github-renamed", always(Fault("github_rest", renamed)), "well"),
    Scenario(
        "renamed_in_graphql",
        "github",
        "github-renamed",
        always(edited("github", other_name, times=1)),
        "well",
    ),
    Scenario(
        "a_part_is_gone",
        "github_rest",
        "github-rest",
        always(Fault("github_rest", answer(404), "releases")),
        reason="404 .* for a part of alder/alder, which it knows",
    ),
    Scenario(
        "clock_ahead",
        "github_rest",
        "http-date github-primary-limit",
        always(Fault("github_rest", skewed(2), times=1)),
        "well",
    ),
    Scenario(
        "clock_behind",
        "github_rest",
        "http-date github-primary-limit",
        always(Fault("github_rest", skewed(-2), times=1)),
        "well",
    ),
    Scenario(
        "repository_not_found",
        "github",
        "github-errors-in-200",
        always(edited("github", no_repository, times=1)),
        "ok|capped",
        reason="Could not resolve",
        recovers_after=DAY,
    ),
    Scenario(
        "partial_data",
        "github",
        "github-errors-in-200 github-timeout",
        always(edited("github", took_too_long, times=1)),
        reason="a part of the answer is missing",
    ),
    Scenario(
        "only_errors",
        "mlperf",
        "github-errors-in-200",
        always(
            Fault(
                "mlperf",
                answer(200, '{"errors": [{"type": "SOMETHING", "message": "went wrong"}]}'),
                "graphql",
                times=1,
            )
        ),
        reason="went wrong",
    ),
    Scenario(
        "search_not_finished",
        "mlperf",
        "github-search",
        always(edited("mlperf", not_finished, path="search", times=1)),
        reason="incomplete_results",
    ),
    Scenario(
        "too_much_at_once",
        "github",
        "github-timeout",
        always(Fault("github", too_much)),
        "well",
    ),
    Scenario(
        "token_refused",
        "github",
        "github-graphql",
        always(Fault("github", answer(401, '{"message": "Bad credentials"}'))),
        reason="401 the token is missing or wrong",
    ),
    Scenario(
        "empty_404",
        "pypi",
        "pypi-empty-404",
        always(Fault("pypi", answer(404), "alder-vision")),
        "ok",
        reason="alder-vision is absent",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "empty_404_of_everything",
        "pypi",
        "pypi-empty-404",
        always(Fault("pypi", answer(404))),
        "absent",
        reason="404",
    ),
    Scenario(
        "unknown_requirement",
        "pypi",
        "pypi-listing",
        always(Fault("pypi", answer(404, "404 Not Found"), "simple/leaf")),
        "ok",
        reason="alder==.* is not told: the index does not know leaf",
    ),
    Scenario(
        "no_wheel_of_a_requirement",
        "pypi",
        "pypi-listing",
        always(edited("pypi", only_source, path="simple/leaf")),
        "ok",
        reason="alder==.* is not told: leaf has no wheel for CPython",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "no_metadata_in_the_list",
        "pypi",
        "pypi-listing pypi-ranges",
        always(edited("pypi", without_metadata, path="simple/")),
        "well",
    ),
    Scenario(
        "no_metadata_and_no_parts",
        "pypi",
        "pypi-listing pypi-ranges",
        always(
            Fault("pypi", answer(200, "PK whole"), "packages/"),
            edited("pypi", without_metadata, path="simple/"),
        ),
        "ok",
        reason="cannot be read: .*the server does not send parts of files",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "metadata_are_gone",
        "pypi",
        "pypi-metadata",
        always(Fault("pypi", answer(404), "oak.*metadata")),
        "ok",
        reason="the index has no metadata of oak-1.0",
    ),
    Scenario(
        "metadata_of_another_file",
        "pypi",
        "pypi-metadata",
        always(Fault("pypi", answer(200, "Metadata-Version: 2.1\nName: oak\n"), "oak.*metadata")),
        reason="not the metadata that the listing names.*kept",
    ),
    Scenario(
        "metadata_of_packages_stopped",
        "dependents",
        "clickpy-stall",
        always(edited("dependents", last_summer)),
        reason="the metadata end on 2026-07-31",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "nobody_requires_it",
        "dependents",
        "clickpy-metadata",
        always(edited("dependents", nobody)),
        "absent",
        reason="no package requires alder",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "a_thousand_months",
        "dependents",
        "clickpy-rows",
        always(edited("dependents", a_thousand_rows, times=1)),
        reason="the answer was cut",
    ),
    Scenario(
        "no_parts_of_files",
        "census",
        "pypi-ranges",
        always(Fault("census", answer(200, "PK whole"), "packages/")),
        reason="does not send parts of files",
    ),
    Scenario(
        "missing_days",
        "pypistats",
        "pypistats-missing-days",
        always(edited("pypistats", drop_days)),
        "ok",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "unknown_project",
        "pypistats",
        "pypistats-overall",
        always(Fault("pypistats", answer(404, "404"), "alder-vision")),
        "ok",
        reason="alder-vision is absent",
    ),
    Scenario(
        "week_without_a_day",
        "clickpy",
        "clickpy-sql",
        always(edited("clickpy", six_days, times=1)),
        "ok",
        recovers_after=DAY,
    ),
    Scenario(
        "a_thousand_rows",
        "clickpy",
        "clickpy-rows",
        always(edited("clickpy", a_thousand_rows, times=1)),
        reason="the answer was cut",
    ),
    Scenario(
        "stalled",
        "clickpy",
        "clickpy-stall",
        always(edited("clickpy", stalled)),
        reason="the service has stopped loading",
        recovers_after=28 * DAY,
    ),
    Scenario(
        "error_inside_200",
        "clickpy",
        "clickpy-error-inside",
        always(
            changed(
                "clickpy",
                lambda response: Response(
                    response.get_data() + b"Code: 241. DB::Exception: Memory limit",
                    mimetype="application/json",
                ),
                times=1,
            )
        ),
        reason=KEPT,
    ),
    Scenario(
        "error_text",
        "clickpy",
        "clickpy-sql",
        always(Fault("clickpy", answer(404, "Code: 60. DB::Exception: Unknown table"))),
        "failed|absent",
        reason="404",
    ),
    Scenario(
        "unknown_paper",
        "semantic_scholar",
        "semantic-scholar-batch",
        always(edited("semantic_scholar", first_unknown)),
        "ok",
        recovers_after=7 * DAY,
    ),
    Scenario(
        "holes",
        "arxiv",
        "arxiv-holes",
        always(changed("arxiv", fewer_entries, times=1)),
        reason="the list has holes",
    ),
    Scenario(
        "error_feed",
        "arxiv",
        "arxiv-error",
        always(Fault("arxiv", lambda _w, _r: Response(ERROR_FEED, mimetype="application/atom+xml"), times=1)),
        reason="incorrect id format",
    ),
    Scenario(
        "route_is_gone",
        "huggingface",
        "huggingface-totals",
        always(Fault("huggingface", answer(404), "models-json")),
        "ok",
    ),
    Scenario(
        "no_total_anywhere",
        "huggingface",
        "huggingface-totals",
        always(Fault("huggingface", answer(200, NO_TOTAL))),
        reason=KEPT,
    ),
    Scenario(
        "filter_not_obeyed",
        "stackexchange",
        "stackexchange-wrapper",
        always(edited("stackexchange", no_answers, path="questions")),
        reason="the filter was not obeyed",
    ),
    Scenario(
        "older_forum",
        "discourse",
        "discourse-names",
        always(edited("discourse", older_names, path="about")),
        "ok",
        recovers_after=2 * DAY,
    ),
    Scenario(
        "statistics_hidden",
        "discourse",
        "discourse-about",
        always(edited("discourse", hidden_statistics, path="about")),
        reason=KEPT,
    ),
    Scenario(
        "no_advisory",
        "osv",
        "osv-empty",
        always(Fault("osv", answer(200, "{}"))),
        "ok",
        recovers_after=2 * DAY,
    ),
    Scenario(
        "image_is_gone",
        "dockerhub",
        "dockerhub-image",
        always(Fault("dockerhub", answer(404, '{"message": "object not found"}'))),
        "absent",
        reason="object not found",
    ),
    Scenario("not_followed", "scorecard", "scorecard-run", always(Fault("scorecard", answer(404))), "absent"),
    Scenario(
        "nothing_to_clone",
        "git",
        "git-missing",
        always(Fault("git", answer(404))),
        "absent",
        reason="not found",
    ),
    Scenario(
        "password_wanted",
        "git",
        "git-missing",
        always(Fault("git", answer(401, **{"WWW-Authenticate": "Basic"}))),
        reason="Username|Authentication",
    ),
    Scenario(
        "html_for_a_repository",
        "git",
        "http-gateway",
        always(Fault("git", page(200))),
        reason="not a repository",
    ),
]
REDIRECTED = [
    ("github_rest", 302),
    ("github", 308),
    ("mlperf", 307),
    ("openalex", 301),
    ("semantic_scholar", 308),
    ("stackexchange", 302),
]

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)


@pytest.fixture(scope="module")
def well_of(one_world, tmp_path_factory):
    """What a source gives now when all is well."""

    @cache
    def asked(source, moment):
        """Facts, and how many questions they took."""
        memory = Memory()
        one_world.clear()
        one_world.now = moment
        made = ask(one_world, memory, tmp_path_factory.mktemp("well"), source)
        assert made.outcome in ("ok", "capped"), made.reason
        assert one_world.broken == []
        questions = len(one_world.asked(source))
        one_world.clear()
        return facts(memory.saved), questions

    return asked


def ask(world, memory, home, source):
    (made,) = collect(world, memory, home, sources=[source], only=ALDER)
    return made


@each_scenario
def test_a_fault_gives_no_untrue_value_and_is_over_in_the_next_run(one_world, well_of, own_home, scenario):
    world, memory, (well, questions) = one_world, Memory(), well_of(scenario.source, NOW)
    world.clear()
    world.now = NOW
    world.faults += scenario.faults(Random(scenario.id), questions)
    made = ask(world, memory, own_home, scenario.source)
    outcome = "ok|capped" if scenario.outcome == "well" else scenario.outcome
    assert re.fullmatch(outcome, made.outcome), made.reason
    assert re.search(scenario.reason, made.reason), made.reason
    known = facts(memory.saved)
    assert untrue(known, well) == {}
    if scenario.outcome == "well" and made.outcome == "ok":
        assert known.keys() == well.keys()
    moment = NOW + scenario.recovers_after
    if scenario.recovers_after >= DAY:
        well, _ = well_of(scenario.source, moment)
    world.clear()
    world.now = moment
    saved = len(memory.saved)
    again = ask(world, memory, own_home, scenario.source)
    assert again.outcome in ("ok", "capped"), again.reason
    now = known | facts(memory.saved[saved:])
    assert untrue(well, now) == {}
    assert world.broken == []


@pytest.mark.parametrize(("source", "status"), REDIRECTED)
def test_a_redirect_to_another_host_is_followed_without_the_token(
    one_world, well_of, own_home, source, status
):
    world, memory, (well, _) = one_world, Memory(), well_of(source, NOW)
    world.clear()
    world.now = NOW
    world.faults.append(Fault(source, elsewhere(status)))
    made = ask(world, memory, own_home, source)
    there = [one for one in world.asked(source) if one.host == "localhost"]
    told = [repr(one) for one in there if any(secret in repr(one) for secret in TOKENS.values())]
    assert there and told == []
    at_home = [repr(one) for one in world.asked(source) if one.host != "localhost"]
    assert all(any(secret in one for secret in TOKENS.values()) for one in at_home), "the token goes home"
    if source != "github":  # which answers nobody without a token
        assert made.outcome in ("ok", "capped"), made.reason  # a redirect is a request
        assert untrue(facts(memory.saved), well) == {}


def test_a_backoff_is_obeyed_before_the_same_method_is_called_again(world, own_home):
    until = {}

    def told(server, response):
        if until and server.now < until["moment"]:
            server.too_early.append("questions")
        until["moment"] = server.now + timedelta(seconds=10)
        said = {**json.loads(response.get_data()), "backoff": 10}
        return Response(json.dumps(said), mimetype="application/json")

    world.faults.append(Fault("stackexchange", nothing, "questions", change=told))
    made = ask(world, Memory(), own_home, "stackexchange")
    assert made.outcome == "ok"
    assert world.too_early == []


def test_every_scenario_and_contract_cites_facts_that_are_on_the_page(script):  # noqa: F811
    told = {fact.anchor for fact in script.facts()}
    cited = {anchor for one in SCENARIOS for anchor in one.imitates.split()}
    cited |= {anchor for one in CONTRACTS for anchor in one.imitates}
    cited |= {family.imitates for family in FAMILIES.values()}
    assert cited - told == set()
