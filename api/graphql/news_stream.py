"""News as they are published: one reader of the log a process, and a queue for every subscriber."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import strawberry
import structlog
from psycopg import Error, OperationalError
from psycopg_pool import PoolTimeout

from api.graphql.arguments import terc
from api.graphql.context import Context
from api.graphql.errors import ReadError
from api.graphql.news import NewsItem
from api.graphql.ordinary import one_listed
from api.resources import Resources
from domain.news import NewsItem as NewsStream

QUEUE = 100
SUBSCRIBERS = 5_000
IDLE_SECONDS = 60.0

log = structlog.get_logger()

# Safe without the log's gap-safe read: the projection passed these positions by that read.
_PUBLISHED = """
SELECT e.position, e.stream_id FROM public.events e
WHERE e.type = %s AND e.position > %s AND e.position <= %s ORDER BY e.position
"""


class SlowConsumer(ReadError):
    code = "slow_consumer"
    pl = "Subskrypcja zakończona: odbiorca nie nadąża. Podłącz się ponownie i dopytaj o to, co minęło."
    en = (
        "The subscription ended: its reader is too slow. Connect again and ask for what you missed."
    )


class TooManySubscribers(ReadError):
    code = "too_many_subscribers"
    pl = "Zbyt wielu subskrybentów. Spróbuj ponownie później."
    en = "There are too many subscribers. Try again later."


class PublishedNews:
    """Ids of news, each once, from the moment that its read model shows them."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._queues: set[asyncio.Queue[UUID | None]] = set()
        self._position: int | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run(), name="published-news")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def ids(self) -> AsyncGenerator[UUID, None]:
        """Ends with SlowConsumer for whoever leaves more than QUEUE of them waiting."""
        if len(self._queues) >= SUBSCRIBERS:
            raise TooManySubscribers
        queue: asyncio.Queue[UUID | None] = asyncio.Queue(QUEUE + 1)
        self._queues.add(queue)
        try:
            while (news_id := await queue.get()) is not None:
                yield news_id
            raise SlowConsumer
        finally:
            self._queues.discard(queue)

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except (OperationalError, PoolTimeout, Error) as error:
                log.warning("published_news.unavailable", error=type(error).__name__)
                await asyncio.sleep(1.0)
            else:
                await self._resources.watch.wait(("news",), (self._position or 0) + 1, IDLE_SECONDS)

    async def _look(self) -> None:
        async with self._resources.pool.connection() as connection:
            cursor = await connection.execute("SELECT min(position) FROM read_news.position")
            row: Any = await cursor.fetchone()
            reached = int(row[0] or 0)
            if self._position is None:
                self._position = reached
            found = await connection.execute(
                _PUBLISHED, (NewsStream.Published.TYPE, self._position, reached)
            )
            for _, news_id in await found.fetchall():
                self._deliver(news_id)
        self._position = max(self._position, reached)

    def _deliver(self, news_id: UUID) -> None:
        for queue in list(self._queues):
            if queue.qsize() >= QUEUE:
                self._queues.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(news_id)


@strawberry.type
class NewsSubscriptions:
    @strawberry.subscription(
        description="Every news item at the moment it is published, as far as the viewer may see it."
    )
    async def news_published(
        self,
        info: strawberry.Info[Context, None],
        municipality: Annotated[
            str | None, strawberry.argument(description="Only this municipality's: its TERC code.")
        ] = None,
    ) -> AsyncGenerator[NewsItem, None]:
        wanted = None if municipality is None else terc(municipality)
        context = info.context
        async with contextlib.aclosing(context.services.published_news.ids()) as ids:
            async for news_id in ids:
                found = await one_listed(context, NewsItem, news_id, municipality_terc=wanted)
                if found is not None:
                    yield found
                await context.snapshot.close()
