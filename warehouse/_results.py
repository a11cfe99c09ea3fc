"""Result lines of benchmarks and probes: read, numbered, hashed; what is not valid is refused by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC
from pathlib import Path
from typing import Literal

from evidence.errors import InputError, MeasurementError
from evidence.types import Measurement
from warehouse._parsed import Refused
from warehouse._sql import Row

LoadLine = Callable[[str], Measurement]
Origin = Literal["committed", "own"]

SOURCE = "benchmarks"
_JSON = {"versions", "machine", "settings", "items"}


@dataclass(frozen=True)
class ResultFile:
    """A file of result lines: shipped with the project (`committed`) or made or imported here (`own`)."""

    path: Path
    origin: Origin


@dataclass(frozen=True)
class ResultLine:
    """One line as it stands in its file, from 1."""

    file: str
    origin: Origin
    number: int
    text: str
    sha256: str
    bytes: int

    @property
    def place(self) -> str:
        """Where it stands: file:line."""
        return f"{self.file}:{self.number}"


@dataclass(frozen=True)
class Measured:
    """The valid lines with what they say, and the refused ones."""

    lines: Sequence[tuple[ResultLine, Measurement]]
    refused: Sequence[Refused]


def read_lines(files: Iterable[ResultFile]) -> list[ResultLine]:
    """Return every line that is not empty, once; of a committed and an imported copy the committed one.

    Raises InputError when a file cannot be read.
    """
    found: dict[str, ResultLine] = {}
    for file in sorted(files, key=lambda file: (file.origin, file.path.name, file.path)):
        for line in _lines(file):
            found.setdefault(line.sha256, line)
    return list(found.values())


def understand(lines: Iterable[ResultLine], load_line: LoadLine) -> Measured:
    """Return what the lines say. A line that is not valid is refused, and the others stand."""
    taken, refused = [], []
    for line in lines:
        try:
            taken.append((line, load_line(_exact(line))))
        except MeasurementError as error:
            refused.append(Refused(SOURCE, line.place, line.sha256, str(error)))
    return Measured(taken, refused)


def measurement_row(line: ResultLine, measurement: Measurement) -> Row:
    """Return the row of table `measurement`."""
    row: Row = {field.name: getattr(measurement, field.name) for field in fields(measurement)}
    row |= {name: json.dumps(row[name], sort_keys=True) for name in _JSON}
    row["started_at"] = measurement.started_at.astimezone(UTC).replace(tzinfo=None)
    row["samples"] = list(measurement.samples)
    return row | {
        "origin": line.origin,
        "file": line.file,
        "line": line.number,
        "line_sha256": line.sha256,
        "text": line.text,
    }


def payload_row(line: ResultLine, measurement: Measurement) -> Row:
    """Return the row of table `payload`: a result line is bytes like any answer."""
    return {
        "sha256": line.sha256,
        "source": SOURCE,
        "framework": measurement.framework,
        "scope": "core",
        "name": measurement.subject,
        "url": line.file,
        "requested_at": measurement.started_at.astimezone(UTC).replace(tzinfo=None),
        "status": 200,
        "headers": "{}",
        "bytes": line.bytes,
        "run": measurement.run,
        "location": line.place,
    }


def _exact(line: ResultLine) -> str:
    if hashlib.sha256(line.text.encode()).hexdigest() != line.sha256:
        raise MeasurementError("not UTF-8")
    return line.text


def _lines(file: ResultFile) -> Iterator[ResultLine]:
    try:
        body = file.path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{file.path}: cannot be read ({error.strerror}). Give the path of a result file"
        ) from error
    for number, raw in enumerate(body.split(b"\n"), start=1):
        if raw.strip():
            text = raw.decode("utf-8", errors="replace")
            sha256 = hashlib.sha256(raw).hexdigest()
            yield ResultLine(file.path.name, file.origin, number, text, sha256, len(raw))
