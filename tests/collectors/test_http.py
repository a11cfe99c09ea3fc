"""The client against a server that misbehaves on purpose. All answers here are invented."""

import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from collectors import Capped, Subject
from collectors._http import TRIES, WAIT_BUDGET_S, Client
from collectors._limits import wait_of
from evidence.errors import Absent, RateLimited, Refused, Unavailable
from evidence.types import Framework, Metric, Source

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SUBJECT = Subject("demo_framework", "core", "thing")
SECRET = "s3cret/token+"
SOURCE = Source(
    id="demo",
    title="Demo",
    url="https://demo.example/api/",
    licence="none",
    citation="none",
    needs="demo",
    metrics=(Metric("demo.x", "x", "stock", "an invented quantity that means nothing"),),
    budget=12,
    backfill=40,
    token_env="DEMO_TOKEN",
)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.at, self.slept = NOON, []

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ask(httpserver, clock, tmp_path):
    """Make clients of the demo source at the test server."""
    clients = []

    def make(*, source=SOURCE, archive=None, token=SECRET, **environment):
        known = archive or {}
        client = Client(
            source,
            previous=known.get,
            home=tmp_path,
            clock=clock.now,
            sleep=clock.sleep,
            environment={
                "TOUCHSTONE_DEMO_URL": httpserver.url_for("/api"),
                "DEMO_TOKEN": token,
                **environment,
            },
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client._session.close()


def answers(httpserver, path, *responses):
    """Answer the requests for a path one after the other."""
    for status, body, headers in responses:
        httpserver.expect_ordered_request(path).respond_with_data(
            body, status=status, headers=headers, content_type=headers.get("Content-Type", "application/json")
        )


def headers_of(httpserver, number=-1):
    return httpserver.log[number][0].headers


def test_an_answer_is_kept_byte_for_byte_with_its_circumstances(ask, httpserver, clock):
    body = b'{"a": 1}\n'
    answers(httpserver, "/api/thing", (200, body, {"ETag": '"1"', "X-Private": "no"}))
    payload = ask().get("thing", SUBJECT, params={"q": "a b"})
    assert payload.body == body
    assert payload.url == httpserver.url_for("/api/thing?q=a+b")
    assert (payload.framework, payload.scope, payload.name) == ("demo_framework", "core", "thing")
    assert (payload.status, payload.requested_at) == (200, NOON)
    assert payload.headers["etag"] == '"1"'
    assert "x-private" not in payload.headers


def test_the_project_and_a_contact_are_named_to_the_source(ask, httpserver):
    answers(httpserver, "/api/thing", *[(200, b"{}", {})] * 2)
    ask().get("thing", SUBJECT)
    assert headers_of(httpserver)["User-Agent"] == "touchstone (touchstone)"
    ask(TOUCHSTONE_CONTACT="mail@example.org ☃\n").get("thing", SUBJECT)
    assert headers_of(httpserver)["User-Agent"] == "touchstone (mail@example.org )"


@pytest.mark.parametrize(
    ("kept", "asked"), [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")]
)
def test_an_unchanged_answer_comes_from_the_archive_under_the_new_time(ask, httpserver, clock, kept, asked):
    answers(httpserver, "/api/thing", (200, b'{"a": 1}', {kept: "mark"}), (304, b"", {}))
    old = ask().get("thing", SUBJECT)
    clock.at += timedelta(days=7)
    client = ask(archive={old.url: old})
    new = client.get("thing", SUBJECT)
    assert headers_of(httpserver)[asked] == "mark"
    assert (new.body, new.sha256, new.status) == (old.body, old.sha256, 304)
    assert new.requested_at == NOON + timedelta(days=7)
    assert (client.requests, client.bytes) == (1, 0)
    assert new.headers[kept.lower()] == "mark"


def test_a_source_is_not_asked_again_within_its_min_interval(ask, httpserver, clock):
    answers(httpserver, "/api/thing", *[(200, b"{}", {})] * 2)
    old = ask().get("thing", SUBJECT)
    clock.at += SOURCE.min_interval - timedelta(seconds=1)
    client = ask(archive={old.url: old})
    assert client.get("thing", SUBJECT) == old
    assert client.requests == 0
    clock.at += timedelta(seconds=1)
    assert client.get("thing", SUBJECT).requested_at == clock.at


def test_an_archived_answer_is_given_to_whoever_asks_now(ask, httpserver):
    answers(httpserver, "/api/thing", (200, b"{}", {}))
    old = ask().get("thing", SUBJECT)
    other = Subject("another", "broad", "thing")
    assert ask(archive={old.url: old}).get("thing", other) == replace(old, framework="another", scope="broad")


def test_what_another_source_archived_under_the_same_url_is_not_used(ask, httpserver):
    answers(httpserver, "/api/thing", *[(200, b"{}", {"ETag": "mark"})] * 2)
    old = ask().get("thing", SUBJECT)
    client = ask(archive={old.url: replace(old, source="another")})
    assert client.get("thing", SUBJECT).source == "demo"
    assert client.requests == 1
    assert "If-None-Match" not in headers_of(httpserver)


def test_an_archived_answer_from_the_future_is_not_trusted(ask, httpserver, clock):
    answers(httpserver, "/api/thing", *[(200, b"{}", {})] * 2)
    old = ask().get("thing", SUBJECT)
    clock.at -= timedelta(days=1)
    client = ask(archive={old.url: old})
    client.get("thing", SUBJECT)
    assert client.requests == 1


SERVER_DATE = f"Date: {NOON:%a, %d %b %Y %H:%M:%S} GMT"
IN_SECONDS = str(int(NOON.timestamp()) + 11)


@pytest.fixture
def raw():
    """A server that sends given bytes as they are, one connection each."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(*responses):
            def run():
                for response in responses:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(response)

            threading.Thread(target=run, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/"

        yield serve


def raw_answer(status, *headers, body=b"{}"):
    lines = [f"HTTP/1.1 {status} X", SERVER_DATE, "Connection: close", *headers]
    if not any(header.startswith("Content-Length") for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        (429, ["Retry-After: 7"], 7),
        (429, ["Retry-After: Mon, 23 Nov 2026 12:00:09 GMT"], 9),
        (503, ["Retry-After: 5"], 5),
        (403, ["Retry-After: 3"], 3),
        (403, ["x-ratelimit-remaining: 0", f"x-ratelimit-reset: {IN_SECONDS}"], 11),
        (429, ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 13"], 13),
        (429, [f"X-Retry-After: {IN_SECONDS}"], 11),
        (429, ['RateLimit: "api";r=0;t=19'], 19),
        (429, ["X-Rate-Limit-Retry-After-Seconds: 23"], 23),
    ],
)
def test_every_family_of_rate_limits_is_waited_for(ask, raw, clock, status, headers, wait_s):
    address = raw(raw_answer(status, *headers), raw_answer(200))
    payload = ask(TOUCHSTONE_DEMO_URL=address).get("thing", SUBJECT)
    assert clock.slept == [wait_s]
    assert payload.requested_at == NOON + timedelta(seconds=wait_s)


def test_a_wrong_clock_here_does_not_change_a_wait():
    headers = {"date": "Mon, 23 Nov 2026 12:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}
    assert wait_of(headers, NOON + timedelta(hours=3)) == timedelta(seconds=30)


@pytest.mark.parametrize("words", ["soon", "-5", "1e9", "", "9" * 30, "Mon, 99 Nov 2026 12:00:00 GMT"])
def test_an_unreadable_wait_is_none(words):
    assert wait_of({"retry-after": words}, NOON) is None


def test_a_wait_beyond_the_budget_is_left_to_the_next_run(ask, httpserver, clock):
    answers(httpserver, "/api/thing", (429, b"", {"Retry-After": str(int(WAIT_BUDGET_S) + 1)}))
    client = ask()
    with pytest.raises(RateLimited, match="rate limited until 2026-11-23 12:00 UTC") as caught:
        client.get("thing", SUBJECT)
    assert caught.value.until == NOON + timedelta(seconds=WAIT_BUDGET_S + 1)
    assert (clock.slept, client.requests) == ([], 1)


def test_the_wait_budget_is_one_for_the_whole_attempt(ask, httpserver, clock):
    answers(
        httpserver,
        "/api/thing",
        (429, b"", {"Retry-After": "20"}),
        (200, b"{}", {}),
        (429, b"", {"Retry-After": "20"}),
    )
    client = ask()
    client.get("thing", SUBJECT)
    with pytest.raises(RateLimited):
        client.get("thing", SUBJECT)
    assert clock.slept == [20]


def test_a_limit_without_a_time_means_a_minute(ask, httpserver):
    said = b'{"message": "You have exceeded a secondary rate limit."}'
    answers(httpserver, "/api/thing", (403, said, {}))
    with pytest.raises(RateLimited) as caught:
        ask().get("thing", SUBJECT)
    assert caught.value.until == NOON + timedelta(minutes=1)


def test_the_request_that_would_be_one_too_many_is_not_sent(ask, raw):
    reset = int(NOON.timestamp()) + 3000
    client = ask(
        TOUCHSTONE_DEMO_URL=raw(raw_answer(200, "x-ratelimit-remaining: 0", f"x-ratelimit-reset: {reset}"))
    )
    client.get("thing", SUBJECT)
    with pytest.raises(RateLimited, match="12:50 UTC"):
        client.get("other", SUBJECT)
    assert client.requests == 1


def test_a_passing_fault_is_mended_by_asking_again(ask, httpserver, clock):
    html = (502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"})
    answers(httpserver, "/api/thing", html, (202, b"", {}), (200, b"{}", {}))
    assert ask().get("thing", SUBJECT).status == 200
    assert len(clock.slept) == 2
    assert sum(clock.slept) < 5


def test_a_lasting_fault_ends_the_tries(ask, httpserver, clock):
    httpserver.expect_request("/api/thing").respond_with_data("<html>no</html>", status=500)
    client = ask()
    with pytest.raises(Unavailable, match="demo: 500 INTERNAL SERVER ERROR"):
        client.get("thing", SUBJECT)
    assert client.requests == TRIES


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, Absent), (204, Absent), (401, Refused), (403, Refused), (410, Refused), (422, Refused)],
)
def test_what_asking_again_cannot_mend_is_said_at_once(ask, httpserver, status, error):
    body = b"" if status == 204 else b'{"message": "what the\\n source says"}'
    answers(httpserver, "/api/thing", (status, body, {}))
    client = ask()
    with pytest.raises(error, match=f"{status} " + ("" if status == 204 else ".*: what the source says")):
        client.get("thing", SUBJECT)
    assert client.requests == 1


def test_a_body_that_breaks_off_is_asked_for_again(ask, raw):
    address = raw(raw_answer(200, "Content-Length: 100", body=b'{"a": '), raw_answer(200))
    assert ask(TOUCHSTONE_DEMO_URL=address).get("thing", SUBJECT).body == b"{}"


def test_a_closed_port_costs_two_tries_and_little_time(ask, clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    client = ask(TOUCHSTONE_DEMO_URL=address)
    started = time.monotonic()
    with pytest.raises(Unavailable, match=r"no connection to 127\.0\.0\.1: .*refused"):
        client.get("thing", SUBJECT)
    assert client.requests == 2
    assert time.monotonic() - started + sum(clock.slept) < 5


@pytest.fixture
def late(clock):
    """A port where nobody listens until somebody has waited; then one request is answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))

        def serve():
            connection, _ = listener.accept()
            with connection:
                if connection.recv(65536):
                    connection.sendall(raw_answer(200))

        def sleep(seconds):
            clock.slept.append(seconds)
            listener.listen()
            server.start()

        server = threading.Thread(target=serve)
        clock.sleep = sleep
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.join()


