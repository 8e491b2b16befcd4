from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from infra.embedded.postgres import Postgres
from infra.migrate import MIGRATIONS, MigrationError, migrate


@pytest.fixture
def empty_url(postgres: Postgres) -> str:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS empty WITH (FORCE)")
    postgres.ensure_database("empty")
    return postgres.url("empty")


def test_every_migration_is_applied_once(empty_url: str) -> None:
    names = sorted(path.name for path in MIGRATIONS.glob("*.sql"))
    assert migrate(empty_url) == names
    assert migrate(empty_url) == []


def test_two_who_migrate_at_once_take_turns(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(migrate, [empty_url, empty_url]))
    assert sorted(map(len, applied)) == [0, len(list(MIGRATIONS.glob("*.sql")))]


def test_the_broker_works_without_its_extension(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT pgmq.create('q')")
        connection.execute("SELECT pgmq.send('q', '{\"n\": 1}')")
        row = connection.execute("SELECT message FROM pgmq.read('q', 30, 1)").fetchone()
    assert row == ({"n": 1},)


def test_a_database_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(MigrationError) as caught:
        migrate("postgresql://nobody@127.0.0.1:9/nothing")
    assert "\n" not in str(caught.value)
    assert "Connection refused" in str(caught.value)
