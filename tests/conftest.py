"""One embedded PostgreSQL for the whole session; a fresh, migrated database for every test that asks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.bootstrap import connect
from infra.embedded.postgres import Postgres
from infra.migrate import migrate
from projections import schema
from projections.registry import PROJECTIONS

_TEMPLATE = "template_migrated"
_numbers = count(1)

ROOM_BYTES = 4 * 1024**3

LONGEST = {"workers", "clients", "journeys"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest come first, so that several processes end at about the same time."""
    items.sort(key=lambda item: item.path.parent.name not in LONGEST)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The running server: `.url(database)`, `.restart(mode)`, `.kill9()` and then `.start()`."""
    # Short, so that sockets fit; fsync off: a killed process loses nothing by it, only a power cut would.
    directory = Path(tempfile.mkdtemp(prefix="wspolna-tests-", dir=_place()))
    options = {"fsync": "off", "autovacuum_naptime": "5s", "max_wal_size": "256MB"}
    server = Postgres(directory / "postgres", log=directory / "postgres.log", options=options)
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(directory)


def _place() -> Path:
    """In memory where there is room: on ext4, a database's thousand new files wait for those just dropped."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free >= ROOM_BYTES
    return memory if roomy and os.access(memory, os.W_OK) else Path("/tmp")


@pytest.fixture(scope="session")
def _migrated_template(postgres: Postgres) -> str:
    """With the empty tables of every projection, as a migrated network that has just started has them."""
    postgres.ensure_database(_TEMPLATE)
    migrate(postgres.url(_TEMPLATE))
    with connect(postgres.url(_TEMPLATE)) as connection:
        for projection in PROJECTIONS:
            schema.ensure(connection, projection)
    return _TEMPLATE


@pytest.fixture
def database_url(postgres: Postgres, _migrated_template: str) -> Iterator[str]:
    """A database of the test's own, copied from the migrated template and dropped afterwards."""
    with _database(postgres, _migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def shared_database_url(postgres: Postgres, _migrated_template: str) -> Iterator[str]:
    """A database of the module's own, for tests that only read."""
    with _database(postgres, _migrated_template) as url:
        yield url


@contextmanager
def _database(postgres: Postgres, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    # Its files copied as they are: by the write-ahead log takes twice as long.
    _on_server(
        postgres, sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, template
    )
    yield postgres.url(name)
    if not postgres.running():  # a test that killed it leaves the restart to us
        postgres.start()
    _on_server(postgres, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def _on_server(postgres: Postgres, statement: sql.SQL, *names: str) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(statement.format(*map(sql.Identifier, names)))
