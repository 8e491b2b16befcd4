"""One step of a projection: claim, read a batch, fold, write rows and position, in one transaction.

Exactly once, whoever is killed when: rows and position commit together, the position is claimed with
FOR UPDATE SKIP LOCKED, and moved by compare-and-set. The commit isn't waited for to reach the disk
(`synchronous_commit = off`): after a crash the rows and their position are both a moment older, and
the log, which is on disk, makes up for it.
"""

import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from psycopg import Connection, OperationalError, sql
from psycopg.errors import InvalidSchemaName, UndefinedTable

from projections import parking
from projections.log import Batch, KeyMissing, Log, NewerEvent, Partition, Recorded, Undecodable
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import Place, use

CHANNEL = "wspolna_projections"
BATCH = 500
ATTEMPTS = 4
"""How often an event may fail alone, with growing pauses, before it is set aside."""

_CLAIM = """
SELECT position, revision, version, build,
    (SELECT array_agg(DISTINCT stream_id) FROM public.parked_events
     WHERE projection = %s AND skipped_at IS NULL),
    (SELECT array_agg(position) FROM public.parked_events
     WHERE projection = %s AND skipped_at IS NOT NULL),
    set_config('synchronous_commit', 'off', true)
FROM {}.position AS place WHERE partition = %s FOR UPDATE OF place SKIP LOCKED
"""

log = structlog.get_logger()


class Outcome(Enum):
    MOVED = auto()
    """There may be more."""
    IDLE = auto()
    """Up to date with what is settled."""
    TAKEN = auto()
    """Another worker has the claim."""
    ABSENT = auto()
    """There are no tables yet."""
    FOREIGN = auto()
    """The tables are of another version of the projection."""
    HALTED = auto()
    """The next event can't be folded, and this projection doesn't go on without it."""


class Claim(NamedTuple):
    place: Place
    parked: set[UUID]
    """Streams with an event that was set aside: what follows it is set aside too, to keep the order."""
    skipped: set[int]
    """Positions that an operator chose to leave out."""


@dataclass
class Trouble:
    """A batch that failed is tried again by halves, down to the one event that fails alone."""

    limit: int
    attempts: int = 0
    not_before: float = 0.0


