"""Who committed when, from the commit history itself: no quota, no gaps, the same for every host.

Only commits are transferred (`--filter=tree:0`), once in full and then by increments; of the files `.mailmap`
alone is read. The payload is a table of (time, author) of every commit that is not a merge. An author is the
digest of an address after `.mailmap`: neither names nor addresses are kept. The digest hides them from the
eye, not from somebody who guesses an address. Two addresses of one person are two authors unless `.mailmap`
joins them. Times are the committer's: when the change landed, so that a past week does not grow later.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import threading
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from collectors._contract import Subject
from collectors._git_history import METRICS, observe
from collectors._http import Client
from collectors._parse import as_count, as_object, observations
from evidence.errors import Absent, Refused, SourceError, Unavailable
from evidence.types import Framework, Observation, Payload, Source

SOURCE = Source(
    id="git",
    title="Commit history",
    url="https://github.com/",
    licence="facts from public repositories",
    citation="git history of the repository",
    needs="git",
    metrics=METRICS,
    budget=12,
)

FORMAT = "touchstone commits 1"
FETCH_LIMIT_S = 900.0
READ_LIMIT_S = 300.0

_BELOW_SOURCE = re.compile(r"\w[\w.-]*/[\w.-]+")
_CREDENTIALS = re.compile(r"://[^/]*:[^/]*@")
_ID_BEFORE_LOGIN = re.compile(r"^\d+\+(?=.*@users\.noreply\.)")
_TABLE = re.compile(rb"(?:\d{1,11}\t(?:[0-9a-f]{16}|bot|shared)\n)*")
_REACTIONS: tuple[tuple[re.Pattern[str], type[SourceError]], ...] = (
    (re.compile(r"not found|not appear to be a git repo|does not exist|couldn't find remote ref"), Absent),
    (re.compile(r"could not read Username|Authentication|denied|dubious|not allowed|not supported"), Refused),
)
_SETTINGS = (
    "http.lowSpeedLimit=1000",  # a transfer slower than this for the time below is given up
    "http.lowSpeedTime=30",
    "gc.autoDetach=false",
    "log.showSignature=false",  # a user's own setting would change what `log` writes
    "mailmap.blob=refs/none",  # the map is read once, below; else `log` would fetch it again and again
)
_LOCAL_SERVER = "git -c uploadpack.allowFilter=true upload-pack"
"""Serves a local repository, which allows no filter by itself: it would send all its files."""
_LOCKS: dict[Path, threading.Lock] = {}


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the commit table of every repository. A name is `owner/repository`, a url or a local path."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    url = _address(client, subject.name)
    fresh = client.archived(url, subject)
    if fresh:
        yield fresh
        return
    asked_at = client.now()
    clone = _Clone(client, url)
    # Two frameworks may share a repository, and are asked about at the same time.
    with _LOCKS.setdefault(clone.folder, threading.Lock()):
        clone.update()
        body = _commit_table(clone.head(), clone.log())
    yield client.make_payload(subject, url=url, requested_at=asked_at, body=body)


def _address(client: Client, name: str) -> str:
    if _CREDENTIALS.search(name) or name.startswith("-"):
        raise Refused(SOURCE.id, "", "a repository's name must hold no password and must not begin with '-'")
    below = _BELOW_SOURCE.fullmatch(name) or name.startswith(SOURCE.url)
    return client.address(name) if below else name


class _Clone:
    """A bare repository with the commits of one branch, in the client's folder."""

    def __init__(self, client: Client, url: str) -> None:
        self._client, self._url = client, url
        slug = re.sub(r"[^A-Za-z0-9]+", "-", url).strip("-")[-60:]
        self.folder = client.folder / f"{slug}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"
        self._mailmap = self.folder / "touchstone.mailmap"

    def update(self) -> None:
        """Bring the commits of the remote's branch here, all the first time and then the new ones."""
        self._client.spend(self._url)
        self._client.reach(self._url)
        if not (self.folder / "HEAD").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._run("init", "--quiet", "--bare", "--initial-branch=touchstone")
        for lock in (*self.folder.glob("*.lock"), *self.folder.glob("refs/heads/*.lock")):
            lock.unlink()  # left by a kill: one run at a time works in a home
        self._run("config", "remote.origin.url", self._url)
        if self._url.startswith(("/", ".", "file://")):
            self._run("config", "remote.origin.uploadpack", _LOCAL_SERVER)
        fetch = ("fetch", "--quiet", "--no-tags", "--filter=tree:0", "origin", "+HEAD:refs/heads/touchstone")
        try:
            self._run(*fetch, limit_s=FETCH_LIMIT_S)
        except Absent:
            self._check_server()
            raise
        self._mailmap.write_bytes(self._read_mailmap())

    def _check_server(self) -> None:
        """Raise Unavailable when no git server answers: git takes a web page for an empty repository."""
        if urlsplit(self._url).scheme not in ("http", "https"):
            return
        try:
            answer = self._client.get(
                f"{self._url}/info/refs",
                Subject("", "core", ""),
                params={"service": "git-upload-pack"},
                headers={"Accept": "*/*"},
                fresh_for=timedelta(0),
            )
        except Absent:
            return
        kind = answer.headers.get("content-type", "no kind of content")
        if "git-upload-pack" not in kind:
            raise Unavailable(SOURCE.id, self._url, f"not a repository: the server answers with {kind}")

    def head(self) -> str:
        """Return the id of the newest commit."""
        return self._run("rev-parse", "refs/heads/touchstone").decode().strip()

    def log(self) -> bytes:
        """Return `time TAB address TAB name` of every commit that is not a merge, newest first."""
        return self._run(
            "-c",
            f"mailmap.file={self._mailmap}",
            "log",
            "--no-merges",
            "--format=%ct%x09%aE%x09%aN",
            "refs/heads/touchstone",
            limit_s=READ_LIMIT_S,
            lazily=False,
        )

    def _read_mailmap(self) -> bytes:
        """Return the repository's `.mailmap`: the only file that is read, fetched on demand."""
        try:
            return self._run("show", "refs/heads/touchstone:.mailmap", limit_s=READ_LIMIT_S)
        except Absent:
            return b""

    def _run(self, *command: str, limit_s: float = 60.0, lazily: bool = True) -> bytes:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        line = ["git", f"--git-dir={self.folder}", *settings, *command]
        try:
            code, out, err = _finish(line, _environment(lazily=lazily), limit_s)
        except subprocess.TimeoutExpired as error:
            why = f"git {command[0]} was not done within {limit_s:g} s"
            raise Unavailable(SOURCE.id, self._url, why) from error
        except FileNotFoundError as error:
            raise Refused(SOURCE.id, "", "the program git is not installed") from error
        if code == 0:
            return out
        why = (
            next((text for text in reversed(err.splitlines()) if text.strip()), "")
            or f"git ended with {code}"
        )
        reaction = next((error for pattern, error in _REACTIONS if pattern.search(err)), Unavailable)
        raise reaction(SOURCE.id, self._url, f"{why}; should it stay so, delete {self.folder}")


