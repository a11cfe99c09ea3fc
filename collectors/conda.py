"""Downloads of conda packages from anaconda.org: a counter, from whose weekly answers flows are made.

The names are `channel/package`. Projects move between channels, so that only the sum over all of them says
something; machines count like people. The answer lists every file and is large, hence the long interval.
Facts of the interface: anaconda-client's source, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_array, as_count, as_object, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="conda",
    title="anaconda.org",
    url="https://api.anaconda.org",
    licence="anaconda.org terms of service; counts only",
    citation="anaconda.org",
    needs="conda",
    metrics=(
        Metric(
            "conda.downloads",
            "downloads",
            "stock",
            "downloads ever of all files of the package in one channel; files taken back leave the sum",
        ),
        Metric(
            "conda.files", "files", "stock", "files of the package in one channel, all versions and platforms"
        ),
    ),
    min_interval=timedelta(days=6),
    budget=4,
)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the package of every channel, named `channel/package`."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    yield client.get(f"package/{subject.name}", subject)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counters of one package in one channel. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    package = json_object(payload)
    if package["name"] != payload.name.partition("/")[2]:
        raise ValueError(f"the answer is about {package['name']!r}")
    files = [as_object(file) for file in as_array(package["files"])]
    if not files:
        raise ValueError("the package has no file")
    downloads = sum(as_count(file["ndownloads"]) for file in files)
    yield stock(payload, "conda.downloads", payload.requested_at, downloads)
    yield stock(payload, "conda.files", payload.requested_at, len(files))
