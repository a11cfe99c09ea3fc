"""Who depends on a package, by ecosyste.ms: counters, from whose weekly answers flows are made.

A requirement of any kind counts, also by a package that nobody maintains; wrappers and copies count too: how
many are alive counts `dependents`. The data are share-alike (CC BY-SA 4.0).
Facts of the interface: its official description, version 1.1.0, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_count, as_text, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="ecosystems",
    title="ecosyste.ms",
    url="https://packages.ecosyste.ms/api/v1",
    licence="CC-BY-SA-4.0",
    citation="ecosyste.ms: Packages",
    needs="ecosystems",
    metrics=(
        Metric(
            "ecosystems.dependent_packages",
            "packages",
            "stock",
            "packages of the index that require it directly, in any version, maintained or not",
        ),
        Metric(
            "ecosystems.dependent_repositories",
            "repositories",
            "stock",
            "public repositories with a manifest that names it; forks and abandoned ones included",
        ),
        Metric(
            "ecosystems.dependent_images", "images", "stock", "container images the publisher found it in"
        ),
    ),
    min_interval=timedelta(days=1),
    budget=4,
)

_COUNTERS = {
    "ecosystems.dependent_packages": "dependent_packages_count",
    "ecosystems.dependent_repositories": "dependent_repos_count",
    "ecosystems.dependent_images": "docker_dependents_count",
}


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the page of every package of the Python index."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    registry = urlsplit(PYPI_SIMPLE_ENDPOINT).hostname
    yield client.get(f"registries/{registry}/packages/{subject.name}", subject)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the dependents of one package; a count that is null is absent. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    package = json_object(payload)
    if canonicalize_name(as_text(package["name"])) != canonicalize_name(payload.name):
        raise ValueError(f"the answer is about {package['name']!r}")
    for metric, field in _COUNTERS.items():
        if package[field] is not None:
            yield stock(payload, metric, payload.requested_at, as_count(package[field]))
