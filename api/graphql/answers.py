"""Finished answers, each valid exactly until a projection that it reads has moved.

An answer is kept with the state of its projections, which its own statement told. It is given again
only where a read that began after the question arrived tells the same state; there is no time to live.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from api.graphql.compiler.plan import Plan
from api.graphql.metrics import PATHS
from api.graphql.positions import Positions
from api.graphql.wire import Sent, StatementFailed, Wire

BYTES = 24_000_000
LARGEST = 1_000_000


@dataclass(frozen=True)
class Finished:
    body: bytes
    state: bytes
    position: int

    @property
    def size(self) -> int:
        """In bytes, with what keeping it costs beside the body."""
        return len(self.body) + 1_000


@dataclass
class _Run:
    """An execution, and who waits for it. `number`: in the order of their starts."""

    number: int
    sent: Sent
    waiters: "list[asyncio.Future[Finished]]" = field(default_factory=list)


class Answers:
    def __init__(self, wire: Wire, positions: Positions, of_the_past: Positions) -> None:
        """`of_the_past`: asked only about answers that need more projections than `positions` knows."""
        self._wire = wire
        self._positions = positions
        self._of_the_past = of_the_past
        self._kept: OrderedDict[Hashable, Finished] = OrderedDict()
        self._bytes = 0
        self._running: dict[Hashable, _Run] = {}
        self._started = 0

    def begin(self, plan: Plan, parameters: Sequence[bytes]) -> "asyncio.Future[Finished]":
        """As `get`, and begun at once. Raises Unavailable."""
        key: Hashable = (plan.sql, *parameters)
        if key in self._running or key in self._kept:
            return asyncio.get_running_loop().create_task(self.get(plan, parameters))
        PATHS["compiled"].inc()
        return self._join(key, self._run(key, plan, parameters))

    async def get(self, plan: Plan, parameters: Sequence[bytes]) -> Finished:
        """Raises StatementFailed or Unavailable."""
        key: Hashable = (plan.sql, *parameters)
        arrived = self._started
        run = self._running.get(key)
        if (
            run is not None
        ):  # it began before we asked: its answer has to be checked like any kept one
            PATHS["shared"].inc()
            await self._join(key, run)
        kept = self._kept.get(key)
        if kept is not None:
            if kept.state == await self._state(plan):
                PATHS["repeated"].inc()
                if key in self._kept:
                    self._kept.move_to_end(key)
                return kept
            run = self._running.get(key)
            if run is not None and run.number > arrived:
                PATHS["shared"].inc()
                return await self._join(key, run)
        PATHS["compiled"].inc()
        return await self._join(key, self._run(key, plan, parameters))

    async def _state(self, plan: Plan) -> bytes | None:
        """None: not known, as while one projection of all has no tables yet; then we ask anew."""
        known = self._positions.know(plan.projections)
        try:
            return await (self._positions if known else self._of_the_past).state(plan.projections)
        except StatementFailed:
            return None

    def _run(self, key: Hashable, plan: Plan, parameters: Sequence[bytes]) -> _Run:
        self._started += 1
        run = _Run(self._started, self._wire.send(plan.sql, parameters))
        self._running[key] = run
        run.sent.row.add_done_callback(lambda row: self._finished(key, run, row))
        return run

    def _join(self, key: Hashable, run: _Run) -> "asyncio.Future[Finished]":
        waiter: asyncio.Future[Finished] = run.sent.row.get_loop().create_future()
        run.waiters.append(waiter)
        waiter.add_done_callback(lambda waiter: self._left(key, run, waiter))
        return waiter

    def _left(self, key: Hashable, run: _Run, waiter: "asyncio.Future[Finished]") -> None:
        """Nobody waits for it any more: stopped."""
        if waiter.cancelled():
            run.waiters.remove(waiter)
            if not run.waiters and not run.sent.row.done():
                self._forget(key, run)
                run.sent.cancel()

    def _finished(self, key: Hashable, run: _Run, row: "asyncio.Future[tuple[bytes, ...]]") -> None:
        self._forget(key, run)
        if row.cancelled():
            return
        error = row.exception()
        if error is not None:
            for waiter in run.waiters:
                if not waiter.done():
                    waiter.set_exception(error)
            return
        body, state = row.result()
        found = Finished(body, state, position_in(body))
        self._keep(key, found)
        for waiter in run.waiters:
            if not waiter.done():
                waiter.set_result(found)

    def _forget(self, key: Hashable, run: _Run) -> None:
        if self._running.get(key) is run:
            del self._running[key]

    def _keep(self, key: Hashable, found: Finished) -> None:
        previous = self._kept.pop(key, None)
        if previous is not None:
            self._bytes -= previous.size
        if len(found.body) > LARGEST:
            return
        self._kept[key] = found
        self._bytes += found.size
        while self._bytes > BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size


def position_in(body: bytes) -> int:
    """The statement wrote it last: `…"position":123}}`."""
    return int(body[body.rindex(b":") + 1 : -2])


def etag(plan: Plan, parameters: Sequence[bytes], state: bytes) -> bytes:
    """Weak: the same answer, whatever media type it travels in. Stable over restarts and processes."""
    told = blake2b(digest_size=16)
    for piece in (plan.sql.encode(), state, *parameters):
        told.update(len(piece).to_bytes(4, "big") + piece)
    return b'W/"' + told.hexdigest().encode() + b'"'
