"""Compiled statements over libpq in pipeline mode: a few connections, many requests in flight."""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from psycopg import Error as PsycopgError
from psycopg import pq
from psycopg.conninfo import make_conninfo

log = structlog.get_logger()

CONNECTIONS = 4
BATCH = 8
"""Requests in flight on one connection, beyond which the next one is preferred."""
STATEMENTS = 500
"""Prepared on one connection at most; it is then replaced by a fresh one."""

SECONDS = 5.0
"""That one statement may take."""

OPTIONS = (
    "-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8 -c extra_float_digits=1 -c jit=off "
    "-c plan_cache_mode=force_generic_plan "
    "-c default_transaction_read_only=on -c search_path=public"
)
RETRY_SECONDS = 0.5

RETRIES = 3

_CANCELLED = b"57014"
_PREPARED = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.PIPELINE_SYNC)


class Unavailable(Exception):
    """There is no connection, or it broke before the answer came."""


class StatementFailed(Exception):
    """The statement raised; the ordinary executor will say what is wrong."""


class StatementTimedOut(StatementFailed):
    """It took too long, as it would again."""


@dataclass
class _Request:
    sql: str
    parameters: Sequence[bytes]
    future: "asyncio.Future[tuple[bytes, ...]]"
    preparing: bool = False
    row: tuple[bytes, ...] | None = None
    error: str | None = None
    since: float = 0.0
    timed_out: bool = False
    aborted: int = 0
    """How often a failure before it, in the same batch, took it along."""


class Line:
    """One connection. Single-threaded: everything happens on the event loop.

    What is asked in one turn of the loop travels together and is synchronised once.
    """

    def __init__(self, conninfo: str) -> None:
        options = f"{OPTIONS} -c statement_timeout={SECONDS * 1000:.0f}"
        self._conninfo = make_conninfo(conninfo, options=options, connect_timeout=3).encode()
        self._seconds = SECONDS
        self._connection: Any = None
        # Our own handle of its socket: libpq closes its one as soon as the server is gone, and its number
        # may then be another connection's before we have stopped to watch it.
        self._socket = -1
        self._requests: deque[_Request] = deque()
        self._prepared: dict[str, bytes] = {}
        self._connecting = asyncio.Lock()
        self._names = 0
        self._batching = False
        self._flushing = False
        # Kept, as each look for the running one is a system call before Python 3.12.
        self._loop: asyncio.AbstractEventLoop

    @property
    def load(self) -> int:
        return len(self._requests)

    @property
    def connected(self) -> bool:
        return self._connection is not None

    @property
    def usable(self) -> bool:
        return self._connection is not None and len(self._prepared) < STATEMENTS

    @property
    def open_batch(self) -> bool:
        return self._batching and len(self._requests) < BATCH and self.usable

    async def connect(self) -> None:
        """Raises Unavailable. Asked for twice at once, it connects once."""
        self._loop = asyncio.get_running_loop()
        async with self._connecting:
            if self._connection is None:
                await self._connect()

    async def _connect(self) -> None:
        connection = await asyncio.to_thread(pq.PGconn.connect, self._conninfo)
        if connection.status != pq.ConnStatus.OK:
            raise Unavailable(connection.get_error_message())
        connection.nonblocking = 1
        connection.enter_pipeline_mode()
        self._connection, self._prepared = connection, {}
        self._socket = os.dup(connection.socket)
        self._loop.add_reader(self._socket, self._readable)

    def ask(self, sql: str, parameters: Sequence[bytes]) -> "asyncio.Future[tuple[bytes, ...]]":
        """Its row, or StatementFailed or Unavailable."""
        future = self._loop.create_future()
        self._send(_Request(sql, parameters, future, since=self._loop.time()))
        return future

    def _send(self, request: _Request) -> None:
        if self._connection is None:
            request.future.set_exception(Unavailable("no connection"))
            return
        self._requests.append(request)
        try:
            name = self._prepared.get(request.sql) or self._prepare(request)
            self._connection.send_query_prepared(name, request.parameters)
        except PsycopgError as error:
            self.disconnect(str(error))
            return
        if not self._batching:
            self._batching = True
            self._loop.call_soon(self._end_batch)

    def _prepare(self, request: _Request) -> bytes:
        self._names += 1
        name = b"s%d" % self._names
        self._connection.send_prepare(name, request.sql.encode())
        self._prepared[request.sql] = name
        request.preparing = True
        return name

    def _end_batch(self) -> None:
        self._batching = False
        if self._connection is None:
            return
        try:
            self._connection.pipeline_sync()
        except PsycopgError as error:
            self.disconnect(str(error))
        else:
            self._flush()

    def disconnect(self, reason: str) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            os.close(self._socket)
            connection.finish()
        self._flushing = False
        requests, self._requests = self._requests, deque()
        for each in requests:
            if not each.future.done():
                each.future.set_exception(Unavailable(reason))

    def cancel(self) -> None:
        """Stops the statement that is running now; asked of the server by a connection of its own."""
        if self._connection is not None:
            cancel = self._connection.get_cancel()
            self._loop.run_in_executor(None, cancel.cancel)

    def running(self, future: "asyncio.Future[Any]") -> bool:
        return bool(self._requests) and self._requests[0].future is future

    def _flush(self) -> None:
        try:
            unsent = self._connection.flush()
        except PsycopgError as error:
            self.disconnect(str(error))
            return
        loop = self._loop
        if unsent and not self._flushing:
            self._flushing = True
            loop.add_writer(self._socket, self._flush)
        elif not unsent and self._flushing:
            self._flushing = False
            loop.remove_writer(self._socket)

    def _readable(self) -> None:
        connection = self._connection
        try:
            connection.consume_input()
            if self._flushing:
                self._flush()
            while self._connection is not None and self._requests and not connection.is_busy():
                self._take(connection.get_result())
        except PsycopgError as error:
            self.disconnect(str(error))

    def _take(self, result: Any) -> None:
        """None ends one command's results; a request has one command, or two when it prepares."""
        request = self._requests[0]
        if result is None:
            if request.preparing:
                request.preparing = False
            else:
                self._requests.popleft()
                self._settle(request)
        elif result.status == pq.ExecStatus.TUPLES_OK:
            if result.ntuples == 1:
                request.row = tuple(result.get_value(0, at) or b"" for at in range(result.nfields))
        elif result.status == pq.ExecStatus.PIPELINE_ABORTED:
            request.aborted += request.error is None and not request.preparing
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            request.error = result.get_error_message()
            request.timed_out = self._was_slow(request, result)
        if request.preparing and result is not None and result.status not in _PREPARED:
            del self._prepared[request.sql]

    def _was_slow(self, request: _Request, result: Any) -> bool:
        """Not stopped in another's stead, whose client had gone."""
        code = result.error_field(pq.DiagnosticField.SQLSTATE)
        took = self._loop.time() - request.since
        return code == _CANCELLED and took >= self._seconds

    def _settle(self, request: _Request) -> None:
        if request.future.done():
            pass
        elif request.row is not None:
            request.future.set_result(request.row)
        elif request.timed_out:
            request.future.set_exception(StatementTimedOut(request.error))
        elif request.error is not None or request.aborted > RETRIES:
            request.future.set_exception(StatementFailed(request.error or "aborted"))
        elif request.aborted:
            self._send(request)
        else:
            request.future.set_exception(StatementFailed("no row"))
        if not self._requests and not self.usable:
            self.disconnect("replaced")


