"""How long after an advisory a repaired release came, from OSV's advisories and the index's upload times.

An archived answer holds both, word for word, since a duration needs the two together. Advisories that share
an alias are one. Counts of advisories are context and no measure of safety: one project publishes every crash
as an advisory, another none. A repair that came before its advisory took 0 days, as is usual when both are
published together. Facts of the interface: google.github.io/osv.dev, read 2026-11-23.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_array, as_moment, as_object, as_text, event, json_object, observations
from evidence.types import Framework, Metric, Observation, Payload, Source

SOURCE = Source(
    id="osv",
    title="OSV",
    url="https://api.osv.dev/v1",
    licence="CC-BY-4.0 or CC0-1.0, by database",
    citation="OSV, osv.dev, with the database that each advisory names",
    needs="osv",
    metrics=(
        Metric(
            "osv.advisory",
            "advisories",
            "flow",
            "an advisory, when it was published; aliases are one; many reports show scrutiny, not danger",
        ),
        Metric(
            "osv.days_to_fix",
            "days",
            "flow",
            "days from an advisory to the first release that OSV calls repaired, 0 when that came before; an "
            "advisory without one has an osv.advisory of the same name and nothing here",
        ),
    ),
    min_interval=timedelta(days=1),
    budget=6,
)
"""A steady week costs two requests a package: the advisories and the releases."""

ECOSYSTEM = "PyPI"
INDEX_URL_ENV = "TOUCHSTONE_PYPI_URL"
"""The variable that replaces the index's address, as for the source `pypi`."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Advisory:
    names: frozenset[str]
    published: datetime
    fixed_in: frozenset[str]

    def joined(self, other: _Advisory) -> _Advisory:
        """Return the two as one."""
        published = min(self.published, other.published)
        return _Advisory(self.names | other.names, published, self.fixed_in | other.fixed_in)


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield advisories and releases of every package, together."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    url = f"{client.address('query')}#{subject.name}"
    asked_at = client.now()
    yield client.archived(url, subject) or client.make_payload(
        subject, url=url, requested_at=asked_at, body=_together(client, subject)
    )


def _together(client: Client, subject: Subject) -> bytes:
    """Return the pages of advisories and the project as the index shows it, word for word, in one object."""
    question: dict[str, object] = {"package": {"name": subject.name, "ecosystem": ECOSYSTEM}}
    pages = [client.post("query", subject, body=question)]
    while token := _next(pages[-1]):
        pages.append(client.post("query", subject, body={**question, "page_token": token}))
    project = client.get(f"{_index()}/pypi/{subject.name}/json", subject)
    words = {"advisories": [_words(page) for page in pages], "project": _words(project)}
    return json.dumps(words, ensure_ascii=False).encode()


def _words(payload: Payload) -> str:
    return payload.body.decode("utf-8", "replace")


def _index() -> str:
    parts = urlsplit(PYPI_SIMPLE_ENDPOINT)
    return os.environ.get(INDEX_URL_ENV, "").rstrip("/") or f"{parts.scheme}://{parts.netloc}"


def _next(page: Payload) -> str:
    """Return the token of the next page, if any; none of an answer that the parser will refuse."""
    try:
        return str(json.loads(page.body).get("next_page_token") or "")
    except (ValueError, AttributeError, RecursionError):
        return ""


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield every advisory and the days to its repair. Raises PayloadChanged when the shape differs."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    words = json_object(payload)
    uploads = _uploads(payload.name, as_object(json.loads(as_text(words["project"]))))
    pages = [as_object(json.loads(as_text(page))) for page in as_array(words["advisories"])]
    listed = [as_object(vuln) for page in pages for vuln in as_array(page.get("vulns", []))]
    if not pages or any(page and "vulns" not in page for page in pages):
        raise ValueError("an answer about advisories names none and is not empty")
    known = [_advisory(vuln, payload.name) for vuln in listed if not vuln.get("withdrawn")]
    for one in _merged([one for one in known if one]):
        if one.published > payload.requested_at + _DAY:
            raise ValueError(f"the advisory of {one.published} has not come yet")
        cve = min((name for name in one.names if name.startswith("CVE-")), default=min(one.names))
        yield replace(event(payload, "osv.advisory", one.published), name=cve)
        repaired = min((uploads[version] for version in one.fixed_in if version in uploads), default=None)
        if repaired:
            days = max((repaired - one.published) / _DAY, 0.0)
            yield replace(event(payload, "osv.days_to_fix", one.published, days), name=cve)


def _uploads(name: str, project: Mapping[str, object]) -> dict[str, datetime]:
    """Return when the first file of every version came."""
    if canonicalize_name(as_text(as_object(project["info"])["name"])) != canonicalize_name(name):
        raise ValueError("the releases are those of another project")
    found = {}
    for version, files in as_object(project["releases"]).items():
        moments = [as_moment(as_object(file)["upload_time_iso_8601"]) for file in as_array(files)]
        if moments:
            found[version] = min(moments)
    return found


def _advisory(vuln: Mapping[str, object], name: str) -> _Advisory | None:
    """Return an advisory with the versions that repair a package; None when it is about another one."""
    affected = [as_object(value) for value in as_array(vuln.get("affected", []))]
    ours = [one for one in affected if _is_about(as_object(one["package"]), name)]
    if not ours:
        return None
    spans = [as_object(span) for one in ours for span in as_array(one.get("ranges", []))]
    points = [as_object(point) for span in spans for point in as_array(span["events"])]
    fixed = frozenset(as_text(point["fixed"]) for point in points if "fixed" in point)
    names = [as_text(vuln["id"]), *(as_text(alias) for alias in as_array(vuln.get("aliases", [])))]
    return _Advisory(frozenset(names), as_moment(vuln["published"]), fixed)


def _is_about(package: Mapping[str, object], name: str) -> bool:
    if package["ecosystem"] != ECOSYSTEM:
        return False
    return canonicalize_name(as_text(package["name"])) == canonicalize_name(name)


def _merged(advisories: Sequence[_Advisory]) -> list[_Advisory]:
    """Return the advisories with those that share a name made one."""
    merged: list[_Advisory] = []
    for advisory in advisories:
        apart = []
        for other in merged:
            if advisory.names & other.names:
                advisory = advisory.joined(other)  # noqa: PLW2901  it grows by what it shares a name with
            else:
                apart.append(other)
        merged = [*apart, advisory]
    return sorted(merged, key=lambda one: (one.published, sorted(one.names)))
