"""The scholarly record in OpenAlex: works that name a framework, and works that cite its papers.

Every answer is a list of counts by group, which costs one credit. A paper is often split over several records
(a conference's, a preprint's): they are found by its title first and asked for together, so that a citing
work counts once. Only years that are over are told, as known today: the newest is always incomplete. Naming
is not using, software cited without a paper is underrated, and the coverage of full texts changes in time.
Facts of the interface: the OpenAlex documentation of 2026-08, read 2026-11-23.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from collectors._contract import Subject
from collectors._http import Client
from collectors._names import by_scope
from collectors._parse import as_array, as_count, as_object, as_text, flow, json_object, observations, stock
from evidence.types import Framework, Metric, Observation, Payload, Source

_CITING = "works of the year that cite the framework's papers"

SOURCE = Source(
    id="openalex",
    title="OpenAlex",
    url="https://api.openalex.org",
    licence="CC0-1.0",
    citation="OpenAlex, OurResearch; Priem, Piwowar and Orr 2022, arXiv:2205.01833",
    needs="openalex",
    optional_names=("papers",),
    metrics=(
        Metric(
            "openalex.naming_works",
            "works",
            "flow",
            "works of the year that name the framework in title or abstract; naming is not using",
        ),
        Metric(
            "openalex.full_text_naming_works",
            "works",
            "flow",
            "works of the year that name the framework in a full text OpenAlex holds; many texts it lacks",
        ),
        Metric("openalex.citing_works", "works", "flow", f"{_CITING}; citing is not using"),
        Metric("openalex.citing_works_company", "works", "flow", f"{_CITING}, with an author at a company"),
        Metric(
            "openalex.citing_works_education", "works", "flow", f"{_CITING}, with an author at a university"
        ),
        Metric("openalex.citing_works_vision", "works", "flow", f"{_CITING}; main topic in computer vision"),
        Metric(
            "openalex.citing_works_language",
            "works",
            "flow",
            f"{_CITING}; main topic in a fixed list of language and speech topics",
        ),
        Metric(
            "openalex.citing_works_computing", "works", "flow", f"{_CITING}; main topic in computer science"
        ),
        Metric(
            "openalex.citing_works_elsewhere",
            "works",
            "flow",
            f"{_CITING}; main topic outside computer science; the rarest subfields are cut off",
        ),
        Metric(
            "openalex.paper_records", "records", "stock", "records that the framework's papers are split over"
        ),
    ),
    min_interval=timedelta(days=6),
    budget=12,
    token_env="OPENALEX_API_KEY",  # noqa: S106  the name of a variable, not a secret
)
"""A steady week costs two requests a name and one for the papers; four more come once a quarter."""

PAPERS = "papers"
"""The key of `Framework.names` that holds the titles of a framework's papers; it may be missing."""

LANGUAGE_TOPICS = frozenset(
    {
        "Natural Language Processing Techniques",
        "Topic Modeling",
        "Sentiment Analysis and Opinion Mining",
        "Speech Recognition and Synthesis",
        "Speech and dialogue systems",
        "Text Readability and Simplification",
        "Text and Document Classification Technologies",
        "Advanced Text Analysis Techniques",
        "Semantic Web and Ontologies",
        "Hate Speech and Cyberbullying Detection",
    }
)
"""Language has no subfield of its own, so that its topics are named (as OpenAlex shows them, 2026-08)."""

_VISION, _COMPUTING = (
    "1707",
    "17",
)  # subfields carry the numbers of Scopus' subject areas: 17 computer science
_TYPES = {"company": "openalex.citing_works_company", "education": "openalex.citing_works_education"}
_NAMING = {
    "title_and_abstract.search.exact": "openalex.naming_works",
    "fulltext.search.exact": "openalex.full_text_naming_works",
}
_TOKEN_AS = "?api_key={token}"  # noqa: S105  how the token travels, not a token
_SELDOM_WEEKS = 13  # records of a paper and kinds of works of a year that is over hardly change
_GROUPS = ("authorships.institutions.type", "primary_topic.subfield.id", "primary_topic.id")
_PAPERS_MOST = 6  # the turns of the papers' records come first
_RECORD = re.compile(r"https://openalex\.org/(W\d+)")


