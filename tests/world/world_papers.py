"""The scholarly record, as the world serves it: OpenAlex, Semantic Scholar, arXiv. All invented."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response
from world_server import World, contract

_GROUPS = {
    "authorships.institutions.type": ["education", "company", "government"],
    "primary_topic.subfield.id": ["1702", "1707", "2204"],
    "primary_topic.id": ["T10028", "T10181"],
}
_TITLES = {"T10028": "Topic Modeling", "T10181": "Natural Language Processing Techniques"}


@contract("openalex", "works", imitates="openalex-group-by openalex-records")
def works(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """Works by group, or a list of records with a title."""
    sought, group = request.args["filter"], request.args.get("group_by")
    if group is None:
        return _records(world, sought)
    if group == "publication_year":
        keys = [str(year) for year in range(2019, world.now.year + 1)]
    elif group in _GROUPS:
        keys = _GROUPS[group]
    else:
        said = {"error": "Invalid query parameters error.", "message": f"{group} is not a valid field."}
        return Response(json.dumps(said), status=400, mimetype="application/json")
    prefix = "https://openalex.org/" if group.startswith("primary_topic") else ""
    groups = [
        {
            "key": f"{prefix}{key}",
            "key_display_name": _TITLES.get(key, key),
            "count": world.figures.of(sought, key),
        }
        for key in keys
    ]
    return {
        "meta": {"count": sum(one["count"] for one in groups), "groups_count": len(groups)},
        "group_by": groups,
        "results": [],
    }


def _records(world: World, sought: str) -> dict[str, Any]:
    title = sought.partition("title.search:")[2]
    first = world.figures.of("record", title, low=10**9, high=9 * 10**9)
    found = [(f"W{first}", title.upper()), (f"W{first + 1}", title), (f"W{first + 2}", f"{title} revisited")]
    listed = [
        {"id": f"https://openalex.org/{key}", "title": text, "publication_year": 2019} for key, text in found
    ]
    return {"meta": {"count": len(listed)}, "results": listed, "group_by": []}


@contract("semantic_scholar", "paper/batch", method="POST", imitates="semantic-scholar-batch")
def papers(world: World, request: Request, _: Mapping[str, str]) -> Any:
    """The papers in the order of the question, null for an unknown one."""
    return [_paper(world, name) for name in request.get_json()["ids"]]


def _paper(world: World, name: str) -> dict[str, Any] | None:
    if not world.knows("semantic_scholar", name):
        return None
    cited = world.figures.grown("citations", name)
    return {
        "paperId": "0" * 40,
        "title": "Invented",
        "year": 2019,
        "externalIds": {},
        "citationCount": cited,
        "influentialCitationCount": cited // 9,
    }


@contract("arxiv", "query", imitates="arxiv-atom")
def preprints(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """A feed of what was submitted in a span, newest first."""
    sought = request.args["search_query"]
    start, end = (
        datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC) for text in re.findall(r"\d{12}", sought)
    )
    count = world.figures.of("preprints", sought, low=30, high=60)
    moments = [end - (end - start) * n / count for n in range(count)]
    entries = "".join(_entry(world, sought, n, at) for n, at in enumerate(moments))
    return Response(feed(count, entries), mimetype="application/atom+xml")


def feed(total: int, entries: str) -> str:
    """An Atom feed as arXiv writes it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>arXiv Query</title>'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>"
    )


def _entry(world: World, sought: str, place: int, at: datetime) -> str:
    category = ("cs.CV", "cs.CL", "cs.LG")[world.figures.of(sought, place, low=0, high=2)]
    moment = at - timedelta(seconds=1)
    return (
        f"<entry><id>http://arxiv.org/abs/0000.{place:05}v1</id><published>{moment:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<title>{escape('Made up & invented')}</title><summary>made up</summary>"
        f'<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="{category}"/></entry>'
    )
