"""Commit histories, from real repositories made here. The people and their commits are invented."""

import hashlib
import os
import re
import socket
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asking import NOW, World

from collectors import git as collector
from evidence.errors import PayloadChanged

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ANN, BOB = ("Ann", "ann@example.org"), ("Bob", "bob@example.org")
BOT, TEAM = ("app[bot]", "1+app[bot]@users.noreply.github.com"), ("Acme Authors", "dev@example.org")


def run(folder, *command, **environment):
    safe = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *command],
        env={**os.environ, **safe, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


class Repository:
    """A real repository to which people commit at given times."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        run(folder, "init", "--quiet", "--initial-branch=trunk")

    def commit(self, who, *when, files=()):
        for at in when:
            stamp = f"{int(at.timestamp())} +0530"
            for name, text in dict(files).items():
                (self.folder / name).write_text(text)
                run(self.folder, "add", name)
            run(
                self.folder,
                *("commit", "--quiet", "--allow-empty", "-m", "change"),
                GIT_AUTHOR_NAME=who[0],
                GIT_AUTHOR_EMAIL=who[1],
                GIT_AUTHOR_DATE="2001-01-01T00:00:00Z",
                GIT_COMMITTER_NAME="Merger",
                GIT_COMMITTER_EMAIL="merger@example.org",
                GIT_COMMITTER_DATE=stamp,
            )


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "acme")


@pytest.fixture
def world(httpserver, monkeypatch):
    world = World(httpserver, monkeypatch, "git")
    monkeypatch.delenv("TOUCHSTONE_GIT_URL")
    return world


def ask(world, repository):
    return world.ask(core=(str(repository.folder),))


def latest(world):
    return {one.metric: one.value for one in world.observations if one.end == MONDAY}


def days(*back):
    return [MONDAY - timedelta(days=day, hours=-1) for day in back]


def test_a_local_repository_gives_its_weeks(world, repository):
    repository.commit(ANN, *days(15, 14, 2))
    repository.commit(BOB, *days(1))
    made = ask(world, repository)
    assert (made.outcome, made.reason, made.requests) == ("ok", "", 1)
    assert world.values("git.commits") == {"2026-11-02": 1, "2026-11-09": 1, "2026-11-16": 2}
    assert world.values("git.new_authors") == {"2026-11-02": 1, "2026-11-09": 0, "2026-11-16": 1}
    assert latest(world)["git.authors_year"] == 2


def test_a_commit_counts_when_it_landed_and_the_week_under_way_does_not(world, repository):
    repository.commit(ANN, *days(3), MONDAY + timedelta(hours=1))
    ask(world, repository)
    assert world.values("git.commits") == {"2026-11-16": 1}


def test_a_week_without_commits_is_a_zero_and_not_a_gap(world, repository):
    repository.commit(ANN, *days(22))
    ask(world, repository)
    assert list(world.values("git.commits").values()) == [1, 0, 0, 0]


def test_merges_are_not_counted(world, repository):
    repository.commit(ANN, *days(3))
    run(repository.folder, "checkout", "--quiet", "-b", "side")
    repository.commit(BOB, *days(2))
    run(repository.folder, "checkout", "--quiet", "trunk")
    person = {
        f"GIT_{role}_{what}": "x@example.org"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    stamp = {"GIT_COMMITTER_DATE": f"{int(days(1)[0].timestamp())} +0000"}
    run(repository.folder, "merge", "--quiet", "--no-ff", "-m", "merge", "side", **person, **stamp)
    ask(world, repository)
    assert world.values("git.commits") == {"2026-11-16": 2}


def test_programs_are_counted_apart_and_shared_accounts_are_nobody(world, repository):
    repository.commit(ANN, *days(2))
    repository.commit(BOT, *days(2, 1))
    repository.commit(TEAM, *days(2, 1, 1))
    ask(world, repository)
    found = latest(world)
    assert (found["git.all_commits"], found["git.commits"]) == (6, 4)
    assert (found["git.bot_commits"], found["git.unattributed_commits"]) == (2, 3)
    assert (found["git.authors_year"], found["git.absence_factor"], found["git.new_authors"]) == (1, 1, 1)


def test_the_mailmap_and_the_host_join_addresses_of_one_person(world, repository):
    repository.commit(("Ann", "ann@old.example"), *days(3))
    repository.commit(ANN, *days(3), files={".mailmap": "Ann <ann@example.org> <ann@old.example>\n"})
    repository.commit(("carl", "carl@users.noreply.github.com"), *days(2))
    repository.commit(("Carl C.", "1234+Carl@users.noreply.github.com"), *days(2))
    ask(world, repository)
    assert latest(world)["git.authors_year"] == 2


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        ("49699333+dependabot[bot]@users.noreply.github.com\tdependabot[bot]", "bot"),
        ("bot@example.org\tAcme Bot", "bot"),
        ("acme-bot@example.org\tacme-bot", "bot"),
        ("x@example.org\tmergebot", "bot"),
        ("x@example.org\tgithub-actions", "bot"),
        ("x@example.org\tTravis CI", "bot"),
        ("you@example.com\tYour Name", "shared"),
        ("root@host\troot", "shared"),
        ("x@example.org\tThe Acme Authors", "shared"),
        ("\tNobody Known", "shared"),
        ("abbott@example.org\tAbbott", None),
        ("talbot@example.org\tJ. Talbot", None),
        ("travis@example.org\tTravis Miller", None),
        ("jenkins@example.org\tKim Jenkins", None),
        ("robotics@example.org\tRosa Robotti", None),
    ],
)
def test_who_is_a_person(identity, kind):
    key = collector._author_key(identity)
    assert key == kind if kind else len(key) == 16


def test_half_of_the_commits_decide_the_absence_factor(world, repository):
    for number, commits in enumerate([4, 3, 2, 1, 1]):
        repository.commit((f"p{number}", f"p{number}@example.org"), *days(*range(1, commits + 1)))
    ask(world, repository)
    assert latest(world)["git.absence_factor"] == 2  # 4 + 3 of 11


def test_a_year_is_365_days(world, repository):
    repository.commit(ANN, *days(366))
    repository.commit(BOB, *days(364))
    ask(world, repository)
    assert latest(world)["git.authors_year"] == 1


def test_newcomers_are_retained_by_a_commit_on_a_later_day_within_180(world, repository):
    repository.commit(("stays", "1@example.org"), *days(400, 230))
    repository.commit(("same day only", "2@example.org"), *days(390, 390))
    repository.commit(("too late", "3@example.org"), *days(380, 190))
    repository.commit(("came too early", "4@example.org"), *days(546, 500))
    repository.commit(("not yet decided", "5@example.org"), *days(100, 50))
    ask(world, repository)
    found = latest(world)
    assert (found["git.first_time_authors"], found["git.retained_authors"]) == (3, 1)


def test_nothing_that_names_a_person_is_kept(world, repository):
    repository.commit(ANN, *days(3))
    ask(world, repository)
    kept = world.saved[0].body.decode()
    assert "nn" not in kept.replace("touchstone", "") and "example" not in kept
    assert hashlib.sha256(b"ann@example.org").hexdigest()[:16] in kept


def test_only_commits_are_transferred_and_later_only_new_ones(world, repository, own_home):
    repository.commit(ANN, *days(8), files={"big.txt": "x" * 100_000})
    ask(world, repository)
    clone = next((own_home / "git").glob("*.git"))
    objects = run(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
    assert sorted(objects) == ["commit", "tree"]  # the tree in which `.mailmap` was looked for
    packs = set(clone.glob("objects/pack/*.pack"))
    repository.commit(BOB, *days(1))
    world.now += timedelta(days=1)
    assert ask(world, repository).outcome == "ok"
    assert packs <= set(clone.glob("objects/pack/*.pack")), "the first transfer is not repeated"
    assert latest(world)["git.authors_year"] == 2


def test_an_unchanged_history_is_the_same_bytes(world, repository):
    repository.commit(ANN, *days(8))
    ask(world, repository)
    first = world.saved[0]
    world.now += timedelta(days=1)
    ask(world, repository)
    assert world.saved[0].sha256 == first.sha256
    assert world.saved[0].requested_at > first.requested_at


def test_a_second_run_the_same_day_asks_nothing(world, repository):
    repository.commit(ANN, *days(8))
    ask(world, repository)
    assert ask(world, repository).requests == 0
    assert world.saved == []


def test_a_rewritten_history_replaces_the_old_one(world, repository):
    repository.commit(ANN, *days(8, 7))
    ask(world, repository)
    run(repository.folder, "reset", "--quiet", "--hard", "HEAD~1")
    repository.commit(BOB, *days(2))
    world.now += timedelta(days=1)
    ask(world, repository)
    assert world.values("git.all_commits") == {"2026-11-09": 1, "2026-11-16": 1}


def test_a_lock_left_by_a_kill_does_not_stop_the_next_run(world, repository, own_home):
    repository.commit(ANN, *days(8))
    ask(world, repository)
    clone = next((own_home / "git").glob("*.git"))
    for lock in ("config.lock", "refs/heads/touchstone.lock"):
        (clone / lock).touch()
    repository.commit(ANN, *days(1))
    world.now += timedelta(days=1)
    assert ask(world, repository).outcome == "ok"


def test_a_first_fetch_that_was_killed_is_done_again(world, repository, own_home):
    repository.commit(ANN, *days(8))
    ask(world, repository)
    clone = next((own_home / "git").glob("*.git"))
    run(clone, "update-ref", "-d", "refs/heads/touchstone")
    world.archive.clear()
    assert ask(world, repository).outcome == "ok"


def test_settings_of_the_user_change_nothing(world, repository, tmp_path, monkeypatch):
    settings = tmp_path / "gitconfig"
    settings.write_text("[log]\n\tshowSignature = true\n\tdate = relative\n[color]\n\tui = always\n")
    repository.commit(ANN, *days(8))
    ask(world, repository)
    first = world.saved[0].body
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    world.archive.clear()
    ask(world, repository)
    assert world.saved[0].body == first


def test_a_name_below_the_source_follows_the_override(world, repository, monkeypatch):
    repository.commit(ANN, *days(8))
    bare = repository.folder.parent / "served" / "acme" / "acme"
    run(repository.folder.parent, "clone", "--quiet", "--bare", str(repository.folder), str(bare))
    monkeypatch.setenv("TOUCHSTONE_GIT_URL", f"file://{repository.folder.parent}/served")
    assert world.ask(core=("acme/acme",)).outcome == "ok"
    assert world.ask(core=("https://github.com/acme/acme",)).outcome == "ok"


@pytest.mark.parametrize("name", ["/no/such/folder", "empty"])
def test_nothing_there_is_absence(world, tmp_path, name):
    folder = Repository(tmp_path / "empty").folder if name == "empty" else name
    made = world.ask(core=(str(folder),))
    assert made.outcome == "absent", made.reason


def test_an_unreachable_host_fails_fast(world):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    made = world.ask(core=(f"http://127.0.0.1:{port}/acme/acme",))
    assert made.outcome == "failed"
    assert "no connection to 127.0.0.1" in made.reason
    assert time.monotonic() - started < 5


def test_a_host_that_asks_for_a_password_is_refused_and_not_waited_for(world, httpserver):
    httpserver.expect_request("/private/info/refs").respond_with_data(
        "", status=401, headers={"WWW-Authenticate": "Basic"}
    )
    made = world.ask(core=(httpserver.url_for("/private"),))
    assert made.outcome == "failed"
    assert "could not read Username" in made.reason or "Authentication failed" in made.reason


def test_a_host_that_has_no_such_repository_is_absence(world, httpserver):
    httpserver.expect_request("/gone/info/refs").respond_with_data("", status=404)
    assert world.ask(core=(httpserver.url_for("/gone"),)).outcome == "absent"


@pytest.mark.parametrize("page", ["<h1>Down for maintenance</h1>", "<html>\n<h1>Down</h1>\n</html>\n"])
def test_a_web_page_in_place_of_a_repository_is_a_failure_and_no_absence(world, httpserver, page):
    httpserver.expect_request(re.compile(".*")).respond_with_data(page, content_type="text/html")
    made = world.ask(core=[httpserver.url_for("/owner/repository")])
    assert made.outcome == "failed"
    assert re.search("not a repository: the server answers with text/html|is this a git repo", made.reason)


def test_an_empty_repository_is_absence(world, httpserver, tmp_path):
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "empty.git")], check=True)
    assert world.ask(core=[str(tmp_path / "empty.git")]).outcome == "absent"


def test_a_transfer_beyond_the_limit_is_ended(world, monkeypatch):
    monkeypatch.setattr(collector, "FETCH_LIMIT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = world.ask(core=(f"http://127.0.0.1:{silent.getsockname()[1]}/slow",))
    assert made.outcome == "failed"
    assert "git fetch was not done within 0.5 s" in made.reason


@pytest.mark.parametrize("name", ["https://me:s3cret@example.org/a/b", "--upload-pack=touch /tmp/x"])
def test_a_name_that_hides_something_is_refused(world, name):
    made = world.ask(core=(name,))
    assert made.outcome == "failed"
    assert "must hold no password" in made.reason and "s3cret" not in made.reason


def test_a_missing_program_is_told(world, repository, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    made = ask(world, repository)
    assert (made.outcome, made.reason) == ("failed", "the program git is not installed")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b'"commits": 3', b'"commits": 4'),
        lambda body: body[: body.rindex(b"\n", 0, -1) + 1],
        lambda body: body + b"1763900000\tbot",
        lambda body: body + b"1763900000\tann@example.org\n",
        lambda body: body.replace(b"commits 1", b"commits 2"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(world, repository, change):
    repository.commit(ANN, *days(8, 7, 6))
    ask(world, repository)
    payload = world.saved[0]
    with pytest.raises(PayloadChanged):
        list(collector.parse(replace(payload, body=change(payload.body))))


def test_the_tests_clock_is_in_the_week_they_speak_of():
    assert MONDAY <= NOW < MONDAY + timedelta(weeks=1)