def _finish(line: list[str], environment: Mapping[str, str], limit_s: float) -> tuple[int, bytes, str]:
    """Run a command to its end. When it takes too long or we are stopped, its helpers end with it."""
    with subprocess.Popen(
        line,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=limit_s)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, out, err.decode(errors="replace")


def _environment(*, lazily: bool) -> dict[str, str]:
    foreign = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")  # set inside hooks
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    asks_nobody = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C"}
    ssh = {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=5"}
    return {**ssh, **kept, **asks_nobody, **({} if lazily else {"GIT_NO_LAZY_FETCH": "1"})}


def _commit_table(head: str, log: bytes) -> bytes:
    """Return the payload's body: a JSON header, then `time TAB author` per commit, newest first."""
    keys: dict[bytes, bytes] = {}
    lines = []
    for line in log.splitlines():
        time, _, identity = line.partition(b"\t")
        key = keys.get(identity)
        if key is None:
            key = keys[identity] = _author_key(identity.decode(errors="replace")).encode()
        lines.append(b"%b\t%b\n" % (time, key))
    header = json.dumps({"format": FORMAT, "head": head, "commits": len(lines)})
    return b"".join([header.encode(), b"\n", *lines])


def _author_key(identity: str) -> str:
    """Return "bot", "shared", or the digest of the address in `address TAB name`."""
    address, _, name = (part.strip().lower() for part in identity.partition("\t"))
    for kind, pattern in _identity_rules():
        if pattern.search(f"{name} <{address}>"):
            return kind
    login = _ID_BEFORE_LOGIN.sub("", address)  # 1234+login@ and login@ are one account
    return hashlib.sha256(login.encode()).hexdigest()[:16]


@cache
def _identity_rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(Path(__file__).with_name("_git_identities.toml").read_text(encoding="utf-8"))
    return tuple((kind, re.compile(rule["pattern"])) for kind in ("bot", "shared") for rule in table[kind])


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the weekly history of one repository. Raises PayloadChanged when the table is not whole."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    line, _, table = payload.body.partition(b"\n")
    header = as_object(json.loads(line))
    if header["format"] != FORMAT or not _TABLE.fullmatch(table):
        raise ValueError(f"not a table of {FORMAT!r}")
    cells = table.split()
    if len(cells) != 2 * as_count(header["commits"]):
        raise ValueError(f"{len(cells) // 2} commits, and {header['commits']} were promised")
    return observe(payload, list(map(int, cells[::2])), cells[1::2])
