"""The reactors inside the Celery worker: one thread for all of them, woken like the projections."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from psycopg import Connection, Error

from infra.reactors import Reactor, ReactorWorker
from projections.log import Log
from projections.runner import LOG_CHANNEL, SAFETY_POLL
from projections.worker import Outcome

log = structlog.get_logger()


class ReactorRunner:
    """`ordered` is called when there is something new to deliver."""

    def __init__(
        self,
        reactors: Iterable[Reactor],
        log_reader: Log,
        connect: Callable[[], Connection[Any]],
        ordered: Callable[[], None],
    ) -> None:
        self._workers = [ReactorWorker(reactor, log_reader) for reactor in reactors]
        self._connect, self._ordered = connect, ordered
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reactors", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """It looks by itself within a second, and listens."""

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {LOG_CHANNEL}".encode())
                    self._work(connection)
            except Error as error:
                log.warning("reactors.disconnected", error=type(error).__name__)
                self._stopping.wait(0.3)

    def _work(self, connection: Connection[Any]) -> None:
        while not self._stopping.is_set():
            moved = [self._step(worker, connection) for worker in self._workers]
            if any(moved):
                with contextlib.suppress(Exception):  # beat orders it too
                    self._ordered()
            else:
                for _ in connection.notifies(timeout=SAFETY_POLL, stop_after=1):
                    pass

    def _step(self, worker: ReactorWorker, connection: Connection[Any]) -> bool:
        """One that fails keeps none of the others; it tries again, since an order must not be lost."""
        try:
            return worker.step(connection) is Outcome.MOVED
        except Error:
            raise
        except Exception as error:  # noqa: BLE001
            log.error("reactor.failed", reactor=worker.name, error=type(error).__name__)
            self._stopping.wait(SAFETY_POLL)
            return False
