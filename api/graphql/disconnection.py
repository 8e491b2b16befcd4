"""Stops working for clients that are gone."""

import asyncio
from types import TracebackType

from litestar.types import Receive

AFTER_SECONDS = 0.2
"""Most answers are told long before: for them nothing is watched."""


class ClientGone(Exception):
    pass


class watched:  # noqa: N801  reads like the statement it is used in
    """Cancels what is inside once the client has gone, which cancels its SQL; raises ClientGone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(AFTER_SECONDS, self._watch)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._gone and isinstance(error, asyncio.CancelledError):
            raise ClientGone from error

    def _watch(self) -> None:
        self._watching = asyncio.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._task is not None:
            self._task.cancel()
