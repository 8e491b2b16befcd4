"""Questions made of the schema: every root field, and every node, with all that can be asked of it.

One question for the plain fields of a type, and one for each field that leads on: an operation's cost
is limited.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_non_null_type,
    is_object_type,
    is_union_type,
)

from domain.work import polish_day

OF_ITSELF = {"history", "provenance", "difference"}
"""Asked of every object, but not of those that it leads to: they would make the question too wide."""
DEPTH = 2
"""How many fields lead on, one from the other, in what a question's own fields lead to."""


def questions(schema: GraphQLSchema, ids: dict[str, list[str]]) -> Iterator[str]:
    """`ids`: of every type that has any, whether the viewer may see them or not."""
    query = schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        for arguments in _arguments(name, field, ids):
            for body in _bodies(schema, get_named_type(field.type)):
                yield f"{{ {name}{arguments} {body} }}"
    for type_name, known in ids.items():
        for body in _bodies(schema, schema.type_map[type_name]):
            for each in known:
                yield f'{{ node(id: "{each}") {{ __typename ... on {type_name} {body} }} }}'


def _arguments(name: str, field: GraphQLField, ids: dict[str, list[str]]) -> Iterator[str]:
    if name == "node":
        return
    if "id" in field.args:
        for each in ids.get(get_named_type(field.type).name, []):
            yield from (f'(id: "{each}"{moment})' for moment in _moments(field))
    elif not any(is_non_null_type(told.type) for told in field.args.values()):
        size = "first: 8" if "first" in field.args else ""
        for moment in _moments(field):
            yield f"({size}{moment})" if size or moment else ""


def _moments(field: GraphQLField) -> Iterator[str]:
    """Now, and where the past can be asked for: one object as it was known, a list as it was true."""
    yield ""
    if "effectiveOn" in field.args:
        now = datetime.now(UTC)
        listed = "first" in field.args
        yield f', effectiveOn: "{polish_day(now)}"' if listed else f', asOf: "{now.isoformat()}"'


def _bodies(schema: GraphQLSchema, type_: object) -> Iterator[str]:
    if not is_object_type(type_):
        yield _any_of(type_)
        return
    if _is_page(type_):
        for body in _bodies(schema, get_named_type(type_.fields["nodes"].type)):
            yield f"{{ next hasMore nodes {body} }}"
        return
    if "nodes" in type_.fields:  # a connection
        for body in _bodies(schema, get_named_type(type_.fields["nodes"].type)):
            yield f"{{ totalCount pageInfo {{ endCursor }} nodes {body} edges {{ cursor node {body} }} }}"
        return
    plain = [name for name, field in _askable(type_) if not _leads_on(field)]
    yield f"{{ __typename {' '.join(plain)} }}"
    for name, field in _askable(type_):
        if _leads_on(field):
            yield f"{{ {name}{_first(field)} {_all(schema, get_named_type(field.type), DEPTH)} }}"


def _all(schema: GraphQLSchema, type_: object, depth: int) -> str:
    if not is_object_type(type_):
        return _any_of(type_)
    if "nodes" in type_.fields:
        inner = get_named_type(type_.fields["nodes"].type)
        return f"{{ totalCount nodes {_all(schema, inner, depth)} }}"
    parts = ["__typename"]
    for name, field in _askable(type_):
        if name in OF_ITSELF:
            continue
        if not _leads_on(field):
            parts.append(name)
        elif depth > 1:
            inner = get_named_type(field.type)
            parts.append(f"{name}{_first(field)} {_all(schema, inner, depth - 1)}")
    return f"{{ {' '.join(parts)} }}"


def _any_of(union: object) -> str:
    """Of each type its plain fields, under names of their own: two types may call two things the same."""
    if not is_union_type(union):
        return "{ __typename }" if is_composite_type(union) else ""
    parts = ["__typename"]
    for type_ in union.types:
        plain = [name for name, field in _askable(type_) if not _leads_on(field)]
        told = " ".join(f"{type_.name}_{name}: {name}" for name in plain)
        parts.append(f"... on {type_.name} {{ {told} }}")
    return f"{{ {' '.join(parts)} }}"


def _is_page(type_: GraphQLObjectType) -> bool:
    return "nodes" in type_.fields and "edges" not in type_.fields


def _askable(type_: GraphQLObjectType) -> list[tuple[str, GraphQLField]]:
    return [
        (name, field)
        for name, field in type_.fields.items()
        if not any(is_non_null_type(told.type) for told in field.args.values())
    ]


def _leads_on(field: GraphQLField) -> bool:
    return is_composite_type(get_named_type(field.type))


def _first(field: GraphQLField) -> str:
    return "(first: 3)" if "first" in field.args else ""
