"""The recorder: one statement a save, with the command's id and its claims in it.

No table lock and no NOTIFY inside the transaction: each alone would end PostgreSQL's group commit.
`infra.log` makes readers safe without the lock; `infra.announcer` notifies after the commit.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.domain import CanMutateAggregate
from psycopg import Connection, OperationalError
from psycopg.errors import UniqueViolation
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.aggregate import Aggregate
from domain.errors import CommandIdReused, StorageUnavailable
from domain.work import Claim, ClaimTaken, CommandRepeated, Envelope, Receipt, VersionConflict
from infra.mapper import shape_of, to_event, to_state

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

PATIENCE = 8.0
"""Seconds that a save goes on trying while the database is away."""

_INSERT_ONE = """
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at,
    actor, on_behalf_of, command_id, command_step, command_digest, causation_id, correlation_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s, %s)
RETURNING position
"""
_INSERT_MANY = """
WITH claimed AS (
    INSERT INTO claims (key, stream_id)
    SELECT key, stream_id FROM unnest(%s::text[], %s::uuid[]) AS claim (key, stream_id)
)
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at,
    actor, on_behalf_of, command_id, command_step, command_digest, causation_id, correlation_id)
SELECT stream_id, version, type, schema_version, state, effective_on, recorded_at,
    %s, %s, %s, step - 1, %s, %s, %s
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::smallint[], %s::bytea[], %s::date[],
            %s::timestamptz[])
    WITH ORDINALITY AS event (stream_id, version, type, schema_version, state, effective_on,
                              recorded_at, step)
ORDER BY step
RETURNING position
"""
_SELECT_STREAM = """
SELECT type, schema_version, state, stream_id, version, recorded_at, effective_on
FROM events WHERE stream_id = %s ORDER BY version
"""
# The subject of a command comes first among its events.
_SELECT_RECEIPT = """
SELECT command_digest, stream_id, max(version) OVER (PARTITION BY stream_id), max(position) OVER ()
FROM events WHERE command_id = %s ORDER BY command_step LIMIT 1
"""


class PostgresEventStore:
    """Implements `domain.work.EventStore`. `announce(position)` is called after each commit."""

    def __init__(self, pool: ConnectionPool[Connection[Any]], announce: Callable[[int], None]) -> None:
        self._pool = pool
        self._announce = announce

    def load(self, aggregate: type[A], stream_id: UUID) -> A | None:
        rows = self._ask(lambda c: _fetch(c, _SELECT_STREAM, (stream_id,)))
        return fold(aggregate, (to_event(*row) for row in rows))

    def append(self, changed: Sequence[Aggregate], envelope: Envelope, claims: Sequence[Claim]) -> int:
        statement, parameters = _statement(changed, envelope, claims)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with self._pool.connection(timeout=PATIENCE) as connection:
                    rows = _fetch(connection, statement, parameters)
                break
            except UniqueViolation as error:
                raise self._refusal(error, claims) from error
            except (OperationalError, PoolTimeout) as error:
                # Whether it was stored isn't known: the reply to the COMMIT may be what was lost.
                if (then := self._receipt(envelope.command_id, until)) is not None:
                    return then.position
                if time.monotonic() > until:
                    raise StorageUnavailable from error
        position: int = rows[-1][0]
        self._announce(position)
        return position

    def receipt(self, command_id: UUID, digest: bytes) -> Receipt | None:
        rows = self._ask(lambda c: _fetch(c, _SELECT_RECEIPT, (command_id,)))
        if rows and bytes(rows[0][0]) != digest:
            raise CommandIdReused(command_id=command_id)
        return Receipt(*rows[0][1:]) if rows else None

    def position_of(self, stream_id: UUID) -> int:
        query = "SELECT position FROM events WHERE stream_id = %s ORDER BY version DESC LIMIT 1"
        return int(self._ask(lambda c: _fetch(c, query, (stream_id,)))[0][0])

    def holder(self, key: str) -> UUID | None:
        query = "SELECT stream_id FROM claims WHERE key = %s"
        rows = self._ask(lambda c: _fetch(c, query, (key,)))
        return rows[0][0] if rows else None

    def _receipt(self, command_id: UUID, until: float) -> Receipt | None:
        rows = self._ask(lambda c: _fetch(c, _SELECT_RECEIPT, (command_id,)), until)
        return Receipt(*rows[0][1:]) if rows else None

    def _refusal(self, error: UniqueViolation, claims: Sequence[Claim]) -> Exception:
        match error.diag.constraint_name:
            case "events_command_key":
                return CommandRepeated()
            case "claims_pkey":
                taken = [claim for claim in claims if self.holder(claim.key)]
                return ClaimTaken(taken[0].key) if taken else VersionConflict()
            case _:
                return VersionConflict()

    def _ask(self, question: Callable[[Connection[Any]], T], until: float | None = None) -> T:
        """Reading again is harmless, so it's tried until the database is back; raises StorageUnavailable."""
        until = until or time.monotonic() + PATIENCE
        while True:
            try:
                with self._pool.connection(timeout=PATIENCE) as connection:
                    return question(connection)
            except (OperationalError, PoolTimeout) as error:
                if time.monotonic() > until:
                    raise StorageUnavailable from error
                time.sleep(0.05)


def fold(aggregate: type[A], events: Any) -> A | None:
    """What a stream's events, in their order, come to."""
    state: Any = None
    for event in events:
        state = event.mutate(state)
    return state if isinstance(state, aggregate) else None


def _statement(
    changed: Sequence[Aggregate], envelope: Envelope, claims: Sequence[Claim]
) -> tuple[str, tuple[Any, ...]]:
    events = [event for aggregate in changed for event in aggregate.pending_events]
    if len(events) == 1 and not claims:
        by = (envelope.actor, envelope.on_behalf_of, envelope.command_id)
        why = (envelope.command_digest, envelope.causation_id, envelope.correlation_id)
        return _INSERT_ONE, (*_columns(events[0]), *by, *why)
    return _INSERT_MANY, (
        [claim.key for claim in claims],
        [claim.stream_id for claim in claims],
        envelope.actor,
        envelope.on_behalf_of,
        envelope.command_id,
        envelope.command_digest,
        envelope.causation_id,
        envelope.correlation_id,
        *map(list, zip(*map(_columns, events), strict=True)),
    )


def _columns(event: CanMutateAggregate[UUID]) -> tuple[Any, ...]:
    facts = event.__dict__
    type_name: str = event.TYPE  # type: ignore[attr-defined]  # set on every event of ours
    return (
        facts["originator_id"],
        facts["originator_version"],
        type_name,
        shape_of(type_name).schema_version,
        to_state(event),  # type: ignore[arg-type]
        facts["effective_on"],
        facts["timestamp"],
    )


def _fetch(connection: Connection[Any], query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()
