"""The archive keeps every byte it said it kept, whatever happens to the process that wrote it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from material import NOW, attempts, payload

from evidence.errors import ArchiveError, Busy, InputError, TouchstoneError
from evidence.types import Payload
from warehouse.archive import Archive

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("writing_child.py")


def answers(count: int = 3) -> list[Payload]:
    return [
        replace(
            payload("alpha", [["shop.stars", NOW.isoformat(), NOW.isoformat(), number]]),
            url=f"invented://{number}",
        )
        for number in range(count)
    ]


def saved(archive: Archive, run: str, payloads: Iterable[Payload]) -> None:
    with archive.writer(run) as writer:
        for item in payloads:
            writer.save(item)


def test_what_is_saved_comes_back_byte_for_byte(tmp_path: Path) -> None:
    archive, sent = Archive(tmp_path), answers()
    saved(archive, "run", sent)
    assert [archive.payload(entry) for entry in archive.entries()] == sent


def test_the_same_body_is_stored_once_and_listed_each_time(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = answers(1)[0]
    saved(archive, "one", [first])
    saved(archive, "two", [replace(first, requested_at=NOW + timedelta(days=7))])
    assert len(list(tmp_path.glob("bodies/*/*.zst"))) == 1
    assert [entry.run for entry in archive.entries()] == ["one", "two"]


def test_an_answer_that_two_frameworks_share_has_one_line_for_each(tmp_path: Path) -> None:
    archive, (mine, *_) = Archive(tmp_path), answers(1)
    other = replace(mine, framework="beta", scope="broad", name="beta")
    saved(archive, "one", [mine, other, mine, other])
    saved(Archive(tmp_path), "two", [other, mine])  # the next run gives out what is archived
    assert [(entry.run, entry.framework) for entry in archive.entries()] == [
        ("one", "alpha"),
        ("one", "beta"),
    ]
    saved(archive, "three", [replace(mine, requested_at=NOW + timedelta(days=7)), other])
    assert [entry.run for entry in archive.entries()] == ["one", "one", "three"]


def test_attempts_are_a_ledger(tmp_path: Path) -> None:
    archive, tried = Archive(tmp_path), attempts("run")
    with archive.writer("run") as writer:
        for attempt in tried:
            writer.attempt(attempt)
    assert list(archive.attempts()) == tried


def test_an_open_run_is_read_and_a_finished_one_renamed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer("run") as writer:
        writer.save(answers(1)[0])
        assert len(list(archive.entries())) == 1
        assert (tmp_path / "index" / "run.open.jsonl").exists()
    assert [file.name for file in (tmp_path / "index").iterdir()] == ["run.jsonl"]


def test_a_run_left_by_an_error_stays_open_and_can_go_on(tmp_path: Path) -> None:
    archive, (first, second, _) = Archive(tmp_path), answers()
    with pytest.raises(ZeroDivisionError), archive.writer("run") as writer:
        writer.save(first)
        raise ZeroDivisionError
    saved(archive, "run", [second])
    assert [entry.url for entry in archive.entries()] == [first.url, second.url]


def test_a_finished_run_cannot_be_opened_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    saved(archive, "run", answers(1))
    with pytest.raises(InputError, match="complete"), archive.writer("run"):
        pass


@pytest.mark.parametrize("run", ["", "../up", "a/b", ".hidden", "x" * 101, "a\n", "a.open"])
def test_a_run_is_named_like_a_plain_file(tmp_path: Path, run: str) -> None:
    with pytest.raises(InputError, match="cannot name a run"), Archive(tmp_path).writer(run):
        pass


def test_one_process_writes_a_run_at_a_time(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer("run"), pytest.raises(Busy, match="run"), Archive(tmp_path).writer("run"):
        pass


def test_nothing_is_saved_after_the_run(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writer("run") as writer:
        pass
    with pytest.raises(ArchiveError, match="is over"):
        writer.save(answers(1)[0])


def test_a_payload_with_a_wrong_hash_is_not_taken(tmp_path: Path) -> None:
    wrong = replace(answers(1)[0], sha256="0" * 64)
    with Archive(tmp_path).writer("run") as writer, pytest.raises(ArchiveError, match="sha256"):
        writer.save(wrong)
    assert list(Archive(tmp_path).entries()) == []


def test_a_torn_last_line_is_left_out_and_cut_when_the_run_goes_on(tmp_path: Path) -> None:
    archive, (first, second, third) = Archive(tmp_path), answers()
    with pytest.raises(KeyboardInterrupt), archive.writer("run") as writer:
        writer.save(first)
        writer.save(second)
        raise KeyboardInterrupt
    index = tmp_path / "index" / "run.open.jsonl"
    index.write_bytes(index.read_bytes()[:-20])
    assert [entry.url for entry in archive.entries()] == [first.url]
    saved(archive, "run", [third])
    assert [entry.url for entry in archive.entries()] == [first.url, third.url]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    saved(archive, "run", answers(2))
    index = tmp_path / "index" / "run.jsonl"
    index.write_bytes(index.read_bytes().replace(b'"status":200', b'"status":"x"', 1))
    with pytest.raises(ArchiveError, match=r"run\.jsonl, the line that ends at byte \d+"):
        list(archive.entries())


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "other", "gone"])
def test_a_damaged_body_is_found_and_mended_by_the_same_answer(tmp_path: Path, harm: str) -> None:
    archive, sent = Archive(tmp_path), answers(2)
    saved(archive, "run", sent)
    path = archive.location(sent[0].sha256)
    raw = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {
                "flip": raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:],
                "cut": raw[: len(raw) // 2],
                "empty": b"",
                "other": archive.location(sent[1].sha256).read_bytes(),
            }[harm]
        )
    with pytest.raises(ArchiveError, match=r"\.zst: the body .*collect the source again"):
        archive.body(sent[0].sha256)
    assert archive.previous(sent[0].url) is None
    saved(archive, "later", [sent[0]])
    assert archive.body(sent[0].sha256) == sent[0].body


def test_previous_is_the_newest_answer_to_a_url(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    old = answers(1)[0]
    new = replace(payload("alpha", [], at=NOW + timedelta(days=1)), url=old.url)
    assert archive.previous(old.url) is None
    saved(archive, "b", [new])
    saved(archive, "a", [old])
    assert archive.previous(old.url) == new
    with archive.writer("c") as writer:
        newest = replace(old, requested_at=NOW + timedelta(days=2))
        writer.save(newest)
        assert archive.previous(old.url) == newest
    assert archive.previous(old.url) == newest
    assert archive.previous("invented://unknown") is None


def test_the_digest_changes_with_every_line_and_with_nothing_else(tmp_path: Path) -> None:
    archive, (first, second, _) = Archive(tmp_path), answers()
    digests = [archive.digest()]
    with archive.writer("run") as writer:
        for item in (first, second):
            writer.save(item)
            digests.append(archive.digest())
        writer.attempt(attempts("run")[0])
        digests.append(archive.digest())
    assert len(set(digests)) == 4
    assert archive.digest() == digests[-1]
    entries, tried = archive.read()
    assert entries == list(archive.entries())
    assert tried == list(archive.attempts()) == attempts("run")[:1]


def test_many_threads_share_one_run(tmp_path: Path) -> None:
    archive, sent = Archive(tmp_path), answers(60)
    with archive.writer("run") as writer, ThreadPoolExecutor(8) as pool:
        list(pool.map(writer.save, sent + sent))
    counted = Counter(entry.url for entry in archive.entries())
    assert counted == Counter({item.url: 1 for item in sent})  # the same answer again gets no second line
    assert not list((tmp_path / "tmp").iterdir())


def test_several_writers_share_one_archive_and_one_body(tmp_path: Path) -> None:
    runs = {
        run: [replace(one, requested_at=NOW + timedelta(days=day)) for one in answers(12)]
        for day, run in enumerate("abcd")
    }
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda run: saved(Archive(tmp_path), run, runs[run]), runs))
    archive = Archive(tmp_path)
    assert [archive.payload(entry) for entry in archive.entries()] == [
        one for sent in runs.values() for one in sent
    ]
    assert len(list(tmp_path.glob("bodies/*/*.zst"))) == 12


def test_readers_see_whole_lines_while_a_run_is_written(tmp_path: Path) -> None:
    archive, sent, errors = Archive(tmp_path), answers(80), []
    stop = threading.Event()

    def read() -> None:
        seen = 0
        while not stop.is_set():
            try:
                found = [archive.payload(entry).url for entry in archive.entries()]
                assert found == [item.url for item in sent[: len(found)]]
                assert len(found) >= seen
                seen = len(found)
            except (AssertionError, TouchstoneError, OSError) as error:
                errors.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    saved(archive, "run", sent)
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == []


def test_half_written_files_of_killed_writers_are_swept_after_a_day(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    old, new = tmp_path / "tmp" / "1-1", tmp_path / "tmp" / "2-2"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    saved(Archive(tmp_path), "run", [])
    assert not old.exists()
    assert new.exists()


def test_a_full_disk_says_so_and_leaves_no_half_line(tmp_path: Path) -> None:
    """A file size limit stands for a full disk: the kernel refuses the write in the same way."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        f"sys.path.insert(0, {str(CHILD.parent)!r})\n"
        "from writing_child import answer\n"
        "from evidence.errors import TouchstoneError\n"
        "from warehouse.archive import Archive\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1200, 1200))\n"
        "kept = 0\n"
        f"with Archive(Path({str(tmp_path)!r})).writer('run') as writer:\n"
        "    try:\n"
        "        for number in range(3):\n"
        "            for again in range(9):\n"
        "                writer.save(answer('r', again, number))\n"
        "                kept += 1\n"
        "    except TouchstoneError as error:\n"
        "        print(kept, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    kept, _, message = done.stdout.partition(" ")
    assert "no space left" in message, done.stdout + done.stderr
    assert "What was saved before is kept" in message
    archive = Archive(tmp_path)
    assert len([archive.payload(entry) for entry in archive.entries()]) == int(kept) > 0


