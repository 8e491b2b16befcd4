"""Waiting until read models reflect a position of the log: within milliseconds of their commit."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple

import structlog
from psycopg import AsyncConnection, Connection, Error, sql
from psycopg.errors import InvalidSchemaName, UndefinedTable

from projections.schema import CHANNEL

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


class Waiter(NamedTuple):
    names: tuple[str, ...]
    position: int
    reached: asyncio.Future[None]


class Mover(NamedTuple):
    names: tuple[str, ...]
    since: tuple[int, ...]
    moved: asyncio.Future[None]


class PositionWatch:
    """One LISTENing connection for all waiters of an event loop."""

    def __init__(self, database_url: str, names: Iterable[str]) -> None:
        self._database_url = database_url
        self._names = tuple(names)
        self._known: dict[str, int] = {}
        self._waiters: dict[int, Waiter] = {}
        self._movers: dict[int, Mover] = {}
        self._numbers = count()
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
        reached = asyncio.get_running_loop().create_future()
        waiter = Waiter(tuple(names), position, reached)
        if self._reflects(waiter):
            return True
        number = next(self._numbers)
        self._waiters[number] = waiter
        try:
            await asyncio.wait_for(reached, seconds)
        except TimeoutError:
            return False
        finally:
            del self._waiters[number]
        return True

    def known(self, names: Iterable[str]) -> tuple[int, ...]:
        """Where these projections were when somebody last looked."""
        return tuple(self._known.get(name, 0) for name in names)

    async def moved(self, names: Iterable[str], since: tuple[int, ...], seconds: float) -> None:
        """Until one of them is known to have moved since, or for so long."""
        names = tuple(names)
        if self.known(names) != since:
            return
        moved = asyncio.get_running_loop().create_future()
        number = next(self._numbers)
        self._movers[number] = Mover(names, since, moved)
        try:
            await asyncio.wait_for(moved, seconds)
        except TimeoutError:
            return
        finally:
            del self._movers[number]

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (Error, ValueError) as error:
                log.warning("positions.disconnected", error=type(error).__name__)
            # A server that crashed has the rows a moment older, and so has one that was failed over to.
            self._known.clear()
            await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(
            self._database_url, autocommit=True, connect_timeout=2
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            await self._look(connection, self._names)
            while True:
                # With somebody waiting, look again soon; otherwise only to prove that we still hear.
                waited = self._waiters or self._movers
                timeout = SAFETY_POLL if waited else 1.0
                heard = False
                async for notification in connection.notifies(timeout=timeout, stop_after=1):
                    heard = True
                    name, position, _ = notification.payload.split(" ")
                    self._reached(name, int(position))
                # After a notification too: two partitions that move at once each tell of the other as it was.
                await self._look(connection, self._awaited() if heard else self._names)

    async def _look(self, connection: AsyncConnection[Any], names: Iterable[str]) -> None:
        names = tuple(names)
        if not names:
            return
        try:
            cursor = await connection.execute(_statement(names), prepare=True)
        except (UndefinedTable, InvalidSchemaName):
            if len(names) > 1:  # the others have tables
                for name in names:
                    await self._look(connection, [name])
            return
        for name, position in await cursor.fetchall():
            self._reached(name, position)

    def _awaited(self) -> set[str]:
        """What somebody still waits for."""
        return {
            name
            for waiter in self._waiters.values()
            if not waiter.reached.done()
            for name in waiter.names
            if self._known.get(name, 0) < waiter.position
        }

    def _reached(self, name: str, position: int) -> None:
        self._known[name] = max(position, self._known.get(name, 0))
        for waiter in self._waiters.values():
            if not waiter.reached.done() and self._reflects(waiter):
                waiter.reached.set_result(None)
        for mover in self._movers.values():
            if not mover.moved.done() and self.known(mover.names) != mover.since:
                mover.moved.set_result(None)

    def _reflects(self, waiter: Waiter) -> bool:
        return all(self._known.get(name, 0) >= waiter.position for name in waiter.names)


def _position(connection: Connection[Any], name: str) -> int:
    try:
        row = connection.execute(_statement([name])).fetchone()
    except (UndefinedTable, InvalidSchemaName):
        return 0
    return int(row[1]) if row else 0


def _statement(names: Iterable[str]) -> sql.Composed:
    """Rows of name and position."""
    one = sql.SQL("SELECT {}, coalesce(min(position), 0) FROM {}.position")
    return sql.SQL(" UNION ALL ").join(
        one.format(sql.Literal(name), sql.Identifier(f"read_{name}")) for name in names
    )