def test_a_connection_that_is_refused_once_loses_nothing(ask, clock, late):
    client = ask(TOUCHSTONE_DEMO_URL=late)
    assert client.get("thing", SUBJECT).body == b"{}"
    assert client.requests == 2
    assert clock.slept == [pytest.approx(0.75, abs=0.25)]


def test_a_program_starts_after_a_connection_that_is_refused_once(ask, clock, late):
    ask().reach(late)
    assert len(clock.slept) == 1


def test_a_name_that_does_not_resolve_once_loses_nothing(ask, clock, httpserver, monkeypatch):
    httpserver.expect_request("/thing").respond_with_data("{}")
    resolve, failures = socket.getaddrinfo, [socket.gaierror(-3, "Temporary failure in name resolution")]

    def flaky(host, *args, **kwargs):
        if host == "flaky.example" and failures:
            raise failures.pop()
        return resolve("127.0.0.1" if host == "flaky.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", flaky)
    client = ask(TOUCHSTONE_DEMO_URL=f"http://flaky.example:{httpserver.port}/")
    assert client.get("thing", SUBJECT).body == b"{}"
    assert (client.requests, len(clock.slept)) == (2, 1)


def test_a_host_that_does_not_resolve_is_tried_twice_and_by_who_comes_next_once(ask, clock, monkeypatch):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    tried = []
    for wait in (0, 1, 10):
        clock.at += timedelta(minutes=wait)
        client = ask(TOUCHSTONE_DEMO_URL="https://demo.invalid/")
        with pytest.raises(Unavailable, match=r"cannot resolve the host demo\.invalid"):
            client.get("thing", SUBJECT)
        tried.append(client.requests)
    assert tried == [2, 1, 2]  # ten minutes later it may have been a moment, again


