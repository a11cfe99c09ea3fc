"""A source's pause between requests is kept across attempts, and never waited for longer than it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from collectors import Subject
from collectors._http import Client
from collectors.arxiv import SOURCE


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.slept_s: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.mark.parametrize(("passed_s", "slept_s"), [(0, [3.0]), (1, [2.0]), (3, []), (60, [])])
def test_the_second_request_waits_for_the_rest_of_the_pause(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, passed_s: int, slept_s: list[float]
) -> None:
    httpserver.expect_request("/query").respond_with_data("<feed/>", content_type="application/atom+xml")
    address = httpserver.url_for("/")
    source = replace(SOURCE, id="paced", url=address, min_interval=timedelta(0), budget=9)
    clock = Clock()
    monkeypatch.setattr("collectors._http._ASKED", {})
    for framework in ("alpha", "beta"):
        with Client(source, clock=lambda: clock.now, sleep=clock.sleep) as client:
            client.get("query", Subject(framework, "core", framework))
        clock.now += timedelta(seconds=passed_s)
    assert clock.slept_s == slept_s
