"""Citation counts of a framework's papers in Semantic Scholar: one question for all of them.

The count is the present one; there is no history but the one that weekly answers make. It is about twice that
of other indexes for the same paper, so that series of different sources are never mixed. Citing is not using.
Without a key everybody shares one quota and is often turned away.
Facts of the interface: its public description and client libraries' recordings, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from collectors._http import Client
from collectors._names import by_scope
from collectors._parse import as_array, as_count, as_object, as_text, json_array, observations, stock
from evidence.errors import Absent, PayloadChanged
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="semantic_scholar",
    title="Semantic Scholar",
    url="https://api.semanticscholar.org/graph/v1",
    licence="Semantic Scholar API licence; attribution",
    citation="Semantic Scholar Academic Graph API, Kinney et al. 2023, arXiv:2301.10140",
    needs="semantic_scholar",
    metrics=(
        Metric(
            "semantic_scholar.citations",
            "citations",
            "stock",
            "works that cite one paper of the framework, as known now; who cites two papers counts twice",
        ),
        Metric(
            "semantic_scholar.influential_citations",
            "citations",
            "stock",
            "of those the ones the service's own model calls influential; shown, not validated by us",
        ),
    ),
    min_interval=timedelta(days=6),
    budget=4,
    pause=timedelta(seconds=1),
    token_env="SEMANTIC_SCHOLAR_KEY",  # noqa: S106  the name of a variable, not a secret
)

_FIELDS = "title,year,externalIds,citationCount,influentialCitationCount"
_TOKEN_AS = "x-api-key: {token}"  # noqa: S105  how the token travels, not a token


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the papers of each scope in one answer. Raises Absent when none of all papers is known."""
    known = False
    for subject, papers in by_scope(framework, SOURCE.needs):
        path = f"paper/batch?fields={_FIELDS}"
        payload = client.post(path, subject, body={"ids": papers}, token_as=_TOKEN_AS)
        known = known or _says_something(payload)
        yield payload
    if not known:
        raise Absent(SOURCE.id, client.base, "no paper of the framework is known")


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counts of every known paper, in the order that was asked for. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _says_something(payload: Payload) -> bool:
    try:
        return any(True for _ in parse(payload))
    except PayloadChanged:
        return True  # what is wrong with it is for the archive to say


def _read(payload: Payload) -> Iterator[Observation]:
    asked, papers = payload.name.split(), json_array(payload)
    if len(papers) != len(asked):
        raise ValueError(f"{len(papers)} answers to {len(asked)} questions")
    for name, answer in zip(asked, as_array(papers), strict=True):
        if answer is None:
            continue  # the service does not know it: absent, not zero
        paper = as_object(answer)
        as_text(paper["title"])
        for metric, field in (
            ("citations", "citationCount"),
            ("influential_citations", "influentialCitationCount"),
        ):
            one = stock(payload, f"semantic_scholar.{metric}", payload.requested_at, as_count(paper[field]))
            yield replace(one, name=name)
