"""Posts of Hacker News' monthly "Who is hiring?" threads that name a framework.

The top-level comments of a thread are the posts; a name counts as a whole word. One post may name several
frameworks, start-ups and the United States weigh most, and a deleted post is not seen. A thread is read once,
when it is two weeks old. Facts of the interface: github.com/algolia/hn-search, read 2026-11-23.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from collectors._http import FOR_EVER, Client
from collectors._names import by_scope
from collectors._parse import as_array, as_moment, as_object, as_text, flow, json_object, observations
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="hn_hiring",
    title="Hacker News, Who is hiring?",
    url="https://hn.algolia.com/api/v1",
    licence="none stated; counts of public posts",
    citation="Hacker News, through the HN Search API of Algolia",
    needs="hn_hiring",
    metrics=(
        Metric(
            "hn_hiring.mentions",
            "posts",
            "flow",
            "posts of the month's thread that name the framework as a word; start-ups weigh most",
        ),
        Metric(
            "hn_hiring.posts", "posts", "flow", "all posts of the thread: the base; deleted ones left out"
        ),
    ),
    min_interval=timedelta(days=1),
    budget=3,
    backfill=40,
)
"""A steady week costs one request, and one more in the week when a month's thread is two weeks old."""

MONTHS = 24
_SETTLED = timedelta(days=14)
_TITLE = re.compile(r"Ask HN: Who is hiring\? \((\w+ \d{4})\)")


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the list of threads and those of the last two years that are two weeks old, newest first."""
    asked: dict[str, str | int] = {"tags": "story,author_whoishiring", "hitsPerPage": 100}
    for subject, _ in by_scope(framework, SOURCE.needs):
        listed = client.get("search_by_date", subject, params=asked)
        yield listed
        for place, thread in enumerate(_threads(listed, client.now())):
            yield client.get(f"items/{thread}", subject, fresh_for=FOR_EVER, backfill=place > 0)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield mentions and posts of one thread; nothing for the list of threads. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _threads(listed: Payload, now: datetime) -> list[int]:
    """Return the numbers of the threads to read; none of a list that the parser refuses."""
    try:
        hits = [hit for hit in json.loads(listed.body)["hits"] if _TITLE.fullmatch(hit["title"] or "")]
        made = [(as_moment(hit["created_at"]), int(hit["objectID"])) for hit in hits]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
    old_enough = sorted((at, number) for at, number in made if at + _SETTLED <= now)
    return [number for _, number in reversed(old_enough[-MONTHS:])]


def _read(payload: Payload) -> Iterator[Observation]:
    answer = json_object(payload)
    if "hits" in answer:
        for hit in as_array(answer["hits"]):
            as_text(as_object(hit)["objectID"])
        return
    start, end = _month(as_text(answer["title"]))
    texts = [_text(as_object(post)) for post in as_array(answer["children"])]
    posts = [text for text in texts if text]
    for name in payload.name.split():
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?!\w)", re.IGNORECASE)
        count = sum(bool(word.search(text)) for text in posts)
        yield replace(flow(payload, "hn_hiring.mentions", start, end, count), name=name)
    yield flow(payload, "hn_hiring.posts", start, end, len(posts))


def _text(post: Mapping[str, object]) -> str:
    """Return what a post says, without its markup; nothing for a deleted one."""
    text = post["text"]
    return html.unescape(re.sub(r"<[^>]*>", " ", as_text(text))) if text is not None else ""


def _month(title: str) -> tuple[datetime, datetime]:
    found = _TITLE.fullmatch(title)
    if not found:
        raise ValueError(f"{title!r} is no thread of a month")
    start = datetime.strptime(found[1], "%B %Y").replace(tzinfo=UTC)
    return start, (start + timedelta(days=31)).replace(day=1)
