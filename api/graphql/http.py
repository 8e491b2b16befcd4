"""GraphQL over HTTP, to the letter of its specification, and over server-sent events (graphql-sse)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

import msgspec
from litestar.types import HTTPScope, Receive, Send

from api.auth import Authentication, UnknownToken, Viewer
from api.graphql import negotiation
from api.graphql.engine import Answer, Engine, MutationByGet, Question, encoded
from api.graphql.events import send_events
from api.language import preferred
from domain.errors import Language

BODY_BYTES = 2_000_000
Headers = Mapping[bytes, bytes]

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
}


class Refused(Exception):
    def __init__(self, code: str, details: str = "") -> None:
        super().__init__(code)
        self.code, self.details = code, details


class _Body(msgspec.Struct, rename="camel"):
    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, object] | None = None
    extensions: dict[str, object] | None = None


_decode = msgspec.json.Decoder(_Body).decode
_decode_object = msgspec.json.Decoder(dict[str, object] | None).decode


class GraphQLOverHTTP:
    def __init__(self, engine: Engine, authentication: Authentication, page: bytes) -> None:
        self._engine = engine
        self._authentication = authentication
        self._page = page

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        accept = headers.get(b"accept")
        if (
            scope["method"] == "GET"
            and not scope["query_string"]
            and negotiation.accepts(accept, negotiation.PAGE)
        ):
            await _send(send, HTTPStatus.OK, negotiation.PAGE, self._page, [])
        elif negotiation.accepts(accept, negotiation.EVENTS):
            await self._stream(scope, headers, receive, send)
        else:
            await self._answer(scope, headers, receive, send)

    async def _stream(
        self, scope: HTTPScope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        language = language_of(headers)
        try:
            viewer = self._viewer(headers)
            question = await _question(scope, headers, receive)
            results = await self._engine.stream(
                question, viewer, language, safe=scope["method"] == "GET"
            )
        except MutationByGet:
            await _refuse(send, Refused("method_not_allowed"), negotiation.LEGACY, language)
        except Refused as refused:
            await _refuse(send, refused, negotiation.LEGACY, language)
        else:
            await send_events(results, receive, send)

    async def _answer(
        self, scope: HTTPScope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        media_type = negotiation.preferred(headers.get(b"accept"))
        language = language_of(headers)
        try:
            if media_type is None:
                raise Refused("not_acceptable")
            viewer = self._viewer(headers)
            question = await _question(scope, headers, receive)
            safe = scope["method"] == "GET"
            answer = await self._engine.answer(question, viewer, language, safe=safe)
        except MutationByGet:
            await _refuse(send, Refused("method_not_allowed"), media_type, language)
        except Refused as refused:
            await _refuse(send, refused, media_type, language)
        else:
            await _send(
                send, _status(answer, media_type), media_type, answer.body, _headers(answer)
            )

    def _viewer(self, headers: Headers) -> Viewer:
        try:
            return self._authentication.viewer(headers.get(b"authorization"))
        except UnknownToken:
            raise Refused("not_authenticated") from None


def language_of(headers: Headers) -> Language:
    return preferred(headers.get(b"accept-language", b"").decode("latin-1"))


async def _question(scope: HTTPScope, headers: Headers, receive: Receive) -> Question:
    if scope["method"] == "GET":
        return _from_query(scope["query_string"])
    if scope["method"] != "POST":
        raise Refused("method_not_allowed")
    if not negotiation.is_json(headers.get(b"content-type")):
        raise Refused("unsupported_media_type")
    return _from_json(await _read(headers, receive))


async def _read(headers: Headers, receive: Receive) -> bytes:
    if int(headers.get(b"content-length", b"0") or 0) > BODY_BYTES:
        raise Refused("body_too_large")
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused("malformed_request", "disconnected")
        chunks.append(message["body"])
        size += len(chunks[-1])
        more = message["more_body"]
        if size > BODY_BYTES:
            raise Refused("body_too_large")
    return b"".join(chunks)


def _from_json(body: bytes) -> Question:
    if body.lstrip()[:1] == b"[":
        raise Refused("batching_off")
    try:
        told = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("malformed_request", str(error)) from None
    if not told.query:
        raise Refused("malformed_request", "query")
    return Question(told.query, told.operation_name, told.variables)


def _from_query(query_string: bytes) -> Question:
    try:
        told = dict(
            parse_qsl(
                query_string.decode(), strict_parsing=True, errors="strict", max_num_fields=20
            )
        )
        variables = _decode_object(told.get("variables") or "null")
        _decode_object(told.get("extensions") or "null")
    except (ValueError, msgspec.DecodeError) as error:
        raise Refused("malformed_request", str(error)) from None
    if not told.get("query"):
        raise Refused("malformed_request", "query")
    return Question(told["query"], told.get("operationName"), variables)


def _status(answer: Answer, media_type: bytes) -> HTTPStatus:
    """A request error is a 400 in the new media type; in the old one, clients trust nothing but 200."""
    if answer.executed or media_type == negotiation.LEGACY:
        return HTTPStatus.OK
    return HTTPStatus.BAD_REQUEST


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    if answer.position is None:
        return []
    return [(b"wspolna-position", str(answer.position).encode())]


async def _refuse(
    send: Send, refused: Refused, media_type: bytes | None, language: Language
) -> None:
    status, pl, en = _WORDS[refused.code]
    message = (pl if language == "pl" else en).format(details=refused.details)
    body = encoded({"errors": [{"message": message, "extensions": {"code": refused.code}}]})
    more: list[tuple[bytes, bytes]] = []
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        more = [(b"allow", b"GET, POST")]
    if status == HTTPStatus.UNAUTHORIZED:
        more = [(b"www-authenticate", b'Bearer realm="wspolna"')]
    await _send(send, status, media_type or negotiation.LEGACY, body, more)


async def _send(
    send: Send,
    status: HTTPStatus,
    media_type: bytes,
    body: bytes,
    more: Sequence[tuple[bytes, bytes]],
) -> None:
    headers = [
        (b"content-type", media_type + b"; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"vary", b"Accept, Accept-Language, Authorization"),
        (b"cache-control", b"private, no-cache"),
        (b"x-content-type-options", b"nosniff"),
        *more,
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
