"""One network that applies for money, for all tests of the domain; every test has a programme of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from infra.embedded.postgres import Postgres
from tests.funds import Funds, funds


@pytest.fixture(scope="session")
def _funds(postgres: Postgres, _migrated_template: str) -> Iterator[Funds]:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE funds TEMPLATE {_migrated_template}".encode())
    with funds(postgres.url("funds")) as found:
        yield found


@pytest.fixture
def given(_funds: Funds) -> Funds:
    _funds.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    _funds.register_programme()
    return _funds
