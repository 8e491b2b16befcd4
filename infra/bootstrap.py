"""The composition root: what the command line, the API and the workers are put together from."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.cooperation import Cooperation
from infra.accounts.desk import Desk
from infra.announcer import Announcer
from infra.event_store import PostgresEventStore
from infra.keyfiles import CHECKPOINT, master_key, seal_key
from infra.log import EventLog
from infra.personal.vault import PersonalVault
from infra.seal.sealer import Sealer
from infra.settings import Settings
from infra.texts import PolishTexts

# A peer that vanished without a word is noticed within half a minute.
KEEPALIVES: dict[str, Any] = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def connect(database_url: str, **options: Any) -> Connection[Any]:
    """A connection in autocommit, for a thread or a script of its own."""
    return Connection.connect(database_url, autocommit=True, **KEEPALIVES, **options)


def open_pool(database_url: str, *, size: int = 8) -> ConnectionPool[Connection[Any]]:
    return ConnectionPool(
        database_url,
        min_size=1,
        max_size=size,
        open=True,
        timeout=5.0,
        reconnect_timeout=2.0,
        kwargs={"autocommit": True, **KEEPALIVES},
        configure=_configure,
    )


@contextmanager
def cooperation(
    database_url: str, *, connections: int = 8, vault: PersonalVault | None = None
) -> Iterator[Cooperation]:
    """The one door for writes, with its pool open. Without a `vault`, personal data is refused."""
    announcer = Announcer(database_url)
    try:
        with open_pool(database_url, size=connections) as pool:
            store = PostgresEventStore(pool, announcer.announce, vault)
            yield Cooperation(store, PolishTexts(pool), now=lambda: datetime.now(UTC))
    finally:
        announcer.close()


@contextmanager
def accounts_desk(settings: Settings, door: Cooperation, *, connections: int = 2) -> Iterator[Desk]:
    """`door`: with a vault, for names and addresses are sealed."""
    with open_pool(settings.postgres_url, size=connections) as pool:
        yield Desk(pool, door, master_key(settings), now=lambda: datetime.now(UTC))


def seal_log(settings: Settings) -> int:
    """Seals what the log has gained, for a worker every few seconds; returns the number of seals."""
    sealer = Sealer(
        lambda: connect(settings.postgres_url),
        EventLog(),
        seal_key(settings),
        now=lambda: datetime.now(UTC),
        keep=settings.data / CHECKPOINT,
    )
    return sealer.catch_up()


def _configure(connection: Connection[Any]) -> None:
    # One statement a save: whatever takes longer than this is stuck, not slow.
    connection.execute("SET lock_timeout = '5s'")
    connection.execute("SET statement_timeout = '30s'")


__all__ = ["EventLog", "connect", "cooperation", "open_pool", "seal_log"]
