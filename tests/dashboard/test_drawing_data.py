"""What the pages make of frames before they draw: ratios, shares of a run, weights in an address, series."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import AS_OF

from dashboard import bench, charts_time, data, page_what_if, palette
from dashboard.page_time import points
from dashboard.palette import DARK, FONT, LIGHT
from dashboard.scene import Scene
from evidence.overlay import WeightOverlay


def timings(ratio: float, *, rounds: int = 6, spread: float = 0.01) -> pd.DataFrame:
    """Return invented lines of one workload that the first framework finishes `ratio` times faster."""
    rows = [
        {
            "run": "r", "device": "cpu", "metric": "bench.train_step", "subject": "mlp", "framework": name,
            "status": "ok", "round": turn, "value": seconds * (1 + spread * turn), "variant": "",
            "phase": "train",
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


def test_the_noise_is_what_rounds_of_one_framework_differ_by() -> None:
    assert bench.noise(timings(2.0, spread=0.0)) == 0
    assert bench.noise(timings(2.0, spread=0.05)) > bench.noise(timings(2.0, spread=0.01)) > 0
    told = pd.DataFrame([{"metric": bench.NOISE, "status": "ok", "value": math.log(1.07)}])
    assert 2 ** bench.noise(pd.concat([timings(2.0), told])) == pytest.approx(1.07)


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


def test_points_in_time_are_the_ends_of_periods_and_the_newest_day() -> None:
    assert points(AS_OF, 12) == (*(date(year, 12, 31) for year in range(2020, 2026)), AS_OF)
    assert points(date(2020, 5, 3), 3) == (date(2020, 3, 31), date(2020, 5, 3))
    assert len(points(AS_OF, 1)) == 83


def observations() -> pd.DataFrame:
    day = pd.Timestamp("2026-01-05")
    rows = [
        ("alpha", "core", "a", day, 6.0),
        ("alpha", "broad", "a2", day, 2.0),
        ("beta", "core", "b", day, 3.0),
    ]
    frame = pd.DataFrame(rows, columns=["framework", "scope", "name", "day", "value"])
    return frame.assign(increment=[1.0, None, 0.5])


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
