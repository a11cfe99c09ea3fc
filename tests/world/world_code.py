"""Where code lives, as the world serves it: GitHub (GraphQL, REST), git itself, Scorecard. All invented."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from werkzeug.wrappers import Request, Response
from world_figures import Figures, midnight, monday
from world_graphql import Connection, Execution, FieldError
from world_server import World, contract

_STATES = {"OPEN": 900, "CLOSED": 40_000, "MERGED": 12_000}


def _unknown(message: str = "Not Found") -> Response:
    said = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": "404"}
    return Response(json.dumps(said), status=404, mimetype="application/json")


def repository_number(world: World, name: str) -> int:
    """The number of a repository, which a renaming leaves alone."""
    return world.figures.of("repository", name, low=10_000_000, high=99_999_999)


# GraphQL


@contract("github", "graphql", method="POST", imitates="github-graphql github-errors-in-200")
def graphql(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """Answer a document; without a token nothing."""
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return Response('{"message": "Requires authentication"}', status=401, mimetype="application/json")
    asked = request.get_json()
    root = {
        "rateLimit": {
            "cost": 1,
            "limit": 5000,
            "remaining": 4900,
            "used": 100,
            "resetAt": "2026-11-25T07:00:00Z",
        },
        "repository": partial(_repository, world),
        "search": partial(_search, world),
    }
    return Execution(asked["query"], asked.get("variables") or {}).answer(root)


def _repository(world: World, given: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{given['owner']}/{given['name']}"
    if not world.knows("github", name):
        raise FieldError("NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'.")
    figures = world.figures
    return {
        "databaseId": repository_number(world, name),
        "nameWithOwner": name,
        "isArchived": False,
        "createdAt": "2016-08-13T05:26:41Z",
        "pushedAt": f"{figures.today}T00:00:00Z",
        "stargazerCount": _stars(figures, name),
        "stargazers": Connection(0, []),  # as it answers since the list was closed
        "forkCount": figures.grown("forks", name),
        "watchers": Connection(figures.grown("watchers", name), []),
        "issues": partial(_counted, figures, name, "issues"),
        "pullRequests": partial(_counted, figures, name, "pull requests"),
        "releases": Connection(figures.grown("releases", name, low=20, high=90), []),
        "mentionableUsers": Connection(figures.grown("users", name), []),
        "discussions": Connection(figures.grown("discussions", name), []),
    }


def _stars(figures: Figures, name: str) -> int:
    return sum(sum(days) for _, days in figures.stars(name))


def _counted(figures: Figures, name: str, kind: str, given: Mapping[str, Any]) -> Connection:
    return Connection(
        sum(figures.grown(name, kind, state, high=_STATES[state] + 1000) for state in given["states"]), []
    )


def _search(world: World, given: Mapping[str, Any]) -> Connection:
    words = given["query"].split()
    repositories = [word[5:] for word in words if word.startswith("repo:")]
    known = [name for name in repositories if world.knows("github", name)]
    (what, start, end) = next(_span(word) for word in words if ".." in word)
    kind = "is:pr" if "is:pr" in words else "is:issue"
    count = sum(world.figures.of(name, kind, what, start, end, low=20, high=400) for name in known)
    threads = [_thread(world.figures, known[0], kind, start, n) for n in range(15)] if known else []
    return Connection(count, threads, "issueCount")


def _span(word: str) -> tuple[str, str, str]:
    what, _, days = word.partition(":")
    start, _, end = days.partition("..")
    return what, start, end


def _account(figures: Figures, *key: object) -> dict[str, Any] | None:
    kind = figures.of("account", *key, low=0, high=9)
    if kind == 0:
        return None  # a deleted account
    if kind == 1:
        return {"__typename": "Bot", "login": "linter"}
    return {"__typename": "User", "login": f"person-{figures.of('login', *key, low=1, high=60)}"}


def _who(figures: Figures, at: datetime, *key: object) -> dict[str, Any]:
    members = ("MEMBER", "MEMBER", "NONE") if key[-1] == "comment" else ("NONE", "CONTRIBUTOR", "MEMBER")
    membership = members[figures.of("member", *key, low=0, high=2)]
    return {"createdAt": _iso(at), "authorAssociation": membership, "author": _account(figures, *key)}


def _thread(figures: Figures, name: str, kind: str, start: str, place: int) -> dict[str, Any]:
    key = (name, kind, start, place)
    opened = midnight(date.fromisoformat(start)) + timedelta(hours=place)
    answered = opened + timedelta(hours=figures.of("answer", *key, low=1, high=900))
    closed = opened + timedelta(days=figures.of("close", *key, low=1, high=300))
    comment = {"__typename": "IssueComment", **_who(figures, answered, *key, "comment")}
    closing = {
        "__typename": "ClosedEvent",
        "createdAt": _iso(closed),
        "actor": _account(figures, *key, "closer"),
        "closer": None if figures.of("by", *key, low=0, high=2) else {"__typename": "Commit"},
        "stateReason": "COMPLETED",
    }
    there = closed <= figures.now
    return {
        "__typename": "PullRequest" if kind == "is:pr" else "Issue",
        **_who(figures, opened, *key),
        "closedAt": _iso(closed) if there else None,
        "mergedAt": None,
        "timelineItems": partial(
            _timeline, [comment] if answered <= figures.now else [], [closing] if there else []
        ),
    }


def _timeline(talk: list[Any], closings: list[Any], given: Mapping[str, Any]) -> Connection:
    shown = closings if given["itemTypes"] == ["CLOSED_EVENT"] else talk
    return Connection(len(shown), shown)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


# MLPerf


@contract("mlperf", "graphql", method="POST", imitates="mlperf-layout github-graphql")
def mlperf(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """The result repositories, and what lies in one."""
    asked = request.get_json()
    return Execution(asked["query"], asked["variables"]).answer({"repository": partial(_round, world)})


@contract("mlperf", "search/repositories", imitates="github-search")
def search(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """The repositories of an organisation with a word in their name."""
    names = [f"training_results_v{n}" for n in ("4.1", "5.0", "5.1")]
    owner, word, *_ = request.args["q"].removeprefix("org:").split()
    found = [{"name": name, "full_name": f"{owner}/{name}"} for name in names if word in name]
    return {"total_count": len(found), "incomplete_results": False, "items": found}


def _round(world: World, given: Mapping[str, Any]) -> dict[str, Any]:
    words = sorted({name for one in world.frameworks for name in one.named("mlperf", "broad")})
    submitters = [_folder(f"maker-{n}", _submission(world, words, given["name"], n)) for n in range(4)]
    return {
        "nameWithOwner": f"{given['owner']}/{given['name']}",
        "createdAt": "2026-05-28T15:00:00Z" if given["name"].endswith("5.1") else "2025-11-10T15:00:00Z",
        "object": lambda _: {"__typename": "Tree", "entries": submitters},
    }


def _submission(world: World, words: list[str], name: str, place: int) -> list[dict[str, Any]]:
    word = words[world.figures.of("mlperf", name, place, low=0, high=len(words) - 1)]
    described = json.dumps({"framework": f"{word} 2.4", "submitter": f"maker-{place}"})
    results = [_folder(benchmark, []) for benchmark in ("bert", "retinanet", "dlrm_dcnv2")]
    return [
        _folder("systems", [{"name": "box.json", "object": {"__typename": "Blob", "text": described}}]),
        _folder("results", [_folder("box", results)]),
        {"name": "LICENSE", "object": {"__typename": "Blob", "text": "made up"}},
    ]


def _folder(name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "object": {"__typename": "Tree", "entries": entries}}


# REST


@contract(
    "github_rest",
    "(repos/(?P<name>[^/]+/[^/]+)|repositories/(?P<number>[0-9]+))(?P<part>/.*)?",
    imitates="github-rest github-star-history",
    etag=True,
)
def rest(world: World, request: Request, found: Mapping[str, str]) -> Any:
    """A repository by its name or its number, or a part of it."""
    name = found["name"] or _named(world, int(found["number"]))
    if not name or not world.knows("github", name):
        return _unknown()
    parts = {
        None: _page,
        "/community/profile": _profile,
        "/releases": _releases,
        "/stargazers/history": _history,
    }
    return parts[found["part"]](world, request, name) if found["part"] in parts else _unknown()


def _named(world: World, number: int) -> str | None:
    names = (name for one in world.frameworks for name in one.named("github", "broad"))
    return next((name for name in names if repository_number(world, name) == number), None)


def _page(world: World, _: Request, name: str) -> dict[str, Any]:
    figures = world.figures
    return {
        "id": repository_number(world, name),
        "name": name.partition("/")[2],
        "full_name": name,
        "private": False,
        "fork": False,
        "archived": False,
        "created_at": "2016-08-13T05:26:41Z",
        "pushed_at": f"{figures.today}T00:00:00Z",
        "stargazers_count": _stars(figures, name),
        "watchers_count": _stars(figures, name),
        "subscribers_count": figures.grown("watchers", name),
        "forks_count": figures.grown("forks", name),
        "open_issues_count": figures.grown("open", name),
        "default_branch": "main",
        "license": {"key": "other", "name": "Other", "spdx_id": "NOASSERTION", "url": None, "node_id": "x"},
    }


def _profile(world: World, _: Request, name: str) -> dict[str, Any]:
    percent = world.figures.of("health", name, low=40, high=100)
    return {
        "health_percentage": percent,
        "description": "invented",
        "documentation": None,
        "files": {},
        "updated_at": None,
    }


def _releases(world: World, request: Request, name: str) -> Response:
    days = [midnight(world.figures.today) - timedelta(days=9 + 31 * n) for n in range(130)]
    listed = [
        {
            "id": n,
            "tag_name": f"v{len(days) - n}",
            "draft": False,
            "prerelease": n % 5 == 4,
            "created_at": _iso(_settled(day)),
            "published_at": _iso(_settled(day)),
            "assets": [],
        }
        for n, day in enumerate(days)
    ]
    return _paged(world, request, listed, most=100)


def _settled(day: datetime) -> datetime:
    """The first of the day's month: a release does not move from day to day."""
    return day.replace(day=1, hour=16)


