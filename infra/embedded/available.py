"""A database for a command that is run by itself: the running one, or one started for as long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from infra.embedded.location import DATABASE, cluster_directory
from infra.embedded.locking import Taken, locked
from infra.embedded.postgres import Postgres, PostgresError
from infra.migrate import migrate
from infra.settings import Settings


def embedded_server(settings: Settings) -> Postgres:
    return Postgres(cluster_directory(settings.data), log=settings.data / "logs" / "postgres.log")


@contextmanager
def available_database(
    settings: Settings, purpose: str, *, migrated: bool = True, seconds: float = 60
) -> Iterator[str]:
    """Yields the URL of a database that answers, migrated unless told otherwise.

    `purpose` names the command to another one that finds the data taken. Raises PostgresError or
    MigrationError; `seconds` is how long it waits for others.
    """
    with _reachable(settings, purpose, seconds) as url:
        if migrated:
            migrate(url, broker=settings.broker_url is None)
        yield url


@contextmanager
def _reachable(settings: Settings, purpose: str, seconds: float) -> Iterator[str]:
    if not settings.embedded:
        yield settings.postgres_url
        return
    deadline = time.monotonic() + seconds
    while True:
        try:
            with locked(settings.data, purpose):
                with _started(settings) as url:
                    yield url
                return
        except Taken as taken:
            if taken.holder.purpose == "run" and _answers(settings.postgres_url):
                break
            if time.monotonic() > deadline:
                raise PostgresError(f"{settings.data}: {taken}") from None
            time.sleep(0.1)
    yield settings.postgres_url


@contextmanager
def _started(settings: Settings) -> Iterator[str]:
    server = embedded_server(settings)
    server.start()
    try:
        server.ensure_database(DATABASE)
        yield settings.postgres_url
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
