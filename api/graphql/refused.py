"""Requests that are refused before GraphQL begins."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from domain.errors import Language

BODY_BYTES = 2_000_000

_WORDS: dict[str, tuple[HTTPStatus, str, str]] = {
    "body_too_large": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"Zapytanie jest za duże: najwyżej {BODY_BYTES} bajtów.",
        f"The request is too large: at most {BODY_BYTES} bytes.",
    ),
    "body_too_slow": (
        HTTPStatus.REQUEST_TIMEOUT,
        "Treść zapytania przychodziła zbyt długo.",
        "The request's body took too long to arrive.",
    ),
    "unsupported_media_type": (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Wyślij zapytanie jako application/json w kodowaniu UTF-8.",
        "Send the request as application/json in UTF-8.",
    ),
    "not_acceptable": (
        HTTPStatus.NOT_ACCEPTABLE,
        "Odpowiadamy w application/graphql-response+json albo application/json.",
        "We answer in application/graphql-response+json or application/json.",
    ),
    "method_not_allowed": (
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Metodą GET można tylko pytać; zmiany wymagają metody POST.",
        "GET is for queries only; anything else needs POST.",
    ),
    "malformed_request": (
        HTTPStatus.BAD_REQUEST,
        "To nie jest zapytanie GraphQL w formacie JSON: {details}",
        "This is not a GraphQL request in JSON: {details}",
    ),
    "batching_off": (
        HTTPStatus.BAD_REQUEST,
        "Jedno zapytanie naraz: listy zapytań nie są przyjmowane.",
        "One request at a time: lists of requests are not taken.",
    ),
    "not_authenticated": (
        HTTPStatus.UNAUTHORIZED,
        "Token dostępu jest nieznany.",
        "The access token is not known.",
    ),
    "rate_limited": (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Limit zapytań tego klucza jest wyczerpany. Następne będą przyjęte za {details} s.",
        "The quota of this key is used up. More is taken in {details} s.",
    ),
    "database_unavailable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Baza danych jest chwilowo niedostępna. Spróbuj ponownie za chwilę.",
        "The database is unavailable at the moment. Try again in a moment.",
    ),
    "foreign_origin": (
        HTTPStatus.FORBIDDEN,
        "Zapytanie z sesją przeglądarki musi pochodzić z naszej strony.",
        "A request with a browser's session must come from a page of ours.",
    ),
    "internal_error": (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Wewnętrzny błąd serwera.",
        "Internal server error.",
    ),
    # Clients of Apollo's persisted queries know this one by its message.
    "PERSISTED_QUERY_NOT_FOUND": (
        HTTPStatus.OK,
        "PersistedQueryNotFound",
        "PersistedQueryNotFound",
    ),
}


class Refused(Exception):
    """`headers`: that go with it. `extensions`: what a program may want to know beside the code."""

    def __init__(
        self,
        code: str,
        details: str = "",
        *,
        headers: Sequence[tuple[bytes, bytes]] = (),
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.details = code, details
        self.headers, self._extensions = headers, extensions or {}

    @property
    def status(self) -> HTTPStatus:
        return _WORDS[self.code][0]

    def error(self, language: Language) -> dict[str, Any]:
        """As it stands among `errors`."""
        extensions = {"code": self.code, **self._extensions}
        return {"message": self.message(language), "extensions": extensions}

    def message(self, language: Language) -> str:
        _, pl, en = _WORDS[self.code]
        return (pl if language == "pl" else en).format(details=self.details)
