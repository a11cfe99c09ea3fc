"""arXiv's search through a local server: holes, errors in a feed, months."""

from dataclasses import replace
from datetime import timedelta

import pytest
from asking import World, body

from collectors import arxiv

YEAR = body("arxiv/year.txt")


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "arxiv")


def answer(server, data=YEAR, **how):
    server.expect_request("/query").respond_with_data(data, content_type="application/atom+xml", **how)


def test_one_question_a_month(world, httpserver):
    answer(httpserver)
    assert world.ask(core=["pytorch"]).requests == 1
    assert world.requests()[0].args["search_query"] == (
        "abs:pytorch AND (cat:cs.CV OR cat:cs.CL OR cat:cs.LG) "
        "AND submittedDate:[202511010000 TO 202610312359]"
    )
    world.now += timedelta(days=5)  # still November
    assert world.ask(core=["pytorch"]).requests == 0
    world.now += timedelta(days=2)
    assert world.ask(core=["pytorch"]).requests == 1


def test_months_are_counted_by_main_category_and_nothing_is_a_zero(world, httpserver):
    answer(httpserver)
    world.ask(core=["pytorch"])
    vision = world.values("arxiv.abstracts_cv")
    assert len(vision) == 12
    assert (vision["2025-11-01"], vision["2026-10-01"], vision["2026-06-01"]) == (1, 1, 0)
    assert world.values("arxiv.abstracts_cl")["2026-10-01"] == 1
    assert world.values("arxiv.abstracts_lg")["2026-06-01"] == 1


def test_a_list_with_holes_is_refused(world, httpserver):
    answer(httpserver, YEAR.replace(b">5<", b">6<"))
    made = world.ask(core=["pytorch"])
    assert made.outcome == "failed"
    assert "5 entries of 6" in made.reason


def test_of_a_list_that_was_cut_only_whole_months_are_told(world, httpserver, monkeypatch):
    monkeypatch.setattr(arxiv, "_MOST", 5)
    answer(httpserver, YEAR.replace(b">5<", b">9<"))
    world.ask(core=["pytorch"])
    assert "2025-11-01" not in world.values("arxiv.abstracts_cv")
    assert len(world.values("arxiv.abstracts_cv")) == 11


def test_an_error_in_a_feed_is_refused(world, httpserver):
    answer(httpserver, YEAR.replace(b"A made-up preprint", b"Error", 1))
    assert "the service says" in world.ask(core=["pytorch"]).reason


def test_too_fast_is_no_evidence(world, httpserver):
    answer(httpserver, "Rate exceeded.", status=429)
    made = world.ask(core=["pytorch"])
    assert (made.outcome, world.saved) == ("failed", [])


@pytest.mark.parametrize(
    "page",
    [
        b"<html><body>maintenance</body></html>",
        YEAR[:-20],
        YEAR.replace(b"totalResults", b"results"),
        YEAR.replace(b"<published>2026-10-30T17:59:59Z</published>", b""),
        b'<!DOCTYPE feed [<!ENTITY a "b">]>' + YEAR,
    ],
)
def test_an_answer_of_another_shape_is_kept_and_fails(world, httpserver, page):
    answer(httpserver, page)
    assert world.ask(core=["pytorch"]).outcome == "failed"
    assert [one.body for one in world.saved] == [page]


def test_the_months_are_those_before_the_answer(world, httpserver):
    answer(httpserver)
    world.ask(core=["pytorch"])
    later = replace(world.saved[0], requested_at=world.now.replace(year=2027, month=1, day=1))
    assert {one.start.date().isoformat() for one in arxiv.parse(later)} >= {"2026-01-01", "2026-12-01"}