def test_a_host_that_swallows_packets_is_given_up_in_time(ask, monkeypatch):
    monkeypatch.setattr("collectors._http.CONNECT_TIMEOUT_S", 0.2)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]  # fill the backlog: later packets are dropped
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        client = ask(TOUCHSTONE_DEMO_URL=f"http://127.0.0.1:{full.getsockname()[1]}/")
        with pytest.raises(Unavailable, match="did not answer within"):
            client.get("thing", SUBJECT)
        for one in waiting:
            one.close()
    assert client.requests == 2


def test_reach_tells_a_dead_host_before_a_program_waits_for_it(ask, httpserver):
    ask().reach(httpserver.url_for("/"))
    ask().reach("/a/local/path")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match=r"no connection to 127\.0\.0\.1"):
        ask().reach(f"https://127.0.0.1:{port}/owner/repository")


@pytest.fixture
def elsewhere():
    """Another host: another port of this machine is another origin."""
    with HTTPServer(host="127.0.0.1") as server:
        yield server


def test_a_redirect_within_the_host_keeps_the_token(ask, httpserver):
    answers(httpserver, "/api/old", (301, b"", {"Location": "/api/new"}))
    answers(httpserver, "/api/new", (200, b"{}", {}))
    payload = ask().get("old", SUBJECT)
    assert headers_of(httpserver)["Authorization"] == f"Bearer {SECRET}"
    assert payload.url.endswith("/api/old"), "the archive finds it under the address that was asked"


