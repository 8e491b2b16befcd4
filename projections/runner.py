"""Keeps projections up to date: one thread each, woken by NOTIFY, by others, and by itself.

Runs inside every worker process; of several, whoever claims a projection first works it. When the
database goes away, each thread waits for it and goes on.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from psycopg import Connection, Error

from projections.log import Log
from projections.projection import Projection
from projections.rebuild import RebuildFailed, rebuild_outdated
from projections.schema import ensure, halt
from projections.worker import Outcome, ProjectionWorker

LOG_CHANNEL = "wspolna_log"
SAFETY_POLL = 1.0
"""Seconds after which a projection looks by itself, in case a notification was lost."""

OTHERS_LATER = 0.1
"""Seconds by which a projection that folds nothing of what has come lets the others go first."""

REBUILD_PAUSE = 30.0
"""Seconds until a rebuild that failed is tried again."""

log = structlog.get_logger()

Connect = Callable[[], Connection[Any]]


class ProjectionRunner:
    """`connect` opens a connection in autocommit."""

    def __init__(
        self, projections: Iterable[Projection], log_reader: Log, connect: Connect
    ) -> None:
        self._connect = connect
        self._stopping = threading.Event()
        self._loops = [
            _Loop(projection, number, log_reader, connect, self._stopping)
            for projection in projections
            for number in range(projection.partitions)
        ]
        self._threads = [
            threading.Thread(target=loop.run, name=loop.name, daemon=True) for loop in self._loops
        ]
        self._threads.append(
            threading.Thread(target=self._listen, name="projections-listen", daemon=True)
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There may be something new in the log."""
        for loop in self._loops:
            loop.woken.set()

    def stop(self) -> None:
        """Each thread ends after the step it is in."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout=10)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(Error), self._connect() as connection:
                connection.execute(f"LISTEN {LOG_CHANNEL}")
                self.wake()  # for what was written before we listened
                self._hear(connection)
            self._stopping.wait(0.2)

    def _hear(self, connection: Connection[Any]) -> None:
        """At once for those who fold what has come; the others only move on, and wait to be out of the way."""
        seen = 0
        others_at: float | None = None
        while not self._stopping.is_set():
            patience = max(0.0, others_at - time.monotonic()) if others_at else SAFETY_POLL
            if list(connection.notifies(timeout=patience, stop_after=1)):
                seen, types = _arrived(connection, seen)
                for loop in self._loops:
                    if not types.isdisjoint(loop.types):
                        loop.woken.set()
                others_at = others_at or time.monotonic() + OTHERS_LATER
            if others_at and time.monotonic() >= others_at:
                self.wake()
                others_at = None


def _arrived(connection: Connection[Any], seen: int) -> tuple[int, set[str]]:
    """The last position, and types among the last events. Only to say who is woken first: a position
    that commits late is missed here, and found by everyone a moment later."""
    query = (
        "SELECT max(position), array_agg(DISTINCT type) FROM (SELECT position, type "
        "FROM public.events WHERE position > %s ORDER BY position DESC LIMIT 100) AS latest"
    )
    last, types = connection.execute(query, (seen,), prepare=True).fetchone() or (None, None)
    return last or seen, set(types or ())


class _Stopped(Exception):
    """In the middle of a rebuild, which the next one to start begins anew."""


class _Loop:
    """One partition of one projection."""

    def __init__(
        self,
        projection: Projection,
        number: int,
        log_reader: Log,
        connect: Connect,
        stopping: threading.Event,
    ) -> None:
        self._projection = projection
        self.types = projection.types
        self._worker = ProjectionWorker(projection, log_reader, number)
        self._log_reader = log_reader
        self._connect = connect
        self._stopping = stopping
        self.name = f"projection-{projection.name}"
        self.woken = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    self._work(connection)
            except _Stopped:
                return
            except Exception as error:  # noqa: BLE001  a loop that ended would be a projection that stands still
                log.warning("projection.disconnected", loop=self.name, error=type(error).__name__)
                self._stopping.wait(0.2 + random.random() / 5)  # noqa: S311  no secret, only spread

    def _work(self, connection: Connection[Any]) -> None:
        while not self._stopping.is_set():
            match self._worker.step(connection):
                case Outcome.MOVED:
                    pass
                case Outcome.ABSENT:
                    if not ensure(connection, self._projection):
                        self._stopping.wait(0.05)
                case Outcome.OUTDATED:
                    self._rebuild(connection)
                case _:
                    self.woken.wait(SAFETY_POLL)
                    self.woken.clear()

    def _rebuild(self, connection: Connection[Any]) -> None:
        """Readers have the older version until the new one is complete."""
        name = self._projection.name
        log.info("projection.rebuilding", projection=name, version=self._projection.version)
        try:
            if rebuild_outdated(connection, self._projection, self._log_reader, self._go_on):
                log.info("projection.rebuilt", projection=name, version=self._projection.version)
            else:  # by another worker
                self._stopping.wait(SAFETY_POLL)
        except RebuildFailed as error:
            log.error("projection.rebuild_failed", projection=name, error=str(error))
            halt(connection, self._projection.schema, f"rebuild: {error}"[:500])
            self._stopping.wait(REBUILD_PAUSE)

    def _go_on(self, _position: int, _last: int) -> None:
        if self._stopping.is_set():
            raise _Stopped
