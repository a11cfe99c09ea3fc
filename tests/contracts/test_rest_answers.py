"""Recorded answers and the world's, against the official descriptions of the services' answers."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import yaml
from judged import answered, body_of, check, recorded, schema_of

from collectors import github_rest
from collectors import scorecard as scorecard_source
from evidence.errors import PayloadChanged


def answer_schema(document, path, method="get"):
    """The schema of the answer of status 200 to a question."""
    told = document["paths"][path][method]["responses"]
    success = told.get("200") or told[200]
    node = success["content"]["application/json"]["schema"] if "content" in success else success["schema"]
    return schema_of(document, node)


# GitHub REST


@pytest.fixture(scope="module")
def github(official):
    return json.loads(official("github-rest.json").read_text(encoding="utf-8"))


PATHS = {
    "": "/repos/{owner}/{repo}",
    "/community/profile": "/repos/{owner}/{repo}/community/profile",
    "/releases": "/repos/{owner}/{repo}/releases",
}
READ = {
    "full-repository": {*github_rest._COUNTERS.values(), "archived"},
    "community-profile": {"health_percentage"},
    "release": {"draft", "prerelease", "published_at"},
}


def described(document, payloads):
    for payload in payloads:
        part = github_rest._PATH.search(urlsplit(payload.url).path)["part"]
        if part in PATHS:
            yield body_of(payload), answer_schema(document, PATHS[part])


def test_recorded_answers_of_github_fit_its_description(github):
    found = list(described(github, recorded("github_rest")))
    assert len(found) == len(PATHS)
    for body, schema in found:
        check(body, schema)


def test_the_worlds_answers_in_github_s_name_fit_its_description(github, tmp_path):
    found = list(described(github, answered("github_rest", tmp_path)))
    assert found
    for body, schema in found:
        check(body, schema)


SEARCH, CONTENTS = "/search/repositories", "/repos/{owner}/{repo}/contents/{path}"


@pytest.mark.parametrize(
    ("source", "part", "path"), [("mlperf", "/search/", SEARCH), ("bestof", "/contents/", CONTENTS)]
)
def test_the_worlds_lists_in_github_s_name_fit_its_description(github, tmp_path, source, part, path):
    found = [one for one in answered(source, tmp_path) if part in one.url]
    assert found
    for one in found:
        check(body_of(one), answer_schema(github, path))


def test_github_promises_every_field_of_the_lists_that_is_read(github):
    schema = answer_schema(github, SEARCH)["properties"]
    assert set(schema) >= {"total_count", "incomplete_results", "items"}
    entry = github["components"]["schemas"]["content-directory"]["items"]
    assert set(entry["required"]) >= {"name", "size", "sha", "download_url"}


@pytest.mark.parametrize("name", READ)
def test_github_promises_every_field_that_is_read(github, name):
    assert set(github["components"]["schemas"][name]["required"]) >= READ[name]


def test_the_history_of_stars_is_not_described_yet(github):
    # When it is, its answers belong into PATHS above.
    assert "/repos/{owner}/{repo}/stargazers/history" not in github["paths"]


def test_a_wrong_answer_would_be_found(github):
    body = body_of(next(one for one in recorded("github_rest") if one.url.endswith("pytorch/pytorch")))
    with pytest.raises(AssertionError, match="stargazers_count"):
        check({**body, "stargazers_count": "many"}, answer_schema(github, PATHS[""]))


# OpenAlex, Semantic Scholar, OSV, Scorecard


def loaded(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def openalex(document):
    return answer_schema(document, "/works")


def semantic_scholar(document):
    # The description shows one paper; a batch is answered with a list of them, null for an unknown one.
    paper = answer_schema(document, "/paper/batch", "post")
    return {
        "type": "array",
        "items": {"anyOf": [paper, {"type": "null"}]},
        "components": paper.get("components", {}),
    }


def osv(document):
    return answer_schema(document, "/v1/query", "post")


def scorecard(document):
    schema = answer_schema(document, "/projects/{platform}/{org}/{repo}")
    # Described as a text, and a list in answers that were seen. Nothing reads it.
    del schema["definitions"]["ScorecardResult"]["properties"]["metadata"]
    return schema


DESCRIPTIONS = {
    "openalex": ("openalex-openapi.json", openalex),
    "semantic_scholar": ("semantic-scholar-graph-v1.openapi.yml", semantic_scholar),
    "osv": ("osv_service_v1.swagger.json", osv),
    "scorecard": ("scorecard.swagger.yaml", scorecard),
}
each_service = pytest.mark.parametrize("source", DESCRIPTIONS)


def bodies(source, payloads):
    """The answers as the service gave them: OSV's are kept as words beside the releases."""
    for payload in payloads:
        body = body_of(payload)
        yield from (json.loads(page) for page in body["advisories"]) if source == "osv" else [body]


@each_service
def test_recorded_answers_fit_the_description(official, source):
    name, schema_from = DESCRIPTIONS[source]
    schema = schema_from(loaded(official(name)))
    found = list(bodies(source, recorded(source)))
    assert found
    for body in found:
        check(body, schema)


@each_service
def test_the_worlds_answers_fit_the_description(official, source, tmp_path):
    name, schema_from = DESCRIPTIONS[source]
    schema = schema_from(loaded(official(name)))
    found = list(bodies(source, answered(source, tmp_path)))
    assert found
    for body in found:
        check(body, schema)


def test_what_no_contract_fits_is_refused_by_the_parser_too():
    wrong = replace(recorded("scorecard")[0], body=b'{"date": "2026-11-23", "score": "high", "checks": []}')
    with pytest.raises(PayloadChanged):
        list(scorecard_source.parse(wrong))
