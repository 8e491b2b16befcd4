"""The one gap-safe read of the log, which everyone goes through.

Positions come from a sequence, so they are handed out in order but may commit in any order, and a
rollback leaves a hole for good. A hole may be passed once no transaction is left that could fill it.
Every transaction that has been handed a position of ours holds a ROW EXCLUSIVE lock on `events`,
taken before the position and released after its rows are visible. So: where a read finds a hole, wait
until those that hold the lock *now* are gone, then read again; what is missing then never comes.
Whoever is still writing when patience ends is remembered with the connection, so that writers who
overlap one another hold a reader up until the first of them end, not for as long as there are some.
(The locks of a standby are not its primary's: read from the primary.)
"""

import time
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from infra.mapper import to_event
from infra.personal.fields import holds_personal
from infra.personal.vault import PersonalVault
from infra.seal.entries import COLUMNS, StoredEvent
from projections.log import WHOLE, Batch, Partition, Recorded, Undecodable

PATIENCE = 0.02
"""Seconds to wait for writers in flight before the events in front of the hole are returned."""

_STATE = "CASE WHEN %(types)s::text[] IS NULL OR type = ANY(%(types)s) THEN state END"
_COLUMNS = (
    f"position, stream_id, version, type, schema_version, {_STATE}, effective_on, recorded_at, "
    "actor, on_behalf_of"
)
_PARTITION = "get_byte(uuid_send(stream_id), 15) %% %(count)s = %(number)s"
_BETWEEN = "position > %(after)s AND position <= %(last)s"
_READ_PARTITION = (
    f"SELECT {_COLUMNS} FROM public.events WHERE {_BETWEEN} AND {_PARTITION} ORDER BY position"
)
_READ_AT = f"SELECT {_COLUMNS} FROM public.events WHERE position = ANY(%(at)s) ORDER BY position"
_READ_STREAMS = (
    f"SELECT {_COLUMNS} FROM public.events WHERE stream_id = ANY(%(ids)s) AND type = ANY(%(types)s) "
    "ORDER BY position"
)
# Of one statement, the snapshot is taken first and the locks are read afterwards, as it must be.
_FENCE = "SELECT (SELECT coalesce(max(position), 0) FROM public.events), ARRAY({})"
_WRITERS = (
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND relation = 'public.events'::regclass AND mode = 'RowExclusiveLock' AND granted "
    "AND pid IS DISTINCT FROM pg_backend_pid()"
)

Values = tuple[Any, ...]


class Reading(NamedTuple):
    """The same columns, at most so many rows on or up to a position."""

    some: str
    until: str

    @classmethod
    def of(cls, columns: str) -> "Reading":
        select = f"SELECT {columns} FROM public.events WHERE"
        return cls(
            f"{select} position > %(after)s ORDER BY position LIMIT %(limit)s",
            f"{select} {_BETWEEN} ORDER BY position",
        )


_EVENTS = Reading.of(_COLUMNS)
_POSITIONS = Reading.of("position")
_STORED = Reading.of(", ".join(COLUMNS))


class Horizon:
    """How far the log is settled, as one connection knows: what is missing up to there never comes."""

    def __init__(self) -> None:
        self.settled = 0
        self._fence = 0
        self._writers: set[str] = set()
        """While there are any, what is missing up to the fence may still be theirs."""

    def advance(self, connection: Connection[Any], last: int) -> None:
        """To `last` at least, or as far as patience allows."""
        until = time.monotonic() + PATIENCE
        while self.settled < last:
            if not self._writers:
                (found,) = _rows(connection, _FENCE.format(_WRITERS), {})
                self._fence, self._writers = found[0], set(found[1])
            while self._writers:
                self._writers &= {row[0] for row in _rows(connection, _WRITERS, {})}
                if self._writers and time.monotonic() > until:
                    return
                if self._writers:
                    time.sleep(0.001)
            self.settled = self._fence

    def lacks(self, rows: list[Values], after: int) -> bool:
        """Whether something is missing that may still come."""
        start = max(after, self.settled)
        return bool(rows) and rows[-1][0] - start > sum(row[0] > start for row in rows)

    def settled_part(self, rows: list[Values], after: int) -> list[Values]:
        before = max(after, self.settled)
        for at, row in enumerate(rows):
            if row[0] > before + 1:
                return rows[:at]
            before = max(before, row[0])
        return rows


class EventLog:
    """Needs connections in READ COMMITTED or autocommit: each statement must see what is committed.

    Without a `vault`, personal data stays sealed.
    """

    def __init__(self, vault: PersonalVault | None = None) -> None:
        self._vault = vault
        # With the connection, because a server that failed over may have lost what the other promised.
        self._horizons: WeakKeyDictionary[Connection[Any], Horizon] = WeakKeyDictionary()

    def read(
        self,
        connection: Connection[Any],
        after: int,
        limit: int,
        partition: Partition = WHOLE,
        types: frozenset[str] | None = None,
    ) -> Batch:
        """At most `limit` positions behind `after`, never past a hole that could still be filled."""
        wanted = {"types": None if types is None else list(types)}
        if partition.count == 1:
            rows = self._settled(connection, _EVENTS, after, limit, wanted)
            return Batch(self._decoded(connection, rows, types), rows[-1][0] if rows else after)
        positions = self._settled(connection, _POSITIONS, after, limit, {})
        if not positions:
            return Batch([], after)
        last = positions[-1][0]
        part = {"after": after, "last": last, "count": partition.count, "number": partition.number}
        rows = _rows(connection, _READ_PARTITION, {**wanted, **part})
        return Batch(self._decoded(connection, rows, types), last)

    def at(self, connection: Connection[Any], positions: list[int]) -> list[Recorded]:
        rows = _rows(connection, _READ_AT, {"at": positions, "types": None})
        return self._decoded(connection, rows)

    def streams(
        self, connection: Connection[Any], ids: list[UUID], types: frozenset[str]
    ) -> list[Recorded]:
        if not ids:
            return []
        rows = _rows(connection, _READ_STREAMS, {"ids": ids, "types": list(types)})
        return self._decoded(connection, rows)

    def read_stored(self, connection: Connection[Any], after: int, limit: int) -> list[StoredEvent]:
        """The same read, of every column as it is stored."""
        rows = self._settled(connection, _STORED, after, limit, {})
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
        self,
        connection: Connection[Any],
        reading: Reading,
        after: int,
        limit: int,
        parameters: Mapping[str, Any],
    ) -> list[Values]:
        rows = _rows(connection, reading.some, {**parameters, "after": after, "limit": limit})
        horizon = self._horizon(connection)
        if not horizon.lacks(rows, after):
            return rows
        last = rows[-1][0]
        horizon.advance(connection, last)
        # Read again, whether all of them are gone or not: some have committed meanwhile.
        rows = _rows(connection, reading.until, {**parameters, "after": after, "last": last})
        return horizon.settled_part(rows, after)

    def _horizon(self, connection: Connection[Any]) -> Horizon:
        horizon = self._horizons.get(connection)
        if horizon is None:
            horizon = self._horizons[connection] = Horizon()
        return horizon


def _rows(connection: Connection[Any], query: str, parameters: Mapping[str, Any]) -> list[Values]:
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        return cursor.execute(query.encode(), parameters, prepare=True).fetchall()


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
    except Exception as error:  # noqa: BLE001  whatever an upcaster raises, it is about this event alone
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
