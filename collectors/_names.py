"""The names of a framework, together: for sources that answer about several at once."""

from __future__ import annotations

from collectors._contract import Subject
from evidence.types import Framework


def by_scope(framework: Framework, key: str) -> list[tuple[Subject, list[str]]]:
    """Return (subject, names) for the core scope and, if it adds any, for broad.

    The subject's name is all its names with a blank between them.
    """
    named = framework.scoped_names(key)
    grouped = {scope: [name for kind, name in named if kind == scope] for scope, _ in named}
    return [
        (Subject(framework.id, scope, " ".join(names), place), names)
        for place, (scope, names) in enumerate(grouped.items())
    ]
