"""Stops working for clients that are gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from litestar.types import Receive

AFTER_SECONDS = 0.2
"""Most answers are told long before: for them nothing is watched."""

T = TypeVar("T")


class ClientGone(Exception):
    pass


@dataclass(eq=False, slots=True)
class _Working:
    task: "asyncio.Task[object]"
    receive: Receive
    since: float
    watching: "asyncio.Task[None] | None" = None
    gone: bool = False


class Disconnections:
    """One sweep over all requests now and then, instead of a timer for each."""

    def __init__(self) -> None:
        self._working: set[_Working] = set()
        self._time: Callable[[], float] = lambda: 0.0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        self._time = asyncio.get_running_loop().time
        task = asyncio.create_task(self._sweep(), name="disconnections")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def heeding(self, receive: Receive, work: Awaitable[T]) -> T:
        """The work's result; cancelled, and so its SQL, once the client has gone: raises ClientGone."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine that runs has a task
        working = _Working(task, receive, self._time())
        self._working.add(working)
        try:
            return await work
        except asyncio.CancelledError:
            if working.gone:
                raise ClientGone from None
            raise
        finally:
            self._working.discard(working)
            if working.watching is not None:
                working.watching.cancel()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(AFTER_SECONDS)
            late = self._time() - AFTER_SECONDS
            for working in self._working:
                if working.watching is None and working.since < late:
                    working.watching = asyncio.create_task(_until_gone(working))


async def _until_gone(working: _Working) -> None:
    # The body was read to its end, so the one message that can still come is that of the end.
    if (await working.receive())["type"] == "http.disconnect":
        working.gone = True
        working.task.cancel()
