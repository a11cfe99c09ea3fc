"""Every free number of the method has a name and a reason beside it."""

from __future__ import annotations

import inspect
import json

from evidence import parameters


def test_every_parameter_has_its_reason_beside_it():
    lines = inspect.getsource(parameters).splitlines()
    starts = [n for n, line in enumerate(lines) if line.partition(" ")[0].rstrip(":").isupper()]
    for row, start in enumerate(starts):
        end = starts[row + 1] if row + 1 < len(starts) else start + 1
        block = " ".join(lines[start:end])
        assert "#" in block, lines[start]


def test_the_values_go_into_the_frame_hash_as_plain_data():
    found = parameters.values()
    assert json.loads(json.dumps(found))["grade_weight"] == {"A": 3.0, "B": 2.0, "C": 1.0, "X": 0.0}
    assert found["beta"] == 0.4
    assert "date" not in found
