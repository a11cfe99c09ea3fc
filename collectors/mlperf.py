"""Results of MLPerf Training rounds by framework, counted in the file lists of the result repositories.

A result is a folder `submitter/results/system/benchmark`. It is attributed to a framework when the name of its
system has one of the framework's words, or else when all folders of the submitter's implementations of the
benchmark have. Nearly half of the results name no framework in any path: they are in the base and nowhere else,
so that counts are lower bounds and only shares of what was attributed compare. Submitters are mostly vendors.
A round is dated by the day its repository was made, some weeks before the results are published.
Facts of the interface: docs.github.com/rest, version 2022-11-28, read 2026-11-23.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version

from collectors._contract import Subject
from collectors._http import Client
from collectors._names import by_scope
from collectors._parse import as_array, as_moment, as_object, as_text, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

_ROUND = "in one round of MLPerf Training, by words in its paths: a lower bound"
_BASE = "in one round of MLPerf Training, whatever the framework; the same for every framework"

SOURCE = Source(
    id="mlperf",
    title="MLPerf Training results",
    url="https://api.github.com",
    licence="Apache-2.0",
    citation="MLCommons result repositories, counted by Touchstone; not an MLPerf result, not endorsed by MLCommons",
    needs="mlperf",
    metrics=(
        Metric("mlperf.results", "results", "stock", f"results attributed to the framework {_ROUND}"),
        Metric("mlperf.vision_results", "results", "stock", f"results of vision benchmarks {_ROUND}"),
        Metric("mlperf.language_results", "results", "stock", f"results of language benchmarks {_ROUND}"),
        Metric("mlperf.results_total", "results", "stock", f"all results {_BASE}"),
        Metric("mlperf.vision_results_total", "results", "stock", f"results of vision benchmarks {_BASE}"),
        Metric(
            "mlperf.language_results_total", "results", "stock", f"results of language benchmarks {_BASE}"
        ),
    ),
    min_interval=timedelta(days=6),
    budget=3,
    token_env="GITHUB_TOKEN",  # noqa: S106  the name of a variable, not a secret
)
"""A steady week costs one request, and one more in the week of a new round."""

ROUNDS = 6
ORGANISATION = "mlcommons"
BENCHMARKS = Path(__file__).with_name("mlperf_benchmarks.toml")
_REPOSITORY = re.compile(rf"{ORGANISATION}/training_results_v(\d+\.\d+)")
_RESULT = re.compile(r"([^/]+)/results/([^/]+)/([^/]+)/result_\d+\.txt")
_IMPLEMENTATION = re.compile(r"([^/]+)/benchmarks/([^/]+)/implementations/([^/]+)")
_SETTLED = timedelta(weeks=26)
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


@dataclass(frozen=True)
class _Result:
    submitter: str
    system: str
    benchmark: str


@cache
def fields() -> Mapping[str, frozenset[str]]:
    """Return the benchmarks of each field, as `mlperf_benchmarks.toml` lists them."""
    told = tomllib.loads(BENCHMARKS.read_text(encoding="utf-8"))
    return {field: frozenset(benchmarks) for field, benchmarks in told.items()}


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the list of result repositories and the file list of the newest rounds."""
    asked: dict[str, str | int] = {"q": f"org:{ORGANISATION} training_results in:name", "per_page": 100}
    for subject, _ in by_scope(framework, SOURCE.needs):
        listed = client.get("search/repositories", subject, params=asked, headers=_HEADERS)
        yield listed
        for place, (name, branch, made) in enumerate(_rounds(listed)):
            yield _files(
                client, subject, f"repos/{name}/git/trees/{branch}?recursive=1#made={made}", place > 0
            )


def _files(client: Client, subject: Subject, path: str, past: bool) -> Payload:
    return client.get(path, subject, headers=_HEADERS, fresh_for=_SETTLED, backfill=past)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counts of one round at the day its repository was made; nothing for the list."""
    yield from observations(payload, _read)


def _rounds(listed: Payload) -> list[tuple[str, str, str]]:
    """Return (repository, branch, day made) of the newest rounds; none of a list the parser refuses."""
    found = []
    try:
        for value in as_array(json_object(listed)["items"]):
            item = as_object(value)
            name = _REPOSITORY.fullmatch(as_text(item["full_name"]))
            if name:
                made = as_text(item["created_at"])
                found.append((Version(name[1]), name[0], as_text(item["default_branch"]), made))
    except (ValueError, LookupError, TypeError, InvalidVersion):
        return []
    return [(name, branch, made) for _, name, branch, made in sorted(found, reverse=True)[:ROUNDS]]


def _read(payload: Payload) -> Iterator[Observation]:
    answer = json_object(payload)
    if "items" in answer:
        if answer.get("incomplete_results"):
            raise ValueError("the search was not complete")
        for item in as_array(answer["items"]):
            as_text(as_object(item)["full_name"])
        return
    if answer["truncated"]:
        raise ValueError("the list of files was cut")
    made = as_moment(urlsplit(payload.url).fragment.removeprefix("made="))
    if made > payload.requested_at + timedelta(days=1):
        raise ValueError(f"the round of {made:%Y-%m-%d} has not come yet")
    paths = [as_text(as_object(entry)["path"]) for entry in as_array(answer["tree"])]
    results = {_Result(*found.groups()) for path in paths if (found := _RESULT.fullmatch(path))}
    if not results:
        raise ValueError("the round has no result where results are expected")
    ours = _attributed(results, paths, payload.name.split())
    yield from _counts(payload, made, ours, "")
    yield from _counts(payload, made, results, "_total")


def _counts(
    payload: Payload, made: datetime, results: Collection[_Result], suffix: str
) -> Iterator[Observation]:
    yield stock(payload, f"mlperf.results{suffix}", made, len(results))
    for field, benchmarks in fields().items():
        count = sum(result.benchmark in benchmarks for result in results)
        yield stock(payload, f"mlperf.{field}_results{suffix}", made, count)


def _attributed(results: Collection[_Result], paths: Sequence[str], words: Sequence[str]) -> list[_Result]:
    """Return the results whose system, or else all of whose implementations, have one of the words."""
    implementations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in paths:
        if found := _IMPLEMENTATION.match(path):
            implementations[found[1], found[2]].add(found[3])
    word = re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, words))})(?![a-z])", re.IGNORECASE)
    return [
        result
        for result in results
        if word.search(result.system)
        or _all(word, implementations.get((result.submitter, result.benchmark), set()))
    ]


def _all(word: re.Pattern[str], folders: Collection[str]) -> bool:
    return bool(folders) and all(word.search(folder) for folder in folders)
