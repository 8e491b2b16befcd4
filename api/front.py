"""The front of the server: what is already compiled is answered by the HTTP protocol itself.

ASGI costs as much as an answer does: a scope, a cycle, three layers of middleware, two messages, ten
header checks. So a plain question (POST of JSON to `/graphql`, by nobody in particular, over HTTP/1.1)
is taken from uvicorn's parser straight to the engine, and its answer written at once. Whatever is
unusual about it, the request goes on to the application as if nobody had looked.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

PATH = b"/graphql"
FAILED = "failed"
"""In the scope's `state`: what the statement of a question that was handed over had failed with."""
BODY_BYTES = 16_384
"""Of a plain question at most."""

_PERSONAL = (b"authorization", b"cookie")


class Found(Protocol):
    """A future of an answer's headers and body, in one piece from the header `content-type` on."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> None: ...
    def cancel(self) -> bool: ...
    def cancelled(self) -> bool: ...
    def exception(self) -> BaseException | None: ...
    def result(self) -> Any: ...


class Answering(Protocol):
    """What the front needs of the endpoint."""

    def begin(self, headers: Mapping[bytes, bytes], body: bytes) -> Found | None:
        """None: the application has to answer."""

    def told(self, headers: Mapping[bytes, bytes], result: Any) -> bytes:
        """The answer, from its header `content-type` on."""


class _Question:
    """One request that is on its way; to uvicorn, it looks like a cycle."""

    __slots__ = (
        "body",
        "disconnected",
        "found",
        "headers",
        "keep_alive",
        "message_event",
        "method",
        "more_body",
        "response_complete",
        "scope",
    )

    def __init__(self, scope: Any, headers: dict[bytes, bytes]) -> None:
        self.scope = scope
        self.headers = headers
        self.body = bytearray()
        self.found: Found | None = None
        self.message_event = _NOBODY_WAITS
        self.keep_alive = True
        self.disconnected = False
        self.response_complete = False


class _Event:
    def set(self) -> None:
        pass


_NOBODY_WAITS = _Event()


class Front(HttpToolsProtocol):
    """To be subclassed with its `answering`: see `front`."""

    answering: Answering
    _told_defaults: Any = None
    _defaults = b""

    def on_headers_complete(self) -> None:
        if self.url == PATH and (headers := self._plain()) is not None:
            asked: Any = _Question(self.scope, headers)
            self.cycle = asked
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        question = self._question
        if question is None or question.response_complete:
            super().on_message_complete()
            return
        found = question.found = self.answering.begin(question.headers, bytes(question.body))
        if found is None:
            self._hand_over(question)
        else:
            found.add_done_callback(lambda done: self._done(question, done))

    def connection_lost(self, exc: Exception | None) -> None:
        question = self._question
        super().connection_lost(exc)
        if question is not None and question.found is not None:
            question.found.cancel()

    @property
    def _question(self) -> _Question | None:
        cycle: Any = self.cycle
        return cycle if type(cycle) is _Question else None

    def _plain(self) -> dict[bytes, bytes] | None:
        """The headers of a request that may be a plain question."""
        parser, before = self.parser, cast("RequestResponseCycle | None", self.cycle)
        if (
            (before is not None and not before.response_complete)
            or self.expect_100_continue
            or self.access_log
            or self.limit_concurrency is not None
            or self.flow.write_paused
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
        ):
            return None
        headers = dict(self.headers)
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or len(length) > 5 or int(length) > BODY_BYTES:
            return None
        if any(name in headers for name in _PERSONAL):
            return None
        return headers

    def _done(self, question: _Question, found: Found) -> None:
        question.found = None
        if question.disconnected or self.transport.is_closing():
            return
        if found.cancelled() or (failed := found.exception()) is not None:
            self._hand_over(question, None if found.cancelled() else failed)
            return
        self.transport.write(
            b"HTTP/1.1 200 OK\r\n"
            + self._default_headers()
            + self.answering.told(question.headers, found.result())
        )
        question.response_complete = True
        if not question.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _default_headers(self) -> bytes:
        """The date, as uvicorn sets it anew each second."""
        told = self.server_state.default_headers
        if told is not self._told_defaults:
            self._told_defaults = told
            self._defaults = b"".join(b"%s: %s\r\n" % pair for pair in told)
        return self._defaults

    def _hand_over(self, question: _Question, failed: BaseException | None = None) -> None:
        """To the application, whole: as uvicorn's own `on_headers_complete` and `on_body` do it.

        `failed`: what became of its statement, which needn't be tried again.
        """
        scope = question.scope
        scope["state"][FAILED] = failed
        scope["method"], scope["query_string"] = "POST", b""
        scope["path"], scope["raw_path"] = (
            self.root_path + "/graphql",
            self.root_path.encode() + PATH,
        )
        cycle = RequestResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=question.keep_alive,
            on_response=self.on_response_complete,
        )
        cycle.body, cycle.more_body, cycle.disconnected = (
            question.body,
            False,
            question.disconnected,
        )
        cycle.message_event.set()
        if self._question is question:
            self.cycle = cycle
        self._start_asgi_task(cycle, self.app)


def front(answering: Answering) -> type[Front]:
    """For uvicorn's setting `http`."""
    return type("Front", (Front,), {"answering": answering})