@pytest.mark.parametrize("token_as", ["Authorization: Bearer {token}", "x-api-key: {token}", "?key={token}"])
def test_a_redirect_to_another_host_never_carries_the_token(ask, httpserver, elsewhere, token_as):
    def away(request):
        return Response(
            b"",
            status=302,
            headers={"Location": elsewhere.url_for("/new") + "?" + request.query_string.decode()},
        )

    httpserver.expect_request("/api/old").respond_with_handler(away)
    elsewhere.expect_request("/new").respond_with_data("{}")
    ask().get("old", SUBJECT, token_as=token_as)
    request = elsewhere.log[-1][0]
    assert not leaks(f"{request.url} {request.headers}")


def leaks(text):
    return any(form in text for form in (SECRET, "s3cret%2Ftoken%2B", "s3cret"))


def test_a_url_of_another_host_is_asked_without_the_token(ask, elsewhere):
    elsewhere.expect_request("/file").respond_with_data("{}")
    ask().get(elsewhere.url_for("/file"), SUBJECT)
    assert not leaks(str(elsewhere.log[-1][0].headers))


@pytest.mark.parametrize("target", ["http://[broken/x", "http://host:99999/x"])
def test_a_link_that_is_no_address_is_refused(ask, httpserver, raw, target):
    with pytest.raises(Refused, match=r"not an address|cannot be asked"):
        ask(TOUCHSTONE_DEMO_URL=raw(raw_answer(302, f"Location: {target}"))).get("old", SUBJECT)
    httpserver.expect_request("/api/list").respond_with_data(
        "[]", headers={"Link": f'<{target}>; rel="next"'}
    )
    with pytest.raises(Refused, match="not an address"):
        list(ask().pages("list", SUBJECT))
    with pytest.raises(Refused, match="not an address"):
        ask().reach(target)


