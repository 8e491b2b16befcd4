"""One view of the read models for one operation on the ordinary path, and the position it reflects."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor, IsolationLevel, errors
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from api.graphql.errors import DatabaseUnavailable, ReadModelNotReady, TimedOut

Row = dict[str, Any]


class Snapshot:
    """Repeatable read from its first question until `close`, so that fields resolved at different
    moments agree with each other and with `position`."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._connection: AsyncConnection[Any] | None = None
        self._lock = asyncio.Lock()

    async def position(self, projections: Iterable[str]) -> int:
        """Of the one that is furthest behind."""
        each = [f"(SELECT min(position) FROM read_{name}.position)" for name in sorted(projections)]
        found = await self.rows(f"SELECT least({', '.join(each)}) AS position", ())
        return int(found[0]["position"] or 0)

    async def close(self) -> None:
        async with self._lock:
            await self._abandon()

    async def rows(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        async with self._lock:
            try:
                connection = self._connection or await self._begin()
                async with AsyncRawCursor(connection, row_factory=dict_row) as cursor:
                    await cursor.execute(sql.encode(), parameters)
                    return await cursor.fetchall()
            except (errors.UndefinedTable, errors.InvalidSchemaName):
                await self._abandon()
                raise ReadModelNotReady from None
            except errors.QueryCanceled:
                await self._abandon()
                raise TimedOut from None
            except (errors.OperationalError, PoolTimeout):
                await self._abandon()
                raise DatabaseUnavailable from None
            except (errors.Error, asyncio.CancelledError):
                # Cancelled, too: where a field fails, those beside it are.
                await self._abandon()
                raise

    async def _abandon(self) -> None:
        """After an error the transaction is of no more use: what is read next begins another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._give_back(connection)

    async def _begin(self) -> AsyncConnection[Any]:
        self._connection = connection = await self._pool.getconn()
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        return connection

    async def _give_back(self, connection: AsyncConnection[Any]) -> None:
        try:
            if not connection.closed:
                await connection.rollback()
        finally:
            await self._pool.putconn(connection)
