"""Listeners of subscriptions: one reader a process looks at what has come, and what is told is made once
for all who asked the same.

A listener is a position. It holds no queue: one that lags reads on from where it is, so it costs the
others nothing.
"""

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import AsyncGenerator, AsyncIterator, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from api.graphql.compiler.tail import ENOUGH, TailPlan
from api.graphql.errors import NoSuchPosition, TooManySubscribers
from api.graphql.metrics import LISTENERS
from api.graphql.results import Answer
from api.graphql.vocabulary import Tail
from api.graphql.wire import StatementFailed, Unavailable, Wire

LISTENING = 20_000
BYTES = 64_000_000
"""Of answers kept for those who are a little behind, of all feeds together."""
IDLE_SECONDS = 30.0
RETRY_SECONDS = 0.5

log = structlog.get_logger()


class Moves(Protocol):
    """`projections.waiting.PositionWatch`."""

    def known(self, names: Sequence[str]) -> tuple[int, ...]: ...

    async def moved(self, names: Sequence[str], since: tuple[int, ...], seconds: float) -> None: ...


@dataclass(frozen=True)
class Told:
    """Answers behind a position, and up to where there are no others."""

    answers: list[Answer]
    through: int


class Feed:
    """What is told to all who ask the same: the latest of it ready, from `_start` on."""

    def __init__(
        self, wire: Wire, plan: TailPlan, parameters: Sequence[bytes], wanted: dict[str, set[str]]
    ) -> None:
        self._wire = wire
        self._plan, self._parameters = plan, parameters
        self._wanted = wanted
        self._positions: list[int] = []
        self._answers: list[Answer] = []
        self._start = self.end = 0
        self._bytes = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._pages: dict[int, asyncio.Task[Told]] = {}
        self.listeners = 0
        self.stale = False
        """Something may have come that it hasn't read."""
        self.failed: StatementFailed | None = None

    def begin(self, position: int) -> None:
        self._start = self.end = position

    async def behind(self, position: int) -> Told:
        """Waits until there is something, or something is known. Raises StatementFailed, Unavailable."""
        while True:
            if self.failed is not None:
                raise self.failed
            if position < self._start:
                return await self._shared_page(position)
            if position < self.end:
                return Told(self._answers[bisect_right(self._positions, position) :], self.end)
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    def concerns(self, rows: Iterable[dict[str, str]]) -> bool:
        """Or may concern: of a row without a value, the statement has to say."""
        return any(
            all(not row[column] or row[column] in values for column, values in self._wanted.items())
            for row in rows
        )

    async def read_on(self, allowance: int) -> None:
        """Raises Unavailable: then nothing has changed."""
        self.stale = True
        more = True
        while more:
            try:
                told = await self._read(self.end)
            except StatementFailed as error:
                self.failed = error
                self._wake()
                return
            self._keep(told, allowance)
            more = len(told.answers) == ENOUGH
        self.stale = False

    def passed(self, position: int) -> None:
        """Nothing of it is ours."""
        self.end = max(self.end, position)

    def _keep(self, told: Told, allowance: int) -> None:
        self._answers += told.answers
        self._positions += [answer.position or 0 for answer in told.answers]
        self._bytes += sum(len(answer.body) for answer in told.answers)
        self.end = max(self.end, told.through)
        drop = 0
        while self._bytes > allowance and drop < len(self._answers) - len(told.answers):
            self._bytes -= len(self._answers[drop].body)
            self._start = self._positions[drop]
            drop += 1
        del self._answers[:drop], self._positions[:drop]
        if told.answers:
            self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _shared_page(self, position: int) -> Told:
        """After a restart many come with the same position."""
        page = self._pages.get(position)
        if page is None:
            page = self._pages[position] = asyncio.create_task(self._read(position))
            page.add_done_callback(lambda page: self._page_read(position, page))
        return await asyncio.shield(page)

    def _page_read(self, position: int, page: "asyncio.Task[Told]") -> None:
        del self._pages[position]
        if not page.cancelled():
            page.exception()  # for those who wait; where nobody does any more, it is no news

    async def _read(self, position: int) -> Told:
        sent = self._wire.send(self._plan.sql, (b"%d" % position, *self._parameters))
        settled, lines = await sent.row
        answers = [self._answer(line) for line in lines.split(b"\n")] if lines else []
        if len(answers) == ENOUGH:
            return Told(answers, answers[-1].position or position)
        return Told(answers, max(position, int(settled or 0)))

    def _answer(self, line: bytes) -> Answer:
        position, _, body = line.partition(b" ")
        return Answer(body, True, int(position), cost=self._plan.cost, followed=True)


