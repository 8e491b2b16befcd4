"""Results as server-sent events: graphql-sse in its distinct connections mode.

The id of a subscription's event is the position to go on from: a browser that lost the connection sends
it back as `Last-Event-ID`.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from litestar.types import Receive, Send

from api.graphql.readers import ReadsNothing, cut_off, tell
from api.graphql.results import Answer
from api.portals.gate import Pairs

HEARTBEAT_SECONDS = 15.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


async def send_events(
    results: AsyncGenerator[Answer, None],
    receive: Receive,
    send: Send,
    limits: Pairs,
) -> None:
    """Until the results or the client end; a reader that doesn't read holds nobody else up."""
    await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *limits]})
    gone = asyncio.create_task(_gone(receive))
    told = asyncio.create_task(_tell(results, send))
    try:
        await asyncio.wait({gone, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, told):
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
            except ReadsNothing:
                await cut_off(send)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _tell(results: AsyncGenerator[Answer, None], send: Send) -> None:
    async with contextlib.aclosing(results):
        upcoming = asyncio.ensure_future(anext(results, None))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    await _chunk(send, b":\n\n")
                elif (result := upcoming.result()) is None:
                    break
                else:
                    await _chunk(send, _event(result))
                    upcoming = asyncio.ensure_future(anext(results, None))
        finally:
            upcoming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await upcoming
    await _chunk(send, b"event: complete\ndata:\n\n", more=False)


def _event(answer: Answer) -> bytes:
    place = b"id: %d\n" % (answer.position or 0) if answer.followed else b""
    return b"event: next\n" + place + b"data: " + answer.body + b"\n\n"


async def _chunk(send: Send, body: bytes, *, more: bool = True) -> None:
    await tell(send, {"type": "http.response.body", "body": body, "more_body": more})
