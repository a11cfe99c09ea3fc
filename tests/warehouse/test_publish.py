"""Publishing: readers never see a half-built state, and whatever happens the last release stays."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from material import AS_OF, NOW, PLAIN, House, attempts

from evidence.errors import Busy, InputError, TouchstoneError
from warehouse import publish as publishing
from warehouse.publish import current, release_path, run_lock
from warehouse.read import NothingPublished, Warehouse

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"}


def release_of(home: Path) -> str:
    with Warehouse.open(home) as warehouse:
        assert warehouse.scores("alone")[0].as_of == date.fromisoformat(warehouse.meta()["as_of"])
        return warehouse.release


def test_a_release_is_there_under_its_name_the_pointer_and_the_fixed_name(house: House) -> None:
    release = release_of(house.home)
    assert current(house.home) == release == Warehouse.newest(house.home)
    files = {path.name for path in house.home.iterdir()}
    assert files == {"archive", "results", "parsed", "published", "CURRENT", "touchstone.duckdb"}
    assert {path.name for path in (house.home / "published").iterdir()} == {
        "lock",
        f"touchstone-{release}.duckdb",
    }
    fixed = house.home / "touchstone.duckdb"
    assert fixed.read_bytes() == release_path(house.home, release).read_bytes()
    assert fixed.stat().st_ino != release_path(house.home, release).stat().st_ino


def test_nothing_new_leaves_the_release_as_it_is(plain: House) -> None:
    before = {path: path.stat().st_mtime_ns for path in plain.home.rglob("*.duckdb")}
    begin = time.perf_counter()
    release = plain.publish(now=NOW + timedelta(hours=2))
    assert time.perf_counter() - begin < 2
    assert not release.is_new
    assert release.id == current(plain.home)
    assert {path: path.stat().st_mtime_ns for path in plain.home.rglob("*.duckdb")} == before


@pytest.mark.parametrize("what", ["gone", "touched"])
def test_nothing_new_still_puts_the_fixed_name_back(plain: House, what: str) -> None:
    fixed = plain.home / "touchstone.duckdb"
    if what == "gone":
        fixed.unlink()
    else:
        with duckdb.connect(fixed) as con:
            con.execute("create table mine as select 1 as x")
    assert not plain.publish(now=NOW + timedelta(hours=2)).is_new
    assert fixed.read_bytes() == release_path(plain.home, current(plain.home)).read_bytes()


@pytest.mark.parametrize("what", ["day", "answer", "line", "catalog", "changelog", "attempt"])
def test_anything_new_makes_a_new_release(plain: House, what: str) -> None:
    before, day = current(plain.home), AS_OF
    if what == "day":
        day += timedelta(days=1)
    elif what == "answer":
        plain.receive("2026-x", [next(iter_payloads(plain))])
    elif what == "line":
        file = plain.home / "results" / "own.jsonl"
        file.write_bytes(
            file.read_bytes() + file.read_bytes().splitlines()[0].replace(b"bench-1", b"bench-2")
        )
    elif what == "catalog":
        plain.catalog = type(PLAIN)(**{**vars(PLAIN), "breaks": ()})
    elif what == "changelog":
        plain.changelog = "a word"
    else:
        plain.receive("2026-x", [], attempts("2026-x"))
    release = plain.publish(as_of=day, now=NOW + timedelta(hours=2))
    assert release.is_new
    assert release_of(plain.home) == release.id != before


def iter_payloads(house: House) -> Iterator[object]:
    for entry in house.archive.entries():
        yield house.archive.payload(entry)


def test_the_last_three_releases_are_kept(plain: House) -> None:
    before = current(plain.home)
    made = [
        plain.publish(as_of=AS_OF - timedelta(days=day), now=NOW + timedelta(days=day)).id for day in (2, 3)
    ]
    kept = {path.name for path in (plain.home / "published").glob("*.duckdb")}
    assert kept == {f"touchstone-{release}.duckdb" for release in (before, *made)}


def test_an_open_reader_keeps_what_it_opened(plain: House) -> None:
    with Warehouse.open(plain.home) as warehouse:
        before = warehouse.scores("alone")
        for day in (2, 3, 4):
            plain.publish(as_of=AS_OF - timedelta(days=day), now=NOW + timedelta(days=day))
        assert warehouse.scores("alone") == before
        assert not warehouse.path.exists()
        assert Warehouse.newest(plain.home) != warehouse.release
        with Warehouse.open(plain.home) as newer:
            assert newer.scores("alone") != before


def test_what_killed_publications_left_is_swept(plain: House) -> None:
    left = plain.home / "published" / ".building-killed.duckdb"
    left.write_bytes(b"half")
    (plain.home / "published" / ".building-killed.duckdb.spill").mkdir()
    plain.publish(as_of=AS_OF - timedelta(days=2), now=NOW + timedelta(days=2))
    assert not list((plain.home / "published").glob(".building*"))


def test_changes_that_somebody_left_unchecked_in_the_copy_never_reach_the_next_one(plain: House) -> None:
    (plain.home / "touchstone.duckdb.wal").write_bytes(b"whatever")
    plain.publish(as_of=AS_OF - timedelta(days=2), now=NOW + timedelta(days=2))
    with duckdb.connect(plain.home / "touchstone.duckdb") as con:
        assert con.execute("select count(*) from score_json").fetchone() == (1,)


def test_a_writer_on_the_copy_locks_nobody_out(plain: House) -> None:
    with duckdb.connect(plain.home / "touchstone.duckdb") as con:
        con.execute("create table mine as select 1 as x")
        assert release_of(plain.home)
        plain.publish(as_of=AS_OF - timedelta(days=2), now=NOW + timedelta(days=2))
    with Warehouse.open(plain.home / "touchstone.duckdb") as warehouse:
        assert warehouse.release == current(plain.home)


@pytest.mark.parametrize("harm", [b"", b"rubbish" * 999, None])
def test_a_damaged_release_is_built_anew(plain: House, harm: bytes | None) -> None:
    file = release_path(plain.home, current(plain.home))
    file.write_bytes(file.read_bytes()[:5000] if harm is None else harm)
    with pytest.raises(InputError, match="touchstone publish"):
        Warehouse.open(plain.home).scores("alone")
    assert plain.publish(now=NOW + timedelta(hours=3)).is_new
    assert release_of(plain.home)


HOLD = """
import sys
from pathlib import Path
from warehouse.publish import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_holds_the_home(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(Busy, match=rf"process {holder.pid}, started 20\d\d-.*Wait for it"),
            run_lock(tmp_path),
        ):
            pass
        holder.kill()
        holder.wait()
    with run_lock(tmp_path):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()