@dataclass(frozen=True)
class Sent:
    """`row`: the statement's one row, or StatementFailed or Unavailable."""

    line: Line
    row: "asyncio.Future[tuple[bytes, ...]]"

    def cancel(self) -> None:
        """Nobody waits for it any more: stopped if it is running, skipped over otherwise."""
        if self.line.running(self.row):
            self.line.cancel()
        self.row.cancel()


class Wire:
    """The lines of a process, kept connected."""

    def __init__(self, conninfo: str, connections: int = CONNECTIONS) -> None:
        self._lines = [Line(conninfo) for _ in range(connections)]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Doesn't wait for the connections: until they are there, every question finds Unavailable."""
        tasks = [asyncio.create_task(self._keep(line)) for line in self._lines]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for line in self._lines:
                line.disconnect("stopping")

    async def wait_ready(self) -> None:
        """For whoever wants the first answer compiled already."""
        await asyncio.gather(*(line.connect() for line in self._lines if not line.connected))

    def send(self, sql: str, parameters: Sequence[bytes] = ()) -> "Sent":
        """Raises Unavailable at once where there is no connection."""
        line = self._line()
        return Sent(line, line.ask(sql, parameters))

    def _line(self) -> Line:
        """One whose batch is still open, as a system call costs more than its share; else the idlest."""
        chosen = None
        for line in self._lines:
            if line.usable:
                if line.open_batch:
                    return line
                if chosen is None or line.load < chosen.load:
                    chosen = line
        if chosen is None:
            raise Unavailable("no connection")
        return chosen

    async def _keep(self, line: Line) -> None:
        while True:
            if not line.connected:
                with contextlib.suppress(Unavailable):
                    await line.connect()
            await asyncio.sleep(RETRY_SECONDS)
