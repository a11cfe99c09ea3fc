"""Where people talk, as the world serves it: model hub, questions, job threads, forums. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response
from world_figures import DAY, midnight
from world_server import World, contract


def _not_found() -> Response:
    return Response('{"error": "Not Found"}', status=404, mimetype="application/json")


# Hugging Face


def _models(world: World, request: Request) -> int:
    return world.figures.grown("models", request.args["library"], request.args.get("pipeline_tag", ""))


@contract("huggingface", "models-json", imitates="huggingface-totals")
def models(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """The data of the page: the first thirty models and how many there are."""
    return {
        "models": [{"id": "a/b"}],
        "numItemsPerPage": 30,
        "numTotalItems": _models(world, request),
        "pageIndex": 0,
    }


@contract("huggingface", "models", imitates="huggingface-totals")
def models_page(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """The page itself, with the same data in it."""
    body = f'<!doctype html><div data-props="{{&quot;numTotalItems&quot;:{_models(world, request)}}}"></div>'
    return Response(body, mimetype="text/html")


# Stack Exchange


@contract("stackexchange", "filters/create", imitates="stackexchange-wrapper")
def new_filter(_: World, __: Request, ___: Mapping[str, str]) -> Any:
    """A filter that adds the answers."""
    return {
        "items": [{"filter": "!made-up", "filter_type": "safe", "included_fields": []}],
        "has_more": False,
        "quota_max": 300,
        "quota_remaining": 290,
    }


@contract("stackexchange", "questions", imitates="stackexchange-wrapper stackexchange-questions")
def questions(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """The newest hundred questions with a tag before a moment."""
    before = datetime.fromtimestamp(int(request.args["todate"]), UTC)
    tag, with_answers = request.args["tagged"], request.args["filter"] == "!made-up"
    items = [_question(world, tag, before - timedelta(hours=5 * n), with_answers) for n in range(100)]
    return {"items": items, "has_more": True, "quota_max": 300, "quota_remaining": 288}


def _question(world: World, tag: str, asked: datetime, with_answers: bool) -> dict[str, Any]:
    key, figures = (tag, asked), world.figures
    answered = asked + timedelta(hours=figures.of("answered", *key, low=1, high=400))
    answers = [
        _post(figures.of("who", *key, low=1, high=50), answered, figures.of("score", *key, low=-1, high=4))
    ]
    there = answers if figures.of("any", *key, low=0, high=2) and answered <= midnight(figures.today) else []
    question = {**_post(figures.of("asker", *key, low=1, high=50), asked, 1), "answer_count": len(there)}
    return {**question, **({"answers": there} if with_answers and there else {})}


def _post(user: int, at: datetime, score: int) -> dict[str, Any]:
    owner = {"user_id": user, "reputation": user * 3, "user_type": "registered"}
    return {"owner": owner, "creation_date": int(at.timestamp()), "score": score, "is_accepted": score > 2}


# Hacker News


def _threads(world: World) -> list[tuple[int, datetime]]:
    last = world.now.year * 12 + world.now.month - 1
    months = [(n, datetime(n // 12, n % 12 + 1, 1, 15, tzinfo=UTC)) for n in range(last - 29, last + 1)]
    return [(n, at) for n, at in months if at <= world.now]


@contract("hn_hiring", "search_by_date", imitates="hn-threads")
def threads(world: World, _: Request, __: Mapping[str, str]) -> Any:
    """The monthly threads and the other two of the same robot."""
    hits = [
        {
            "objectID": str(1000 * n + place),
            "created_at": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
            "title": f"Ask HN: {title} ({at:%B %Y})",
        }
        for n, at in reversed(_threads(world))
        for place, title in enumerate(
            ("Who is hiring?", "Who wants to be hired?", "Freelancer? Seeking freelancer?")
        )
    ]
    return {"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 100}


@contract("hn_hiring", "items/(?P<number>[0-9]+)", imitates="hn-threads")
def thread(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """A thread with its posts; a deleted one has no text."""
    month = int(found["number"]) // 1000
    at = dict(_threads(world)).get(month)
    if at is None:
        return _not_found()
    words = sorted({name for one in world.frameworks for name in one.named("hn_hiring", "broad")})
    posts = [_hiring(world, month, n, words) for n in range(40)]
    return {
        "id": int(found["number"]),
        "type": "story",
        "title": f"Ask HN: Who is hiring? ({at:%B %Y})",
        "children": posts,
    }


def _hiring(world: World, month: int, place: int, words: list[str]) -> dict[str, Any]:
    choice = world.figures.of("post", month, place, low=-1, high=3 * len(words))
    text = (
        None
        if choice < 0
        else f"Acme &amp; Co | ML Engineer | {words[choice] if choice < len(words) else 'Go'}<p>Remote"
    )
    return {"id": place, "author": "somebody", "text": text, "children": [], "type": "comment"}


# Discourse


@contract("discourse", "(?P<forum>[^/]+)/about[.]json", imitates="discourse-about")
def about(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """What a forum says of itself."""
    figures, forum = world.figures, found["forum"]
    names = ("topics_count", "posts_count", "users_count", "active_users_30_days", "posts_7_days")
    return {
        "about": {
            "stats": {name: figures.grown(forum, name) for name in names},
            "title": forum,
            "version": "2026.11",
        }
    }


@contract("discourse", "(?P<forum>[^/]+)/latest[.]json", imitates="discourse-latest")
def latest(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """The newest thirty topics."""
    figures, forum = world.figures, found["forum"]
    topics = [
        {
            "id": n,
            "pinned": n == 0,
            "posts_count": figures.of(forum, "posts", figures.today - DAY * n, low=1, high=4),
            "created_at": f"{figures.today - DAY * n}T00:30:00.000Z",
        }
        for n in range(30)
    ]
    return {"users": [], "topic_list": {"per_page": 30, "topics": topics}}
