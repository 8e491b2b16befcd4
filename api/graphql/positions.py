"""Where the projections stand now, strictly: by a read that began after it was asked for."""

import asyncio
from collections.abc import Sequence

from api.graphql.compiler.statement import state_of
from api.graphql.wire import Unavailable, Wire


class Positions:
    """One tiny statement at a time; whoever asks while it runs shares the next one."""

    def __init__(self, wire: Wire, projections: Sequence[str]) -> None:
        self._wire = wire
        self._places = {name: at for at, name in enumerate(projections)}
        states = ", ".join(f"p{at}.state" for at in self._places.values())
        sources = ", ".join(f"({state_of(name)}) p{at}" for name, at in self._places.items())
        self._sql = f"SELECT {states} FROM {sources}"
        self._waiting: list[asyncio.Future[tuple[bytes, ...]]] = []
        self._reading = False

    def know(self, projections: Sequence[str]) -> bool:
        return self._places.keys() >= set(projections)

    async def state(self, projections: Sequence[str]) -> bytes:
        """As a plan's statement tells it; raises Unavailable or StatementFailed."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if not self._reading:
            self._read()
        states = await waiter
        if len(projections) == 1:
            return states[self._places[projections[0]]]
        return b"|".join(states[self._places[name]] for name in projections)

    def _read(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            sent = self._wire.send(self._sql)
        except Unavailable as error:
            _fail(waiting, error)
            return
        self._reading = True
        sent.row.add_done_callback(lambda row: self._told(row, waiting))

    def _told(
        self,
        row: "asyncio.Future[tuple[bytes, ...]]",
        waiting: "list[asyncio.Future[tuple[bytes, ...]]]",
    ) -> None:
        self._reading = False
        error = row.exception()
        if error is not None:
            _fail(waiting, error)
        else:
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_result(row.result())
        if self._waiting:
            self._read()


def _fail(waiting: "list[asyncio.Future[tuple[bytes, ...]]]", error: BaseException) -> None:
    for waiter in waiting:
        if not waiter.done():
            waiter.set_exception(error)
