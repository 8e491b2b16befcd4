"""The Celery worker over pgmq on the embedded PostgreSQL, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from celery import Celery
from pgmq.base import PGMQConfig
from psycopg.conninfo import conninfo_to_dict

from domain.accounts import InviteAccount
from domain.roles import OPERATOR, Role
from infra.bootstrap import cooperation
from infra.embedded.postgres import Postgres
from infra.keyfiles import CHECKPOINT, vault
from infra.settings import Settings
from tests.network import network
from workers.app import _pgmq_conninfo, make_app


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings.from_environment({"DATABASE_URL": database_url, "WSPOLNA_DATA": str(tmp_path)})


@pytest.fixture
def app(settings: Settings) -> Iterator[Celery]:
    app = make_app(settings)
    yield app
    app.close()


@contextmanager
def working(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": settings.postgres_url,
        "WSPOLNA_DATA": str(settings.data),
    }
    with (settings.data / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "workers", "worker"], env=environment, stdout=log, stderr=log
        )
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(30)


def eventually(ask: Callable[[], object], expected: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while (answer := _asked(ask)) != expected:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


def _asked(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except psycopg.Error as error:  # no table yet, or the server is just starting
        return error


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def titles(url: str) -> object:
    return value(url, "SELECT array_agg(title ORDER BY title) FROM read_news.news")


def waiting(url: str) -> object:
    return value(url, "SELECT count(*) FROM pgmq.q_celery")


def test_news_is_safe_without_a_worker_and_seen_with_one(settings: Settings) -> None:
    url = settings.postgres_url
    with network(url) as town:
        town.register()
        town.published("Nowy most")
    assert titles(url) is None
    with working(settings):
        eventually(lambda: titles(url), ["Nowy most"])


def test_the_worker_goes_on_after_the_database_was_restarted(
    settings: Settings, app: Celery, postgres: Postgres
) -> None:
    url = settings.postgres_url
    app.send_task("workers.tasks.catch_up")
    with working(settings) as worker:
        eventually(lambda: waiting(url), 0)
        postgres.restart("immediate")
        with network(url) as town:
            town.register()
            town.published("Po awarii")
        eventually(lambda: titles(url), ["Po awarii"])
        app.send_task("workers.tasks.catch_up")
        eventually(lambda: waiting(url), 0)
        assert worker.poll() is None


def test_the_worker_seals_the_log(settings: Settings, app: Celery) -> None:
    with network(settings.postgres_url) as town:
        town.register()
    with working(settings):
        app.send_task("workers.tasks.seal")
        eventually(lambda: value(settings.postgres_url, "SELECT sum(event_count) FROM seals"), 1)
    assert (settings.data / CHECKPOINT).exists()


def test_the_worker_sends_the_letters_that_follow_from_events(settings: Settings) -> None:
    url = settings.postgres_url
    mail = settings.data / "mail"
    with working(settings):
        eventually(lambda: value(url, "SELECT count(*) FROM reactors") != 0, True)
        with cooperation(url, connections=1, vault=vault(settings)) as door:
            invitation = InviteAccount(
                command_id=uuid4(),
                municipality=None,
                email="ewa@opoczno.example",
                name="Ewa",
                roles=frozenset({Role.AUDITOR}),
            )
            door.execute(invitation, OPERATOR)
        eventually(lambda: len(list(mail.glob("*.eml"))), 1)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://postgres@/wspolna?host=%2Ftmp%2Fa%20b",
            {"host": "/tmp/a b", "dbname": "wspolna", "user": "postgres", "password": "none"},
        ),
        (
            "postgresql://u:p%27%20%5C%40@db.example:6432/d?sslmode=verify-full&connect_timeout=3",
            {
                "host": "db.example",
                "port": "6432",
                "dbname": "d",
                "user": "u",
                "password": "p' \\@",
                "sslmode": "verify-full",
                "connect_timeout": "3",
            },
        ),
    ],
)
def test_every_part_of_a_database_url_reaches_pgmq(url: str, expected: dict[str, str]) -> None:
    arrived = conninfo_to_dict(PGMQConfig(conn_string=_pgmq_conninfo(url)).dsn)
    assert {"port": "5432", **expected} == arrived
