"""GraphQL over HTTP, to the letter of its specification, and over server-sent events (graphql-sse)."""

from http import HTTPStatus

import structlog
from litestar.types import HTTPScope, Receive, Send

from api.auth import PUBLIC, Authentication, ForeignOrigin, UnknownToken, Viewer
from api.front import FAILED
from api.graphql import negotiation
from api.graphql.asked import MalformedVariables, MutationByGet
from api.graphql.disconnection import ClientGone, Disconnections
from api.graphql.engine import Engine
from api.graphql.events import send_events
from api.graphql.rationing import NO_LIMITS, admitted, each_noted, noted, refusal_noted
from api.graphql.refused import Refused
from api.graphql.requests import Headers, question
from api.graphql.results import Answer, encoded
from api.graphql.trusted import TrustedDocuments
from api.language import preferred
from api.portals.gate import Gate, Pairs
from api.portals.keyring import KeysUnavailable
from domain.errors import Language

log = structlog.get_logger()

_HEADERS: dict[bytes, list[tuple[bytes, bytes]]] = {
    media_type: [
        (b"content-type", media_type + b"; charset=utf-8"),
        (b"vary", b"Accept, Accept-Language, Authorization, Cookie"),
        (b"cache-control", b"private, no-cache"),
        (b"x-content-type-options", b"nosniff"),
    ]
    for media_type in (negotiation.RESPONSE, negotiation.LEGACY, negotiation.PAGE)
}

# GraphiQL's editor writes its measures into style attributes; nothing else stands inline.
_PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


_HEADS = {
    media_type: b"".join(b"%s: %s\r\n" % pair for pair in pairs) + b"content-length: %d\r\n"
    b"wspolna-position: %d\r\n\r\n"
    for media_type, pairs in _HEADERS.items()
}


def head(media_type: bytes, position: int, length: int) -> bytes:
    """The headers of an answer to a POST, on the wire."""
    return _HEADS[media_type] % (length, position)


