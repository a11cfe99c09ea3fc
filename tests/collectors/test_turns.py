"""What is asked seldom takes turns, and a limit holds for whoever asks next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from collectors import Subject
from collectors._http import Client
from evidence.errors import RateLimited
from evidence.types import Payload, Source

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def source(address: str = "https://turns.example", *, token_env: str | None = None) -> Source:
    return Source("turns", "Turns", address, "MIT", "nobody", "turns", (), budget=9, token_env=token_env)


@pytest.mark.parametrize("weeks", [4, 13, 26])
def test_a_question_is_due_in_one_week_of_its_period_and_its_neighbours_in_the_others(weeks: int) -> None:
    for step in range(weeks):
        found = [
            week for week in range(2 * weeks) if _turn_begins(MONDAY + WEEK * week, step=step, weeks=weeks)
        ]
        assert len(found) == 2 and found[1] - found[0] == weeks
    first = [step for step in range(weeks) if _turn_begins(MONDAY, step=step, weeks=weeks)]
    assert len(first) == 1


def _turn_begins(monday: datetime, *, step: int, weeks: int) -> bool:
    now = monday + timedelta(days=3)
    with Client(source(), clock=lambda: now) as client:
        return client.turn_began(Subject("alpha", "core", "a"), weeks=weeks, step=step) == monday


def test_a_turn_that_was_missed_is_taken_by_the_next_run() -> None:
    step = next(step for step in range(4) if _turn_begins(MONDAY, step=step, weeks=4))
    old = _answer(MONDAY - timedelta(days=1))
    for week in range(4):  # the run of the turn's own week did not take place, nor the next ones
        now = MONDAY + WEEK * week + timedelta(days=1)
        with Client(source(), previous=lambda _: old, clock=lambda now=now: now) as client:
            subject = Subject("alpha", "core", "a")
            assert (
                client.archived(old.url, subject, fresh_for=client.turn(subject, weeks=4, step=step)) is None
            )


def test_an_answer_is_never_asked_for_again_within_the_interval_of_the_source() -> None:
    with Client(source(), clock=lambda: MONDAY) as client:
        found = {client.turn(Subject("alpha", "core", "a"), weeks=4, step=step) for step in range(4)}
    assert min(found) == source().min_interval


def _answer(at: datetime) -> Payload:
    return Payload("turns", "alpha", "core", "a", "https://turns.example/a", at, 200, {}, "0" * 64, b"{}")


def test_every_framework_and_place_has_turns_of_its_own() -> None:
    now = MONDAY + timedelta(days=1)
    with Client(source(), clock=lambda: now) as client:
        found = Counter(
            client.turn_began(Subject(framework, "broad", "a", place), weeks=4)
            for framework in ("alpha", "beta", "gamma", "delta")
            for place in range(4)
        )
    assert list(found.values()) == [4, 4, 4, 4]


# Limits


@pytest.fixture
def clock() -> list[datetime]:
    return [MONDAY]


def asking(server: HTTPServer, clock: list[datetime], home: Path, **environment: str) -> Client:
    return Client(
        source(server.url_for("/").rstrip("/"), token_env="TURNS_TOKEN"),
        home=home,
        clock=lambda: clock[0],
        sleep=lambda seconds: clock.__setitem__(0, clock[0] + timedelta(seconds=seconds)),
        environment=environment,
    )


def refuse(server: HTTPServer, seconds: int) -> None:
    server.expect_ordered_request("/a").respond_with_data(
        "{}", status=429, headers={"Retry-After": str(seconds)}
    )
    server.expect_request("/a").respond_with_data("{}")


def get(client: Client, framework: str = "beta") -> Payload:
    with client:
        return client.get("a", Subject(framework, "core", "a"))


def test_a_limit_holds_for_the_next_framework_and_the_next_run_until_it_ends(
    httpserver: HTTPServer, tmp_path: Path, clock: list[datetime]
) -> None:
    refuse(httpserver, 3600)
    with pytest.raises(RateLimited):
        get(asking(httpserver, clock, tmp_path), "alpha")
    clock[0] += timedelta(minutes=59)
    later = asking(httpserver, clock, tmp_path)
    with pytest.raises(RateLimited, match=r"rate limited until 2026-01-05 01:00 UTC"):
        get(later)
    assert (later.requests, len(httpserver.log)) == (0, 1)
    clock[0] += timedelta(minutes=1)
    assert get(asking(httpserver, clock, tmp_path)).status == 200


def test_who_comes_shortly_before_the_end_waits_for_it(
    httpserver: HTTPServer, tmp_path: Path, clock: list[datetime]
) -> None:
    refuse(httpserver, 60)
    with pytest.raises(RateLimited):
        get(asking(httpserver, clock, tmp_path), "alpha")
    clock[0] += timedelta(seconds=50)
    assert get(asking(httpserver, clock, tmp_path)).status == 200
    assert clock[0] == MONDAY + timedelta(seconds=60)


def test_a_limit_without_a_token_is_none_with_one(
    httpserver: HTTPServer, tmp_path: Path, clock: list[datetime]
) -> None:
    refuse(httpserver, 3600)
    with pytest.raises(RateLimited):
        get(asking(httpserver, clock, tmp_path), "alpha")
    assert get(asking(httpserver, clock, tmp_path, TURNS_TOKEN="s3cret")).status == 200


@pytest.mark.parametrize("left", ["", "soon", "2026-01-05T09:00:00", "\0"])
def test_what_a_kill_left_of_a_limit_is_none(
    httpserver: HTTPServer, tmp_path: Path, clock: list[datetime], left: str
) -> None:
    httpserver.expect_request("/a").respond_with_data("{}")
    (tmp_path / "turns").mkdir()
    (tmp_path / "turns" / "limited.txt").write_text(left)
    assert get(asking(httpserver, clock, tmp_path)).status == 200
