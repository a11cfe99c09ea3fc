"""Results of MLPerf Training rounds by framework, counted in MLCommons' result repositories.

A result is a folder `submitter/results/system/benchmark`; every system has a description that names its
frameworks. A result counts for a framework when the description of its system names the framework, so that a
system which names two counts for both. Submitters are mostly vendors of hardware. A round is dated by the day
its repository was made, some weeks before the results are published. One question reads a round: the names
of its folders and the descriptions. A search that GitHub did not finish lists no rounds: the newest could be
missing. Facts of the interface: docs.github.com/rest/search at version 2022-11-28, GitHub's public GraphQL
schema of 2025-02-27, and the repositories themselves, read 2026-11-26.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from packaging.version import Version

from collectors._contract import Subject
from collectors._http import Client
from collectors._names import by_scope
from collectors._parse import (
    as_array,
    as_count,
    as_moment,
    as_object,
    as_text,
    json_object,
    observations,
    stock,
)
from evidence.errors import Unavailable
from evidence.types import Framework, Metric, Observation, Payload, Source

_ROUND = "of one round of MLPerf Training whose system names the framework, perhaps among others"
_BASE = "of one round of MLPerf Training, whatever the framework; the same for every framework"

SOURCE = Source(
    id="mlperf",
    title="MLPerf Training results",
    url="https://api.github.com",
    licence="Apache-2.0",
    citation="MLCommons result repositories, counted by Touchstone; not an MLPerf result, not endorsed",
    needs="mlperf",
    metrics=(
        Metric("mlperf.results", "results", "stock", f"results {_ROUND}"),
        Metric("mlperf.vision_results", "results", "stock", f"results of vision benchmarks {_ROUND}"),
        Metric("mlperf.language_results", "results", "stock", f"results of language benchmarks {_ROUND}"),
        Metric(
            "mlperf.systems", "systems", "stock", f"described systems {_ROUND}; a system may have no result"
        ),
        Metric("mlperf.results_total", "results", "stock", f"all results {_BASE}"),
        Metric("mlperf.vision_results_total", "results", "stock", f"results of vision benchmarks {_BASE}"),
        Metric(
            "mlperf.language_results_total", "results", "stock", f"results of language benchmarks {_BASE}"
        ),
        Metric("mlperf.systems_total", "systems", "stock", f"described systems {_BASE}"),
    ),
    min_interval=timedelta(days=6),
    budget=8,
    token_env="GITHUB_TOKEN",  # noqa: S106  the name of a variable, not a secret
    token_required=True,
    parser_version=2,
)
"""A steady week costs one question, and one more in the week of a new round."""

ROUNDS = 6
OWNER, STEM = "mlcommons", "training_results_v"
BENCHMARKS = Path(__file__).with_name("mlperf_benchmarks.toml")
_SEARCH: Mapping[str, str | int] = {"q": f"org:{OWNER} {STEM} in:name", "per_page": 100}
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
ROUND = """query($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    nameWithOwner createdAt
    tree: object(expression: "HEAD:") { ... on Tree { submitters: entries { name object { ... on Tree {
      parts: entries { name object { ... on Tree { entries { name object {
        ... on Tree { entries { name } }
        ... on Blob { text }
      } } } } }
    } } } } }
  }
}"""
_SETTLED = timedelta(weeks=26)
_REPOSITORY = re.compile(rf"{OWNER}/{STEM}(\d+\.\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class _Round:
    made: datetime
    systems: Mapping[tuple[str, str], str]
    """What the description of (submitter, system) says of its frameworks."""
    results: frozenset[tuple[str, str, str]]
    """(submitter, system, benchmark)."""


@cache
def fields() -> Mapping[str, frozenset[str]]:
    """Return the benchmarks of each field, as `mlperf_benchmarks.toml` lists them."""
    told = tomllib.loads(BENCHMARKS.read_text(encoding="utf-8"))
    return {field: frozenset(benchmarks) for field, benchmarks in told.items()}


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the list of result repositories and the newest rounds, newest first."""
    for subject, _ in by_scope(framework, SOURCE.needs):
        listed = client.get("search/repositories", subject, params=_SEARCH, headers=_HEADERS)
        yield listed
        for name in _rounds(listed):
            question = {"query": ROUND, "variables": {"owner": OWNER, "name": name.partition("/")[2]}}
            yield _ask(client, subject, question, fresh_for=_SETTLED)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counts of one round at the day its repository was made; nothing for the list."""
    yield from observations(payload, _read)


def _ask(
    client: Client, subject: Subject, question: Mapping[str, object], *, fresh_for: timedelta | None = None
) -> Payload:
    """Return an answer without errors in it. Raises RateLimited or Unavailable for one that has some."""
    payload = client.post("graphql", subject, body=question, fresh_for=fresh_for)
    try:
        errors = [as_object(error) for error in as_array(json.loads(payload.body).get("errors") or [])]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return payload  # no JSON: the parser will say so
    if any(error.get("type") in ("RATE_LIMIT", "RATE_LIMITED") for error in errors):
        raise client.limited(payload.url)
    if errors:
        said = client.scrub(str(errors[0].get("message", "no reason")))[:200]
        raise Unavailable(SOURCE.id, payload.url, f"the answer has errors: {said}")
    return payload


def _rounds(listed: Payload) -> list[str]:
    """Return the repositories of the newest rounds; none of a list the parser refuses."""
    try:
        names = _found(json_object(listed))
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    found = [(Version(match[1]), name) for name in names if (match := _REPOSITORY.fullmatch(name))]
    return [name for _, name in sorted(found, reverse=True)[:ROUNDS]]


def _found(answer: Mapping[str, object]) -> list[str]:
    """Return the repositories that a search has found. Raises ValueError when those are not all."""
    names = [as_text(as_object(item)["full_name"]) for item in as_array(answer["items"])]
    if answer["incomplete_results"] is not False:
        raise ValueError("the search was not finished (incomplete_results): a round could be missing")
    if as_count(answer["total_count"]) > len(names):
        raise ValueError(f"{answer['total_count']} repositories were found and {len(names)} are listed")
    return names


def _read(payload: Payload) -> Iterator[Observation]:
    answer = json_object(payload)
    if "items" in answer:
        _found(answer)
        return
    told = _round(as_object(as_object(answer["data"])["repository"]))
    if told.made > payload.requested_at + timedelta(days=1) or not told.results or not told.systems:
        raise ValueError("the repository is not laid out as a round of results")
    words = "|".join(map(re.escape, payload.name.split()))
    ours = re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)
    named = {system for system, frameworks in told.systems.items() if ours.search(frameworks)}
    results = {result for result in told.results if result[:2] in named}
    yield from _counts(payload, told.made, results, "")
    yield stock(payload, "mlperf.systems", told.made, len(named))
    yield from _counts(payload, told.made, told.results, "_total")
    yield stock(payload, "mlperf.systems_total", told.made, len(told.systems))


def _counts(
    payload: Payload, made: datetime, results: Collection[tuple[str, str, str]], suffix: str
) -> Iterator[Observation]:
    yield stock(payload, f"mlperf.results{suffix}", made, len(results))
    for field, benchmarks in fields().items():
        count = sum(benchmark in benchmarks for _, _, benchmark in results)
        yield stock(payload, f"mlperf.{field}_results{suffix}", made, count)


def _round(repository: Mapping[str, object]) -> _Round:
    """Return what a repository's first levels hold; folders of another kind are passed over."""
    systems, results = {}, set()
    for submitter, inside in _entries(repository["tree"], "submitters"):
        for part, within in _entries(inside, "parts"):
            for name, thing in _entries(within, "entries"):
                if part == "systems" and name.endswith(".json") and "text" in thing:
                    systems[submitter, name.removesuffix(".json")] = _frameworks(thing["text"])
                if part == "results":
                    results |= {(submitter, name, benchmark) for benchmark, _ in _entries(thing, "entries")}
    return _Round(as_moment(repository["createdAt"]), systems, frozenset(results))


def _entries(tree: object, key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield (name, what it is) of a folder; nothing of a file."""
    for value in as_array(as_object(tree).get(key, [])):
        entry = as_object(value)
        yield as_text(entry["name"]), as_object(entry.get("object") or {})


def _frameworks(text: object) -> str:
    """Return what a description says of its frameworks; nothing of one that is no JSON, as some are."""
    try:
        told = json.loads(as_text(text))
    except (ValueError, TypeError):
        return ""
    return str(told.get("framework", "")) if isinstance(told, dict) else ""
