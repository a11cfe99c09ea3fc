"""Our GraphQL documents, the recorded answers and the world's, against GitHub's official schema."""

from __future__ import annotations

import re
from datetime import date

import pytest
from graphql import build_schema, execute, parse, validate
from judged import answered, body_of, recorded

from collectors import _github_questions as questions
from collectors import mlperf

NAMES = ["alder/alder", "alder/vision"]
WEEKS = [date(2026, 11, 9), date(2026, 11, 16)]
DOCUMENTS = {
    "counts": questions.counts(NAMES, WEEKS).text,
    "weekly": questions.weekly(NAMES, WEEKS).text,
    "issues": questions.sample(NAMES, "issues", WEEKS).text,
    "pull_requests": questions.sample(NAMES, "pull_requests", WEEKS).text,
    "half_with_the_counters": questions.counts(NAMES, WEEKS).halves()[0].text,
    "half_without_counters": questions.counts(NAMES[:1], WEEKS).halves()[1].text,
    "mlperf_round": mlperf.ROUND,
}


@pytest.fixture(scope="module")
def schema(official):
    # The published schema has a field twice, which a strict reading refuses.
    text = official("github.graphql").read_text(encoding="utf-8")
    return build_schema(text, assume_valid=True, assume_valid_sdl=True)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_is_valid(schema, document):
    assert validate(schema, parse(DOCUMENTS[document])) == []


def test_a_slip_in_a_document_would_be_found(schema):
    slip = DOCUMENTS["counts"].replace("stargazerCount", "stargazersCount")
    assert [error.message for error in validate(schema, parse(slip))]


def question_for(data):
    """The document that an answer answers, from the aliases in it."""
    places = [alias for alias in data if alias.startswith("repository_")]
    weeks = sorted({date.fromisoformat(alias[-8:]) for alias in data if re.search(r"_\d{8}$", alias)})
    if "repository" in data:
        return mlperf.ROUND
    if places:
        return questions.counts(["some/name"] * len(places), weeks).text
    kind = next(
        (kind for kind in ("issues", "pull_requests") for week in weeks if f"{kind}_{week:%Y%m%d}" in data),
        None,
    )
    return (questions.sample(NAMES, kind, weeks) if kind else questions.weekly(NAMES, weeks)).text


def kind_of(value, _info, _abstract):
    """The type of an object by what is in it, where the document does not ask for its name."""
    if "__typename" in value:
        return value["__typename"]
    for field, name in (
        ("nameWithOwner", "Repository"),
        ("mergedAt", "PullRequest"),
        ("talk", "Issue"),
        ("authorAssociation", "IssueComment"),
        ("actor", "ClosedEvent"),
        ("entries", "Tree"),
        ("submitters", "Tree"),
        ("parts", "Tree"),
    ):
        if field in value:
            return name
    return "Blob"


def completed(schema, data):
    """Let the official schema complete an answer as if it were its server's: every type must fit."""
    document = parse(question_for(data))
    return execute(
        schema,
        document,
        root_value=data,
        variable_values={"owner": "mlcommons", "name": "training_results"},
        field_resolver=lambda value, info, **_: value[info.path.key],
        type_resolver=kind_of,
    )


def held(payloads):
    """The data of the answers without errors of their own."""
    bodies = [body_of(payload) for payload in payloads]
    return [one["data"] for one in bodies if "data" in one and "errors" not in one]


@pytest.mark.parametrize("source", ["github", "mlperf"])
def test_recorded_answers_fit_the_schema(schema, source):
    found = held(recorded(source))
    assert found
    for data in found:
        result = completed(schema, data)
        assert result.errors is None, result.errors[:3]


@pytest.mark.parametrize("source", ["github", "mlperf"])
def test_the_worlds_answers_fit_the_schema(schema, source, tmp_path):
    found = held(answered(source, tmp_path))
    assert found
    for data in found:
        result = completed(schema, data)
        assert result.errors is None, result.errors[:3]
        assert result.data == data
