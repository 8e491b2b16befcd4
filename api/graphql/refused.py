"""Requests that are refused before GraphQL begins."""

from http import HTTPStatus

from domain.errors import Language

BODY_BYTES = 2_000_000

_WORDS: dict[str, tuple[HTTPStatus, str, str]] = {
    "body_too_large": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"Zapytanie jest za duże: najwyżej {BODY_BYTES} bajtów.",
        f"The request is too large: at most {BODY_BYTES} bytes.",
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
    def __init__(self, code: str, details: str = "") -> None:
        super().__init__(code)
        self.code, self.details = code, details

    @property
    def status(self) -> HTTPStatus:
        return _WORDS[self.code][0]

    def message(self, language: Language) -> str:
        _, pl, en = _WORDS[self.code]
        return (pl if language == "pl" else en).format(details=self.details)
