"""Waiting until read models reflect a position of the log: within milliseconds of their commit."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from typing import Any

import structlog
from psycopg import AsyncConnection, Connection, OperationalError, sql
from psycopg.errors import InvalidSchemaName, UndefinedTable

from projections.worker import CHANNEL

SAFETY_POLL = 0.25
"""Seconds after which a waiter looks by itself, in case a notification was lost."""

log = structlog.get_logger()


def positions(connection: Connection[Any], names: Iterable[str]) -> dict[str, int]:
    """Of each projection, the position that all of its rows reflect; 0 where there are no tables."""
    return {name: _position(connection, name) for name in names}


def wait(connection: Connection[Any], names: Iterable[str], position: int, seconds: float) -> bool:
    """For scripts; servers use PositionWatch. `connection`: in autocommit."""
    waiting = set(names)
    until = time.monotonic() + seconds
    connection.execute(f"LISTEN {CHANNEL}")
    while waiting:
        waiting = {name for name in waiting if _position(connection, name) < position}
        left = until - time.monotonic()
        if not waiting or left <= 0:
            break
        for _ in connection.notifies(timeout=min(left, SAFETY_POLL), stop_after=1):
            break
    return not waiting


class PositionWatch:
    """One LISTENing connection for all waiters of an event loop."""

    def __init__(self, database_url: str, names: Iterable[str]) -> None:
        self._database_url = database_url
        self._names = tuple(names)
        self._known: dict[str, int] = {}
        self._moved = asyncio.Condition()
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="position-watch")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def wait(self, names: Iterable[str], position: int, seconds: float) -> bool:
        """Whether all of these projections reflect the position within the time."""
        wanted = tuple(names)

        def reached() -> bool:
            return all(self._known.get(name, 0) >= position for name in wanted)

        self._waiting += 1
        try:
            async with self._moved:
                await asyncio.wait_for(self._moved.wait_for(reached), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except OperationalError as error:
                log.warning("positions.disconnected", error=type(error).__name__)
            await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(self._database_url, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            while True:
                await self._look(connection)
                # With somebody waiting, look again soon; otherwise only to prove that we still hear.
                timeout = SAFETY_POLL if self._waiting else 5.0
                async for notification in connection.notifies(timeout=timeout):
                    name, position, _ = notification.payload.split(" ")
                    await self._reached({name: int(position)})

    async def _look(self, connection: AsyncConnection[Any]) -> None:
        found = {}
        for name in self._names:
            with contextlib.suppress(UndefinedTable, InvalidSchemaName):
                cursor = await connection.execute(_statement(name))
                row = await cursor.fetchone()
                found[name] = row[0] if row else 0
        await self._reached(found)

    async def _reached(self, found: dict[str, int]) -> None:
        async with self._moved:
            for name, position in found.items():
                self._known[name] = max(position, self._known.get(name, 0))
            self._moved.notify_all()


def _position(connection: Connection[Any], name: str) -> int:
    try:
        row = connection.execute(_statement(name)).fetchone()
    except (UndefinedTable, InvalidSchemaName):
        return 0
    return int(row[0]) if row else 0


def _statement(name: str) -> sql.Composed:
    schema = sql.Identifier(f"read_{name}")
    return sql.SQL("SELECT coalesce(min(position), 0) FROM {}.position").format(schema)
