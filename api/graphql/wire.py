"""Compiled statements over libpq in pipeline mode: a few connections, many requests in flight."""

import asyncio
import contextlib
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
STATEMENTS = 500
"""Prepared on one connection at most; it is then replaced by a fresh one."""

OPTIONS = (
    "-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8 -c extra_float_digits=1 -c jit=off "
    "-c plan_cache_mode=force_generic_plan -c statement_timeout=5000 "
    "-c default_transaction_read_only=on -c search_path=public"
)
RETRY_SECONDS = 0.5

# Stands for a statement that could not be prepared: asking for it fails, and the number isn't reused.
_BROKEN = b"broken"
_SYNC = pq.ExecStatus.PIPELINE_SYNC


class Unavailable(Exception):
    """There is no connection, or it broke before the answer came."""


class StatementFailed(Exception):
    """The statement raised; the ordinary executor will say what is wrong."""


@dataclass
class _Pending:
    """What one synchronisation point of the pipeline answers."""

    future: "asyncio.Future[tuple[bytes, ...]]"
    preparing: str | None = None
    row: tuple[bytes, ...] | None = None
    error: str | None = None


class Line:
    """One connection. Single-threaded: everything happens on the event loop."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = make_conninfo(conninfo, options=OPTIONS, connect_timeout=3).encode()
        self._connection: Any = None
        self._pending: deque[_Pending] = deque()
        self._prepared: dict[str, bytes] = {}
        self._flushing = False

    @property
    def load(self) -> int:
        return len(self._pending)

    @property
    def connected(self) -> bool:
        return self._connection is not None

    @property
    def usable(self) -> bool:
        return self._connection is not None and len(self._prepared) < STATEMENTS

    async def connect(self) -> None:
        """Raises Unavailable."""
        connection = await asyncio.to_thread(pq.PGconn.connect, self._conninfo)
        if connection.status != pq.ConnStatus.OK:
            raise Unavailable(connection.get_error_message())
        connection.nonblocking = 1
        connection.enter_pipeline_mode()
        self._connection, self._prepared = connection, {}
        asyncio.get_running_loop().add_reader(connection.socket, self._readable)

    def send(self, sql: str, parameters: Sequence[bytes]) -> "asyncio.Future[tuple[bytes, ...]]":
        """Its row, or StatementFailed or Unavailable."""
        pending = _Pending(asyncio.get_running_loop().create_future())
        try:
            name = self._prepared.get(sql) or self._prepare(sql, pending)
            self._connection.send_query_prepared(name, parameters)
            self._connection.pipeline_sync()
        except PsycopgError as error:
            self.disconnect(str(error))
            pending.future.set_exception(Unavailable(str(error)))
        else:
            self._pending.append(pending)
            self._flush()
        return pending.future

    def _prepare(self, sql: str, pending: _Pending) -> bytes:
        name = b"s%d" % len(self._prepared)
        self._connection.send_prepare(name, sql.encode())
        self._prepared[sql] = name
        pending.preparing = sql
        return name

    def disconnect(self, reason: str) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(connection.socket)
            loop.remove_writer(connection.socket)
            connection.finish()
        self._flushing = False
        pending, self._pending = self._pending, deque()
        for each in pending:
            if not each.future.done():
                each.future.set_exception(Unavailable(reason))

    def cancel(self) -> None:
        """Stops the statement that is running now; asked of the server by a connection of its own."""
        if self._connection is not None:
            cancel = self._connection.get_cancel()
            asyncio.get_running_loop().run_in_executor(None, cancel.cancel)

    def running(self, future: "asyncio.Future[Any]") -> bool:
        return bool(self._pending) and self._pending[0].future is future

    def _flush(self) -> None:
        try:
            unsent = self._connection.flush()
        except PsycopgError as error:
            self.disconnect(str(error))
            return
        loop = asyncio.get_running_loop()
        if unsent and not self._flushing:
            self._flushing = True
            loop.add_writer(self._connection.socket, self._flush)
        elif not unsent and self._flushing:
            self._flushing = False
            loop.remove_writer(self._connection.socket)

    def _readable(self) -> None:
        connection = self._connection
        try:
            connection.consume_input()
            if self._flushing:
                self._flush()
            while self._pending and not connection.is_busy():
                self._take(connection.get_result())
        except PsycopgError as error:
            self.disconnect(str(error))

    def _take(self, result: Any) -> None:
        """None ends one command's results, PIPELINE_SYNC those of one request."""
        if result is None:
            return
        pending = self._pending[0]
        if result.status == _SYNC:
            self._pending.popleft()
            _settle(pending)
            self._replace_when_full()
        elif result.status == pq.ExecStatus.COMMAND_OK:
            pending.preparing = None
        elif result.status == pq.ExecStatus.TUPLES_OK:
            if result.ntuples == 1:
                pending.row = tuple(result.get_value(0, at) or b"" for at in range(result.nfields))
        elif pending.error is None:
            pending.error = result.get_error_message()
            if pending.preparing is not None:
                self._prepared[pending.preparing] = _BROKEN

    def _replace_when_full(self) -> None:
        if not self._pending and not self.usable:
            self.disconnect("replaced")


def _settle(pending: _Pending) -> None:
    if pending.future.done():
        return
    if pending.error is not None or pending.row is None:
        pending.future.set_exception(StatementFailed(pending.error or "no row"))
    else:
        pending.future.set_result(pending.row)


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
        line = min((line for line in self._lines if line.usable), key=_load, default=None)
        if line is None:
            raise Unavailable("no connection")
        return Sent(line, line.send(sql, parameters))

    async def _keep(self, line: Line) -> None:
        while True:
            if not line.connected:
                with contextlib.suppress(Unavailable):
                    await line.connect()
            await asyncio.sleep(RETRY_SECONDS)


def _load(line: Line) -> int:
    return line.load
