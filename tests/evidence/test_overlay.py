"""The reader's own weights: what they may say, and the report of what they change."""

from __future__ import annotations

import pytest
from synthetic import catalog, five_families, indicator, pair, score

from evidence.errors import InputError
from evidence.overlay import WeightOverlay, overlay_from, verdict_changes

ITEMS = [indicator("a", family="fame"), indicator("b", family="work", criterion="side")]


def test_a_mapping_becomes_factors():
    found = overlay_from(
        {"families": {"fame": 0}, "criteria": {"side": 2.5}, "dimensions": {"worth": 3}}, catalog(ITEMS)
    )
    assert found == WeightOverlay({"fame": 0.0}, {"side": 2.5}, {"worth": 3.0})
    assert overlay_from({}, catalog(ITEMS)) == WeightOverlay()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"famlies": {}}, "no table 'famlies'; did you mean 'families'?"),
        ({"families": {"fme": 1}}, "families has no 'fme'; did you mean 'fame'?"),
        ({"dimensions": {"zzz": 1}}, "dimensions has no 'zzz'; known: worth"),
        ({"families": {"fame": -1}}, "families.fame = -1 is no number from 0 up"),
        ({"families": {"fame": float("inf")}}, "families.fame = inf is no number"),
        ({"families": {"fame": float("nan")}}, "families.fame = nan is no number"),
        ({"families": {"fame": True}}, "families.fame = True is no number"),
        ({"families": {"fame": "much"}}, "families.fame = 'much' is no number"),
        ({"families": 3}, "families is not a table of factors"),
    ],
)
def test_what_is_wrong_is_named(given, message):
    with pytest.raises(InputError, match=message):
        overlay_from(given, catalog(ITEMS))


def test_the_report_says_which_verdicts_change():
    items, readings = five_families(400.0, 100.0)
    readings = [*readings[2:], *pair("i0", 1.0, 4000.0)]
    claims = {"alder": 8, "birch": 6}
    before = score(items, readings, claims=claims)
    after = score(items, readings, claims=claims, weights=WeightOverlay(families={"i0": 0.0}))
    report = verdict_changes([before], [after])[0]
    assert report.changed
    assert report.verdict == (before.verdict, after.verdict)
    assert report.contrast == (before.contrast.value, after.contrast.value)
    assert after.contrast.value > before.contrast.value
    assert not verdict_changes([before], [before])[0].changed


def test_the_report_shows_that_nothing_is_left():
    items, readings = five_families()
    before = score(items, readings)
    after = score(items, readings, weights=WeightOverlay(criteria={"main": 0.0}))
    report = verdict_changes([before], [after])[0]
    assert report.contrast == (before.contrast.value, None)
    assert report.coverage == (1.0, 0.0)


def test_only_like_is_compared_with_like():
    before = score(*five_families())
    with pytest.raises(ValueError, match="not of the same comparison"):
        verdict_changes([before], [])
