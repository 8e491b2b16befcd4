"""Seals in PostgreSQL, and the log beside them as batches to verify or to export."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, IsolationLevel

from infra.seal.chain import Checkpoint, Seal
from infra.seal.entries import COLUMNS, StoredEvent
from infra.seal.keys import PublicKeys, keyring
from infra.seal.verify import Batch, Verification, verify_batches

SEAL_COLUMNS = tuple(Seal.__dataclass_fields__)

TAIL = 5_000
"""Events in one batch of the unsealed end."""

_EVENT = ", ".join(COLUMNS)
_SEAL = ", ".join(SEAL_COLUMNS)
_EVENTS = f"SELECT {_EVENT} FROM events ORDER BY position"
_RANGE = f"SELECT {_EVENT} FROM events WHERE position BETWEEN %s AND %s ORDER BY position"
_SEALS = f"SELECT {_SEAL} FROM seals ORDER BY number"
_COVERING = f"SELECT {_SEAL} FROM seals WHERE last_position >= %s ORDER BY last_position LIMIT 1"
_LAST = (
    "SELECT number, last_position, hash, key_id, signature FROM seals ORDER BY number DESC LIMIT 1"
)
_INSERT = f"INSERT INTO seals ({_SEAL}) VALUES ({', '.join(['%s'] * len(SEAL_COLUMNS))})"


@contextmanager
def snapshot(connection: Connection[Any]) -> Iterator[None]:
    """A long, reading transaction; `connection` is in autocommit and the caller's alone."""
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute("SET LOCAL statement_timeout = 0")
            yield
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = None, None


def last_checkpoint(connection: Connection[Any]) -> Checkpoint | None:
    row = _binary(connection, _LAST).fetchone()
    return Checkpoint(*row) if row else None


def insert_seal(connection: Connection[Any], seal: Seal) -> None:
    connection.execute(_INSERT, [getattr(seal, column) for column in SEAL_COLUMNS])


def seal_covering(
    connection: Connection[Any], position: int
) -> tuple[Seal, list[StoredEvent]] | None:
    """The seal over a position with its events as they stand now; None where it isn't sealed."""
    row = _binary(connection, _COVERING, (position,)).fetchone()
    if row is None:
        return None
    seal = Seal(*row)
    bounds = (seal.first_position, seal.last_position)
    return seal, [StoredEvent(*found) for found in _binary(connection, _RANGE, bounds)]


def known_keys(connection: Connection[Any]) -> PublicKeys:
    return keyring(row[0] for row in _binary(connection, "SELECT public_key FROM seal_keys"))


def add_keys(connection: Connection[Any], keys: PublicKeys) -> None:
    for key_id, public in keys.items():
        connection.execute(
            "INSERT INTO seal_keys (id, public_key) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (key_id, public),
        )


def stored_batches(connection: Connection[Any]) -> Iterator[Batch]:
    """Every seal with its events, then the unsealed end; needs a transaction with one snapshot.

    Each batch takes what stands up to its last position, so nothing in the log escapes.
    """
    with (
        connection.cursor("export_seals", binary=True) as seals,
        connection.cursor("export_events", binary=True) as rows,
    ):
        # A manifest has up to a few hundred kilobytes: fetched one at a time, memory stays flat.
        seals.itersize, rows.itersize = 1, TAIL
        events = _Ahead(StoredEvent(*row) for row in rows.execute(_EVENTS))
        for row in seals.execute(_SEALS):
            seal = Seal(*row)
            yield Batch(seal, events.take(through=seal.last_position))
        while tail := events.take(limit=TAIL):
            yield Batch(None, tail)


class _Ahead:
    """Events one after another, with a look at the next."""

    def __init__(self, events: Iterator[StoredEvent]) -> None:
        self._events = events
        self._next = next(events, None)

    def take(self, through: int | None = None, limit: int | None = None) -> list[StoredEvent]:
        taken: list[StoredEvent] = []
        while self._next is not None and (through is None or self._next.position <= through):
            if limit is not None and len(taken) == limit:
                break
            taken.append(self._next)
            self._next = next(self._events, None)
        return taken


def _binary(connection: Connection[Any], query: str, parameters: tuple[Any, ...] = ()) -> Any:
    return connection.cursor(binary=True).execute(query.encode(), parameters)


def verify_stored(
    connection: Connection[Any], trusted: PublicKeys | None = None, kept: Sequence[Checkpoint] = ()
) -> Verification:
    """Of the database itself; without `trusted` keys, by those that it says it was sealed with."""
    with snapshot(connection):
        keys = known_keys(connection) if trusted is None else trusted
        return verify_batches(stored_batches(connection), keys, kept)
