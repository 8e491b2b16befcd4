"""Coerced variables: at once where they are plain scalars, by graphql-core everywhere else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLSchema, VariableDefinitionNode, get_variable_values
from graphql.language import NamedTypeNode, NonNullTypeNode

ERRORS = 20


def _int(value: Any) -> bool:
    return type(value) is int and -(2**31) <= value < 2**31


_PLAIN: dict[str, Callable[[Any], bool]] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "Int": _int,
}


class Coercion:
    """Of one operation's variables."""

    def __init__(
        self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode] | None
    ) -> None:
        self._schema = schema
        self._definitions = definitions or ()
        plain = [_plain(definition) for definition in self._definitions]
        self._plain = None if None in plain else [each for each in plain if each is not None]

    def coerced(self, told: Mapping[str, Any]) -> Mapping[str, Any] | list[GraphQLError]:
        """The values by name, or what is wrong with them."""
        if self._plain is not None and (quick := self._quick(self._plain, told)) is not None:
            return quick
        found = get_variable_values(self._schema, self._definitions, dict(told), max_errors=ERRORS)
        return found if isinstance(found, list) else found.coerced

    def _quick(
        self, plain: "list[tuple[str, Callable[[Any], bool]]]", told: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        found = {}
        for name, check in plain:
            value = told.get(name)
            if not check(value):
                return None
            found[name] = value
        return found


def _plain(definition: VariableDefinitionNode) -> tuple[str, Callable[[Any], bool]] | None:
    """Name and check of a variable that is right as it is, if the check says so: given and not null."""
    type_ = definition.type
    inner = type_.type if isinstance(type_, NonNullTypeNode) else type_
    if not isinstance(inner, NamedTypeNode) or inner.name.value not in _PLAIN:
        return None
    return definition.variable.name.value, _PLAIN[inner.name.value]