class Reader:
    """Of one source: looks once at what has come, and lets those feeds read on that it concerns."""

    def __init__(self, wire: Wire, moves: Moves, tail: Tail) -> None:
        self._wire, self._moves, self._tail = wire, moves, tail
        self.feeds: dict[Hashable, Feed] = {}
        self._position = 0
        self._columns = sorted({*tail.keys.values(), *tail.only})
        self._task: asyncio.Task[None] | None = None

    def key(self) -> Hashable:
        return self._tail.source.name, self._tail.settled, *self._columns

    async def head(self) -> tuple[int, int]:
        """How far all is told now, and how far the log goes. Raises StatementFailed, Unavailable."""
        end = "(SELECT coalesce(max(position), 0) FROM public.events)"
        sent = self._wire.send(f"SELECT ({self._tail.settled})::text, {end}::text")
        settled, last = await sent.row
        return int(settled or 0), int(last)

    def feed(self, key: Hashable, made: Feed, head: int) -> Feed:
        found = self.feeds.get(key)
        if found is None or found.failed is not None:
            found = self.feeds[key] = made
            # The reader may be ahead of `head`, whose reply may come late: it won't tell us of what it
            # has passed. Whoever is behind our beginning reads a page.
            found.begin(max(head, self._position))
        if self._task is None:
            self._position = self._position or head
            self._task = asyncio.create_task(self._run(), name=f"tail-{self._tail.source.name}")
        return found

    def forget(self, key: Hashable, feed: Feed) -> None:
        if self.feeds.get(key) is feed:
            del self.feeds[key]

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        names = self._tail.projections
        while True:
            seen = self._moves.known(names)
            try:
                await self._look()
            except (StatementFailed, Unavailable) as error:
                log.warning("tail.unavailable", tail=self._tail.source.name, error=str(error)[:200])
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await self._moves.moved(names, seen, IDLE_SECONDS)

    async def _look(self) -> None:
        settled, rows, whole = await self._arrived()
        feeds = list(self.feeds.values())
        allowance = BYTES // max(1, len(feeds))
        reading = []
        for feed in feeds:
            if feed.stale or (settled > self._position and (not whole or feed.concerns(rows))):
                feed.stale = True
                reading.append(feed.read_on(allowance))
            else:
                feed.passed(settled)
        # Before anything is waited for: a feed that begins meanwhile begins from here.
        self._position = max(self._position, settled)
        # Each to its end, whatever becomes of the others: two that read on at once would tell twice.
        for read in await asyncio.gather(*reading, return_exceptions=True):
            if isinstance(read, BaseException):
                raise read

    async def _arrived(self) -> tuple[int, list[dict[str, str]], bool]:
        """How far all is told, what has come with the columns that decide, and whether that is all."""
        tail = self._tail
        columns = ", ".join(f"coalesce(r.{name}::text, '')" for name in self._columns)
        told = f"concat_ws(E'\\t', r.position{', ' + columns if columns else ''})"
        position = tail.position.format(row="c")
        wanted = [
            tail.behind.format(row="c", after="$1::bigint"),
            f'{position} <= "#UP"."#TO"',
        ]
        rows = (
            f"SELECT c.*, {position} AS position FROM {tail.source.name} c"
            if tail.position != "{row}.position"
            else f"SELECT c.* FROM {tail.source.name} c"
        )
        rows += f" WHERE {' AND '.join(wanted)} ORDER BY {tail.order.format(row='c')} LIMIT 1000"
        sent = self._wire.send(
            f'SELECT "#UP"."#TO"::text, (SELECT string_agg({told}, E\'\\n\') FROM ({rows}) r) '
            f'FROM (SELECT {tail.settled} AS "#TO") "#UP"',
            (b"%d" % self._position,),
        )
        settled, lines = await sent.row
        found = [line.decode().split("\t")[1:] for line in lines.split(b"\n")] if lines else []
        return (
            int(settled or 0),
            [dict(zip(self._columns, each, strict=True)) for each in found],
            len(found) < 1000,
        )


class Tails:
    """All that is listened to in a process."""

    def __init__(self, wire: Wire, moves: Moves) -> None:
        self._wire, self._moves = wire, moves
        self._readers: dict[Hashable, Reader] = {}
        self._listening = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            for reader in self._readers.values():
                await reader.stop()

    async def listen(
        self,
        plan: TailPlan,
        parameters: Sequence[bytes],
        wanted: dict[str, set[str]],
        after: int | None,
    ) -> AsyncGenerator[Answer, None]:
        """From a position on, or from now on.

        Raises StatementFailed where the ordinary executor has to go on from the last answer's position;
        NoSuchPosition, TooManySubscribers; Unavailable, at the beginning only.
        """
        if self._listening >= LISTENING:
            raise TooManySubscribers
        self._listening += 1
        LISTENERS.set(self._listening)
        try:
            async for answer in self._listened(plan, parameters, wanted, after):
                yield answer
        finally:
            self._listening -= 1
            LISTENERS.set(self._listening)

    async def _listened(
        self,
        plan: TailPlan,
        parameters: Sequence[bytes],
        wanted: dict[str, set[str]],
        after: int | None,
    ) -> AsyncGenerator[Answer, None]:
        reader = self._reader(plan.tail)
        head, last = await reader.head()
        if after is not None and after > max(head, last):
            raise NoSuchPosition(position=after)
        position = head if after is None else after
        key = (plan.sql, *parameters)
        feed = reader.feed(key, Feed(self._wire, plan, parameters, wanted), head)
        feed.listeners += 1
        try:
            while True:
                try:
                    told = await feed.behind(position)
                except Unavailable:  # it goes on once the database is back
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                position = max(position, told.through)
                for answer in told.answers:
                    yield answer
        finally:
            feed.listeners -= 1
            if not feed.listeners:
                reader.forget(key, feed)

    def _reader(self, tail: Tail) -> Reader:
        made = Reader(self._wire, self._moves, tail)
        return self._readers.setdefault(made.key(), made)
