"""Result lines survive a round trip, and everything else is refused with its place and reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import lines
from benchmarks.metrics import METRICS, SOURCE
from evidence.errors import MeasurementError
from evidence.types import Measurement


def test_a_measurement_comes_back_as_it_was(measurement: Measurement) -> None:
    assert lines.load(lines.dump(measurement)) == measurement


def test_a_failed_run_is_a_line_without_a_value(measurement: Measurement) -> None:
    failed = replace(measurement, status="oom", reason="killed", value=None, samples=())
    assert lines.load(lines.dump(failed)).status == "oom"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": 2}, "schema is 2"),
        ({"surprise": 1}, "unknown key 'surprise'"),
        ({"metric": "bench.nothing"}, "not declared"),
        ({"unit": "ms"}, "unit of bench.train_step is 's'"),
        ({"status": "fine"}, "none of ok, oom"),
        ({"value": None}, "finite number when status is ok"),
        ({"value": "fast"}, "finite number"),
        ({"status": "timeout"}, "carries no value"),
        ({"status": "timeout", "value": None, "samples": []}, "says its reason"),
        ({"samples": [1, "two"]}, "list of finite numbers"),
        ({"started_at": "2026-11-26T01:02:03"}, "no offset"),
        ({"started_at": "yesterday"}, "ISO time"),
        ({"successes": 3}, "do not fit trials"),
        ({"successes": 3, "trials": 2}, "do not fit trials"),
        ({"round": -1}, "count or null"),
        ({"quality": "good"}, "none of ok, noisy"),
        ({"items": [1]}, "list of objects"),
        ({"machine": []}, "must be an object"),
        ({"framework": 7}, "must be text"),
    ],
)
def test_a_wrong_line_is_refused_with_its_reason(
    measurement: Measurement, change: dict[str, object], why: str
) -> None:
    body = json.loads(lines.dump(measurement)) | change
    with pytest.raises(MeasurementError, match=why):
        lines.load(json.dumps(body))


def test_missing_key_nan_and_foreign_text_are_refused(measurement: Measurement) -> None:
    body = json.loads(lines.dump(measurement))
    for text, why in (
        (json.dumps({k: v for k, v in body.items() if k != "run"}), "'run' is missing"),
        (lines.dump(measurement).replace('"value":0.5', '"value":NaN'), "NaN is not a finite number"),
        ("[1]", "not a JSON object"),
        ("subject,metric", "not JSON"),
    ):
        with pytest.raises(MeasurementError, match=why):
            lines.load(text)


def test_a_file_keeps_the_good_lines_and_numbers_the_bad_ones(
    tmp_path: Path, measurement: Measurement
) -> None:
    file = tmp_path / "results.jsonl"
    good = lines.dump(measurement)
    file.write_text(f"{good}\n\nnonsense\n{good}\n{good[:40]}")
    taken, refused = lines.read(file)
    assert [line.number for line in taken] == [1, 4]
    assert [refusal.number for refusal in refused] == [3, 5]


def test_an_unreadable_file_names_itself(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match=r"absent\.jsonl"):
        lines.read(tmp_path / "absent.jsonl")


def test_every_metric_says_what_it_counts() -> None:
    assert SOURCE.needs == "benchmarks"
    assert len(METRICS) == len(SOURCE.metrics)
    for metric in SOURCE.metrics:
        assert len(metric.description) > 30, metric.id
