"""A feature's mutations: its words and ids said once, and what its commands answer with."""

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import Any

import strawberry

from api.graphql.commanded import Answering, Converter, Inputs, Vocabulary
from api.graphql.commanded import mutations as made_of_commands
from api.graphql.context import Context
from api.graphql.ordinary import one
from api.graphql.scalars import Position
from domain.commands import Command
from domain.work import Receipt

_USUAL = {
    "command_id": "Made by the client: the same command sent twice happens once and answers the same.",
    "expected_version": "Version that the client saw; the command is refused where it isn't the current one.",
}


class Feature:
    """`ids` and `docs` as `ids` and `fields` of a Vocabulary, `enums` and `own` as there."""

    def __init__(
        self,
        projection: str,
        ids: Mapping[str, str],
        docs: Mapping[str, str],
        enums: Mapping[type[Enum], Any] | None = None,
        own: Mapping[str, Converter] | None = None,
    ) -> None:
        self.projection = projection
        words = {**_USUAL, **docs}
        self._words = Vocabulary(words, ids, frozenset(), enums or {}, own or {})

    @cached_property
    def inputs(self) -> Inputs:
        return Inputs(self._words)


def mutations(
    name: str, feature: Feature, success: Any, commands: Mapping[type[Command], str]
) -> Any:
    """A class with a mutation for each command, named after it; `commands` with their descriptions."""
    answering = Answering(success, feature.projection)
    told = [(command, description, answering) for command, description in commands.items()]
    return made_of_commands(name, feature.inputs, told)


def written(about: type, field: str) -> Any:
    """`<Type>Written`: the thing as it is now, the position, the version."""

    async def found(self: Any, info: Any) -> Any:
        values = {"value": (self.receipt.stream_id, "uuid")}
        return await one(info.context, about, "{row}.id = {value}", values)

    def position(self: Any) -> Position:
        return Position(self.receipt.position)

    def version(self: Any) -> int:
        return int(self.receipt.version)

    found.__annotations__ = {"info": strawberry.Info[Context, None], "return": about | None}
    body = {
        "__annotations__": {"receipt": strawberry.Private[Receipt]},
        field: strawberry.field(
            resolver=found,
            description="As it is now; null where the read model is late, or it is not to be seen.",
        ),
        "position": strawberry.field(
            resolver=position, description="Position of the command's last event in the log."
        ),
        "version": strawberry.field(
            resolver=version, description="Version after the command, for `expectedVersion`."
        ),
    }
    return strawberry.type(
        type(f"{about.__name__}Written", (), body), description="The command happened."
    )
