"""What is declared behind the types and fields of the schema."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLField, GraphQLObjectType

from api.graphql.compiler.selection import Field
from api.graphql.errors import OneWayToLookUp
from api.graphql.records import table_of
from api.graphql.vocabulary import (
    DECLARATION,
    Column,
    Declaration,
    EmbeddedList,
    GlobalId,
    Item,
    Table,
    ToOne,
    Way,
)

PROJECTIONS = (
    "accounts",
    "activity",
    "calls",
    "changes",
    "following",
    "initiatives",
    "meetings",
    "municipalities",
    "news",
    "portals",
    "practices",
    "questions",
)
"""That the schema reads, in the order of their names."""

_DEFINITION = "strawberry-definition"


def declaration_of(field: GraphQLField) -> Declaration | None:
    definition = field.extensions.get(_DEFINITION)
    return definition.metadata.get(DECLARATION) if definition is not None else None


def python_type(object_type: GraphQLObjectType) -> Any:
    return object_type.extensions[_DEFINITION].origin


def table_behind(object_type: GraphQLObjectType) -> Table | None:
    return table_of(python_type(object_type))


def embedded_suffices(target: GraphQLObjectType, fields: Sequence[Field]) -> bool:
    """Whether an embedded object has everything that is selected of it."""
    return all(
        field.name == "__typename" or _is_embedded(declaration_of(target.fields[field.name]))
        for field in fields
    )


def shown_embedded(
    declaration: Declaration | None, target: GraphQLObjectType, fields: Sequence[Field]
) -> bool:
    """Whether the row that the declaration leads to needn't be read for these fields."""
    if isinstance(declaration, ToOne) and declaration.embedded is None:
        return False
    return isinstance(declaration, ToOne | EmbeddedList) and embedded_suffices(target, fields)


def _is_embedded(declaration: Declaration | None) -> bool:
    if isinstance(declaration, Column):
        return declaration.key is not None
    return isinstance(declaration, GlobalId)


def the_way(declaration: Item, given: set[str]) -> Way:
    """`given`: names of arguments, those of a moment among them or not. Raises OneWayToLookUp."""
    given = given - {"asOf", "effectiveOn"}
    for way in declaration.ways:
        if given == {argument.name for argument in way.arguments}:
            return way
    ways = [" + ".join(argument.name for argument in way.arguments) for way in declaration.ways]
    raise OneWayToLookUp(ways="; ".join(ways))
