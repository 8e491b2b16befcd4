"""The committed SDL is the schema: run `python -m api.graphql.schema` after a wanted change."""

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_specified_scalar_type,
)

from api.graphql.breaking import undeclared
from api.graphql.schema import CHANGELOG, SDL, sdl


def test_nothing_is_taken_from_the_schema_without_a_word_in_the_changelog() -> None:
    assert undeclared(SDL.read_text("utf-8"), sdl(), CHANGELOG.read_text("utf-8")) == []


def test_breaking_change_is_found_and_may_be_declared() -> None:
    old, new = "type Query { a: Int b(x: Int): Int }", "type Query { b(x: Int!): Int }"
    missing = undeclared(old, new, "")
    assert missing == [
        "Field Query.a was removed.",
        "Argument Query.b(x:) has changed type from Int to Int!.",
    ]
    assert undeclared(old, new, "\n".join(missing)) == []
    assert undeclared(old, old + " type New { a: Int }", "") == []


def test_committed_sdl_is_the_schema() -> None:
    assert SDL.read_text("utf-8") == sdl()


def test_every_type_field_argument_and_value_has_a_description() -> None:
    schema = build_schema(sdl())
    assert _undescribed(schema) == []


def _undescribed(schema: GraphQLSchema) -> list[str]:
    found = []
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or is_specified_scalar_type(type_):
            continue
        if not type_.description:
            found.append(type_.name)
        found += [f"{type_.name}.{name}" for name in _undescribed_fields(type_)]
    return found


def _undescribed_fields(type_: GraphQLNamedType) -> list[str]:
    if is_object_type(type_) or is_interface_type(type_):
        arguments = [
            f"{name}.{argument}"
            for name, field in type_.fields.items()
            for argument, told in field.args.items()
            if not told.description and argument != "input"
        ]
        return arguments + [name for name, field in type_.fields.items() if not field.description]
    if is_input_object_type(type_):
        return [name for name, field in type_.fields.items() if not field.description]
    if is_enum_type(type_):
        return [name for name, value in type_.values.items() if not value.description]
    return []