def test_redirects_end(ask, httpserver):
    httpserver.expect_request("/api/old").respond_with_data("", status=302, headers={"Location": "/api/old"})
    with pytest.raises(Refused, match="more than 5 redirects"):
        ask().get("old", SUBJECT)


@pytest.mark.parametrize("token_as", ["Authorization: Bearer {token}", "x-api-key: {token}", "?key={token}"])
def test_the_token_reaches_the_source_and_nothing_else(ask, httpserver, token_as):
    httpserver.expect_request("/api/thing").respond_with_handler(
        lambda request: Response(b"{}", headers={"Link": f'<{request.url}>; rel="last"', "ETag": SECRET})
    )
    payload = ask().get("thing", SUBJECT, params={"a": 1}, token_as=token_as)
    request = httpserver.log[-1][0]
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    assert SECRET in (request.args.get("key"), request.headers.get("x-api-key"), bearer)
    assert not leaks(f"{payload.url} {payload.headers}")


@pytest.mark.parametrize("status", [403, 404, 422, 500])
def test_an_error_that_repeats_the_token_is_told_without_it(ask, httpserver, status):
    httpserver.expect_request("/api/thing").respond_with_json({"message": f"bad key {SECRET}"}, status=status)
    with pytest.raises((Absent, Refused, Unavailable)) as caught:
        ask().get("thing", SUBJECT, token_as="?key={token}")
    assert "bad key ***" in str(caught.value)
    assert not leaks(f"{caught.value} {caught.value.url}")


def test_a_connection_error_is_told_without_the_token(ask):
    client = ask(TOUCHSTONE_DEMO_URL="http://127.0.0.1:9/")
    with pytest.raises(Unavailable) as caught:
        client.get("thing", SUBJECT, token_as="?key={token}")
    assert not leaks(f"{caught.value!r} {caught.value.__cause__!r}")


