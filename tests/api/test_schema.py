"""The committed SDL is the schema: run `python -m api.graphql.schema` after a wanted change."""

from pathlib import Path

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

from api.graphql.schema import SDL, sdl

ROOT = Path(__file__).parents[2]


def test_committed_sdl_is_the_schema() -> None:
    assert SDL.read_text("utf-8") == sdl()


def test_every_type_field_and_argument_has_a_description() -> None:
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
    assert not is_enum_type(type_) or type_.description
    return []
