"""A server process over a small network, as a client of another program meets it."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import net
from tests.api.servers import server
from tests.network import Network

__all__ = ["net"]


@pytest.fixture
def address(net: Network) -> Iterator[str]:
    with server(net.database_url) as found:
        yield found
