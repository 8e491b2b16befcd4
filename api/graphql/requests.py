"""From an HTTP request, or a websocket's message, to a question."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec
from litestar.types import HTTPScope, Receive

from api.graphql import negotiation
from api.graphql.asked import Question
from api.graphql.refused import BODY_BYTES, Refused
from api.graphql.trusted import TrustedDocuments

Headers = Mapping[bytes, bytes]

BODY_SECONDS = 15.0

_NOTHING = msgspec.Raw(b"")


class _Body(msgspec.Struct, rename="camel"):
    query: str | None = None
    operation_name: str | None = None
    variables: msgspec.Raw = _NOTHING
    extensions: msgspec.Raw = _NOTHING
    document_id: str | None = None


class _PersistedQuery(msgspec.Struct, rename="camel"):
    sha256_hash: str = msgspec.field(name="sha256Hash")


class _Extensions(msgspec.Struct, rename="camel"):
    at_least: int | None = None
    persisted_query: _PersistedQuery | None = None


_decode = msgspec.json.Decoder(_Body).decode
_decode_extensions = msgspec.json.Decoder(_Extensions | None).decode


async def question(
    scope: HTTPScope, headers: Headers, receive: Receive, trusted: TrustedDocuments
) -> Question:
    """Raises Refused."""
    if scope["method"] == "GET":
        told = _from_query(scope["query_string"])
    elif scope["method"] != "POST":
        raise Refused("method_not_allowed")
    else:
        _require_json(headers)
        return posted(headers, await _body(headers, receive), trusted)
    return _question(told, headers.get(b"wspolna-at-least"), trusted)


def posted(headers: Headers, body: bytes, trusted: TrustedDocuments) -> Question:
    """Raises Refused."""
    _require_json(headers)
    return _question(_from_json(body), headers.get(b"wspolna-at-least"), trusted)


def subscribed(payload: bytes, trusted: TrustedDocuments) -> Question:
    """Of a websocket's message: the same JSON as an HTTP request's body. Raises Refused."""
    return _question(_from_json(payload), None, trusted)


def _require_json(headers: Headers) -> None:
    if not negotiation.is_json(headers.get(b"content-type")):
        # A form or text/plain is what a page of another site could make a browser send.
        raise Refused("unsupported_media_type")


def _question(told: _Body, at_least: bytes | None, trusted: TrustedDocuments) -> Question:
    try:
        extensions = _decode_extensions(told.extensions) if told.extensions else None
        position = int(at_least) if at_least else None
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise Refused("malformed_request", str(error)) from None
    query = told.query
    if not query:
        query = _persisted(told, extensions, trusted)
    if extensions is not None and extensions.at_least is not None:
        position = max(position or 0, extensions.at_least)
    return Question(query, told.operation_name or None, bytes(told.variables), position)


def _persisted(told: _Body, extensions: _Extensions | None, trusted: TrustedDocuments) -> str:
    if told.document_id is not None:
        wanted = told.document_id.removeprefix("sha256:")
    elif extensions is not None and extensions.persisted_query is not None:
        wanted = extensions.persisted_query.sha256_hash
    else:
        raise Refused("malformed_request", "query")
    found = trusted.text(wanted)
    if found is None:
        raise Refused("PERSISTED_QUERY_NOT_FOUND")
    return found


async def _body(headers: Headers, receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(headers, receive)
    except TimeoutError:
        raise Refused("body_too_slow") from None


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
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _from_json(body: bytes) -> _Body:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if body.lstrip()[:1] == b"[":
            raise Refused("batching_off") from None
        raise Refused("malformed_request", str(error)) from None


def _from_query(query_string: bytes) -> _Body:
    try:
        told = dict(
            parse_qsl(
                query_string.decode(), strict_parsing=True, errors="strict", max_num_fields=20
            )
        )
    except ValueError as error:
        raise Refused("malformed_request", str(error)) from None
    return _Body(
        query=told.get("query"),
        operation_name=told.get("operationName"),
        variables=msgspec.Raw(told.get("variables", "").encode()),
        extensions=msgspec.Raw(told.get("extensions", "").encode()),
        document_id=told.get("documentId"),
    )