def test_a_job_may_take_the_lock_again_inside_itself(tmp_path: Path) -> None:
    with run_lock(tmp_path):
        with run_lock(tmp_path):
            pass
        probe = (
            "from pathlib import Path\nfrom warehouse.publish import run_lock\nwith run_lock(Path('.')): pass"
        )
        done = subprocess.run(
            [sys.executable, "-c", probe],
            cwd=tmp_path,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Busy" in done.stderr
    assert publishing._held == {}


def test_two_publications_at_once_do_not_disturb_each_other(plain: House) -> None:
    """In one process or two: the second is told to wait, and nothing is lost."""

    def publish(day: int) -> str:
        try:
            return plain.publish(as_of=AS_OF - timedelta(days=day), now=NOW + timedelta(days=day)).id
        except Busy:
            return "busy"

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(publish, (2, 3, 4)))
    assert set(outcomes) - {"busy"}
    assert release_of(plain.home) in outcomes


def full_disk(home: Path, limit: int) -> str:
    """Publish where the kernel refuses to write beyond a size, as it does on a full disk."""
    script = (
        "import resource, sys\n"
        "from datetime import timedelta\n"
        "from pathlib import Path\n"
        "from evidence.errors import TouchstoneError\n"
        "from material import AS_OF, NOW, PLAIN, House\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
        "try:\n"
        "    House(Path(sys.argv[1]), catalog=PLAIN).publish(as_of=AS_OF - timedelta(days=9))\n"
        "except TouchstoneError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), str(limit)],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("limit", [1_000, 600_000])
def test_a_full_disk_gives_one_clear_error_and_leaves_the_release(plain: House, limit: int) -> None:
    before = release_of(plain.home)
    message = full_disk(plain.home, limit)
    assert message.count("\n") == 1
    assert "no space left to write" in message
    assert "Free some space" in message
    assert release_of(plain.home) == before
    assert [path.name for path in (plain.home / "published").iterdir() if path.name.startswith(".")] == []
    assert plain.publish(as_of=AS_OF - timedelta(days=9), now=NOW + timedelta(days=9)).is_new


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"), reason="needs the right to mount a file system"
)
def test_a_really_full_file_system_gives_the_same_error(plain: House, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        house = House(place / "home", catalog=PLAIN)
        shutil.copytree(plain.home, house.home, copy_function=shutil.copy2)
        before = release_of(house.home)
        free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
        (place / "filler").write_bytes(bytes(free - 1_000_000))
        with pytest.raises(TouchstoneError, match="no space left to write"):
            house.publish(as_of=AS_OF - timedelta(days=9), now=NOW + timedelta(days=9))
        assert release_of(house.home) == before
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_readers_have_no_error_while_releases_come(plain: House) -> None:
    """100 readers: two processes of 50 threads each, opening, asking and closing all the time."""
    readers = [
        subprocess.Popen(
            [sys.executable, str(HERE / "reading_child.py"), str(plain.home), "50"],
            cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    made = {release_of(plain.home)}
    time.sleep(1)
    for day in range(2, 5):
        made.add(plain.publish(as_of=AS_OF - timedelta(days=day), now=NOW + timedelta(days=day)).id)
    counts: Counter[str] = Counter()
    for reader in readers:
        said, _ = reader.communicate(input="", timeout=60)
        counts.update(json.loads(said))
    assert {key: n for key, n in counts.items() if key.startswith(("error", "torn"))} == {}
    assert counts["read"] > 100
    assert {key.removeprefix("release ") for key in counts if key.startswith("release")} <= made


def test_threads_of_one_process_read_the_newest_release_each(plain: House) -> None:
    """The trap of one fixed path: an open connection would make every later one return the old data."""
    stop, seen, errors = threading.Event(), set(), []

    def read() -> None:
        while not stop.wait(0.1):
            try:
                seen.add(release_of(plain.home))
            except (AssertionError, TouchstoneError) as error:
                errors.append(error)
                return

    with Warehouse.open(plain.home):
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for day in (2, 3):
            plain.publish(as_of=AS_OF - timedelta(days=day), now=NOW + timedelta(days=day))
        time.sleep(0.5)
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert current(plain.home) in seen


@pytest.mark.slow
def test_kills_during_publications_leave_a_release_every_time(plain: House) -> None:
    dice, kills, releases, published = random.Random(7), 8, set(), 0
    with subprocess.Popen(
        [sys.executable, str(HERE / "publishing_child.py")],
        cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        assert parent.stdin is not None
        assert parent.stdout is not None
        for number in range(kills):
            parent.stdin.write(f"{plain.home} {number}\n")
            parent.stdin.flush()
            _, pid = parent.stdout.readline().split()
            if number == 0:  # learn how long a publication takes on this machine
                begin = time.perf_counter()
                assert parent.stdout.readline() == "published 1\n"
                usual_s = time.perf_counter() - begin
            time.sleep(dice.uniform(0, 2 * usual_s))
            os.kill(int(pid), signal.SIGKILL)
            published += sum(1 for _ in iter(parent.stdout.readline, "ended\n"))
            releases.add(release_of(plain.home))
            with Warehouse.open(plain.home / "touchstone.duckdb") as fixed:
                assert len(fixed.scores("alone")) == 1
        parent.stdin.close()
    assert published > 0
    assert len(releases) > 1
    last = plain.publish(as_of=AS_OF, now=NOW + timedelta(days=30))
    assert release_of(plain.home) == last.id
    assert not list(plain.home.rglob(".building*"))


def test_a_home_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    for ask in (Warehouse.open, Warehouse.newest):
        with pytest.raises(NothingPublished, match="touchstone run"):
            ask(tmp_path)
