"""The scholarly record through a local server: split papers, credits, two kinds of 429."""

import json
from datetime import timedelta

import pytest
from asking import World, body

from collectors import attempt, openalex
from evidence.types import Framework

TITLE = "PyTorch: An Imperative Style, High-Performance Deep Learning Library"
CASES = {
    "title_and_abstract": "naming_by_year",
    "fulltext": "full_text_by_year",
    "title.search": "paper_records",
    "publication_year": "citing_by_year",
    "authorships.institutions.type": "citing_by_institution",
    "primary_topic.subfield.id": "citing_by_subfield",
    "primary_topic.id": "citing_by_topic",
}


class Papers(World):
    """A framework that has a term and a paper."""

    def ask(self, terms=("pytorch",), papers=(TITLE,)):
        names = {"core": {"openalex": terms, "papers": papers}}
        self.saved = []
        return attempt(
            self.collector,
            Framework(id="pytorch", title="PyTorch", names=names),
            run="test",
            save=self.save,
            previous=self.archive.get,
            clock=lambda: self.now,
            sleep=self.sleep,
        )


@pytest.fixture
def world(httpserver, monkeypatch):
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    return Papers(httpserver, monkeypatch, "openalex")


def reply(request):
    from werkzeug import Response

    sought, by = request.args["filter"], request.args.get("group_by")
    named = next((case for start, case in CASES.items() if sought.startswith(start)), None)
    return Response(body(f"openalex/{named or CASES[by]}.json"), content_type="application/json")


def test_seven_requests_at_first_and_three_in_a_steady_week(world, httpserver):
    httpserver.expect_request("/works").respond_with_handler(reply)
    first = world.ask()
    assert (first.outcome, first.requests) == ("ok", 7)
    asked = []
    for _ in range(13):
        world.now += timedelta(days=7)
        asked.append(world.ask().requests)
        assert world.ask().requests == 0
    assert sum(asked) == 13 * 3 + 4  # within a quarter the four slow ones have their turn,
    assert max(asked) == 4  # one after the other
    assert openalex.SOURCE.budget == 12


def test_all_records_of_a_paper_are_asked_for_together(world, httpserver):
    httpserver.expect_request("/works").respond_with_handler(reply)
    world.ask()
    cites = {one.args["filter"] for one in world.requests() if one.args["filter"].startswith("cites")}
    assert cites == {
        "cites:W2970971581|W4394666973",
        "cites:W2970971581|W4394666973,publication_year:2025",
    }
    assert all("search=" not in one.url for one in world.requests())  # a search costs ten credits


def test_what_it_counts(world, httpserver):
    httpserver.expect_request("/works").respond_with_handler(reply)
    world.ask()
    found = {one.metric: one.value for one in world.observations if one.start.year == 2025}
    assert found == {
        "openalex.naming_works": 9875,
        "openalex.full_text_naming_works": 25110,
        "openalex.citing_works": 4700,
        "openalex.citing_works_company": 610,
        "openalex.citing_works_education": 4100,
        "openalex.citing_works_vision": 1500,
        "openalex.citing_works_computing": 3100,
        "openalex.citing_works_elsewhere": 600,
        "openalex.citing_works_language": 600,
    }


def test_the_year_under_way_is_not_told(world, httpserver):
    httpserver.expect_request("/works").respond_with_handler(reply)
    world.ask()
    assert "2026-01-01" not in world.values("openalex.naming_works")


def test_a_framework_without_papers_is_asked_for_its_name_only(world, httpserver):
    httpserver.expect_request("/works").respond_with_handler(reply)
    assert world.ask(papers=()).requests == 2


def test_the_key_goes_into_the_question_and_nowhere_else(world, httpserver, monkeypatch):
    monkeypatch.setenv("OPENALEX_API_KEY", "s3cret")
    httpserver.expect_request("/works").respond_with_handler(reply)
    assert world.ask().outcome == "ok"
    assert all(one.args["api_key"] == "s3cret" for one in world.requests())
    assert "s3cret" not in repr(world.saved)


def test_a_spent_budget_is_left_for_the_next_run(world, httpserver):
    spent = {"error": "Rate limit exceeded", "message": "Insufficient budget.", "retryAfter": 61234}
    httpserver.expect_request("/works").respond_with_json(spent, status=429, headers={"Retry-After": "61234"})
    made = world.ask()
    assert made.outcome == "failed"
    assert "rate limited until 2026-11-25 23:00 UTC" in made.reason
    assert (made.requests, world.naps) == (1, [])


def test_too_fast_is_waited_for(world, httpserver):
    slow = {"error": "Rate limit exceeded", "message": "Rate limit exceeded: 10 requests per second."}
    httpserver.expect_oneshot_request("/works").respond_with_json(
        slow, status=429, headers={"Retry-After": "1"}
    )
    httpserver.expect_request("/works").respond_with_handler(reply)
    assert world.ask().outcome == "ok"
    assert world.naps == [1]


def test_an_unknown_field_is_refused(world, httpserver):
    wrong = {"error": "Invalid query parameters error.", "message": "nonsense is not a valid field."}
    httpserver.expect_request("/works").respond_with_json(wrong, status=400)
    made = world.ask()
    assert made.outcome == "failed"
    assert "not a valid field" in made.reason


@pytest.mark.parametrize(
    "page",
    [
        "<html>Just a moment</html>",
        json.dumps({"meta": {"count": 5}, "group_by": []}),
        '{"meta": {}, "group_by"',
    ],
)
def test_an_answer_of_another_shape_is_kept_and_fails(world, httpserver, page):
    httpserver.expect_request("/works").respond_with_data(page)
    assert world.ask().outcome == "failed"
    assert world.saved[0].body == page.encode()


def test_works_without_a_year_are_left_out(world, httpserver):
    httpserver.expect_request("/works").respond_with_handler(reply)
    world.ask()
    assert len(world.values("openalex.naming_works")) == 2