def test_credentials_of_a_netrc_file_are_not_sent(ask, httpserver, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {httpserver.host} login me password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    answers(httpserver, "/api/thing", (200, b"{}", {}))
    ask(token="").get("thing", SUBJECT)
    assert "Authorization" not in headers_of(httpserver)


def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(ask):
    with pytest.raises(Refused, match="DEMO_TOKEN holds characters") as caught:
        ask(token="s3cret\nX-Evil: 1")
    assert not leaks(str(caught.value))


def endless(httpserver, pages):
    """Serve a list of so many pages, each with a link to the next."""

    def page(request):
        number = int(request.args.get("page", 1))
        link = f'<{httpserver.url_for("/api/list")}?page={number + 1}>; rel="next"'
        return Response(f"[{number}]".encode(), headers={"Link": link} if number < pages else {})

    httpserver.expect_request("/api/list").respond_with_handler(page)


def test_pages_follow_the_link_header_and_later_pages_are_history(ask, httpserver, clock):
    endless(httpserver, 3)
    pages = list(ask().pages("list", SUBJECT))
    assert [one.body for one in pages] == [b"[1]", b"[2]", b"[3]"]
    clock.at += timedelta(weeks=1)
    again = ask(archive={one.url: one for one in pages})
    assert [one.body for one in again.pages("list", SUBJECT)] == [b"[1]", b"[2]", b"[3]"]
    assert again.requests == 1


def test_a_link_that_repeats_the_token_leads_to_the_next_page_without_it(ask, httpserver):
    def page(request):
        link = {"Link": f'<{request.url}&page=2>; rel="next"'} if "page" not in request.args else {}
        return Response(str(request.args.getlist("key")).encode(), headers=link)

    httpserver.expect_request("/api/list").respond_with_handler(page)
    client = ask()
    first = client.get("list", SUBJECT, params={"q": 1}, token_as="?key={token}")
    assert first.headers["link"].count("***") == 1
    second = client.get(first.headers["link"][1:].split(">")[0], SUBJECT, token_as="?key={token}")
    assert second.body == first.body == str([SECRET]).encode()
    assert httpserver.log[-1][0].args["page"] == "2"


def test_pages_in_a_circle_end(ask, httpserver):
    link = {"Link": f'<{httpserver.url_for("/api/list")}>; rel="next"'}
    httpserver.expect_request("/api/list").respond_with_data("[]", headers=link)
    with pytest.raises(Refused, match="in a circle"):
        list(ask().pages("list", SUBJECT))


def test_history_has_a_budget_of_its_own(ask, httpserver):
    endless(httpserver, 10**6)
    client = ask()
    with pytest.raises(Capped, match=f"the budget of {SOURCE.backfill} requests is spent; the next run"):
        list(client.pages("list", SUBJECT))
    assert client.requests == SOURCE.backfill + 1
    client.get("list", SUBJECT)


def test_the_request_budget_holds(ask, httpserver):
    httpserver.expect_request("/api/thing").respond_with_data("{}")
    client = ask(source=replace(SOURCE, budget=2))
    client.get("thing", SUBJECT)
    client.get("thing", SUBJECT)
    with pytest.raises(Capped, match="the budget of 2 requests is spent"):
        client.get("thing", SUBJECT)
    assert len(httpserver.log) == 2


def test_tries_that_use_up_the_budget_end_in_the_fault_itself(ask, httpserver):
    httpserver.expect_request("/api/thing").respond_with_data("", status=500)
    client = ask(source=replace(SOURCE, budget=2))
    with pytest.raises(Unavailable):
        client.get("thing", SUBJECT)
    assert client.requests == 2


def test_a_question_in_json_is_known_by_its_digest(ask, httpserver):
    httpserver.expect_request("/api/graphql", method="POST", json={"query": "{a}"}).respond_with_data("{}")
    payload = ask().post("graphql", SUBJECT, body={"query": "{a}"})
    other = ask(archive={payload.url: payload}).post("graphql", SUBJECT, body={"query": "{a}"})
    assert payload.url.split("#")[0] == httpserver.url_for("/api/graphql")
    assert other == payload


def test_a_part_of_a_file_is_read_where_the_server_can(ask, httpserver):
    def part(request):
        return Response(request.headers["Range"].encode(), status=206)

    httpserver.expect_request("/api/file").respond_with_handler(part)
    client = ask()
    assert client.get_range("file", 10, 20) == b"bytes=10-19"
    assert client.get_range("file", 10) == b"bytes=10-"
    assert client.get_range("file", -8) == b"bytes=-8"
    httpserver.expect_request("/api/whole").respond_with_data("all of it")
    with pytest.raises(Refused, match="does not send parts of files"):
        client.get_range("whole", 0, 3)


def test_an_address_below_the_source_follows_the_override(ask, httpserver):
    client = ask()
    assert client.address("https://demo.example/api/a") == httpserver.url_for("/api/a")
    assert client.address("https://other.example/a") == "https://other.example/a"


def test_each_name_is_asked_core_first_and_an_unknown_one_is_noted(ask, httpserver):
    framework = Framework("f", "F", {"core": {"demo": ("a",)}, "broad": {"demo": ("b", "c")}})
    answers(httpserver, "/api/a", (200, b"{}", {}))
    answers(httpserver, "/api/b", (404, b"", {}))
    answers(httpserver, "/api/c", (200, b"{}", {}))
    client = ask()
    got = list(client.each(framework, lambda one, subject: iter([one.get(subject.name, subject)])))
    assert [(one.scope, one.name) for one in got] == [("core", "a"), ("broad", "c")]
    assert client.notes == ["b is absent"]


def test_no_name_known_is_absence(ask, httpserver):
    framework = Framework("f", "F", {"core": {"demo": ("a", "b")}})
    httpserver.expect_request("/api/a").respond_with_data("", status=404)
    httpserver.expect_request("/api/b").respond_with_data("", status=404)
    with pytest.raises(Absent):
        list(ask().each(framework, lambda one, subject: iter([one.get(subject.name, subject)])))


def test_a_part_that_is_missing_of_something_known_is_not_absence(ask, httpserver):
    def parts(client, subject):
        yield client.get(subject.name, subject)
        yield client.get(f"{subject.name}/part", subject)

    answers(httpserver, "/api/a", (200, b"{}", {}))
    answers(httpserver, "/api/a/part", (404, b"", {}))
    with pytest.raises(Refused, match="404 NOT FOUND for a part of a, which it knows"):
        list(ask().each(Framework("f", "F", {"core": {"demo": ("a",)}}), parts))
