"""Whom the listeners are compared with: `bare`, a websocket that sends the same bytes to all who are there, and
`strawberry`, as its documentation shows subscriptions. What is posted to `/tell` is told to all.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from litestar import Litestar, Request, post
from strawberry.litestar import make_graphql_controller

NEXT = b'{"id":"1","type":"next","payload":{"data":{"newsPublished":%s},"extensions":{"cost":2,"position":1}}}'


class Bare:
    """As little as can be: accept, acknowledge, and one loop over all of them."""

    def __init__(self) -> None:
        self._sends: set[Any] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            text = (NEXT % await _body(receive)).decode()
            await _done(send)
            for each in list(self._sends):
                await each({"type": "websocket.send", "text": text})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
            while (message := await receive())["type"] == "websocket.receive":
                if "connection_init" in message["text"]:
                    await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
                else:
                    self._sends.add(send)
            self._sends.discard(send)


@strawberry.type
class NewsItem:
    title: str
    lead: str


QUEUES: set["asyncio.Queue[NewsItem]"] = set()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def news_published(self) -> AsyncGenerator[NewsItem, None]:
        queue: asyncio.Queue[NewsItem] = asyncio.Queue()
        QUEUES.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            QUEUES.discard(queue)


@strawberry.type
class Query:
    @strawberry.field
    def there(self) -> bool:
        return True


@post("/tell", status_code=204)
async def tell(request: Request[Any, Any, Any]) -> None:
    told = NewsItem(**await request.json())
    for queue in QUEUES:
        queue.put_nowait(told)


documented = Litestar(
    [
        tell,
        make_graphql_controller(
            strawberry.Schema(query=Query, subscription=Subscription),
            path="/graphql",
            subscription_protocols=["graphql-transport-ws"],
        ),
    ],
    openapi_config=None,
)
bare = Bare()


async def _body(receive: Any) -> bytes:
    body: bytes = (await receive())["body"]
    return body


async def _done(send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