def _history(world: World, request: Request, name: str) -> Response:
    if int(request.args.get("page", 1)) > 100:
        return Response(
            '{"message": "Pagination is limited to 100 pages"}', status=422, mimetype="application/json"
        )
    weeks = [
        {"week": int(midnight(week).timestamp()), "total": sum(days), "days": days}
        for week, days in world.figures.stars(name)
    ]
    return _paged(world, request, weeks, most=30)


def _paged(world: World, request: Request, listed: list[Any], *, most: int) -> Response:
    size, page = min(int(request.args.get("per_page", 30)), most), int(request.args.get("page", 1))
    last = -(-len(listed) // size)
    response = Response(json.dumps(listed[size * (page - 1) : size * page]), mimetype="application/json")
    links = [
        f'<{_page_url(request, size, n)}>; rel="{rel}"'
        for rel, n in (("next", page + 1), ("last", last))
        if page < last
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _page_url(request: Request, size: int, page: int) -> str:
    return f"{request.base_url}?per_page={size}&page={page}"


# git


@contract("git", "(?P<name>[^/]+/[^/]+?)(\\.git)?/info/refs", imitates="git-partial-clone")
def references(world: World, request: Request, found: Mapping[str, str]) -> Response:
    """What a repository has, as git's own server says it."""
    folder = world.repositories / f"{found['name']}.git"
    if request.args.get("service") != "git-upload-pack" or not folder.is_dir():
        return _unknown("Repository not found.")
    said = _upload_pack(request, folder, b"", "--http-backend-info-refs")
    packet = b"001e# service=git-upload-pack\n0000"
    body = said if request.headers.get("Git-Protocol") == "version=2" else packet + said
    return Response(body, mimetype="application/x-git-upload-pack-advertisement")


@contract(
    "git", "(?P<name>[^/]+/[^/]+?)(\\.git)?/git-upload-pack", method="POST", imitates="git-partial-clone"
)
def pack(world: World, request: Request, found: Mapping[str, str]) -> Response:
    """The objects that were asked for, as git's own server packs them."""
    folder = world.repositories / f"{found['name']}.git"
    body = _upload_pack(request, folder, request.get_data(), "--stateless-rpc")
    return Response(body, mimetype="application/x-git-upload-pack-result")


def _upload_pack(request: Request, folder: Path, said: bytes, mode: str) -> bytes:
    if request.headers.get("Content-Encoding") == "gzip":
        said = gzip.decompress(said)
    modes = ["--stateless-rpc", mode] if mode != "--stateless-rpc" else [mode]
    allowed = ["-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true"]
    environment = {**os.environ, "GIT_PROTOCOL": request.headers.get("Git-Protocol", "")}
    done = subprocess.run(
        ["git", *allowed, "upload-pack", *modes, str(folder)],
        input=said,
        capture_output=True,
        check=False,
        env=environment,
    )
    return done.stdout


def history(names: int, commits: int, *, until: datetime, seed: int) -> Iterator[bytes]:
    """A stream for `git fast-import`: so many commits of so many invented people on one branch."""
    random = Random(seed)
    yield _blob(1, "made up\n") + _blob(2, "Person 1 <person1@example.org> <old1@example.org>\n")
    for n in range(commits):
        person = min(int(random.expovariate(6 / names)), names - 1)
        stamp = int((until - (commits - n) * timedelta(weeks=104) / commits).timestamp())
        name = "linter[bot]" if person % 17 == 9 else f"Person {person}"
        who = f"{name} <person{person}@example.org> {stamp} +0000"
        files = "M 100644 :2 .mailmap\n" if not n else f"M 100644 :1 d{n % 40}/f{n % 7}.txt\n"
        yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 7\nchange\n{files}\n".encode()


def _blob(mark: int, text: str) -> bytes:
    return f"blob\nmark :{mark}\ndata {len(text)}\n{text}\n".encode()


def make_repository(folder: Path, *, commits: int, until: datetime, seed: int, names: int = 60) -> None:
    """Build a bare repository with an invented history."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
    stream = b"".join(history(names, commits, until=until, seed=seed))
    subprocess.run(["git", f"--git-dir={folder}", "fast-import", "--quiet"], input=stream, check=True)


# Scorecard


@contract("scorecard", "projects/github[.]com/(?P<name>.+)", imitates="scorecard-run")
def scorecard(world: World, _: Request, found: Mapping[str, str]) -> Any:
    """The newest weekly run; a check of -1 could not be decided."""
    name = found["name"]
    if not world.knows("scorecard", name):
        return Response('{"code": 404, "message": "not found"}', status=404, mimetype="application/json")
    names = ("Maintained", "Fuzzing", "Branch-Protection", "Signed-Releases", "Vulnerabilities")
    checks = [
        {
            "name": one,
            "score": world.figures.of(name, one, low=-1, high=10),
            "reason": "made up",
            "details": [],
        }
        for one in names
    ]
    return {
        "date": str(monday(world.figures.today)),
        "repo": {"name": f"github.com/{name}", "commit": "0" * 40},
        "scorecard": {"version": "v5.0.0", "commit": "0" * 40},
        "score": world.figures.of("score", name, low=20, high=95) / 10,
        "checks": checks,
        "metadata": [],
    }
