"""GraphQL over websocket: the protocol graphql-transport-ws of the graphql-ws project."""

import asyncio
import contextlib
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.types import Receive, Send, WebSocketScope

from api.auth import PUBLIC, Authentication, ForeignOrigin, UnknownToken, Viewer
from api.auth.origin import same_origin
from api.graphql.asked import MalformedVariables
from api.graphql.engine import Engine
from api.graphql.rationing import NO_LIMITS, admitted, each_noted, refusal_noted
from api.graphql.readers import ReadsNothing, cut_off, tell
from api.graphql.refused import Refused
from api.graphql.requests import subscribed
from api.graphql.results import encoded
from api.graphql.trusted import TrustedDocuments
from api.language import preferred
from api.portals.gate import Gate
from api.portals.keyring import KeysUnavailable

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
OPERATIONS = 50
MESSAGE_BYTES = 200_000


class _Message(msgspec.Struct):
    type: str
    id: str | None = None
    payload: msgspec.Raw = msgspec.Raw(b"null")


_decode = msgspec.json.Decoder(_Message).decode
_decode_init = msgspec.json.Decoder(dict[str, Any] | None).decode


class Closed(Exception):
    """The connection ends with one of the protocol's codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class GraphQLOverWebsocket:
    def __init__(
        self, engine: Engine, authentication: Authentication, gate: Gate, trusted: TrustedDocuments
    ) -> None:
        self._engine = engine
        self._authentication = authentication
        self._gate = gate
        self._trusted = trusted

    async def __call__(self, scope: WebSocketScope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        await receive()  # websocket.connect
        if not same_origin(headers):
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
            return
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
            await send(
                {"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"}
            )
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL, "headers": []})
        told = (headers, receive, send)
        asked = (self._engine, self._authentication, self._gate, self._trusted)
        await _Session(*asked, *told).run()


class _Session:
    def __init__(
        self,
        engine: Engine,
        authentication: Authentication,
        gate: Gate,
        trusted: TrustedDocuments,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> None:
        self._engine, self._authentication = engine, authentication
        self._gate, self._trusted = gate, trusted
        self._headers, self._receive, self._send = headers, receive, send
        self._identity: dict[bytes, bytes] | None = None
        self._language = preferred(headers.get(b"accept-language"))
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        try:
            await asyncio.wait_for(self._initialise(), INIT_SECONDS)
            while (message := await self._next()) is not None:
                await self._handle(message)
        except TimeoutError:
            await self._close(4408, "Connection initialisation timeout")
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except ReadsNothing:
            await self._cut(None)
        finally:
            await self._stop()

    async def _initialise(self) -> None:
        while self._identity is None:
            message = await self._next()
            if message is None:
                raise Closed(1000, "gone")
            if message.type == "ping":
                await self._tell("pong")
            elif message.type == "connection_init":
                identity = self._identified(message)
                try:
                    await self._viewer(identity)
                except Refused:
                    raise Closed(1013, "Try again later") from None
                self._identity = identity
                await self._tell("connection_ack")
            elif message.type != "pong":
                raise Closed(4401, "Unauthorized")

    def _identified(self, message: _Message) -> dict[bytes, bytes]:
        """By the handshake's headers, or by `authorization` in the payload where a browser can't set one."""
        try:
            told = _decode_init(message.payload) or {}
        except (msgspec.DecodeError, RecursionError):
            raise Closed(4400, "Malformed payload") from None
        given = next((v for k, v in told.items() if k.lower() == "authorization"), None)
        if given is None:
            return self._headers
        return {**self._headers, b"authorization": str(given).encode()}

    async def _viewer(self, identity: dict[bytes, bytes]) -> Viewer:
        """Asked for anew for every operation: a token may be revoked while the connection lives on.

        Raises Refused while the database is away.
        """
        try:
            return await self._authentication.viewer(identity)
        except (UnknownToken, ForeignOrigin):
            raise Closed(4403, "Forbidden") from None
        except KeysUnavailable:
            raise Refused("database_unavailable") from None

    async def _handle(self, message: _Message) -> None:
        if message.type == "ping":
            await self._tell("pong")
        elif message.type == "subscribe":
            self._subscribe(message)
        elif message.type == "complete" and message.id is not None:
            task = self._running.pop(message.id, None)
            if task is not None:
                task.cancel()
        elif message.type == "connection_init":
            raise Closed(4429, "Too many initialisation requests")
        elif message.type != "pong":
            raise Closed(4400, f"Unknown message type {message.type[:30]}")

    def _subscribe(self, message: _Message) -> None:
        if message.id is None:
            raise Closed(4400, "A subscribe message needs an id")
        if message.id in self._running:
            raise Closed(4409, f"Subscriber for {message.id[:50]} already exists")
        if len(self._running) >= OPERATIONS:
            raise Closed(4429, f"More than {OPERATIONS} operations at once")
        self._running[message.id] = asyncio.create_task(
            self._operate(message.id, bytes(message.payload))
        )

    async def _operate(self, id_: str, payload: bytes) -> None:
        """A request error ends the operation with `error`, everything else with `complete`."""
        identity, reached = self._identity or {}, None
        viewer, limits = PUBLIC, NO_LIMITS
        try:
            viewer = await self._viewer(identity)
            limits = await admitted(self._gate, viewer)
            question = subscribed(payload, self._trusted)
            results = await self._engine.stream(question, viewer, self._language)
            results = self._authentication.heeding(identity, viewer, results)
            results = each_noted(self._gate, viewer, results)
            async with contextlib.aclosing(results):
                async for answer in results:
                    if not answer.executed:
                        await self._say(id_, b"error", answer.errors())
                        return
                    await self._say(id_, b"next", answer.body)
                    reached = answer.position if answer.followed else None
            await self._say(id_, b"complete", None)
        except (MalformedVariables, Refused) as error:
            refusal_noted(self._gate, viewer, limits)
            await self._refuse(id_, error)
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except ReadsNothing:
            await self._cut(reached)
        finally:
            if self._running.get(id_) is asyncio.current_task():
                del self._running[id_]

    async def _refuse(self, id_: str, error: MalformedVariables | Refused) -> None:
        """A payload that can't be read ends the connection, as the protocol has it."""
        if isinstance(error, Refused) and error.status != HTTPStatus.BAD_REQUEST:
            await self._say(id_, b"error", encoded([error.error(self._language)]))
        else:
            await self._close(4400, "Malformed payload")

    async def _next(self) -> _Message | None:
        """None: the client is gone."""
        event = await self._receive()
        if event["type"] != "websocket.receive":
            return None
        text = event.get("text")
        if not isinstance(text, str) or len(text) > MESSAGE_BYTES:
            raise Closed(4400, "Messages are text of limited length")
        try:
            return _decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise Closed(4400, "Malformed message") from None

    async def _tell(self, type_: str) -> None:
        await self._text(encoded({"type": type_}))

    async def _say(self, id_: str, type_: bytes, payload: bytes | None) -> None:
        told = b"" if payload is None else b',"payload":' + payload
        await self._text(b'{"id":' + encoded(id_) + b',"type":"' + type_ + b'"' + told + b"}")

    async def _text(self, message: bytes) -> None:
        await tell(self._send, {"type": "websocket.send", "text": message.decode(), "bytes": None})

    async def _cut(self, reached: int | None) -> None:
        """Says where to go on, to a client that begins to read at last."""
        onward = "" if reached is None else f"; go on after {reached}"
        await cut_off(self._send, self._close(1013, f"You read nothing{onward}"))

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(Exception):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
