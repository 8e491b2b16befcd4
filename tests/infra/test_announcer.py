"""The log's growth is told after the commit, once for many, and again after a torn connection."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from infra.announcer import CHANNEL, Announcer
from infra.bootstrap import connect


@contextmanager
def announcing(database_url: str) -> Iterator[Announcer]:
    announcer = Announcer(database_url)
    try:
        yield announcer
    finally:
        announcer.close()


def heard(connection: Connection[Any], seconds: float = 5) -> str | None:
    for notification in connection.notifies(timeout=seconds, stop_after=1):
        return notification.payload
    return None


def test_highest_position_is_told(database_url: str) -> None:
    with connect(database_url) as listening, announcing(database_url) as announcer:
        listening.execute(f"LISTEN {CHANNEL}")
        announcer.announce(7)
        assert heard(listening) == "7"
        announcer.announce(9)
        assert heard(listening) == "9"
        announcer.announce(8)
        assert heard(listening) == "9"


def test_what_was_not_sent_over_a_cut_connection_is_sent_over_the_next(database_url: str) -> None:
    with connect(database_url) as listening, announcing(database_url) as announcer:
        listening.execute(f"LISTEN {CHANNEL}")
        announcer.announce(1)
        assert heard(listening) == "1"
        listening.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        time.sleep(0.1)
        announcer.announce(2)
        assert heard(listening) == "2"


def test_what_was_announced_is_sent_before_it_closes(database_url: str) -> None:
    with connect(database_url) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        with announcing(database_url) as announcer:
            announcer.announce(3)
        assert heard(listening) == "3"