def kill_at_random(root: Path, kills: int, dice: random.Random) -> list[list[str]]:
    """Let children write and kill each at a random instant; return everything that was acknowledged."""
    said: list[list[str]] = []
    with subprocess.Popen(
        [sys.executable, str(CHILD)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for number in range(kills):
            # Every third child goes on with the run of the two before, as a resumed run does.
            parent.stdin.write(f"{root} run{number - number % 3:03d}\n")
            parent.stdin.flush()
            word, pid = parent.stdout.readline().split()
            assert word == "ready"
            time.sleep(dice.uniform(0, 0.2))
            os.kill(int(pid), signal.SIGKILL)
            said += (line.split() for line in iter(parent.stdout.readline, "ended\n"))
        parent.stdin.close()
    return said


@pytest.mark.slow
def test_kills_at_random_instants_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    kills, roots = 24, [tmp_path / name for name in "ab"]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda root: kill_at_random(root, kills, random.Random(root.name)), roots))
    assert sum(map(len, found)) > 200
    for root, said in zip(roots, found, strict=True):
        archive = Archive(root)
        entries = [(entry.run, entry.url, entry.sha256) for entry in archive.entries()]
        ledger = [(attempt.run, attempt.source) for attempt in archive.attempts()]
        # A resumed run writes the same urls again: nothing may be there more often than it was said, but
        # for the one answer per thread and kill whose line was written and whose word was not.
        promised = Counter(
            (run, url, sha) for what, run, url, *rest in said for sha in rest if what == "saved"
        )
        there = Counter(entries)
        assert all(there[key] >= times for key, times in promised.items())
        assert (there - promised).total() <= 3 * kills
        assert all(there[key] <= promised[key] + 3 for key in there)
        tried = Counter((line[1], line[2]) for line in said if line[0] == "attempted")
        assert all(Counter(ledger)[key] >= times for key, times in tried.items())
        for entry in archive.entries():
            archive.payload(entry)
