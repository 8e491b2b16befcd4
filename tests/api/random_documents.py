"""Valid operations by the thousand: every field, aliases, fragments, directives, variables, pages."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_union_type,
)

Values = dict[str, list[Any]]
"""By argument: what may be given, plausible and not."""


@dataclass
class Operation:
    query: str
    variables: dict[str, Any] = field(default_factory=dict)


ASKED_OF_STREAMS = {
    "nextSteps",
    "asOf",
    "daysLeft",
    "workingDaysLeft",
    "provenance",
    "difference",
    "overdue",
}
"""Fields that are computed, of streams or of the clock: the ordinary executor's alone."""


def operation(schema: GraphQLSchema, seed: int, values: Values, roots: Sequence[str]) -> Operation:
    """Begins at these fields of Query."""
    return _Maker(schema, random.Random(seed), values, roots).make()


class _Maker:
    def __init__(
        self, schema: GraphQLSchema, chance: random.Random, values: Values, roots: Sequence[str]
    ) -> None:
        self.schema, self.chance, self.values, self.roots = schema, chance, values, roots
        self.definitions: list[str] = []
        self.variables: dict[str, Any] = {}
        self.fragments: list[str] = []
        self.left = chance.choice([8, 20, 40])

    def make(self) -> Operation:
        assert self.schema.query_type is not None
        body = self.selections(self.schema.query_type, 0)
        head = f"query Q({', '.join(self.definitions)}) " if self.definitions else ""
        return Operation("\n".join([head + body, *self.fragments]), self.variables)

    def selections(self, type_: GraphQLObjectType, depth: int) -> str:
        found = []
        names = [each for each in type_.fields if each not in ASKED_OF_STREAMS]
        if depth == 0:
            names = list(self.roots)
        for _ in range(self.chance.randint(1, 5 if depth else 3)):
            name = self.chance.choice(names)
            self.left -= 1
            if self.chance.random() < 0.06:
                found.append(self.alias() + "__typename" + self.directive())
            else:
                found.append(self.field(type_, name, type_.fields[name], depth))
        kept = [each for each in found if each] or ["__typename"]
        if depth and self.chance.random() < 0.2:
            kept = self.wrapped(type_, kept)
        return "{ " + " ".join(kept) + " }"

    def wrapped(self, type_: GraphQLObjectType, kept: list[str]) -> list[str]:
        cut = self.chance.randint(0, len(kept))
        inside = "{ " + " ".join(kept[cut:] or ["__typename"]) + " }"
        if self.chance.random() < 0.5:
            on = f"on {type_.name}" if self.chance.random() < 0.7 else ""
            return [*kept[:cut], f"... {on} {self.directive()} {inside}"]
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_.name} {inside}")
        spread = f"...{name} {self.directive()}"
        return [*kept[:cut], spread, *([spread] if self.chance.random() < 0.2 else [])]

    def field(self, type_: GraphQLObjectType, name: str, told: GraphQLField, depth: int) -> str:
        self.left -= 1
        inner = get_named_type(told.type)
        composite = is_composite_type(inner)
        if composite and (self.left < 0 or depth > 6):
            return ""
        body = ""
        if composite:
            body = (
                self.selections(inner, depth + 1)
                if is_object_type(inner)
                else self.node(depth, union=is_union_type(inner))
            )
        # Aliases are numbered, so that merging never meets two that differ in their arguments.
        alias = f"a{self.left + 1000}: " if told.args or composite else self.alias()
        _ = type_
        return f"{alias}{name}{self.arguments(told)}{self.directive()} {body}".strip()

    def node(self, depth: int, *, union: bool) -> str:
        parts = ["__typename"] if self.chance.random() < 0.5 else []
        parts += ["id"] if self.chance.random() < 0.5 and not union else []
        for name in self.chance.sample(["NewsItem", "Municipality"], self.chance.randint(1, 2)):
            type_ = self.schema.type_map[name]
            assert is_object_type(type_)
            parts.append(f"... on {name} {self.selections(type_, depth + 1)}")
        return "{ " + " ".join(parts) + " }"

    def alias(self) -> str:
        return (
            f"b{self.chance.randint(0, 9)}{self.left + 1000}: "
            if self.chance.random() < 0.3
            else ""
        )

    def directive(self) -> str:
        if self.chance.random() > 0.12:
            return ""
        value = self.chance.random() < 0.5
        told = "true" if value else "false"
        if self.chance.random() < 0.5:
            told = self.variable("Boolean!", value, required=True)
        return f" @{self.chance.choice(['skip', 'include'])}(if: {told})"

    def arguments(self, told: GraphQLField) -> str:
        given = []
        names = set(told.args)
        if {"municipality", "slug", "id"} <= names:  # one way, most of the time
            ways = [{"municipality", "slug"}, {"id"}, {"slug"}, set[str]()]
            names = self.chance.choices(ways, [10, 10, 1, 1])[0]
        if names == {"id", "number"}:
            names = {self.chance.choice(["id", "number"])}
        for name in sorted(names):
            argument = told.args[name]
            required = isinstance(argument.type, GraphQLNonNull)
            if not required and len(told.args) != 3 and self.chance.random() < 0.55:
                continue
            given.append(f"{name}: {self.value(name, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def value(self, name: str, type_: Any) -> str:
        required = isinstance(type_, GraphQLNonNull)
        named = get_named_type(type_)
        if isinstance(named, GraphQLEnumType):
            known = list(named.values)
        else:
            known = self.values["position" if named.name == "Position" else name]
        value = self.chance.choice(known)
        if value is None and required:
            value = self.chance.choice([each for each in self.values[name] if each is not None])
        if self.chance.random() < 0.5:
            return self.variable(str(type_), value, required=required)
        return literal(named, value)

    def variable(self, type_: str, value: Any, *, required: bool) -> str:
        name = f"v{len(self.definitions)}"
        default = ""
        named = self.schema.type_map.get(type_)
        if value is not None and not required and named and self.chance.random() < 0.1:
            default = f" = {literal(named, value)}"
            if self.chance.random() < 0.5:
                self.definitions.append(f"${name}: {type_}{default}")
                return f"${name}"
        self.definitions.append(f"${name}: {type_}{default}")
        if required or self.chance.random() < 0.9:
            self.variables[name] = value
        return f"${name}"


def literal(type_: Any, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or isinstance(type_, GraphQLEnumType):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