class GraphQLOverHTTP:
    def __init__(
        self,
        engine: Engine,
        authentication: Authentication,
        gate: Gate,
        trusted: TrustedDocuments,
        page: bytes,
    ) -> None:
        self._engine = engine
        self._authentication = authentication
        self._gate = gate
        self._trusted = trusted
        self._page = page
        self.disconnections = Disconnections()

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        accept = headers.get(b"accept")
        if negotiation.preferred(accept) == negotiation.EVENTS:
            await self._stream(scope, headers, receive, send)
        elif scope["method"] == "GET" and self._wants_page(scope, accept):
            policy = [(b"content-security-policy", _PAGE_POLICY)]
            await _send(send, HTTPStatus.OK, negotiation.PAGE, self._page, policy)
        else:
            await self._answer(scope, headers, receive, send)

    def _wants_page(self, scope: HTTPScope, accept: bytes | None) -> bool:
        return not scope["query_string"] and negotiation.accepts(accept, negotiation.PAGE)

    async def _answer(
        self, scope: HTTPScope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        media_type = negotiation.preferred(headers.get(b"accept"))
        language = language_of(headers)
        safe = scope["method"] == "GET"
        viewer, limits = PUBLIC, NO_LIMITS
        try:
            if media_type is None:
                raise Refused("not_acceptable")
            viewer = await self._viewer(headers)
            limits = await admitted(self._gate, viewer)
            asked = await question(scope, headers, receive, self._trusted)
            failed = scope.get("state", {}).get(FAILED)
            work = self._engine.answer(asked, viewer, language, safe=safe, failed=failed)
            answer = await self.disconnections.heeding(receive, work)
        except ClientGone:
            return
        except (MutationByGet, MalformedVariables, Refused) as error:
            refusal_noted(self._gate, viewer, limits)
            await _refuse(send, _refusal(error), media_type, language, limits)
        except Exception as error:
            log.exception("graphql.failed", error=type(error).__name__)
            refusal_noted(self._gate, viewer, limits)
            await _refuse(send, Refused("internal_error"), media_type, language, limits)
        else:
            noted(self._gate, viewer, answer)
            known = headers.get(b"if-none-match") if safe else None
            await _tell(send, answer, media_type, limits, safe=safe, known=known)

    async def _stream(
        self, scope: HTTPScope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        language, safe = language_of(headers), scope["method"] == "GET"
        viewer, limits = PUBLIC, NO_LIMITS
        try:
            viewer = await self._viewer(headers)
            limits = await admitted(self._gate, viewer)
            asked = await question(scope, headers, receive, self._trusted)
            results = await self._engine.stream(
                asked, viewer, language, safe=safe, resume=_last_event(headers)
            )
            results = self._authentication.heeding(headers, viewer, results)
            results = each_noted(self._gate, viewer, results)
        except (MutationByGet, MalformedVariables, Refused) as error:
            refusal_noted(self._gate, viewer, limits)
            await _refuse(send, _refusal(error), negotiation.LEGACY, language, limits)
        else:
            await send_events(results, receive, send, limits)

    async def _viewer(self, headers: Headers) -> Viewer:
        if b"authorization" not in headers and b"cookie" not in headers:
            return PUBLIC
        try:
            return await self._authentication.viewer(headers)
        except UnknownToken:
            raise Refused("not_authenticated") from None
        except KeysUnavailable:
            raise Refused("database_unavailable") from None
        except ForeignOrigin:
            raise Refused("foreign_origin") from None


def language_of(headers: Headers) -> Language:
    return preferred(headers.get(b"accept-language"))


def _last_event(headers: Headers) -> int | None:
    """Raises Refused."""
    told = headers.get(b"last-event-id")
    if not told:
        return None
    if not (told.isdigit() and len(told) < 17):
        raise Refused("malformed_request", "Last-Event-ID")
    return int(told)


async def _tell(
    send: Send, answer: Answer, media_type: bytes, limits: Pairs, *, safe: bool, known: bytes | None
) -> None:
    more = [*limits]
    if answer.position is not None:
        more.append((b"wspolna-position", b"%d" % answer.position))
    if safe and answer.etag is not None:
        etag = answer.etag()
        more.append((b"etag", etag))
        if known is not None and etag in (each.strip() for each in known.split(b",")):
            await _send(send, HTTPStatus.NOT_MODIFIED, media_type, b"", more)
            return
    await _send(send, _status(answer, media_type), media_type, answer.body, more)


def _status(answer: Answer, media_type: bytes) -> HTTPStatus:
    """A request error is a 400 in the new media type; in the old one, clients trust nothing but 200."""
    if answer.executed or media_type == negotiation.LEGACY:
        return HTTPStatus.OK
    return HTTPStatus.BAD_REQUEST


def _refusal(error: MutationByGet | MalformedVariables | Refused) -> Refused:
    match error:
        case Refused():
            return error
        case MutationByGet():
            return Refused("method_not_allowed")
        case MalformedVariables():
            return Refused("malformed_request", str(error))


async def _refuse(
    send: Send, refused: Refused, media_type: bytes | None, language: Language, limits: Pairs
) -> None:
    body = encoded({"errors": [refused.error(language)]})
    more = [*limits, *refused.headers]
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        more.append((b"allow", b"GET, POST"))
    if refused.status == HTTPStatus.UNAUTHORIZED:
        more.append((b"www-authenticate", b'Bearer realm="wspolna"'))
    status = refused.status
    if media_type == negotiation.RESPONSE and status == HTTPStatus.OK:  # no 2xx without data
        status = HTTPStatus.BAD_REQUEST
    await _send(send, status, media_type or negotiation.LEGACY, body, more)


async def _send(send: Send, status: int, media_type: bytes, body: bytes, more: Pairs) -> None:
    length = [(b"content-length", b"%d" % len(body))]
    if status == HTTPStatus.NOT_MODIFIED:  # its length would be that of the body it stands for
        length = []
    headers = [*_HEADERS[media_type], *length, *more]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
