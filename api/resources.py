"""What a process of the API holds open: pools, the one door for writes, the watch over positions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool

from domain.commands import Command
from domain.cooperation import Cooperation, Find
from domain.roles import Actor
from domain.work import Receipt
from infra.bootstrap import KEEPALIVES, connect, cooperation
from infra.log import EventLog
from infra.personal.vault import PersonalVault
from projections.registry import PROJECTIONS
from projections.waiting import PositionWatch

T = TypeVar("T")

READING = "-c timezone=UTC -c jit=off -c statement_timeout=5000 -c default_transaction_read_only=on"


class Resources:
    """Opens lazily: the application starts, and says that it isn't ready, while the database is away."""

    def __init__(self, database_url: str, vault: PersonalVault | None = None) -> None:
        """Without a `vault`, commands with personal data are refused."""
        self.database_url = database_url
        self._vault = vault
        self.pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            database_url,
            min_size=1,
            max_size=6,
            open=False,
            timeout=5.0,
            kwargs={"options": READING, **KEEPALIVES},
        )
        self.watch = PositionWatch(database_url, [projection.name for projection in PROJECTIONS])
        self._cooperation: Cooperation | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await self.pool.open(wait=False)
            stack.push_async_callback(self.pool.close)
            self.watch.start()
            stack.push_async_callback(self.watch.stop)
            self._cooperation = stack.enter_context(
                cooperation(self.database_url, vault=self._vault)
            )
            yield

    @property
    def door(self) -> Cooperation:
        """While it is opened."""
        if self._cooperation is None:
            raise RuntimeError("the application isn't running")
        return self._cooperation

    async def look(self, question: Callable[[Find], T]) -> T:
        """At streams as they are now, in a thread."""
        return await asyncio.to_thread(self.door.look, question)

    async def told(self, question: Callable[[Connection[Any], EventLog], T]) -> T:
        """Of the log, in a thread."""
        return await asyncio.to_thread(self._told, question)

    def _told(self, question: Callable[[Connection[Any], EventLog], T]) -> T:
        with connect(self.database_url, options=READING) as connection:
            return question(connection, EventLog())

    async def rehearse(self, command: Command, by: Actor) -> bool:
        """What `execute` would decide, and nothing stored. Raises DomainError."""
        return await asyncio.to_thread(self.door.rehearse, command, by)

    async def execute(self, command: Command, by: Actor) -> Receipt:
        """In a thread: a command waits for the disk. Raises DomainError."""
        return await asyncio.to_thread(self.door.execute, command, by)
