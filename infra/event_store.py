"""The recorder: one statement a save, with the command's id and its claims in it.

No table lock and no NOTIFY inside the transaction: each alone would end PostgreSQL's group commit.
`infra.log` makes readers safe without the lock; `infra.announcer` notifies after the commit.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from psycopg import Connection, OperationalError
from psycopg.errors import UniqueViolation
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.aggregate import Aggregate, Event
from domain.errors import CommandIdReused, StorageUnavailable
from domain.work import (
    PERSONAL_KEY,
    ClaimTaken,
    CommandRepeated,
    Receipt,
    Save,
    VersionConflict,
)
from infra.mapper import shape_of, to_event, to_state
from infra.personal.fields import holds_personal
from infra.personal.vault import PersonalVault

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

SealedEvents = Mapping[int, Event]
"""By the `id` of an event that holds personal data, its copy as the log may keep it."""

ClaimRows = tuple[list[str], list[UUID]]
"""Keys as they are stored, and who claims them."""

PATIENCE = 8.0
"""Seconds that a save goes on trying while the database is away."""

_INSERT_ONE = """
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at,
    actor, on_behalf_of, command_id, command_step, command_digest, causation_id, correlation_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
RETURNING position
"""
_INSERT_MANY = """
WITH claimed AS (
    INSERT INTO claims (key, stream_id)
    SELECT key, stream_id FROM unnest(%s::text[], %s::uuid[]) AS claim (key, stream_id)
)
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at,
    actor, on_behalf_of, command_id, command_step, command_digest, causation_id, correlation_id)
SELECT * FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::smallint[], %s::bytea[], %s::date[],
    %s::timestamptz[], %s::text[], %s::text[], %s::uuid[], %s::smallint[], %s::bytea[],
    %s::uuid[], %s::uuid[])
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
    """Implements `domain.work.EventStore`. `announce(position)` is called after each commit.

    Without a `vault`, events with personal data are refused.
    """

    def __init__(
        self,
        pool: ConnectionPool[Connection[Any]],
        announce: Callable[[int], None],
        vault: PersonalVault | None = None,
    ) -> None:
        self._pool = pool
        self._announce = announce
        self._vault = vault

    def load(self, aggregate: type[A], stream_id: UUID) -> A | None:
        rows = self._ask(lambda c: _fetch(c, _SELECT_STREAM, (stream_id,)))
        return fold(aggregate, self._opened([to_event(*row) for row in rows]))

    def append(self, *saves: Save) -> int:
        statement, parameters = _statement(saves, self._sealed(saves), self._claimed(saves))
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with self._pool.connection(timeout=_left(until)) as connection:
                    rows = _fetch(connection, statement, parameters)
                break
            except UniqueViolation as error:
                raise self._refusal(error, saves) from error
            except (OperationalError, PoolTimeout) as error:
                # Whether it was stored isn't known: the reply to the COMMIT may be what was lost.
                if (then := self._stored_at(saves[-1].envelope.command_id, until)) is not None:
                    self._announce(then)
                    raise CommandRepeated from error
                _wait_or_raise(error, until)
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

    def last_position(self) -> int:
        query = "SELECT coalesce(max(position), 0) FROM events"
        return int(self._ask(lambda c: _fetch(c, query, ()))[0][0])

    def holder(self, key: str) -> UUID | None:
        query = "SELECT stream_id FROM claims WHERE key = %s"
        stored = self._stored_key(key)
        rows = self._ask(lambda c: _fetch(c, query, (stored,)))
        return rows[0][0] if rows else None

    def _opened(self, events: list[Event]) -> list[Event]:
        """Raises PersonalDataDamaged, WrongMasterKey."""
        vault = self._vault
        if vault is None or not any(holds_personal(type(event)) for event in events):
            return events
        opened = self._ask(lambda c: vault.opened(c, events))
        for event in opened:
            if isinstance(event, Exception):
                raise event
        return cast("list[Event]", opened)

    def _sealed(self, saves: Sequence[Save]) -> SealedEvents:
        """Raises errors.PersonForgotten, WrongMasterKey."""
        vault = self._vault
        holding = [event for save in saves for event in save.events if holds_personal(type(event))]
        if vault is None or not holding:
            return {}
        sealed = self._ask(lambda c: vault.sealed(c, holding))
        return {id(event): copy for event, copy in zip(holding, sealed, strict=True)}

    def _claimed(self, saves: Sequence[Save]) -> ClaimRows:
        claims = [claim for save in saves for claim in save.claims]
        keys = [self._stored_key(claim.key) for claim in claims]
        return keys, [claim.stream_id for claim in claims]

    def _stored_key(self, key: str) -> str:
        if not key.startswith(PERSONAL_KEY):
            return key
        vault = self._vault
        if vault is None:
            raise TypeError("a personal key can't be claimed without a vault")
        return PERSONAL_KEY + self._ask(lambda c: vault.fingerprint(c, key))

    def _stored_at(self, command_id: UUID, until: float) -> int | None:
        rows = self._ask(lambda c: _fetch(c, _SELECT_RECEIPT, (command_id,)), until)
        return rows[0][3] if rows else None

    def _refusal(self, error: UniqueViolation, saves: Sequence[Save]) -> Exception:
        match error.diag.constraint_name:
            case "events_command_key":
                return CommandRepeated()
            case "claims_pkey":
                claims = [claim for save in saves for claim in save.claims]
                held = ((claim, self.holder(claim.key)) for claim in claims)
                # By the own stream: another command of it came first.
                taken = (claim.key for claim, by in held if by not in (None, claim.stream_id))
                key = next(taken, None)
                return VersionConflict() if key is None else ClaimTaken(key)
            case _:
                return VersionConflict()

    def _ask(self, question: Callable[[Connection[Any]], T], until: float | None = None) -> T:
        """Reading again is harmless, so it's tried until the database is back; raises StorageUnavailable."""
        until = until or time.monotonic() + PATIENCE
        while True:
            try:
                with self._pool.connection(timeout=_left(until)) as connection:
                    return question(connection)
            except (OperationalError, PoolTimeout) as error:
                _wait_or_raise(error, until)


def _left(until: float) -> float:
    return max(0.01, until - time.monotonic())


def _wait_or_raise(error: OperationalError | PoolTimeout, until: float) -> None:
    if (error.sqlstate or "").startswith("54"):  # a value beyond a limit stays so
        raise error
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
    saves: Sequence[Save], sealed: SealedEvents, claimed: ClaimRows
) -> tuple[str, tuple[Any, ...]]:
    rows = [row for save in saves for row in _rows(save, sealed)]
    if len(rows) == 1 and not claimed[0]:
        return _INSERT_ONE, rows[0]
    return _INSERT_MANY, (*claimed, *map(list, zip(*rows, strict=True)))


def _rows(save: Save, sealed: SealedEvents) -> Iterator[tuple[Any, ...]]:
    envelope = save.envelope
    for step, event in enumerate(save.events):
        facts = event.__dict__
        type_name = event.TYPE
        yield (
            facts["originator_id"],
            facts["originator_version"],
            type_name,
            shape_of(type_name).schema_version,
            to_state(sealed.get(id(event), event)),
            facts["effective_on"],
            facts["timestamp"],
            envelope.actor,
            envelope.on_behalf_of,
            envelope.command_id,
            step,
            envelope.command_digest,
            envelope.causation_id,
            envelope.correlation_id,
        )


def _fetch(
    connection: Connection[Any], query: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()