@dataclass(frozen=True)
class _Group:
    key: str
    title: str
    count: int


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield works by year for every name, the records of the papers, and the works that cite them."""
    yield from client.each(framework, _naming)
    for subject, titles in by_scope(framework, PAPERS):
        asked = [Subject(framework.id, subject.scope, title, place) for place, title in enumerate(titles)]
        found = [_records(client, one) for one in asked]
        yield from found
        records = sorted({record for payload in found for record in _ids(payload)})
        if records:
            together = Subject(framework.id, subject.scope, framework.named(SOURCE.needs)[0])
            yield from _citing(client, together, records)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the counts of one answer; its url says what was counted. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _naming(client: Client, subject: Subject) -> Iterator[Payload]:
    for field in _NAMING:
        yield _works(client, subject, {"filter": f"{field}:{subject.name}", "group_by": "publication_year"})


def _records(client: Client, subject: Subject) -> Payload:
    words = " ".join(re.findall(r"\w+", subject.name))  # a comma would end the filter
    asked = {"filter": f"title.search:{words}", "select": "id,title,publication_year", "per_page": "100"}
    return _works(client, subject, asked, fresh_for=client.turn(subject, weeks=_SELDOM_WEEKS))


def _citing(client: Client, subject: Subject, records: list[str]) -> Iterator[Payload]:
    cites = f"cites:{'|'.join(records)}"
    yield _works(client, subject, {"filter": cites, "group_by": "publication_year"})
    for step, group in enumerate(_GROUPS, _PAPERS_MOST):
        began = client.turn_began(subject, weeks=_SELDOM_WEEKS, step=step)
        newest = f"{cites},publication_year:{began.year - 1}"
        settled = client.turn(subject, weeks=_SELDOM_WEEKS, step=step)
        yield _works(client, subject, {"filter": newest, "group_by": group}, fresh_for=settled)


def _works(
    client: Client, subject: Subject, asked: Mapping[str, str], *, fresh_for: timedelta | None = None
) -> Payload:
    return client.get("works", subject, params=asked, token_as=_TOKEN_AS, fresh_for=fresh_for)


def _ids(payload: Payload) -> list[str]:
    """Return the records whose title is the paper's; none of an answer that the parser refuses."""
    try:
        found = json.loads(payload.body)["results"]
        return [_record(work) for work in found if _same(work["title"] or "", payload.name)]
    except (ValueError, LookupError, TypeError):
        return []


def _same(one: str, other: str) -> bool:
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())


def _record(work: Mapping[str, object]) -> str:
    found = _RECORD.fullmatch(as_text(work["id"]))
    if not found:
        raise ValueError(f"{work['id']!r} is no record of a work")
    return found[1]


def _read(payload: Payload) -> Iterator[Observation]:
    answer, asked = json_object(payload), parse_qs(urlsplit(payload.url).query)
    if "group_by" not in asked:
        works = [as_object(work) for work in as_array(answer["results"])]
        records = {_record(work) for work in works if _same(as_text(work["title"] or ""), payload.name)}
        yield stock(payload, "openalex.paper_records", payload.requested_at, len(records))
        return
    groups = [_group(value) for value in as_array(answer["group_by"])]
    if not groups and as_count(as_object(answer["meta"])["count"]):
        raise ValueError("works were counted and no group is listed")
    by, sought = asked["group_by"][0], asked["filter"][0]
    if by == "publication_year":
        metric = next((one for field, one in _NAMING.items() if sought.startswith(field)), None)
        yield from _years(payload, metric or "openalex.citing_works", groups)
    else:
        yield from _newest_year(payload, by, int(sought.rpartition("publication_year:")[2]), groups)


def _group(value: object) -> _Group:
    group = as_object(value)
    key = str(group["key"]).rpartition("/")[2]  # an address of OpenAlex, or the bare value
    return _Group(key, as_text(group["key_display_name"]), as_count(group["count"]))


def _years(payload: Payload, metric: str, groups: list[_Group]) -> Iterator[Observation]:
    for group in groups:
        if not re.fullmatch(r"[12]\d{3}", group.key):
            continue  # works without a year
        start, end = _year(int(group.key))
        if end <= payload.requested_at:
            yield flow(payload, metric, start, end, group.count)


def _newest_year(payload: Payload, by: str, year: int, groups: list[_Group]) -> Iterator[Observation]:
    start, end = _year(year)
    for metric, count in _kinds(by, groups).items():
        yield flow(payload, metric, start, end, count)


def _kinds(by: str, groups: list[_Group]) -> Mapping[str, int]:
    """Return the count of each metric that a grouping by institution, subfield or topic gives."""
    if by == "authorships.institutions.type":
        listed = {group.key: group.count for group in groups}
        return {metric: listed.get(kind, 0) for kind, metric in _TYPES.items()}
    if by == "primary_topic.subfield.id":
        computing = [group for group in groups if group.key.startswith(_COMPUTING)]
        total = sum(group.count for group in groups)
        inside = sum(group.count for group in computing)
        return {
            "openalex.citing_works_vision": sum(group.count for group in computing if group.key == _VISION),
            "openalex.citing_works_computing": inside,
            "openalex.citing_works_elsewhere": total - inside,
        }
    language = sum(group.count for group in groups if group.title in LANGUAGE_TOPICS)
    return {"openalex.citing_works_language": language}


def _year(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
