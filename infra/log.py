"""The one gap-safe read of the log, which everyone goes through.

Positions come from a sequence, so they are handed out in order but may commit in any order, and a
rollback leaves a hole for good. A hole may be passed once no transaction is left that could fill it.
Every transaction that has been handed a position of ours holds a ROW EXCLUSIVE lock on `events`,
taken before the position and released after its rows are visible. So: where a read finds a hole, wait
until those that hold the lock *now* are gone, then read again; what is missing then never comes.
(The locks of a standby are not its primary's: read from the primary.)
"""

import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from infra.mapper import UnknownEvent, to_event
from infra.personal.fields import holds_personal
from infra.personal.vault import PersonalVault
from infra.seal.entries import COLUMNS, StoredEvent
from projections.log import WHOLE, Batch, NewerEvent, Partition, Recorded, Undecodable

PATIENCE = 0.02
"""Seconds to wait for writers in flight before the events in front of the hole are returned."""

_COLUMNS = "position, stream_id, version, type, schema_version, state, effective_on, recorded_at, actor, on_behalf_of"
_READ = f"SELECT {_COLUMNS} FROM events WHERE position > %s ORDER BY position LIMIT %s"
_READ_TO = f"SELECT {_COLUMNS} FROM events WHERE position > %s AND position <= %s ORDER BY position"
_READ_PARTITION = (
    f"SELECT {_COLUMNS} FROM events WHERE position > %s AND position <= %s "
    "AND get_byte(uuid_send(stream_id), 15) %% %s = %s ORDER BY position"
)
_STORED = ", ".join(COLUMNS)
_READ_STORED = f"SELECT {_STORED} FROM events WHERE position > %s ORDER BY position LIMIT %s"
_READ_STORED_TO = (
    f"SELECT {_STORED} FROM events WHERE position > %s AND position <= %s ORDER BY position"
)
_READ_AT = f"SELECT {_COLUMNS} FROM events WHERE position = ANY(%s) ORDER BY position"
_POSITIONS = "SELECT position FROM events WHERE position > %s ORDER BY position LIMIT %s"
_WRITERS = (
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND relation = 'events'::regclass AND mode = 'RowExclusiveLock' AND granted "
    "AND pid IS DISTINCT FROM pg_backend_pid()"
)


class EventLog:
    """Needs connections in READ COMMITTED or autocommit: each statement must see what is committed.

    Without a `vault`, personal data stays sealed.
    """

    def __init__(self, vault: PersonalVault | None = None) -> None:
        self._vault = vault

    def read(
        self,
        connection: Connection[Any],
        after: int,
        limit: int,
        partition: Partition = WHOLE,
        types: frozenset[str] | None = None,
    ) -> Batch:
        """At most `limit` positions behind `after`, never past a hole that could still be filled."""
        if partition.count == 1:
            rows = self._settled(connection, _READ, _READ_TO, after, limit)
            return Batch(self._decoded(connection, rows, types), rows[-1][0] if rows else after)
        positions = self._settled(connection, _POSITIONS, None, after, limit)
        through = positions[-1][0] if positions else after
        bounds = (after, through, partition.count, partition.number)
        rows = _rows(connection, _READ_PARTITION, bounds) if positions else []
        return Batch(self._decoded(connection, rows, types), through)

    def at(self, connection: Connection[Any], positions: list[int]) -> list[Recorded]:
        return self._decoded(connection, _rows(connection, _READ_AT, (positions,)))

    def read_stored(self, connection: Connection[Any], after: int, limit: int) -> list[StoredEvent]:
        """The same read, of every column as it is stored."""
        rows = self._settled(connection, _READ_STORED, _READ_STORED_TO, after, limit)
        return [StoredEvent(*row) for row in rows]

    def _decoded(
        self,
        connection: Connection[Any],
        rows: list[tuple[Any, ...]],
        types: frozenset[str] | None = None,
    ) -> list[Recorded]:
        recorded = [_recorded(*row) for row in rows if types is None or row[3] in types]
        if self._vault is None or not any(_sealed(each) for each in recorded):
            return recorded
        opened = self._vault.opened(connection, [each.event for each in recorded])
        return [_opened(each, event) for each, event in zip(recorded, opened, strict=True)]

    def _settled(
        self, connection: Connection[Any], read: str, read_to: str | None, after: int, limit: int
    ) -> list[tuple[Any, ...]]:
        rows = _rows(connection, read, (after, limit))
        if not rows or _contiguous(rows, after):
            return rows
        last = rows[-1][0]
        gone = self._writers_gone(connection)
        # Read again, whether they are gone or not: some may have committed meanwhile.
        if read_to is not None:
            rows = _rows(connection, read_to, (after, last))
        else:
            rows = [row for row in _rows(connection, read, (after, last - after)) if row[0] <= last]
        return rows if gone else rows[: _length_of_prefix(rows, after)]

    def _writers_gone(self, connection: Connection[Any]) -> bool:
        """Whether all that could fill a hole seen before this call have ended."""
        until = time.monotonic() + PATIENCE
        writers = {row[0] for row in _rows(connection, _WRITERS, ())}
        while writers and time.monotonic() < until:
            time.sleep(0.001)
            writers &= {row[0] for row in _rows(connection, _WRITERS, ())}
        return not writers


def _rows(
    connection: Connection[Any], query: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()


def _contiguous(rows: list[tuple[Any, ...]], after: int) -> bool:
    return bool(rows[-1][0] - after == len(rows))


def _length_of_prefix(rows: list[tuple[Any, ...]], after: int) -> int:
    return next((i for i, row in enumerate(rows) if row[0] != after + i + 1), len(rows))


def _recorded(
    position: int,
    stream_id: UUID,
    version: int,
    kind: str,
    schema_version: int,
    state: bytes,
    effective_on: date,
    recorded_at: datetime,
    actor: str,
    on_behalf_of: str | None,
) -> Recorded:
    event: Any
    try:
        event = to_event(kind, schema_version, state, stream_id, version, recorded_at, effective_on)
    except (UnknownEvent, NewerEvent, msgspec.MsgspecError) as error:
        event = Undecodable(error)
    return Recorded(
        position, stream_id, version, kind, recorded_at, effective_on, actor, on_behalf_of, event
    )


def _sealed(recorded: Recorded) -> bool:
    return holds_personal(type(recorded.event))


def _opened(recorded: Recorded, event: Any) -> Recorded:
    if isinstance(event, Exception):
        event = Undecodable(event)
    return msgspec.structs.replace(recorded, event=event)
