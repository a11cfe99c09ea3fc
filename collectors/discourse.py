"""A project's own forum, where it runs on Discourse: its size, and how many new topics get a reply.

The names are addresses of forums. Forums differ in what they are for, so that the figures say something of
one project in time and nothing of two projects against each other.
Facts of the interface: Discourse's source (about.json, latest.json), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_array, as_count, as_moment, as_object, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="discourse",
    title="Project forums on Discourse",
    url="https://meta.discourse.org",
    licence="terms of each forum; counts only",
    citation="The forum named with each figure",
    needs="discourse",
    metrics=(
        Metric("discourse.topics", "topics", "stock", "topics ever, those hidden from the public left out"),
        Metric("discourse.posts", "posts", "stock", "posts ever, first posts of topics included"),
        Metric("discourse.users", "accounts", "stock", "accounts ever; most never write"),
        Metric("discourse.active_users_month", "accounts", "stock", "accounts that were seen in 30 days"),
        Metric("discourse.posts_week", "posts", "stock", "posts of the last 7 days"),
        Metric(
            "discourse.sampled_topics",
            "topics",
            "stock",
            "of the newest page of topics those that are at least a day old; pinned ones left out",
        ),
        Metric("discourse.sampled_topics_replied", "topics", "stock", "of those the ones with a reply"),
    ),
    min_interval=timedelta(days=1),
    budget=4,
)

_STATS = {
    "discourse.topics": ("topics_count", "topic_count"),
    "discourse.posts": ("posts_count", "post_count"),
    "discourse.users": ("users_count", "user_count"),
    "discourse.active_users_month": ("active_users_30_days",),
    "discourse.posts_week": ("posts_7_days",),
}
"""Older versions of Discourse have the second name."""
_OLD_ENOUGH = timedelta(days=1)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the statistics and the newest topics of every forum."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    forum = subject.name.rstrip("/")
    if client.base != SOURCE.url and not forum.startswith(client.base):
        forum = f"{client.base.rstrip('/')}/{urlsplit(forum).netloc}"  # a test's server stands for all forums
    yield client.get(f"{forum}/about.json", subject)
    yield client.get(f"{forum}/latest.json", subject, params={"order": "created"})


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counts of one answer; what a forum does not tell is absent. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    answer = json_object(payload)
    if "topic_list" in answer:
        topics = [as_object(topic) for topic in as_array(as_object(answer["topic_list"])["topics"])]
        yield from _topics(payload, topics)
        return
    stats = as_object(as_object(answer["about"])["stats"])
    told = {
        metric: next((stats[key] for key in keys if key in stats), None) for metric, keys in _STATS.items()
    }
    if all(value is None for value in told.values()):
        raise ValueError("no statistic has a name that is known")
    for metric, value in told.items():
        if value is not None:
            yield stock(payload, metric, payload.requested_at, as_count(value))


def _topics(payload: Payload, topics: list[Mapping[str, object]]) -> Iterator[Observation]:
    settled = [
        topic
        for topic in topics
        if not topic.get("pinned") and as_moment(topic["created_at"]) + _OLD_ENOUGH <= payload.requested_at
    ]
    replied = sum(as_count(topic["posts_count"]) > 1 for topic in settled)
    yield stock(payload, "discourse.sampled_topics", payload.requested_at, len(settled))
    yield stock(payload, "discourse.sampled_topics_replied", payload.requested_at, replied)
