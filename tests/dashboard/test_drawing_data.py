"""What the pages make of frames before they draw: ratios, shares of a run, weights in an address, series."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import AS_OF

from dashboard import bench, charts_time, data, page_what_if, palette
from dashboard.page_time import weeks, year_ends
from dashboard.palette import DARK, FONT, LIGHT
from dashboard.scene import Scene
from evidence.overlay import WeightOverlay
from warehouse.history import sundays


def timings(ratio: float, *, rounds: int = 6, spread: float = 0.01) -> pd.DataFrame:
    """Return invented lines of one workload that the first framework finishes `ratio` times faster."""
    rows = [
        {
            "run": "r", "device": "cpu", "metric": "bench.train_step", "subject": "mlp", "framework": name,
            "status": "ok", "round": turn, "value": seconds * (1 + spread * turn), "variant": "",
            "phase": "train", "quality": "ok", "code_hash": "c0de",
        }
        for turn in range(rounds)
        for name, seconds in (("alpha", 0.01), ("beta", 0.01 * ratio))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_ratio_is_taken_round_by_round_so_that_drift_cancels() -> None:
    (found,) = bench.ratios(timings(2.0, spread=0.3), ("alpha", "beta"))
    assert found.log2 == pytest.approx(1.0)
    assert found.low == pytest.approx(found.high)
    assert found.rounds == 6
    assert not found.proved


def test_a_workload_that_one_side_did_not_run_has_no_ratio() -> None:
    lines = timings(2.0)
    assert bench.ratios(lines[lines["framework"] == "alpha"], ("alpha", "beta")) == ()
    failed = lines.assign(status=lines["framework"].map({"alpha": "ok", "beta": "oom"}))
    assert bench.ratios(failed, ("alpha", "beta")) == ()


def test_what_was_measured_while_the_machine_was_disturbed_does_not_count() -> None:
    lines = timings(2.0)
    wild = timings(50.0).assign(quality="noisy")
    (found,) = bench.ratios(pd.concat([lines, wild]), ("alpha", "beta"))
    assert found == bench.ratios(lines, ("alpha", "beta"))[0]


def test_a_proof_holds_for_the_program_that_was_timed() -> None:
    proof = timings(1.0, rounds=1).assign(metric=bench.PROOF, value=1e-12, phase="equivalence")
    (proved,) = bench.ratios(pd.concat([timings(2.0), proof]), ("alpha", "beta"))
    assert proved.proved
    (other,) = bench.ratios(pd.concat([timings(2.0), proof.assign(code_hash="old")]), ("alpha", "beta"))
    assert not other.proved


def test_a_single_operation_is_a_ratio_too() -> None:
    operation = timings(3.0).assign(metric="bench.op_time", subject="gemm", phase="infer")
    names = [(ratio.subject, ratio.phase) for ratio in bench.ratios(operation, ("alpha", "beta"))]
    assert names == [("gemm", "infer")]


def curve(axis: str, seconds: dict[int, float]) -> pd.DataFrame:
    """Return invented lines of one scaling curve of one framework, two rounds of each point."""
    rows = timings(1.0, rounds=1, spread=0.0).head(1)
    return pd.concat(
        rows.assign(metric=bench.CURVE, variant=f"{axis}={point}", value=value * noise, round=turn)
        for point, value in seconds.items()
        for turn, noise in enumerate((1.0, 1.02))
    )


@pytest.mark.parametrize(
    ("axis", "seconds", "gains"),
    [
        ("threads", {1: 4.0, 2: 2.0, 4: 2.0}, [1.0, 2.0, 2.0]),  # the same work in less time
        ("batch", {1: 1.0, 8: 2.0}, [1.0, 4.0]),  # eight items in twice the time
        ("tokens", {64: 1.0, 128: 4.0}, [1.0, 0.5]),  # twice the tokens in four times the time
        ("processes", {1: 1.0, 2: 1.25}, [1.0, 1.6]),  # twice the items, a little slower
    ],
)
def test_a_scaling_curve_is_work_per_second(
    english: Scene, axis: str, seconds: dict[int, float], gains: list[float]
) -> None:
    found = bench.curves(pd.concat([curve(axis, seconds), curve("unheard_of", {1: 1.0})]), english)
    assert list(found) == [axis]
    assert list(found[axis]["gain"]) == pytest.approx(gains)
    assert list(found[axis]["point"]) == list(seconds)
    spec = charts_time.scaling(found[axis], english, LIGHT, ideal=axis == "threads")
    assert spec["background"] == "transparent"


def runs_of(values: list[float]) -> pd.DataFrame:
    """Return invented runs of one time on one machine, a version that changes with the seventh."""
    one = timings(1.0, rounds=1, spread=0.0).head(1)
    same = {"machine": "{}", "mode": "", "precision": "", "batch_size": None}
    first = pd.Timestamp("2026-01-05")
    return pd.concat(
        one.assign(
            run=f"r{place}",
            value=value,
            started_at=first + pd.Timedelta(days=7 * place),
            versions=json.dumps({"alpha": "1" if place < 6 else "2"}),
            **same,
        )
        for place, value in enumerate(values)
    )


def test_a_step_from_run_to_run_is_told_with_the_version_that_came_with_it(english: Scene) -> None:
    noisy = [1.0, 1.01, 0.99, 1.0, 1.01, 0.99, 1.5, 1.51, 1.49, 1.5, 1.51, 1.49]
    (row,) = bench.level_rows(bench.levels(runs_of(noisy)), english)
    assert row[2] == "12"
    assert row[-1] == "2026-02-16: +50\u202f% (alpha 1 → 2)"
    (row,) = bench.level_rows(bench.levels(runs_of(noisy[:6] * 2)), english)
    assert row[-1] == "no step"
    (row,) = bench.level_rows(bench.levels(runs_of(noisy[:2])), english)
    assert row[-1] == "needs 6 runs"
    assert bench.levels(runs_of(noisy[:1])) == ()


def test_the_hardware_of_a_run_is_what_did_the_work(english: Scene) -> None:
    machine = {"cpu_model": "A processor", "cores": 2, "gpus": [{"name": "A card"}]}
    assert (
        bench.hardware({"device": "cpu", "machine": json.dumps(machine)}, english) == "A processor · 2 cores"
    )
    assert bench.hardware({"device": "gpu", "machine": json.dumps(machine)}, english) == "A card"
    assert bench.hardware({"device": "cpu", "machine": "{}"}, english) == "—"


@pytest.mark.parametrize(
    ("log2", "low", "high", "words"),
    [
        (1.0, 0.8, 1.2, "2.00× Alpha"),
        (-1.0, -1.2, -0.8, "2.00× Beta"),
        (0.2, -0.05, 0.4, "1.15× (unclear)"),
        (0.02, -0.05, 0.05, "tie"),
    ],
)
def test_who_is_faster_is_said_only_outside_the_noise(
    english: Scene, log2: float, low: float, high: float, words: str
) -> None:
    ratio = bench.Ratio("mlp", "train", log2, low, high, 6, (1.0, 1.0), True)
    assert bench.lead(ratio, english, tie=0.1) == words


def repeated(logs: list[float], *, subject: str = "mlp") -> pd.DataFrame:
    """Return invented rounds of one framework and their repetitions, ln(repetition / first) each."""
    first = timings(1.0, rounds=len(logs)).query("framework == 'alpha'").assign(subject=subject)
    return pd.concat([first, first.assign(variant=bench.AGAIN, value=first["value"] * np.exp(logs))])


def test_the_tie_zone_is_how_far_repetitions_lie_apart() -> None:
    smallest = pytest.approx(math.log2(1.03))
    assert bench.noise(timings(2.0, spread=0.05)) == smallest
    assert bench.noise(timings(2.0).query("run == 'no such run'")) == smallest
    assert bench.noise(repeated([0.01, -0.02, 0.02])) == smallest
    assert 2 ** bench.noise(repeated([0.01, -0.4, 0.1])) == pytest.approx(math.exp(0.4))
    assert 2 ** bench.noise(repeated([math.log(1.07)] * 3)) == pytest.approx(1.07)
    two = [repeated([0.1] * 3), repeated([-0.2] * 3, subject="cnn")]
    assert 2 ** bench.noise(pd.concat(two)) == pytest.approx(math.exp(0.2))


def test_runs_of_one_plan_have_the_tie_zone_of_all_their_repetitions() -> None:
    def run(name: str, apart: float, plan: str, device: str = "cpu") -> pd.DataFrame:
        settings = json.dumps({"plan": plan})
        return repeated([math.log(apart)] * 3).assign(run=name, settings=settings, device=device)

    every = pd.concat(
        [run("a", 1.05, "p"), run("b", 1.2, "p"), run("c", 1.5, "q"), run("d", 1.9, "p", "gpu")]
    )
    for name, zone in (("a", 1.2), ("b", 1.2), ("c", 1.5)):
        alike = bench.of_one_plan(every, {"run": name, "device": "cpu"})
        assert 2 ** bench.noise(alike) == pytest.approx(zone)
    unplanned = pd.concat([run("e", 1.1, "p"), run("f", 1.3, "p")]).assign(settings="{}")
    alone = bench.of_one_plan(unplanned, {"run": "e", "device": "cpu"})
    assert set(alone["run"]) == {"e"}


def test_an_old_line_of_single_rounds_decides_nothing() -> None:
    told = pd.DataFrame(
        [
            {
                "run": "r",
                "metric": bench.NOISE,
                "status": "ok",
                "quality": "ok",
                "value": 0.5,
                "variant": "again",
            }
        ]
    )
    assert bench.noise(pd.concat([timings(2.0), told])) == pytest.approx(math.log2(1.03))


factors = st.dictionaries(
    st.text(min_size=1, max_size=20).filter(lambda name: name.isprintable()),
    st.sampled_from([0.0, 0.25, 0.5, 2.0, 3.0]),
)


@given(factors, factors)
def test_weights_survive_the_way_through_an_address(
    families: dict[str, float], dims: dict[str, float]
) -> None:
    overlay = WeightOverlay(families=families, dimensions=dims)
    assert page_what_if.parse(page_what_if.written(overlay)) == overlay


@pytest.mark.parametrize("words", ["x", "f.a", "f.a:-1", "f.a:nan", "f.a:9", "q.a:1", "f.:1", "f.a:1e400"])
def test_weights_that_are_none_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        page_what_if.parse(words)


def test_the_overlay_file_says_only_what_differs() -> None:
    overlay = WeightOverlay(families={"a": 0.5, "b": 1.0}, dimensions={"ease": 2.0})
    assert tomllib.loads(page_what_if.toml(overlay)) == {"families": {"a": 0.5}, "dimensions": {"ease": 2}}
    assert page_what_if.toml(WeightOverlay()) == ""


def test_points_in_time_are_the_ends_of_whole_weeks_and_the_newest_day() -> None:
    assert year_ends(AS_OF) == (*(date(year, 12, 31) for year in range(2020, 2026)), AS_OF)
    assert weeks(date(2020, 1, 14)) == (date(2020, 1, 5), date(2020, 1, 12), date(2020, 1, 14))
    assert weeks(date(2020, 1, 12)) == (date(2020, 1, 5), date(2020, 1, 12))
    assert all(day.weekday() == 6 for day in weeks(AS_OF))
    assert weeks(AS_OF)[:-1] == sundays(AS_OF)


def observations() -> pd.DataFrame:
    day = pd.Timestamp("2026-01-05")
    rows = [
        ("alpha", "core", "a", day, 6.0),
        ("alpha", "broad", "a2", day, 2.0),
        ("beta", "core", "b", day, 3.0),
    ]
    frame = pd.DataFrame(rows, columns=["framework", "scope", "name", "day", "value"])
    return frame.assign(increment=[1.0, None, 0.5])


def test_seven_years_of_days_of_many_names_are_drawn(english: Scene) -> None:
    days = pd.date_range("2019-01-01", periods=2500).strftime("%Y-%m-%d")
    rows = pd.concat(
        pd.DataFrame({"day": days, "value": 1.0, "framework": "alpha", "name": name}) for name in "abc"
    )
    spec = charts_time.series(rows, english, DARK, log=False, unit="things")
    assert max(len(drawn) for drawn in spec["datasets"].values()) == len(rows)


def test_a_series_is_drawn_by_value_growth_or_ratio() -> None:
    pair = ("alpha", "beta")
    assert list(data.series(observations(), "value", "core", pair)["value"]) == [6.0, 3.0]
    assert len(data.series(observations(), "value", "broad", pair)) == 3
    assert list(data.series(observations(), "weekly", "core", pair)["value"]) == [1.0, 0.5]
    assert list(data.series(observations(), "ratio", "core", pair)["value"]) == [2.0]
    assert list(data.series(observations(), "ratio", "broad", pair)["value"]) == [pytest.approx(8 / 3)]


def test_a_ratio_is_not_made_smaller_by_a_missing_part() -> None:
    later = observations().assign(day=pd.Timestamp("2026-01-12"))
    both = pd.concat([observations(), later[later["name"] != "a2"]])
    assert list(data.series(both, "ratio", "broad", ("alpha", "beta"))["day"]) == ["2026-01-05"]


def test_every_chart_is_a_specification_without_a_theme_of_its_own(english: Scene) -> None:
    days = pd.DataFrame(
        {"day": ["2020-01-01", "2021-01-01"], "value": [1.0, 2.0], "framework": "alpha", "name": ""}
    )
    specs = [
        charts_time.series(days, english, DARK, log=True, unit="things"),
        charts_time.specification([-1.0, 0.5, 2.0], english, LIGHT, reach=3.5, margin=0.5),
        charts_time.choices(pd.DataFrame({"place": [0, 1], "choice": ["a", "b"]}), LIGHT, analyses=2),
        charts_time.shares(days.assign(share=0.5), english, LIGHT),
    ]
    for spec in specs:
        assert spec["background"] == "transparent"
        assert spec["config"]["font"] == FONT


def test_colours_have_enough_contrast_as_text() -> None:
    for theme, weak in ((LIGHT, {5}), (DARK, set())):
        for slot, colour in enumerate(theme.slots):
            if slot not in weak:
                assert contrast(colour, theme.background) >= 4.5, (slot, colour)
        assert contrast(theme.muted, theme.background) >= 4.5
        assert contrast(theme.zero, theme.background) >= 3


def contrast(one: str, two: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_style_sheet_has_the_colours_of_the_charts() -> None:
    from pathlib import Path

    style = (Path(palette.__file__).with_name("style.css")).read_text("utf-8").lower()
    for slot in range(1, 7):
        pair = f"light-dark({LIGHT.slots[slot]}, {DARK.slots[slot]})".lower()
        assert f"--ts-f{slot}: {pair}" in style
    for role in ("ink", "muted", "hair", "grid", "zero", "tie"):
        pair = f"light-dark({getattr(LIGHT, role)}, {getattr(DARK, role)})".lower()
        assert f"--ts-{role}: {pair}" in style


def test_a_scene_is_the_same_for_the_same_catalog(english: Scene) -> None:
    assert replace(english, language="zh").title("alpha") == english.title("alpha")
