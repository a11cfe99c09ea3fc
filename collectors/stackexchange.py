"""How questions with a framework's tag fare on Stack Overflow: whether and when they are answered.

The newest hundred questions that are at least a week old, each with its answers. Shares and waits, never
volumes: those of every tag collapsed after 2023. Deleted questions are not seen, and reputation is that of
today, so that who asked as a newcomer and went on is no newcomer any more.
Facts of the interface: api.stackexchange.com/docs, version 2.3, read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from collectors._contract import Subject
from collectors._http import FOR_EVER, Client
from collectors._parse import (
    as_array,
    as_count,
    as_number,
    as_object,
    as_text,
    json_object,
    observations,
    stock,
)
from collectors._survival import median_wait
from evidence.types import Framework, Metric, Observation, Payload, Source

_SAMPLE = "of the newest hundred that are at least a week old"

SOURCE = Source(
    id="stackexchange",
    title="Stack Overflow (Stack Exchange API)",
    url="https://api.stackexchange.com/2.3",
    licence="CC-BY-SA-4.0",
    citation="Stack Overflow, through the Stack Exchange API",
    needs="stackexchange",
    metrics=(
        Metric("stackexchange.sampled_questions", "questions", "stock", f"questions with the tag, {_SAMPLE}"),
        Metric(
            "stackexchange.sampled_questions_answered",
            "questions",
            "stock",
            f"questions {_SAMPLE} that another person answered within seven days, well or badly",
        ),
        Metric(
            "stackexchange.sampled_newcomer_questions",
            "questions",
            "stock",
            f"questions {_SAMPLE} by askers with a reputation below 50 today",
        ),
        Metric(
            "stackexchange.sampled_newcomer_questions_helped",
            "questions",
            "stock",
            "of those the ones with an answer within seven days that was accepted or has a positive score",
        ),
        Metric(
            "stackexchange.time_to_first_answer",
            "hours",
            "stock",
            f"median wait for another person's answer, {_SAMPLE}; Kaplan-Meier, unanswered ones still wait",
        ),
        Metric(
            "stackexchange.newcomer_time_to_first_answer",
            "hours",
            "stock",
            "the same for the askers with a reputation below 50 today alone",
        ),
    ),
    min_interval=timedelta(days=1),
    budget=4,
    token_env="STACKEXCHANGE_KEY",  # noqa: S106  the name of a variable, not a secret
    parser_version=2,
)
"""A steady week costs one request a tag; the first one asks once for the filter that adds the answers."""

SITE = "stackoverflow"
NEWCOMER_BELOW = 50
_IN_TIME = timedelta(days=7)
_TOKEN_AS = "?key={token}"  # noqa: S105  how the token travels, not a token


@dataclass(frozen=True)
class _Question:
    asked: datetime
    newcomer: bool
    first_answer: datetime | None
    helped: bool


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the filter that adds answers to questions, and the questions of every tag."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    wanted = {"include": "question.answers", "base": "default", "unsafe": "false"}
    # A filter, once made, stays what it is.
    made = client.get("filters/create", subject, params=wanted, token_as=_TOKEN_AS, fresh_for=FOR_EVER)
    yield made
    today = client.now().date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), tzinfo=UTC)
    asked: dict[str, str | int] = {
        "site": SITE,
        "tagged": subject.name,
        "todate": int((monday - _IN_TIME).timestamp()),
        "sort": "creation",
        "order": "desc",
        "pagesize": 100,
        "filter": _filter(made),
    }
    yield client.get("questions", subject, params=asked, token_as=_TOKEN_AS)


def _filter(made: Payload) -> str:
    """Return the filter, or the service's own when the answer cannot be read: the parser will say so."""
    try:
        return as_text(json.loads(made.body)["items"][0]["filter"])
    except (ValueError, LookupError, TypeError):
        return "default"


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield counts and the median of one tag; nothing for a filter. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    items = [as_object(item) for item in as_array(json_object(payload)["items"])]
    if items and "filter" in items[0]:
        return
    questions = [_question(item, payload.requested_at) for item in items]
    at, newcomers = payload.requested_at, [one for one in questions if one.newcomer]
    in_time = [one for one in questions if one.first_answer and one.first_answer - one.asked <= _IN_TIME]
    yield stock(payload, "stackexchange.sampled_questions", at, len(questions))
    yield stock(payload, "stackexchange.sampled_questions_answered", at, len(in_time))
    yield stock(payload, "stackexchange.sampled_newcomer_questions", at, len(newcomers))
    helped = sum(one.helped for one in newcomers)
    yield stock(payload, "stackexchange.sampled_newcomer_questions_helped", at, helped)
    for metric, asked in (("time_to_first_answer", questions), ("newcomer_time_to_first_answer", newcomers)):
        median = median_wait(_waits(asked, at))
        if median is not None:
            yield stock(payload, f"stackexchange.{metric}", at, median)


def _waits(questions: Sequence[_Question], at: datetime) -> Iterator[tuple[float, bool]]:
    for one in questions:
        wait = (one.first_answer or at) - one.asked
        yield wait / timedelta(hours=1), one.first_answer is not None


def _question(item: Mapping[str, object], now: datetime) -> _Question:
    asker, asked = as_object(item["owner"]), _moment(item["creation_date"], now)
    answers = [as_object(answer) for answer in as_array(item.get("answers", []))]
    if as_count(item["answer_count"]) and not answers:
        raise ValueError("the answers are missing: the filter was not obeyed")
    others = [one for one in answers if _who(one["owner"]) != _who(asker) or _who(asker) is None]
    moments = [_moment(one["creation_date"], now) for one in others]
    return _Question(
        asked=asked,
        newcomer="reputation" in asker and as_count(asker["reputation"]) < NEWCOMER_BELOW,
        first_answer=min(moments, default=None),
        helped=any(_is_help(one) and at - asked <= _IN_TIME for one, at in zip(others, moments, strict=True)),
    )


def _is_help(answer: Mapping[str, object]) -> bool:
    return answer["is_accepted"] is True or as_number(answer["score"]) > 0


def _who(owner: object) -> object:
    """Return the number of an account, None for a deleted one."""
    return as_object(owner).get("user_id")


def _moment(value: object, now: datetime) -> datetime:
    moment = datetime.fromtimestamp(as_count(value), tz=UTC)
    if moment > now + timedelta(days=1):
        raise ValueError(f"{moment} has not come yet")
    return moment
