"""Mutations made of commands: the command's dataclass is the one declaration of what its input takes.

An input has the command's fields under the names that clients use: `initiative_id` is the Relay id
`initiative`, amounts are Grosze, tuples are lists, nested dataclasses are inputs of their own.
What a field means is said once, in `FIELDS`; a field without a sentence there is refused at import.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Optional, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

from api.graphql.context import Context
from api.graphql.errors import InvalidId
from api.graphql.relay import id_of
from api.graphql.user_errors import REFUSALS, carried_out, told
from domain.commands import Command
from domain.errors import DomainError, InvalidInput, Language, Malformed
from domain.money import Grosze
from domain.work import Receipt


@dataclass(frozen=True)
class Vocabulary:
    """`fields`: what a field of this name means. `ids`: which of them are Relay ids, and of which type.
    `amounts`: which are money. `enums`: the domain's enums that are GraphQL enums."""

    fields: Mapping[str, str]
    ids: Mapping[str, str]
    """Such as `initiative_id` → `initiative:Initiative`; `AddAgendaItem.after` is of that command alone.
    Of one of several types: `subject:Practice|ModelSolution`."""
    amounts: frozenset[str]
    enums: Mapping[type[Enum], Any]
    own: Mapping[str, "Converter"] = field(default_factory=dict)
    """Fields that are told in a way of their own."""

    def id_of(self, cls: type, field: str) -> tuple[str, str] | None:
        """The name and the type of a Relay id."""
        told = self.ids.get(f"{cls.__name__}.{field}") or self.ids.get(field)
        if told is None:
            return None
        name, type_name = told.split(":")
        return name, type_name


@dataclass(frozen=True)
class Converter:
    """A field's type in GraphQL, and how its value becomes the domain's."""

    annotation: Any
    convert: Callable[[Any], Any]


def _id(field: str, type_name: str) -> Callable[[str], UUID]:
    parse = id_of(*type_name.split("|"))

    def convert(value: str) -> UUID:
        try:
            return parse(value)
        except InvalidId:
            raise InvalidInput([Malformed(field, value=value[:100])]) from None

    return convert


def _same(value: Any) -> Any:
    return value


# Made while a command is decided, so never given.
_RENDERED = {"body_html"}


class Inputs:
    """Inputs of commands and of the dataclasses inside them, each made once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
        self._made: dict[type, tuple[Any, Callable[[Any], Any]]] = {}

    def of(self, cls: type, description: str = "") -> tuple[Any, Callable[[Any], Any]]:
        """The strawberry input, and what makes the dataclass of an instance of it."""
        if cls not in self._made:
            self._made[cls] = self._make(cls, description)
        return self._made[cls]

    def _make(self, cls: type, description: str) -> tuple[Any, Callable[[Any], Any]]:
        hints = get_type_hints(cls)
        converters: dict[str, tuple[str, Converter]] = {}
        # Fields with a default come last, as a dataclass wants them.
        given_fields = [each for each in fields(cls) if each.name not in _RENDERED]
        ordered = sorted(given_fields, key=lambda f: f.default is not MISSING)
        body: dict[str, Any] = {"__annotations__": {}}
        for each in ordered:
            name, _ = self._words.id_of(cls, each.name) or (each.name, "")
            converter = self._converter(cls, each.name, hints[each.name])
            body["__annotations__"][name] = converter.annotation
            body[name] = self._field(cls, each)
            converters[each.name] = (name, converter)

        def convert(instance: Any) -> Any:
            given = {
                ours: converter.convert(getattr(instance, name))
                for ours, (name, converter) in converters.items()
            }
            return cls(**given)

        made = type(f"{cls.__name__}Input", (), body)
        return strawberry.input(made, description=description or _sentence(cls)), convert

    def _field(self, cls: type, each: Any) -> Any:
        try:
            description = self._words.fields[each.name]
        except KeyError:
            raise TypeError(f"{cls.__name__}.{each.name} has no description") from None
        if each.default is MISSING:
            return strawberry.field(description=description)
        if isinstance(each.default, tuple):
            return strawberry.field(description=description, default_factory=list)
        return strawberry.field(description=description, default=each.default)

    def _converter(self, cls: type, name: str, hint: Any) -> Converter:
        if name in self._words.own:
            return self._words.own[name]
        if get_origin(hint) in {Union, UnionType}:
            return self._optional(cls, name, hint)
        if (relay_id := self._words.id_of(cls, name)) is not None:
            return Converter(strawberry.ID, _id(*relay_id))
        whole: Any = get_origin(hint)
        if whole in {tuple, frozenset}:
            inner = self._converter(cls, name, get_args(hint)[0])
            many: Any = list
            return Converter(
                many[inner.annotation], lambda values: whole(map(inner.convert, values))
            )
        if isinstance(hint, type) and issubclass(hint, Enum):
            return Converter(self._words.enums.get(hint, hint), hint)
        if isinstance(hint, type) and is_dataclass(hint):
            return Converter(*self.of(hint))
        if hint is int and name in self._words.amounts:
            return Converter(Grosze, _same)
        return Converter(hint, _same)

    def _optional(self, cls: type, name: str, hint: Any) -> Converter:
        (told,) = (arg for arg in get_args(hint) if arg is not NoneType)
        inner = self._converter(cls, name, told)

        def convert(value: Any) -> Any:
            return None if value is None else inner.convert(value)

        return Converter(Optional[inner.annotation], convert)  # noqa: UP045  computed, of any kind


def _sentence(cls: type) -> str:
    """The class's own words, in one line."""
    written = (cls.__doc__ or "").split("\n\n")[0]
    if not written or written.startswith(f"{cls.__name__}("):
        return f"{cls.__name__}."
    return " ".join(written.split())


@dataclass(frozen=True)
class Answering:
    """How a command's mutation answers: the type made of its receipt, and when it may be read.

    `completed`: what is still to be done once the command has happened; it may add to the answer.
    """

    written: Any
    projection: str
    refusals: Any = REFUSALS
    tell: Callable[[DomainError, Language], Any] = told
    completed: Callable[[Context, Any, Any], Awaitable[None]] | None = None


def mutations(
    name: str, inputs: Inputs, commands: Sequence[tuple[type[Command], str, Answering]]
) -> Any:
    """A class of mutations to mix into `Mutation`, one for each command, with its sentence."""
    body: dict[str, Any] = {}
    for command, description, answering in commands:
        lower = command.__name__[0].lower() + command.__name__[1:]
        body[_snake(lower)] = strawberry.mutation(
            _resolver(inputs, command, description, answering), name=lower, description=description
        )
    return strawberry.type(type(name, (), body))


def _resolver(
    inputs: Inputs, command: type[Command], description: str, answering: Answering
) -> Any:
    made, convert = inputs.of(command, description)

    def written(receipt: Receipt) -> Any:
        return answering.written(receipt=receipt)

    async def resolve(self: Any, info: Any, input: Any) -> Any:  # noqa: A002, ARG001
        given: list[Command] = []

        def make() -> Command:
            given.append(convert(input))
            return given[0]

        answer = await carried_out(
            info.context, make, answering.projection, written, answering.tell
        )
        if answering.completed is not None and isinstance(answer, answering.written):
            await answering.completed(info.context, given[0], answer)
        return answer

    union = strawberry.union(
        f"{command.__name__}Payload",
        description="What became of the command: what it wrote, or why it was refused.",
    )
    resolve.__annotations__ = {
        "info": strawberry.Info[Context, None],
        "input": made,
        "return": Annotated[Union[answering.written, answering.refusals], union],  # noqa: UP007
    }
    return resolve


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
