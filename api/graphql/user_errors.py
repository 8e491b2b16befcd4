"""Refused commands as a client sees them: data of the payload, typed, in its language."""

from collections.abc import Callable
from typing import Any

import strawberry

from api.graphql.context import Context
from api.graphql.errors import InvalidId, ReadError
from domain.errors import (
    CommandIdReused,
    DomainError,
    InvalidInput,
    Language,
    NotFound,
    NotPermitted,
    StaleVersion,
    StorageUnavailable,
)
from domain.municipalities import MunicipalityAlreadyRegistered, UnknownMunicipality
from domain.news import NewsNotFound, NewsNotPublished, NewsRetracted, SlugTaken
from domain.work import Receipt

CODE = "Stable, in snake_case; for programs."
MESSAGE = "For people: Polish, or English where Accept-Language prefers it."


@strawberry.interface(description="Why a command was refused. Nothing was stored.")
class UserError:
    code: str = strawberry.field(description=CODE)
    message: str = strawberry.field(description=MESSAGE)


@strawberry.type(description="One thing wrong with one field of the input.")
class InputProblem:
    field: str = strawberry.field(description="The field's name.")
    code: str = strawberry.field(description=CODE)
    message: str = strawberry.field(description=MESSAGE)


@strawberry.type(description="The input breaks rules: all of them, at once.")
class InvalidInputError(UserError):
    problems: list[InputProblem] = strawberry.field(description="Each of them.")


@strawberry.type(
    description="The viewer may not give this command: no token, or not its municipality."
)
class NotPermittedError(UserError):
    pass


@strawberry.type(description="What the command is about doesn't exist.")
class NotFoundError(UserError):
    pass


@strawberry.type(description="Somebody changed it since the client read it.")
class StaleVersionError(UserError):
    current_version: int = strawberry.field(description="The version it has now.")


@strawberry.type(
    description="The command contradicts what is already so, such as a slug that is taken."
)
class ConflictError(UserError):
    pass


@strawberry.type(
    description="It isn't known whether the command took effect: give it again with the same id."
)
class UnavailableError(UserError):
    pass


REFUSALS = (
    InvalidInputError
    | NotPermittedError
    | NotFoundError
    | StaleVersionError
    | ConflictError
    | UnavailableError
)

_TYPES: tuple[tuple[tuple[type[DomainError], ...], type[UserError]], ...] = (
    ((NotPermitted,), NotPermittedError),
    ((NewsNotFound, UnknownMunicipality), NotFoundError),
    (
        (
            SlugTaken,
            NewsRetracted,
            NewsNotPublished,
            MunicipalityAlreadyRegistered,
            CommandIdReused,
        ),
        ConflictError,
    ),
    ((StorageUnavailable,), UnavailableError),
)


def told(refusal: DomainError, language: Language) -> Any:
    """Raises the refusal where it is none of the client's. What no type is made for is a conflict."""
    if isinstance(refusal, InvalidInput):
        problems = [
            InputProblem(field=p.field, code=p.code, message=p.message(language))
            for p in refusal.problems
        ]
        return InvalidInputError(
            code=refusal.code, message=refusal.message(language), problems=problems
        )
    if isinstance(refusal, InvalidId):
        message = refusal.message(language)
        problem = InputProblem(field="newsItem", code=refusal.code, message=message)
        return InvalidInputError(code=InvalidInput.code, message=message, problems=[problem])
    if isinstance(refusal, StaleVersion):
        return StaleVersionError(
            code=refusal.code,
            message=refusal.message(language),
            current_version=refusal.details["current"],
        )
    for errors, type_ in _TYPES:
        if isinstance(refusal, errors):
            return type_(code=refusal.code, message=refusal.message(language))
    if isinstance(refusal, ReadError):
        raise refusal
    type_ = NotFoundError if isinstance(refusal, NotFound) else ConflictError
    return type_(code=refusal.code, message=refusal.message(language))


async def carried_out(
    context: Context,
    make: Callable[[], Any],
    projection: str,
    answer: Callable[[Receipt], Any],
    tell: Callable[[DomainError, Language], Any] = told,
) -> Any:
    """Parses, executes, waits for the read model and answers; a refusal is an answer too."""
    try:
        receipt = await context.services.execute(make(), context.viewer.actor)
    except DomainError as refusal:
        return tell(refusal, context.language)
    await context.services.caught_up(receipt.position, (projection,))
    await context.snapshot.close()  # what is read from here on is of after the command
    return answer(receipt)
