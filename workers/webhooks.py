"""Webhooks inside the Celery worker: a few threads that deliver what is due, woken as read models move."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from psycopg import Connection, Error
from psycopg.errors import InvalidSchemaName, UndefinedTable

from infra.bootstrap import connect, cooperation
from infra.keyfiles import master_key
from infra.portals.webhooks import Courier
from infra.settings import Settings
from projections.runner import SAFETY_POLL
from projections.schema import CHANNEL

THREADS = 4

log = structlog.get_logger()


class WebhookRunner:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._delivering: dict[UUID, Future[int]] = {}
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """It looks by itself within a second, and listens."""

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        url = self._settings.postgres_url
        while not self._stopping.is_set():
            try:
                with (
                    connect(url) as connection,
                    cooperation(url, connections=THREADS) as door,
                    ThreadPoolExecutor(THREADS, "webhook") as threads,
                ):
                    courier = Courier(
                        partial(connect, url),
                        door,
                        master_key(self._settings),
                        lambda: datetime.now(UTC),
                        allow_private=self._settings.private_webhooks,
                    )
                    connection.execute(f"LISTEN {CHANNEL}".encode())
                    self._work(courier, connection, threads)
            except Error as error:
                log.warning("webhooks.disconnected", error=type(error).__name__)
                self._stopping.wait(0.3)

    def _work(
        self, courier: Courier, connection: Connection[Any], threads: ThreadPoolExecutor
    ) -> None:
        while not self._stopping.is_set():
            for webhook_id in self._due(courier, connection):
                if webhook_id not in self._delivering:
                    future = threads.submit(courier.deliver, webhook_id)
                    self._delivering[webhook_id] = future
            for _ in connection.notifies(timeout=SAFETY_POLL, stop_after=1):
                pass
            self._reap()

    def _due(self, courier: Courier, connection: Connection[Any]) -> list[UUID]:
        with contextlib.suppress(UndefinedTable, InvalidSchemaName):  # before the first rebuild
            return courier.due(connection)
        return []

    def _reap(self) -> None:
        for webhook_id, future in list(self._delivering.items()):
            if future.done():
                del self._delivering[webhook_id]
                if (error := future.exception()) is not None:
                    log.error("webhook.broken", error=type(error).__name__)
