"""What most commands need: a database that answers, and the door for writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from domain.cooperation import Cooperation
from infra.bootstrap import connect, cooperation
from infra.embedded.available import available_database
from infra.keyfiles import vault
from infra.log import EventLog
from infra.settings import Settings


@dataclass
class Session:
    """Given at the terminal of the machine that holds the data, commands are the operator's."""

    settings: Settings
    url: str
    connection: Connection[Any]
    cooperation: Cooperation
    log: EventLog


@contextmanager
def session(purpose: str) -> Iterator[Session]:
    """`purpose` names the command to others that wait for the same data."""
    settings = Settings.from_environment()
    with (
        available_database(settings, purpose) as url,
        connect(url) as connection,
        cooperation(url, connections=2, vault=vault(settings)) as door,
    ):
        yield Session(settings, url, connection, door, EventLog(vault(settings)))
