"""The demo network, loaded once for the tests that only read it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from domain.cooperation import Cooperation
from infra import demo
from infra.embedded.postgres import Postgres
from infra.event_store import PostgresEventStore
from infra.texts import PolishTexts
from tests.network import VAULT, Network, network

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def door(net: Network, at: datetime = NOW) -> Cooperation:
    store = PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT)
    return Cooperation(store, PolishTexts(net.pool), now=lambda: at)


@pytest.fixture(scope="session")
def demo_database(postgres: Postgres, _migrated_template: str) -> str:
    with psycopg.connect(postgres.url(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE demo TEMPLATE "{_migrated_template}"'.encode())
    with network(postgres.url("demo")) as net:
        assert demo.load(door(net)).refused == []
        net.project()
    return postgres.url("demo")


# Connected anew for each file: the tests of another one may have restarted the server.
@pytest.fixture(scope="module")
def demo_network(demo_database: str) -> Iterator[Network]:
    with network(demo_database) as net:
        yield net