class ProjectionWorker:
    """Works one partition of one projection; keeps rows in memory from step to step.

    `schema` is another than the projection's own while a new version is being built.
    """

    def __init__(
        self,
        projection: Projection,
        log: Log,
        partition: int = 0,
        *,
        schema: str | None = None,
        batch: int = BATCH,
    ) -> None:
        self.projection = projection
        self.schema = schema or projection.schema
        self._log = log
        self._partition = Partition(partition, projection.partitions)
        self._batch = batch
        self._rows = Rows(projection.rows)
        self._kept_at: Place | None = None
        self._trouble: Trouble | None = None
        self._claim_statement = sql.SQL(_CLAIM).format(sql.Identifier(self.schema))

    @property
    def position(self) -> int:
        """How far the last step got."""
        return self._kept_at.position if self._kept_at else 0

    def step(self, connection: Connection[Any]) -> Outcome:
        """Raises psycopg.OperationalError when the database goes away; everything else is dealt with."""
        if self._trouble and time.monotonic() < self._trouble.not_before:
            return Outcome.IDLE
        try:
            with connection.transaction():
                return self._step(connection)
        except OperationalError:
            self._forget()
            raise
        except (UndefinedTable, InvalidSchemaName):
            self._forget()
            return Outcome.ABSENT
        except Exception as error:  # noqa: BLE001  whatever a projector raises, the others go on
            self._forget()
            return self._failed(connection, error)

    def catch_up(self, connection: Connection[Any]) -> Outcome:
        outcome = Outcome.MOVED
        while outcome is Outcome.MOVED:
            outcome = self.step(connection)
        return outcome

    def _step(self, connection: Connection[Any]) -> Outcome:
        claim = self._claim(connection)
        if claim is None:
            return Outcome.TAKEN
        place = claim.place
        if place.version != self.projection.version:
            return Outcome.FOREIGN
        limit = self._trouble.limit if self._trouble else self._batch
        types = self.projection.types
        batch = self._log.read(connection, place.position, limit, self._partition, types)
        if batch.through == place.position:
            return Outcome.IDLE
        if self._kept_at != place:
            self._rows.forget()
        self._fold(connection, batch, claim)
        self._kept_at = self._move(connection, place, batch.through)
        self._rows.trim()
        self._trouble = None
        return Outcome.MOVED

    def _claim(self, connection: Connection[Any]) -> Claim | None:
        row = connection.execute(
            self._claim_statement, (self.schema, self.schema, self._partition.number), prepare=True
        ).fetchone()
        if row is None:
            return None
        use(connection, self.schema)
        return Claim(Place(*row[:4]), set(row[4] or ()), set(row[5] or ()))

    def _fold(self, connection: Connection[Any], batch: Batch, claim: Claim) -> None:
        self._rows.begin(connection)
        self._preload(batch)
        for recorded in batch.events:
            if recorded.position in claim.skipped:
                continue
            if recorded.stream_id in claim.parked:
                parking.park(connection, self.schema, recorded, "behind a parked event")
            else:
                fold(self.projection, recorded, self._rows)
        self._rows.write()

    def _preload(self, batch: Batch) -> None:
        keyed = self.projection.keyed_by_stream
        if keyed is not None:
            begun = {r.stream_id for r in batch.events if r.version == 1}
            self._rows.load(
                keyed, {(r.stream_id,) for r in batch.events if r.stream_id not in begun}
            )

    def _move(self, connection: Connection[Any], place: Place, through: int) -> Place:
        moved = connection.execute(
            "UPDATE position SET position = %s, updated_at = clock_timestamp(), error = NULL "
            "WHERE partition = %s AND position = %s AND build = %s "
            "RETURNING pg_notify(%s, concat_ws(' ', %s::text, position::text, revision::text))",
            (
                through,
                self._partition.number,
                place.position,
                place.build,
                CHANNEL,
                self.projection.name,
            ),
            prepare=True,
        )
        if moved.rowcount != 1:
            raise RuntimeError(f"{self.schema}: the position moved under a claim")
        return place._replace(position=through)

    def _forget(self) -> None:
        self._rows.forget()
        self._kept_at = None

    def _failed(self, connection: Connection[Any], error: Exception) -> Outcome:
        trouble = self._trouble or Trouble(self._batch)
        self._trouble = trouble
        if trouble.limit > 1:
            trouble.limit //= 2
            return Outcome.MOVED
        trouble.attempts += 1
        log.warning(
            "projection.failed",
            projection=self.schema,
            attempt=trouble.attempts,
            error=f"{type(error).__name__}: {error}"[:500],
        )
        trouble.not_before = time.monotonic() + min(30.0, 0.05 * 4**trouble.attempts)
        if trouble.attempts < ATTEMPTS:
            return Outcome.IDLE
        return self._give_up(connection, error)

    def _give_up(self, connection: Connection[Any], error: Exception) -> Outcome:
        """The event right behind the position fails alone, and went on failing."""
        said = f"{type(error).__name__}: {error}"[:2000]
        with connection.transaction():
            claim = self._claim(connection)
            if claim is None:
                return Outcome.TAKEN
            batch = self._log.read(connection, claim.place.position, 1, self._partition)
            if not batch.events or not self._may_be_parked(error):
                halt(connection, self._partition, said)
                return Outcome.HALTED
            parking.park(connection, self.schema, batch.events[0], said)
            self._move(connection, claim.place, batch.through)
        log.error("projection.parked", projection=self.projection.name, position=batch.through)
        self._trouble = None
        return Outcome.MOVED

    def _may_be_parked(self, error: Exception) -> bool:
        """What another program, or another key, can read isn't set aside: that would lose it."""
        return self.projection.poison == "park" and not isinstance(error, NewerEvent | KeyMissing)


def halt(connection: Connection[Any], partition: Partition, error: str) -> None:
    connection.execute(
        "UPDATE position SET error = %s WHERE partition = %s", (error, partition.number)
    )


def fold(projection: Projection, recorded: Recorded, rows: Rows) -> None:
    if isinstance(recorded.event, Undecodable):
        raise recorded.event.error
    projection.fold(recorded, rows)
