"""`touchstone history` as a user meets it: it fills, may be stopped, goes on, and then has nothing to do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest
from commanding import ROOT, Done, Published, ask, begun, touchstone

from evidence.types import Score
from warehouse.read import Warehouse

COMPARISON = """
id = "three"
title = { en = "Three of them", zh = "三者" }
frameworks = ["pytorch", "tensorflow", "jax"]
dimensions = ["language"]
"""
AS_OF = "2020-05-03"
"""An early day has few weeks before it."""

WEEKS = 17
PAIRS = ("three", "three:pytorch,jax", "three:tensorflow,jax")
"""How the warehouse is asked for them, in the order in which they are worked out."""


@pytest.fixture(scope="module")
def three(published: Published, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home and a catalog of one row for three frameworks, published from what the repository holds."""
    folder = tmp_path_factory.mktemp("three")
    catalog = Path(shutil.copytree(ROOT / "catalog", folder / "catalog"))
    shutil.rmtree(catalog / "comparisons")
    (catalog / "comparisons").mkdir()
    (catalog / "comparisons" / "three.toml").write_text(COMPARISON, encoding="utf-8")
    home = folder / "home"
    shutil.copytree(published.home, home, ignore=shutil.ignore_patterns("history"))
    done = touchstone(home, "--catalog", str(catalog), "publish", "--as-of", AS_OF)
    assert done.status == 0, done.err
    return home, catalog


@pytest.fixture
def own(three: tuple[Path, Path], tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    """A home of the test's own, and the words that name its catalog."""
    home, catalog = three
    return Path(shutil.copytree(home, tmp_path / "home")), ("--catalog", str(catalog))


def kept(home: Path) -> dict[str, tuple[Score, ...]]:
    """Return what the page of time would read, by pair."""
    with Warehouse.open(home) as warehouse:
        return {asked: warehouse.weekly(asked, "language") for asked in PAIRS}


def lines(home: Path) -> int:
    """Return how many weeks are on disk."""
    files = (home / "history").glob("*.jsonl")
    return sum(max(0, file.read_text(encoding="utf-8").count("\n") - 1) for file in files)


def numbers(done: Done) -> list[int]:
    assert done.status == 0, done.err
    assert "Traceback" not in done.out + done.err
    return [int(number) for number in re.findall(r"\d+", done.out.splitlines()[-1])]


def test_it_is_stopped_half_way_goes_on_and_then_has_nothing_to_do(
    own: tuple[Path, tuple[str, ...]],
) -> None:
    home, catalog = own
    total = len(PAIRS) * WEEKS
    process = begun(home, *catalog, "history")
    deadline = time.monotonic() + 120
    while lines(home) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "is kept" in err
    assert "Traceback" not in err
    half = kept(home)
    done = sum(len(scores) for scores in half.values())
    assert 0 < done < total, "stopped in the middle"
    again = touchstone(home, *catalog, "history")
    made, lacking = numbers(again)
    assert (made, lacking) == (total - done, 0), "what was there stayed"
    whole = kept(home)
    assert {len(scores) for scores in whole.values()} == {WEEKS}
    assert all(score in whole["three"] for score in half["three"])
    before = {file: file.read_bytes() for file in (home / "history").iterdir()}
    assert numbers(touchstone(home, *catalog, "history")) == [0, 0]
    assert {file: file.read_bytes() for file in (home / "history").iterdir()} == before


def test_one_pair_is_worked_out_alone_and_is_what_its_days_say(own: tuple[Path, tuple[str, ...]]) -> None:
    home, catalog = own
    words = (*catalog, "history", "--comparison", "three", "--pair", "jax,tensorflow")
    assert numbers(touchstone(home, *words)) == [WEEKS, 0]
    found = kept(home)
    assert [len(found[asked]) for asked in PAIRS] == [0, 0, WEEKS]
    last = found["three:tensorflow,jax"][-1]
    assert last.scores["tensorflow"] is not None
    with Warehouse.open(home) as warehouse:
        (exact,) = warehouse.scores("three:tensorflow,jax", as_of=last.as_of)
    assert (last.contrast, last.scores, last.verdict) == (exact.contrast, exact.scores, exact.verdict)


BAD_INPUT: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown comparison": (("--comparison", "nowhere"), "no comparison 'nowhere'. Known: three"),
    "a framework that is not in it": (("--pair", "pytorch,keras"), "Known: pytorch,tensorflow; pytorch,jax"),
    "half a pair": (("--pair", "pytorch"), "no pair 'pytorch' in three"),
}


@pytest.mark.parametrize(("words", "said"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_gets_one_clear_message(
    three: tuple[Path, Path], words: tuple[str, ...], said: str
) -> None:
    home, catalog = three
    done = ask(home, "--catalog", str(catalog), "history", *words)
    assert done.status == 1
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert not (home / "history").exists()


def test_without_a_database_the_next_step_is_said(tmp_path: Path) -> None:
    done = ask(tmp_path / "home", "history")
    assert done.status == 1
    assert "touchstone run" in done.err
    assert len(done.err.strip().splitlines()) == 1
