"""Models on the Hugging Face Hub, by the library tag of a framework and by task.

The tag comes from the kind of the weight files. A model that has only safetensors, the habit of recent years,
often lacks it, so that the newer the models, the more the larger framework is undercounted: a share among
tagged models, not a census. The Hub's interface gives no totals; they come from the data of its own pages,
which nobody documents, and from the page itself when those change.
Facts: the Hub's documentation and client libraries of 2026-08, read 2026-11-23.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from collectors._contract import Subject
from collectors._http import Client
from collectors._parse import as_count, as_object, observations, stock
from evidence.errors import Absent, Refused
from evidence.types import Framework, Metric, Observation, Payload, Source

_TAGGED = "models tagged with the framework's library now; safetensors-only models often lack the tag"

SOURCE = Source(
    id="huggingface",
    title="Hugging Face Hub",
    url="https://huggingface.co",
    licence="Hugging Face terms of service; counts only",
    citation="Hugging Face Hub, huggingface.co/models",
    needs="huggingface",
    metrics=(
        Metric("huggingface.models", "models", "stock", _TAGGED),
        Metric("huggingface.vision_models", "models", "stock", f"of a vision task: {_TAGGED}"),
        Metric("huggingface.language_models", "models", "stock", f"of a language task: {_TAGGED}"),
    ),
    min_interval=timedelta(days=6),
    budget=12,
)
"""A steady week costs two requests a tag: its total, and one of the tasks, which take turns. The first one
costs five; a change of the Hub's pages doubles that."""

TASKS = {
    "": "huggingface.models",
    "image-classification": "huggingface.vision_models",
    "object-detection": "huggingface.vision_models",
    "text-classification": "huggingface.language_models",
    "text-generation": "huggingface.language_models",
}
"""The two largest tasks of each field: every further one costs a request and adds little."""

_TASKS_EVERY_WEEKS = 4
_TOTAL = re.compile(rb"numTotalItems(?:&quot;|\"):\s*(\d{1,12})\b")


def fetch(client: Client, framework: Framework) -> Iterator[Payload]:
    """Yield one answer per tag and task."""
    yield from client.each(framework, _ask)


def _ask(client: Client, subject: Subject) -> Iterator[Payload]:
    for step, task in enumerate(TASKS):
        asked: dict[str, str | int] = {"library": subject.name, **({"pipeline_tag": task} if task else {})}
        every = client.turn(subject, weeks=_TASKS_EVERY_WEEKS, step=step) if task else None
        yield _count(client, subject, asked, every)


def _count(
    client: Client, subject: Subject, asked: dict[str, str | int], fresh_for: timedelta | None
) -> Payload:
    """Return the data of the page, or the page itself when its data cannot be had or hold no total."""
    try:
        data = client.get("models-json", subject, params={**asked, "withCount": "true"}, fresh_for=fresh_for)
        if _TOTAL.search(data.body):
            return data
    except (Absent, Refused) as denied:
        client.notes.append(f"{denied.why}; read from the page instead")
    return client.get("models", subject, params=asked, headers={"Accept": "text/html"}, fresh_for=fresh_for)


def parse(payload: Payload) -> Iterator[Observation]:
    """Yield the number of models that one answer tells; its url says of which task. Raises PayloadChanged."""
    yield from observations(payload, _read)


def _read(payload: Payload) -> Iterator[Observation]:
    task = parse_qs(urlsplit(payload.url).query).get("pipeline_tag", [""])[0]
    one = stock(payload, TASKS[task], payload.requested_at, _total(payload))
    yield replace(one, name=f"{payload.name} {task}".strip())


def _total(payload: Payload) -> int:
    if payload.body.lstrip()[:1] == b"{":
        return as_count(as_object(json.loads(payload.body))["numTotalItems"])
    found = set(_TOTAL.findall(payload.body))
    if len(found) != 1:
        raise ValueError(f"the page tells {len(found)} totals")
    return int(found.pop())
