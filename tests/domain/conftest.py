"""One network that applies for money, for a file's tests; every test has a programme of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.funds import Funds, funds


@pytest.fixture(scope="module")
def _funds(shared_database_url: str) -> Iterator[Funds]:
    with funds(shared_database_url) as found:
        yield found


@pytest.fixture
def given(_funds: Funds) -> Funds:
    _funds.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    _funds.register_programme()
    return _funds
