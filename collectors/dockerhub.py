"""Pulls of a project's images on Docker Hub: a counter, from whose weekly answers flows are made.

Every pull counts, those of build machines and of caches that ask for changes too. Images in other registries
are not seen. Facts of the interface: Docker's description of the Hub's API, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_count, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="dockerhub",
    title="Docker Hub",
    url="https://hub.docker.com/v2",
    licence="Docker terms of service; counts only",
    citation="Docker Hub",
    needs="dockerhub",
    metrics=(
        Metric("dockerhub.pulls", "pulls", "stock", "pulls ever of the image; machines count like people"),
        Metric("dockerhub.stars", "stars", "stock", "accounts that star the image; hardly anybody does"),
    ),
    min_interval=timedelta(days=1),
    budget=4,
)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the page of every image, named `namespace/repository`."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    namespace, _, repository = subject.name.partition("/")
    yield client.get(f"namespaces/{namespace}/repositories/{repository}", subject)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counters of one image. Raises PayloadChanged when the answer is about another one."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    image = json_object(payload)
    about = f"{image.get('namespace') or image['user']}/{image['name']}"
    if about != payload.name:
        raise ValueError(f"the answer is about {about!r}")
    yield stock(payload, "dockerhub.pulls", payload.requested_at, as_count(image["pull_count"]))
    yield stock(payload, "dockerhub.stars", payload.requested_at, as_count(image["star_count"]))
