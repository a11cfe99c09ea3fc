"""Enough of a GraphQL server to answer any document over nested dictionaries, errors and limits included.

A value may be a function of the field's arguments. What a document asks for and the world does not have is an
error of the document, as on the real server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, parse
from graphql.utilities import value_from_ast_untyped


class FieldError(Exception):
    """An error of one field: its value is null, and the errors say why."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


@dataclass(frozen=True)
class Connection:
    """A list that is only shown within bounds, and a total that always is."""

    total: int
    nodes: Sequence[Mapping[str, Any]]
    total_name: str = "totalCount"


class Execution:
    """One document, answered."""

    def __init__(self, document: str, variables: Mapping[str, Any]) -> None:
        self.errors: list[dict[str, object]] = []
        tree = parse(document)
        kinds = [one for one in tree.definitions if isinstance(one, FragmentDefinitionNode)]
        self._fragments = {one.name.value: one for one in kinds}
        self._operation = next(one for one in tree.definitions if not isinstance(one, FragmentDefinitionNode))
        self._variables = dict(variables)

    def answer(self, root: Mapping[str, Any]) -> dict[str, object]:
        """The whole answer: data, and errors if there are any."""
        data = self._select(self._operation.selection_set, root, ())
        return {"data": data, **({"errors": self.errors} if self.errors else {})}

    def _select(self, chosen: Any, value: Mapping[str, Any], path: tuple[object, ...]) -> dict[str, object]:
        made: dict[str, object] = {}
        for node in chosen.selections:
            if isinstance(node, FieldNode):
                name = node.alias.value if node.alias else node.name.value
                made[name] = self._field(node, value, (*path, name))
                continue
            fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if isinstance(node, InlineFragmentNode | FragmentSpreadNode) and self._fits(fragment, value):
                made |= self._select(fragment.selection_set, value, path)
        return made

    def _fits(self, fragment: Any, value: Mapping[str, Any]) -> bool:
        on = fragment.type_condition
        return on is None or value.get("__typename", on.name.value) == on.name.value

    def _field(self, node: FieldNode, value: Mapping[str, Any], path: tuple[object, ...]) -> object:
        try:
            if node.name.value not in value:
                raise FieldError("undefinedField", f"Field '{node.name.value}' doesn't exist here")
            given = {
                one.name.value: value_from_ast_untyped(one.value, self._variables)
                for one in node.arguments or ()
            }
            found = value[node.name.value]
            return self._complete(node, found(given) if callable(found) else found, given, path)
        except FieldError as error:
            self.errors.append({"type": error.kind, "path": list(path), "message": str(error)})
            return None

    def _complete(
        self, node: FieldNode, found: Any, given: Mapping[str, Any], path: tuple[object, ...]
    ) -> object:
        if isinstance(found, Connection):
            found = _bounded(node, found, given)
        if isinstance(found, Mapping):
            return self._select(node.selection_set, found, path)
        if isinstance(found, list) and node.selection_set:
            return [self._complete(node, one, given, (*path, place)) for place, one in enumerate(found)]
        return found


def _bounded(node: FieldNode, found: Connection, given: Mapping[str, Any]) -> Mapping[str, Any]:
    asked = {one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)}
    bound = given.get("first", given.get("last"))
    if "nodes" in asked and bound is None:
        raise FieldError("MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value")
    if bound and bound > 100:
        raise FieldError("EXCESSIVE_PAGINATION", f"Requesting {bound} records exceeds the limit of 100")
    nodes = list(found.nodes)
    shown = nodes[-bound:] if "last" in given else nodes[:bound]
    return {
        found.total_name: found.total,
        "nodes": shown,
        "pageInfo": {"hasNextPage": len(shown) < len(nodes)},
    }
