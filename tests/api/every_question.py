"""Questions made of the schema: every root field, and every node, with all that can be asked of it.

One question for the plain fields of a type, and one for each field that leads on: an operation's cost
is limited.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_operation_ast,
    is_composite_type,
    is_non_null_type,
    is_object_type,
    is_union_type,
    parse,
)

from api.auth.viewer import COST
from api.graphql.compiler.selection import Scope
from api.graphql.limits import check_cost, measure
from api.graphql.schema import make_schema
from domain.work import polish_day

OF_ITSELF = {"history", "provenance", "difference"}
"""Asked of every object, but not of those that it leads to: they would make the question too wide."""
DEPTH = 2
"""How many fields lead on, one from the other, in what a question's own fields lead to."""


DECLARED = make_schema()._schema
"""With the declarations, which tell what a question costs."""

Known = dict[str, list[str]]
"""Ids of every type that has any, whether the viewer may see them or not; and what else arguments name."""

GIVEN = {"on": '"2026-03-02"', "knownAt": '"2026-03-02T12:00:00Z"', "asOf": '"2026-03-02"'}
"""Values of arguments of fields that can't be asked without any."""


def questions(schema: GraphQLSchema, ids: Known, named: Known) -> Iterator[str]:
    """`named`: of root fields that name one thing by something else than its id, the arguments of each."""
    query = schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        for arguments in [*_arguments(name, field, ids), *named.get(name, [])]:
            yield from _allowed(schema, get_named_type(field.type), f"{{ {name}{arguments} %s }}")
    for type_name, known in ids.items():
        # What leads on from a thing is asked for where a root field gives it by its id.
        for each in known:
            asked = f'{{ node(id: "{each}") {{ __typename ... on {type_name} %s }} }}'
            plain, *leading = _allowed(schema, schema.type_map[type_name], asked)
            yield from [plain] if _root_of(type_name, query) else [plain, *leading]


def followed(schema: GraphQLSchema, ids: Known) -> Iterator[str]:
    """Every subscription, from the log's beginning on."""
    subscription = schema.subscription_type
    assert subscription is not None
    for name, field in subscription.fields.items():
        things = ids[get_named_type(field.type).name] if "id" in field.args else [None]
        for each in things:
            of = "" if each is None else f', id: "{each}"'
            around = f"subscription {{ {name}(after: 0{of}) %s }}"
            yield from _allowed(schema, get_named_type(field.type), around)


def _allowed(schema: GraphQLSchema, type_: object, around: str) -> Iterator[str]:
    """Each as deep as the limits allow; what doesn't fit in is asked of the types themselves."""
    by_depth = [bodies_of(schema, type_, depth) for depth in range(DEPTH, 0, -1)]
    for bodies in zip(*by_depth, strict=True):
        asked = [around % body for body in bodies]
        yield next((each for each in asked if _within_limits(each)), asked[-1])


def _within_limits(question: str) -> bool:
    operation = get_operation_ast(parse(question))
    assert operation is not None
    try:
        check_cost(measure(Scope(DECLARED, {}, {}), operation).cost, COST)
    except GraphQLError:
        return False
    return True


def _root_of(type_name: str, query: GraphQLObjectType) -> bool:
    fields = query.fields.values()
    return any(
        "id" in field.args and get_named_type(field.type).name == type_name for field in fields
    )


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


def bodies_of(schema: GraphQLSchema, type_: object, depth: int = DEPTH) -> Iterator[str]:
    if not is_object_type(type_):
        yield _any_of(type_)
        return
    if _is_page(type_):
        for body in bodies_of(schema, get_named_type(type_.fields["nodes"].type), depth):
            yield f"{{ next hasMore nodes {body} }}"
        return
    if "nodes" in type_.fields:  # a connection
        for body in bodies_of(schema, get_named_type(type_.fields["nodes"].type), depth):
            yield f"{{ totalCount pageInfo {{ endCursor }} nodes {body} edges {{ cursor node {body} }} }}"
        return
    plain = [name for name, field in _askable(type_) if not _leads_on(field)]
    yield f"{{ __typename {' '.join(plain)} }}"
    for name, field in _askable(type_):
        if _leads_on(field):
            yield f"{{ {name}{_given(field)} {_all(schema, get_named_type(field.type), depth)} }}"


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
            parts.append(f"{name}{_given(field)} {_all(schema, inner, depth - 1)}")
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
    for name, field in type_.fields.items():
        needed = {arg for arg, told in field.args.items() if is_non_null_type(told.type)}
        assert needed <= {"first", *GIVEN}, f"{type_.name}.{name}: give a value for {needed}"
    return list(type_.fields.items())


def _leads_on(field: GraphQLField) -> bool:
    return is_composite_type(get_named_type(field.type))


def _given(field: GraphQLField) -> str:
    given = [f"{name}: {GIVEN[name]}" for name in field.args if name in GIVEN]
    given += ["first: 3"] if "first" in field.args else []
    return f"({', '.join(given)})" if given else ""
