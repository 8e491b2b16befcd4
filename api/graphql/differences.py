"""Everything that a type shows, at two moments, compared value by value."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    GraphQLObjectType,
    execute,
    get_named_type,
    is_object_type,
    parse,
)

from api.graphql.declared import declaration_of
from api.graphql.records import record_of
from api.graphql.relay import global_id
from api.graphql.vocabulary import Column, EmbeddedList, GlobalId, ToMany, ToOne

ALWAYS_DIFFERENT = {"version", "updatedAt"}
RETOLD = {"facts", "steps", "events", "versions"}
"""Lists that tell the past themselves."""
KEYS = ("id", "key", "number", "terc", "recurrenceId")


class Differs(NamedTuple):
    field: str
    before: Any
    after: Any


async def difference_of(
    instance: Any, info: Any, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Differs]:
    """`before`, `after`: arguments of a moment, None for the present."""
    raw = info._raw_info  # noqa: SLF001  strawberry shows no schema of graphql-core's
    object_type = raw.parent_type
    selection = _selection(object_type, inside=True)
    asked = {
        alias: f"{_asked(instance, object_type, moment)} {selection}"
        for alias, moment in (("before", before), ("after", after))
    }
    document = "{ " + " ".join(f"{alias}: {root}" for alias, root in asked.items()) + " }"
    result = execute(raw.schema, parse(document), context_value=info.context)
    found: Any = await result if not hasattr(result, "data") else result
    if found.errors:
        raise found.errors[0]
    was, becomes = found.data["before"], found.data["after"]
    return list(_compared("", was, becomes))


def _asked(instance: Any, object_type: GraphQLObjectType, moment: Mapping[str, Any]) -> str:
    """The root field that finds the object, as of the moment."""
    row, name = record_of(instance).row, object_type.name
    key = {"terc": row["terc"]} if name == "Municipality" else {"id": global_id(name, row["id"])}
    given = key | {k: v.isoformat() for k, v in moment.items() if v is not None}
    arguments = ", ".join(f"{k}: {json.dumps(v)}" for k, v in given.items())
    return f"{name[0].lower()}{name[1:]}({arguments})"


def _selection(object_type: GraphQLObjectType, *, inside: bool) -> str:
    return "{ " + " ".join(_fields(object_type, inside=inside)) + " }"


def _fields(object_type: GraphQLObjectType, *, inside: bool) -> Iterator[str]:
    for name, field in object_type.fields.items():
        declared, target = declaration_of(field), get_named_type(field.type)
        if name in ALWAYS_DIFFERENT | RETOLD:
            continue
        if isinstance(declared, Column | GlobalId):
            yield name
        elif isinstance(declared, ToOne | EmbeddedList) and is_object_type(target):
            yield f"{name} {{ {' '.join(_embedded(target))} }}"
        elif isinstance(declared, ToMany) and inside and is_object_type(target):
            yield f"{name} {_selection(target, inside=False)}"


def _embedded(target: Any) -> list[str]:
    """What an embedded object holds; all that it has of its own, where it is nothing but embedded."""
    names = [
        name
        for name, field in target.fields.items()
        if isinstance(declared := declaration_of(field), Column) and declared.key is not None
    ]
    return names or ["__typename"]


def _compared(path: str, before: Any, after: Any) -> Iterator[Differs]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and (path == "" or path[-1] == "]"):
        for name in before:
            inner = f"{path}.{name}" if path else name
            yield from _compared(inner, before[name], after[name])
    elif _keyed(before) and _keyed(after) and (before or after):
        was, becomes = _by_key(before), _by_key(after)
        for key in dict.fromkeys([*was, *becomes]):
            yield from _compared(f"{path}[{key}]", was.get(key), becomes.get(key))
    elif path == "":
        for name in before or after or {}:
            yield from _compared(name, before and before[name], after and after[name])
    else:
        yield Differs(path, before, after)


def _keyed(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, dict) and _key(entry) is not None for entry in value
    )


def _by_key(entries: list[Any]) -> dict[str, Any]:
    return {str(_key(entry)): entry for entry in entries}


def _key(entry: Mapping[str, Any]) -> Any:
    municipality = entry.get("municipality")
    if isinstance(municipality, dict) and "id" not in entry:
        return municipality.get("terc")
    return next((entry[name] for name in KEYS if name in entry), None)


__all__ = ["Differs", "difference_of"]
