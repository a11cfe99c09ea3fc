"""OpenSSF Scorecard: automated checks of how a repository is run, weekly.

A check that could not be decided is -1 there and absent here. Only checks that both repositories have are
comparable. Facts of the interface: Scorecard's API description, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import (
    as_array,
    as_moment,
    as_number,
    as_object,
    as_text,
    json_object,
    observations,
    stock,
)
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="scorecard",
    title="OpenSSF Scorecard",
    url="https://api.scorecard.dev",
    licence="CDLA-Permissive-2.0",
    citation="OpenSSF Scorecard, scorecard.dev",
    needs="scorecard",
    metrics=(
        Metric(
            "scorecard.check",
            "points",
            "stock",
            "0 to 10 for one check, named by it; what could not be decided is absent; practice, not safety",
        ),
        Metric("scorecard.score", "points", "stock", "the publisher's weighted total, 0 to 10; shown only"),
    ),
    min_interval=timedelta(days=1),
    budget=4,
)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the checks of every repository, named `owner/repository`."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    yield client.get(f"projects/github.com/{subject.name}", subject)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the total and every decided check at the day of the run. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    answer = json_object(payload)
    day = as_moment(answer["date"])
    if day > payload.requested_at + timedelta(days=1):
        raise ValueError(f"the run of {day:%Y-%m-%d} has not come yet")
    yield stock(payload, "scorecard.score", day, _points(answer["score"]))
    for value in as_array(answer["checks"]):
        check = as_object(value)
        if as_number(check["score"]) != -1:
            one = stock(payload, "scorecard.check", day, _points(check["score"]))
            yield replace(one, name=as_text(check["name"]))


def _points(value: object) -> float:
    points = as_number(value)
    if not 0 <= points <= 10:
        raise ValueError(f"{points} is not within 0 to 10")
    return points
