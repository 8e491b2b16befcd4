"""What follows from an event outside of the log: mail, webhooks, commands to other aggregates.

A reactor reads the log like a projection, through the gap-safe read, and writes what is to be done
into the outbox, in one transaction with its position: for every event once, whoever is killed when.
Delivery (`deliver_due`) is at least once; the key is for the receiver to tell a repetition.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import structlog
from psycopg import Connection, OperationalError
from psycopg.types.json import Jsonb

from projections.log import Log, Recorded, Undecodable
from projections.worker import Outcome

BATCH = 500
ATTEMPTS = 12
"""With the pauses doubling from five seconds up to an hour: about five hours of trying."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """`task` names who delivers; `key` is the same for the same thing, however often it is sent."""

    task: str
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)


class Reactor(Protocol):
    """`types`: the event types it reacts to. It decides from the event alone, and sends nothing."""

    name: str
    types: frozenset[str]

    def react(self, recorded: Recorded) -> Iterable[Delivery]: ...


Deliver = Callable[[str, Mapping[str, Any]], None]
"""Called with the key and the payload; raises what went wrong."""


class ReactorWorker:
    """Steps like a `ProjectionWorker`, so that the same runner keeps it going."""

    def __init__(self, reactor: Reactor, log_reader: Log) -> None:
        self._reactor = reactor
        self._log = log_reader
        self.name = f"reactor-{reactor.name}"

    def step(self, connection: Connection[Any]) -> Outcome:
        """A new reactor begins with the first event after its first start, not with old ones."""
        with connection.transaction():
            position = self._claim(connection)
            if position is None:
                return Outcome.TAKEN
            batch = self._log.read(connection, position, BATCH, types=self._reactor.types)
            if batch.through == position:
                return Outcome.IDLE
            for recorded in batch.events:
                self._react(connection, recorded)
            connection.execute(
                "UPDATE reactors SET position = %s, updated_at = now() WHERE name = %s",
                (batch.through, self._reactor.name),
            )
            return Outcome.MOVED

    def _claim(self, connection: Connection[Any]) -> int | None:
        connection.execute(
            "INSERT INTO reactors (name, position) "
            "SELECT %s, coalesce(max(position), 0) FROM events ON CONFLICT (name) DO NOTHING",
            (self._reactor.name,),
        )
        row = connection.execute(
            "SELECT position FROM reactors WHERE name = %s FOR UPDATE SKIP LOCKED",
            (self._reactor.name,),
        ).fetchone()
        return int(row[0]) if row else None

    def _react(self, connection: Connection[Any], recorded: Recorded) -> None:
        if isinstance(recorded.event, Undecodable):
            raise recorded.event.error
        for delivery in self._reactor.react(recorded):
            put(connection, delivery)


def put(connection: Connection[Any], delivery: Delivery) -> None:
    """Into the outbox, within the caller's transaction; the same key a second time is the same thing."""
    connection.execute(
        "INSERT INTO outbox (key, task, payload) VALUES (%s, %s, %s) ON CONFLICT (key) DO NOTHING",
        (delivery.key, delivery.task, Jsonb(dict(delivery.payload))),
    )


def deliver_due(
    connection: Connection[Any], deliverers: Mapping[str, Deliver], limit: int = 100
) -> int:
    """Delivers what is due; several processes at once share it out. Returns how many arrived."""
    arrived = 0
    for _ in range(limit):
        with connection.transaction():
            row = connection.execute(
                "SELECT id, key, task, payload, attempts FROM outbox "
                "WHERE delivered_at IS NULL AND given_up_at IS NULL AND due_at <= now() "
                "ORDER BY due_at FOR UPDATE SKIP LOCKED LIMIT 1"
            ).fetchone()
            if row is None:
                break
            arrived += _deliver(connection, deliverers, *row)
    return arrived


def _deliver(
    connection: Connection[Any],
    deliverers: Mapping[str, Deliver],
    row_id: int,
    key: str,
    task: str,
    payload: Mapping[str, Any],
    attempts: int,
) -> bool:
    try:
        deliverers[task](key, payload)
    except OperationalError:
        raise  # of the database: the row stays as it was
    except Exception as error:  # noqa: BLE001  whatever the world answers, the others are delivered
        _postpone(connection, row_id, attempts + 1, error)
        log.warning("outbox.failed", key=key, task=task, error=type(error).__name__)
        return False
    connection.execute(
        "UPDATE outbox SET delivered_at = now(), attempts = attempts + 1, error = NULL "
        "WHERE id = %s",
        (row_id,),
    )
    return True


def _postpone(connection: Connection[Any], row_id: int, attempts: int, error: Exception) -> None:
    pause = timedelta(seconds=min(3600, 5 * 2 ** (attempts - 1)))
    connection.execute(
        "UPDATE outbox SET attempts = %s, error = %s, due_at = now() + %s, "
        "given_up_at = CASE WHEN %s THEN now() END WHERE id = %s",
        (attempts, type(error).__name__, pause, attempts >= ATTEMPTS, row_id),
    )
