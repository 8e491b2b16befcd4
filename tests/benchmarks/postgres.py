"""A PostgreSQL 18 of the run's own: the embedded one, with fsync and everything else that matters on."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infra.embedded.postgres import Postgres
from infra.migrate import migrate

# More memory than the default of a small installation, for everyone alike.
OPTIONS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}


@contextmanager
def database() -> Iterator[str]:
    """Starts one in a temporary directory, makes and migrates a database and yields its URL."""
    home = Path(tempfile.mkdtemp(prefix="wspolna-bench-"))
    server = Postgres(home / "cluster", log=home / "postgres.log", options=OPTIONS)
    try:
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        migrate(server.url("bench"))
        yield server.url("bench")
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
