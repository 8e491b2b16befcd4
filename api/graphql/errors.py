"""What a reader may be told: each refusal with a stable code and a sentence in both languages."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from graphql import GraphQLError, GraphQLFormattedError

from domain.errors import DomainError, Language

log = logging.getLogger("wspolna.graphql")


class ReadError(DomainError):
    """A question that can't be answered as it was put."""


class PageSize(ReadError):
    code = "page_size"
    pl = "„{argument}” musi być liczbą od 0 do {limit}, a jest {value}."
    en = "“{argument}” must be a number from 0 to {limit}, it is {value}."


class InvalidCursor(ReadError):
    code = "invalid_cursor"
    pl = "Kursor „{cursor}” nie pochodzi z tej listy. Użyj wartości endCursor z poprzedniej strony."
    en = "The cursor “{cursor}” doesn't come from this list. Use the endCursor of the page before."


class InvalidId(ReadError):
    code = "invalid_id"
    pl = "„{id}” nie jest identyfikatorem obiektu tego rodzaju."
    en = "“{id}” is not the id of an object of this kind."


class OneWayToLookUp(ReadError):
    code = "one_way_to_look_up"
    pl = "Podaj dokładnie jedno z: {ways}."
    en = "Give exactly one of: {ways}."


class TextRefused(ReadError):
    code = "invalid_text"
    pl = "Argument „{argument}” jest za długi albo zawiera niedozwolone znaki."
    en = "The argument “{argument}” is too long or contains characters that aren't allowed."


class DateRefused(ReadError):
    code = "implausible_date"
    pl = "Data „{value}” w argumencie „{argument}” jest spoza zakresu od 1900-01-01 do 2200-12-31."
    en = "The date “{value}” in the argument “{argument}” is outside 1900-01-01 to 2200-12-31."


class InTheFuture(ReadError):
    code = "in_the_future"
    pl = "„{argument}” mówi o przyszłości ({value}). Pytać można o to, co już było."
    en = "“{argument}” speaks of the future ({value}). Ask about what has been."


class NothingToCompare(ReadError):
    code = "nothing_to_compare"
    pl = "Podaj „knownFrom” albo „trueFrom”: od kiedy porównywać."
    en = "Give “knownFrom” or “trueFrom”: since when to compare."


class Malformed(ReadError):
    code = "malformed"
    pl = "Wartość „{value}” jest niepoprawna."
    en = "The value “{value}” is malformed."


class NotAuthenticated(ReadError):
    code = "not_authenticated"
    pl = "Token dostępu jest nieznany."
    en = "The access token is not known."


class ReadModelNotReady(ReadError):
    code = "not_ready"
    pl = "Dane są właśnie przygotowywane. Spróbuj ponownie za chwilę."
    en = "The data is being prepared. Try again in a moment."


class DatabaseUnavailable(ReadError):
    code = "database_unavailable"
    pl = "Baza danych jest chwilowo niedostępna. Spróbuj ponownie za chwilę."
    en = "The database is unavailable at the moment. Try again in a moment."


class PositionNotReached(ReadError):
    code = "position_not_reached"
    pl = "Dane nie odzwierciedlają jeszcze pozycji {position}. Spróbuj ponownie za chwilę."
    en = "The data don't reflect the position {position} yet. Try again in a moment."


class NoSuchPosition(ReadError):
    code = "no_such_position"
    pl = "Dziennik nie ma pozycji {position}: pochodzi skądinąd albo odtworzono go z kopii. Zacznij od nowa."
    en = "The log has no position {position}: it comes from elsewhere, or the log was restored. Begin anew."


class TooManySubscribers(ReadError):
    code = "too_many_subscribers"
    pl = "Zbyt wielu subskrybentów. Spróbuj ponownie później."
    en = "There are too many subscribers. Try again later."


class TimedOut(ReadError):
    code = "timed_out"
    pl = "Odpowiedź trwała zbyt długo i została przerwana."
    en = "The answer took too long and was stopped."


def formatted(error: GraphQLError, language: Language) -> GraphQLFormattedError:
    """As a client sees it, in its language. GraphQL's own sentences about a document are English: they
    quote it, and stand behind ours."""
    cause = _cause(error)
    told = error.formatted
    if isinstance(cause, DomainError):
        told["message"] = cause.message(language)
        told["extensions"] = {"code": cause.code, **_plain(cause.details)}
    elif cause is None:
        if language == "pl":
            told["message"] = f"Zapytanie GraphQL jest niepoprawne: {error.message}"
        told.setdefault("extensions", {}).setdefault("code", "invalid_request")
    else:
        told["message"], told["extensions"] = _masked(cause, language)
    return told


def _cause(error: GraphQLError) -> BaseException | None:
    """What was raised by whom it was first: coercion wraps the refusals of scalars."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _masked(cause: BaseException, language: Language) -> tuple[str, dict[str, Any]]:
    incident = str(uuid4())
    log.error("graphql.internal_error incident=%s", incident, exc_info=cause)
    message = "Wewnętrzny błąd serwera." if language == "pl" else "Internal server error."
    return message, {"code": "internal_error", "incident": incident}


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, (int, bool)) else str(value)
        for name, value in details.items()
    }
