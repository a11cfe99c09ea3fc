"""The command as a user meets it: one run from nothing where no source answers, then questions."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commanding import ROOT, Published, ask, begun, touchstone

from evidence.types import Catalog
from flows import definitions
from flows.settings import Settings

DIMENSIONS = 8
HEADER = "subject,metric,value,unit,observed_on,source,source_ref,licence"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return definitions.catalog(Settings(Path(), ROOT / "catalog"))


def test_a_run_with_every_source_down_still_publishes_a_table(published: Published) -> None:
    first = published.first
    assert first.status == 0, first.err
    assert "Verdict on the opinion" in first.out
    assert "Sources that did not answer" in first.out
    assert "github × " in first.out
    assert "no GITHUB_TOKEN" in first.out
    assert "touchstone explain" in first.out
    assert (published.home / "touchstone.duckdb").exists()
    assert "Traceback" not in first.out + first.err


def test_every_source_and_framework_has_exactly_one_attempt(published: Published, catalog: Catalog) -> None:
    done = ask(
        published.home, "sql", "select source, framework, count(*) as n from attempt group by all", "--json"
    )
    rows = json.loads(done.out)
    asked = len(definitions.sources()) - 2  # neither the benchmarks nor ingested figures are asked
    assert len(rows) == asked * len(catalog.frameworks)
    assert {row["n"] for row in rows} == {1}


def test_score_json_is_what_the_interface_page_promises(published: Published) -> None:
    document = json.loads(ask(published.home, "score", "--json").out)
    assert set(document) == {"comparison", "as_of", "frame", "dimensions"}
    assert len(document["dimensions"]) == DIMENSIONS
    for row in document["dimensions"]:
        assert {
            "id",
            "claims",
            "scores",
            "contrast",
            "coverage",
            "families",
            "status",
            "dated",
            "verdict",
        } <= set(row)
        assert 0 <= row["coverage"] <= 1
        measured = row["status"] != "none"
        assert (row["contrast"] is not None) == measured
        assert all((score is not None) == measured for score in row["scores"].values())
        if measured:
            contrast = row["contrast"]
            assert contrast["low90"] <= contrast["low50"] <= contrast["high50"] <= contrast["high90"]
            assert math.isclose(sum(contrast["p_beyond"].values()), 1, abs_tol=1e-9)


def test_contributions_sum_to_the_contrast(published: Published) -> None:
    document = json.loads(ask(published.home, "explain", "community", "--json").out)
    total = math.fsum(item["contribution"] for item in document["contributions"])
    assert math.isclose(total, document["contrast"], abs_tol=1e-12)
    for item in document["contributions"]:
        assert set(item["raw"]) == set(item["payload_sha256"]) == set(item["scores"])
        assert item["sources"]
        assert all(item["payload_sha256"].values())


def test_a_past_day_uses_only_what_was_observed_by_then(published: Published) -> None:
    document = json.loads(ask(published.home, "explain", "industry", "--as-of", "2022-12-29", "--json").out)
    assert document["contributions"]
    for item in document["contributions"]:
        assert all(moment < "2022-12-30" for moment in item["observed_at"].values())


def test_recommendation_names_its_need_and_its_doubt(published: Published) -> None:
    document = json.loads(ask(published.home, "recommend", "--need", "production", "--json").out)
    assert document["need"] == "production"
    assert math.isclose(sum(document["weights"].values()), 1)
    assert {change["dimension"] for change in document["changes"]} == set(document["weights"])
    assert "would" in ask(published.home, "recommend", "--need", "production").out
    for ranks in document["acceptability"].values():
        assert math.isclose(sum(ranks), 1)


def test_time_line_has_a_row_per_step_and_no_look_ahead(published: Published) -> None:
    words = ("timeline", "industry", "--since", "2024-10-03", "--step-weeks", "26", "--json")
    weeks = json.loads(ask(published.home, *words).out)["weeks"]
    then = json.loads(ask(published.home, "score", "--as-of", weeks[0]["as_of"], "--json").out)
    industry = next(row for row in then["dimensions"] if row["id"] == "industry")
    assert len(weeks) >= 4
    assert weeks[0]["contrast"] == industry["contrast"]["value"]


def test_own_weights_change_the_rows_and_say_so(published: Published, tmp_path: Path) -> None:
    overlay = tmp_path / "weights.toml"
    overlay.write_text('[families]\n"people, repository page" = 0\n"public use, repository page" = 0\n')
    plain = json.loads(ask(published.home, "score", "--json").out)
    changed = json.loads(ask(published.home, "score", "--weights", str(overlay), "--json").out)
    values = [
        next(row for row in document["dimensions"] if row["id"] == "community")["contrast"]["value"]
        for document in (plain, changed)
    ]
    assert values[0] != values[1]
    verdicts = [[row["verdict"] for row in document["dimensions"]] for document in (plain, changed)]
    told = ask(published.home, "score", "--weights", str(overlay)).out
    assert ("every verdict stays as it is" in told) is (verdicts[0] == verdicts[1])


def test_verify_rebuilds_every_score_byte_by_byte(published: Published) -> None:
    done = ask(published.home, "verify")
    assert done.status == 0, done.err
    assert "8 scores rebuilt" in done.out


def test_verify_finds_a_body_that_was_touched(published: Published, tmp_path: Path) -> None:
    home = Path(shutil.copytree(published.home, tmp_path / "touched"))
    largest = max((home / "archive" / "bodies").rglob("*.zst"), key=lambda file: file.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-20] + b"x" * 20)
    done = ask(home, "verify")
    assert done.status == 1
    assert "does not rebuild" in done.err or "damaged" in done.err
    assert "Traceback" not in done.err


def test_figures_are_ingested_once_and_count(published: Published, tmp_path: Path) -> None:
    home = Path(shutil.copytree(published.home, tmp_path / "ingesting"))
    figures = tmp_path / "figures.csv"
    figures.write_text(
        f"{HEADER}\n"
        "pytorch,git.authors_year,3000,people,2026-11-01,our count,https://example.org/a,CC0-1.0\n"
        "tensorflow,git.authors_year,900,people,2026-11-01,our count,https://example.org/a,CC0-1.0\n"
    )
    before = json.loads(ask(home, "explain", "community", "--json").out)
    assert "authors" in {item["indicator"] for item in before["missing"]}
    assert "2 figures taken over" in ask(home, "ingest", str(figures)).out
    assert "nothing changed" in ask(home, "ingest", str(figures)).out
    assert touchstone(home, "publish").status == 0
    after = json.loads(ask(home, "explain", "community", "--json").out)
    authors = next(item for item in after["contributions"] if item["indicator"] == "authors")
    assert authors["raw"] == {"pytorch": 3000, "tensorflow": 900}
    assert ask(home, "verify").status == 0


BAD_INPUT: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown dimension": (("explain", "nowhere"), "no dimension 'nowhere'"),
    "an unknown comparison": (("score", "--comparison", "a_vs_b"), "no comparison 'a_vs_b'"),
    "a day that is none": (("score", "--as-of", "2026-13-01"), "is not a day"),
    "an unknown need": (("recommend", "--need", "speed"), "no need 'speed'"),
    "a query that writes": (("sql", "drop table meta"), "only SELECT"),
    "a query that reads a file": (("sql", "select * from read_csv('/etc/passwd')"), "error"),
    "a query with a slip": (("sql", "select nothing from scorecard"), "nothing"),
    "a missing CSV": (("ingest", "no_such.csv"), "no_such.csv"),
    "a missing result file": (("bench", "import", "no_such.jsonl"), "no_such.jsonl"),
    "a missing weights file": (("score", "--weights", "no_such.toml"), "no_such.toml"),
    "an unknown source": (("collect", "nobody"), "no source 'nobody'"),
    "an unknown framework": (("collect", "published", "nobody"), "no framework 'nobody'"),
    "a catalog that is not there": (("--catalog", "no_such", "publish"), "no such folder"),
    "half a --python": (("bench", "--python", "pytorch"), "is not FRAMEWORK=/path"),
    "an unknown suite": (("bench", "--suite", "slow"), "slow"),
}


@pytest.mark.parametrize(("words", "said"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_gets_one_clear_message(published: Published, words: tuple[str, ...], said: str) -> None:
    done = ask(published.home, *words)
    assert done.status != 0
    assert said in done.err
    assert "Traceback" not in done.out + done.err
    assert "fault of Touchstone" not in done.err


def test_home_and_catalog_may_stand_anywhere(published: Published, tmp_path: Path) -> None:
    home = str(published.home)
    for words in (("score", "--home", home, "--json"), (f"--home={home}", "score", "--json")):
        assert len(json.loads(ask(tmp_path, *words).out)["dimensions"]) == DIMENSIONS
    assert "no such folder" in ask(published.home, "publish", "--catalog", "no_such").err


def test_recording_writes_cases_and_archives_nothing(published: Published) -> None:
    done = ask(published.home, "collect", "published", "pytorch", "--record")
    assert done.status == 0, done.err
    cases = published.home / "recorded" / "published"
    assert list(cases.glob("*.about.json"))
    assert list(cases.glob("*.expected.csv"))
    assert ask(published.home, "collect", "--record").status == 1


def test_malformed_csv_is_refused_with_line_and_column(published: Published, tmp_path: Path) -> None:
    figures = tmp_path / "figures.csv"
    figures.write_text(f"{HEADER}\npytorch,git.authors_year,many,people,2026-11-01,a,b,CC0-1.0\n")
    done = ask(published.home, "ingest", str(figures))
    assert done.status == 1
    assert "line 2" in done.err
    assert "value" in done.err


def test_without_a_database_the_next_step_is_said(tmp_path: Path) -> None:
    done = ask(tmp_path, "score")
    assert done.status == 1
    assert "touchstone run" in done.err


def test_a_file_of_another_kind_is_said_to_be_one(published: Published, tmp_path: Path) -> None:
    home = Path(shutil.copytree(published.home, tmp_path / "damaged"))
    release = (home / "CURRENT").read_text().strip()
    (home / "published" / f"touchstone-{release}.duckdb").write_bytes(b"no database" * 1000)
    done = ask(home, "score")
    assert done.status == 1
    assert "Publish again" in done.err
    assert touchstone(home, "publish").status == 0
    assert ask(home, "score").status == 0


def test_a_second_run_is_told_who_holds_the_home(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from warehouse.publish import run_lock\n"
            "with run_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)",
            str(tmp_path),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        done = ask(tmp_path, "publish")
        assert done.status == 1
        assert str(holder.pid) in done.err
    finally:
        holder.kill()
        holder.communicate()


def test_interrupted_half_way_everything_stays_valid(published: Published, tmp_path: Path) -> None:
    home = Path(shutil.copytree(published.home, tmp_path / "interrupted"))
    process = begun(home, "run", "--suite", "none")
    assert process.stdout is not None
    for line in process.stdout:
        if "✗" in line:  # the first source has failed: the run is in the middle of collecting
            break
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "Traceback" not in err
    assert ask(home, "score").status == 0
    assert touchstone(home, "publish").status == 0


def test_a_second_comparison_needs_two_toml_files_and_no_code(tmp_path: Path) -> None:
    """Two packages that no probe knows: what does not apply to them leaves the denominator."""
    catalog = Path(shutil.copytree(ROOT / "catalog", tmp_path / "catalog"))
    example = ROOT / "examples" / "http_clients"
    with (catalog / "frameworks.toml").open("a", encoding="utf-8") as file:
        file.write((example / "frameworks.toml").read_text(encoding="utf-8"))
    shutil.copy(example / "requests_vs_httpx.toml", catalog / "comparisons")
    home = tmp_path / "home"
    figures = tmp_path / "figures.csv"
    rows = [
        f"{subject},{metric},{value},{unit},2026-11-01,made up for this test,https://example.org,CC0-1.0"
        for subject, cells, lag in (("requests", 18, 2), ("httpx", 9, 30))
        for metric, value, unit in (
            ("pypi.cells_with_wheel", cells, "cells"),
            ("pypi.cells_planned", 20, "cells"),
            ("git.authors_year", lag * 10, "people"),
        )
    ]
    figures.write_text("\n".join([HEADER, *rows]) + "\n")
    options = ("--catalog", str(catalog))
    assert ask(home, *options, "ingest", str(figures)).status == 0
    published = touchstone(home, *options, "publish")
    assert published.status == 0, published.err
    words = (*options, "score", "--comparison", "requests_vs_httpx", "--json")
    document = json.loads(ask(home, *words).out)
    ease = next(row for row in document["dimensions"] if row["id"] == "ease_of_use")
    assert ease["scores"]["requests"]["value"] == pytest.approx(9.0)
    assert ease["scores"]["httpx"]["value"] == pytest.approx(4.5)
    assert ease["verdict"] == "no_claim" or ease["status"] == "insufficient"
    assert ease["families"]["planned"] < 6


def test_doctor_tells_tokens_and_the_age_of_the_evidence(published: Published) -> None:
    done = ask(published.home, "doctor")
    assert done.status == 0, done.err
    for said in ("GITHUB_TOKEN", "published × pytorch", "none yet", "newest 20"):
        assert said in done.out
