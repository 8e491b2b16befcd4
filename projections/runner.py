"""Keeps projections up to date: one thread each, woken by NOTIFY, by others, and by itself.

Runs inside every worker process; of several, whoever claims a projection first works it. When the
database goes away, each thread waits for it and goes on.
"""

import contextlib
import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from psycopg import Connection, Error, OperationalError

from projections.log import Log
from projections.projection import Projection
from projections.schema import ensure
from projections.worker import Outcome, ProjectionWorker

LOG_CHANNEL = "wspolna_log"
SAFETY_POLL = 1.0
"""Seconds after which a projection looks by itself, in case a notification was lost."""

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
            _Loop(ProjectionWorker(projection, log_reader, number), connect, self._stopping)
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
            with contextlib.suppress(OperationalError), self._connect() as connection:
                connection.execute(f"LISTEN {LOG_CHANNEL}")
                self.wake()  # for what was written before we listened
                while not self._stopping.is_set():
                    for _ in connection.notifies(timeout=SAFETY_POLL, stop_after=1):
                        self.wake()
            self._stopping.wait(0.2)


class _Loop:
    """One partition of one projection."""

    def __init__(
        self, worker: ProjectionWorker, connect: Connect, stopping: threading.Event
    ) -> None:
        self._worker = worker
        self._connect = connect
        self._stopping = stopping
        self.name = f"projection-{worker.projection.name}"
        self.woken = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    self._work(connection)
            except Error as error:
                log.warning("projection.disconnected", loop=self.name, error=type(error).__name__)
                self._stopping.wait(0.2 + random.random() / 5)  # noqa: S311  no secret, only spread

    def _work(self, connection: Connection[Any]) -> None:
        while not self._stopping.is_set():
            outcome = self._worker.step(connection)
            if outcome is Outcome.ABSENT:
                ensure(connection, self._worker.projection)
            elif outcome is not Outcome.MOVED:
                self.woken.wait(SAFETY_POLL)
                self.woken.clear()
