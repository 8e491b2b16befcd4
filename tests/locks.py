"""Statements that wait for a lock: how a test makes them, counts them, and waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from tests.network import Network


@contextmanager
def locked(net: Network) -> Iterator[None]:
    """Statements on news take for ever, or until somebody stops them."""
    with psycopg.connect(net.database_url) as connection:
        connection.execute("LOCK TABLE read_news.news IN ACCESS EXCLUSIVE MODE")
        yield


def waiting(net: Network) -> int:
    return int(
        net.value(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )


def soon(holds: Callable[[], bool], seconds: float = 20.0) -> float:
    """How long it took to hold."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds
        time.sleep(0.02)
    return time.monotonic() - began
