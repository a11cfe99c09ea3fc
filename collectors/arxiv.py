"""Preprints whose abstract names a framework, by month and main category, from arXiv's search.

Searches titles and abstracts only, where few papers name their tools: good as a trend, not as a level. One
question lists twelve months. A list shorter than its own total is refused, since the service is known to send
pages with holes; of more preprints than fit on a page only the months listed in full are told.
Facts of the interface: arXiv's API manual of 2026-07, read 2026-11-23.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as Xml

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_moment, flow, observations
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="arxiv",
    title="arXiv",
    url="https://export.arxiv.org/api",
    licence="CC0-1.0",
    citation="arXiv API; thank you to arXiv for use of its open access interoperability",
    needs="arxiv",
    metrics=tuple(
        Metric(
            f"arxiv.abstracts_{field}",
            "preprints",
            "flow",
            f"first versions of the month with main category {category} whose abstract names the framework; "
            "cross-listings are not counted; naming is not using",
        )
        for field, category in (("cv", "cs.CV"), ("cl", "cs.CL"), ("lg", "cs.LG"))
    ),
    min_interval=timedelta(days=6),
    budget=4,
    pause=timedelta(seconds=3),
)

CATEGORIES = {"cs.CV": "arxiv.abstracts_cv", "cs.CL": "arxiv.abstracts_cl", "cs.LG": "arxiv.abstracts_lg"}
MONTHS = 12
_MOST = 2000
_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SETTLED = timedelta(days=35)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield the preprints of the twelve months that are over, for every name; asked once a month."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    start, end = _months(client.now())[0][0], _months(client.now())[-1][1]
    span = f"{start:%Y%m%d%H%M} TO {end - timedelta(minutes=1):%Y%m%d%H%M}"
    sought = " OR ".join(f"cat:{category}" for category in CATEGORIES)
    asked: dict[str, str | int] = {
        "search_query": f"abs:{subject.name} AND ({sought}) AND submittedDate:[{span}]",
        "start": 0,
        "max_results": _MOST,
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
    yield client.get(
        "query", subject, params=asked, headers={"Accept": "application/atom+xml"}, fresh_for=_SETTLED
    )


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield one observation per month and category; a month without a preprint is a counted 0."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    feed = _feed(payload.body)
    entries = feed.findall(f"{_ATOM}entry")
    total = int(_text(feed, f"{_OPENSEARCH}totalResults"))
    if len(entries) != min(total, _MOST):
        raise ValueError(f"{len(entries)} entries of {total}: the list has holes")
    counted = Counter(_place(entry) for entry in entries)
    oldest = min(counted)[:2] if total > _MOST else (0, 0)  # the newest come first: this month was cut
    for start, end in _months(payload.requested_at):
        if (start.year, start.month) <= oldest:
            continue
        for category, metric in CATEGORIES.items():
            yield flow(payload, metric, start, end, counted[(start.year, start.month, category)])


def _feed(body: bytes) -> Xml.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("a feed declares no entities")
    try:
        feed = Xml.fromstring(body)  # noqa: S314  entities, the danger of XML, are refused above
    except Xml.ParseError as error:
        raise ValueError(f"not XML: {error}") from error
    if feed.tag != f"{_ATOM}feed":
        raise ValueError(f"a feed was due, not <{feed.tag}>")
    return feed


def _place(entry: Xml.Element) -> tuple[int, int, str]:
    if _text(entry, f"{_ATOM}title") == "Error":
        raise ValueError(f"the service says: {entry.findtext(f'{_ATOM}summary')}")
    published = as_moment(_text(entry, f"{_ATOM}published"))
    category = entry.find(f"{_ARXIV}primary_category")
    if category is None:
        raise ValueError("an entry has no main category")
    return published.year, published.month, category.attrib["term"]


def _text(element: Xml.Element, tag: str) -> str:
    text = element.findtext(tag)
    if text is None:
        raise ValueError(f"<{tag}> is missing")
    return text.strip()


def _months(now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the [start, end) of the last twelve months that are over, oldest first."""
    last = now.year * 12 + now.month - 1
    starts = [_first_day(month) for month in range(last - MONTHS, last + 1)]
    return list(pairwise(starts))


def _first_day(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
