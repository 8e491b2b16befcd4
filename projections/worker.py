"""One step of a projection: claim, read a batch, fold, write rows and position, in one transaction.

Exactly once, whoever is killed when: rows and position commit together, the position is claimed with
FOR UPDATE SKIP LOCKED, and moved by compare-and-set. The commit isn't waited for to reach the disk
(`synchronous_commit = off`): after a crash the rows and their position are both a moment older, and
the log, which is on disk, makes up for it.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from psycopg import Connection, Error, OperationalError, sql
from psycopg.errors import InvalidSchemaName, UndefinedTable

from projections.log import Batch, KeyMissing, Log, NewerEvent, Partition
from projections.parking import fold, park, reason
from projections.projection import Projection
from projections.rows import TablesDiffer
from projections.schema import CHANNEL, Place, halt, search_path

BATCH = 2_000
ATTEMPTS = 4
"""How often an event may fail alone, with growing pauses, before it is set aside."""
PAUSE = 0.05
"""Seconds, times 4, 16, 64, … up to a hundred times as long."""

_CLAIM = """
SELECT position, revision, version, build, (SELECT count(*) FROM {schema}.position),
    set_config('search_path', %s, true), set_config('synchronous_commit', 'off', true)
FROM {schema}.position AS place WHERE partition = %s FOR UPDATE OF place SKIP LOCKED
"""
# A statement of its own, to see what was set aside by whoever held the claim a moment ago.
_SET_ASIDE = """
SELECT array_agg(DISTINCT stream_id) FILTER (WHERE skipped_at IS NULL),
    array_agg(position) FILTER (WHERE skipped_at IS NOT NULL AND position >
        (SELECT position FROM {schema}.position WHERE partition = %s))
FROM public.parked_events WHERE projection = %s
"""
# A position is that of the partition furthest behind: what others may rely on.
_MOVE = """
WITH moved AS (
    UPDATE position SET position = %(through)s, updated_at = clock_timestamp(), error = NULL
    WHERE partition = %(partition)s AND position = %(from)s AND build = %(build)s
    RETURNING position, revision)
SELECT pg_notify(%(channel)s, concat_ws(' ', %(name)s::text, least(moved.position,
    (SELECT min(position) FROM position WHERE partition <> %(partition)s)), moved.revision))
FROM moved
"""
# The database is away, stopping, overloaded, or ended the transaction for the sake of another: PostgreSQL's
# classes 08, 40, 53, 55, 57P and 58. (54, a value too long for an index, is the event's own doing.)
_PASSING = ("08", "40", "53", "55", "57P", "58")

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
    OUTDATED = auto()
    """The tables are of an older version of the projection: they want rebuilding."""
    FOREIGN = auto()
    """The tables are of a newer version, which a newer program works."""
    RESTING = auto()
    """Something failed, and is tried again in a moment."""
    HALTED = auto()
    """The next event can't be folded, and this projection doesn't go on without it."""


class Claim(NamedTuple):
    place: Place
    partitions: int
    parked: set[UUID]
    """Streams with an event that was set aside: what follows it is set aside too, to keep the order."""
    skipped: set[int]
    """Positions that an operator chose to leave out."""


@dataclass
class Trouble:
    """A batch that failed is tried again by halves, down to the one event that fails alone."""

    limit: int
    position: int = -1
    """Behind which the event stands that failed alone."""
    attempts: int = 0
    not_before: float = 0.0

    def count(self, position: int) -> None:
        if position != self.position:  # another worker has got past the event that failed before
            self.position, self.attempts = position, 0
        self.attempts += 1
        self.not_before = time.monotonic() + PAUSE * min(100, 4**self.attempts)


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
        self._batch = min(batch, projection.largest_batch)
        self._rows = projection.make_rows()
        self._kept_at: Place | None = None
        self._claimed_at: int | None = None
        self._trouble: Trouble | None = None
        self._claim_statement = sql.SQL(_CLAIM).format(schema=sql.Identifier(self.schema))
        self._set_aside = sql.SQL(_SET_ASIDE).format(schema=sql.Identifier(self.schema))

    @property
    def position(self) -> int:
        """How far the last step got."""
        return self._kept_at.position if self._kept_at else self._claimed_at or 0

    def step(self, connection: Connection[Any]) -> Outcome:
        """Raises psycopg.OperationalError when the database goes away; everything else is dealt with."""
        if self._trouble and time.monotonic() < self._trouble.not_before:
            return Outcome.RESTING
        try:
            with _collector_paused(), connection.transaction():
                return self._step(connection)
        except Exception as error:
            self._forget()
            if _passing(connection, error):
                raise OperationalError(reason(error)) from error
            if self._claimed_at is None and isinstance(error, UndefinedTable | InvalidSchemaName):
                return Outcome.ABSENT
            return self._failed(connection, error)

    def catch_up(self, connection: Connection[Any]) -> Outcome:
        outcome = Outcome.MOVED
        while outcome is Outcome.MOVED:
            outcome = self.step(connection)
        return outcome

    def _step(self, connection: Connection[Any]) -> Outcome:
        self._claimed_at = None
        claim = self._claim(connection)
        if claim is None:
            return Outcome.TAKEN
        place = claim.place
        if place.version > self.projection.version:
            return Outcome.FOREIGN
        if (place.version, claim.partitions) != (self.projection.version, self._partition.count):
            return Outcome.OUTDATED
        limit = self._trouble.limit if self._trouble else self._batch
        types = self.projection.types
        batch = self._log.read(connection, place.position, limit, self._partition, types)
        if batch.through == place.position:
            return Outcome.IDLE
        if self._kept_at != place:
            self._rows.forget()
        self._fold(connection, batch, claim)
        # A few rows and the position go in one round trip; COPY, for many, can't be part of a pipeline.
        with connection.pipeline() if self._rows.few else nullcontext():
            self._rows.write()
            self._kept_at = self._move(connection, place, batch.through)
        self._rows.trim()
        self._trouble = None
        return Outcome.MOVED

    def _claim(self, connection: Connection[Any]) -> Claim | None:
        """In one round trip."""
        path, number = search_path(self.schema), self._partition.number
        with connection.pipeline():
            claimed = connection.execute(self._claim_statement, (path, number), prepare=True)
            aside = connection.execute(self._set_aside, (number, self.schema), prepare=True)
        row = claimed.fetchone()
        if row is None:
            return None
        place = Place(*row[:4])
        self._claimed_at = place.position
        parked, skipped = aside.fetchone() or (None, None)
        return Claim(place, row[4], set(parked or ()), set(skipped or ()))

    def _fold(self, connection: Connection[Any], batch: Batch, claim: Claim) -> None:
        self._rows.begin(connection, self._log)
        self.projection.preload(batch.events, self._rows)
        for recorded in batch.events:
            if recorded.position in claim.skipped:
                continue
            if recorded.stream_id in claim.parked:
                park(connection, self.schema, recorded, "behind a parked event")
            else:
                fold(self.projection, recorded, self._rows)

    def _move(self, connection: Connection[Any], place: Place, through: int) -> Place:
        values = {
            "through": through,
            "partition": self._partition.number,
            "from": place.position,
            "build": place.build,
            "channel": CHANNEL,
            "name": self.projection.name,
        }
        moved = connection.execute(_MOVE, values, prepare=True)
        if moved.fetchone() is None:
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
        trouble.count(self._claimed_at or 0)
        log.warning(
            "projection.failed",
            projection=self.schema,
            attempt=trouble.attempts,
            error=reason(error),
        )
        if trouble.attempts < ATTEMPTS:
            return Outcome.RESTING
        return self._give_up(connection, error, trouble)

    def _give_up(self, connection: Connection[Any], error: Exception, trouble: Trouble) -> Outcome:
        """The event right behind the position fails alone, and went on failing."""
        with connection.transaction():
            claim = self._claim(connection)
            if claim is None or claim.place.position != trouble.position:
                return Outcome.TAKEN
            batch = self._log.read(connection, claim.place.position, 1, self._partition)
            if not batch.events or not self._may_be_parked(error):
                halt(connection, self.schema, reason(error), self._partition.number)
                return Outcome.HALTED
            park(connection, self.schema, batch.events[0], reason(error))
            self._move(connection, claim.place, batch.through)
        log.error("projection.parked", projection=self.schema, position=batch.through)
        self._trouble = None
        return Outcome.MOVED

    def _may_be_parked(self, error: Exception) -> bool:
        """What another program, or another key, can read isn't set aside: that would lose it.

        Nor where the tables aren't what the program takes them for: every event would follow.
        """
        if isinstance(error, NewerEvent | KeyMissing | TablesDiffer):
            return False
        astray = isinstance(error, Error) and (error.sqlstate or "").startswith("42")
        return self.projection.poison == "park" and not astray


def _passing(connection: Connection[Any], error: Exception) -> bool:
    """Whether it isn't the event's fault."""
    if connection.closed:
        return True
    state = error.sqlstate if isinstance(error, OperationalError) else "54"
    return state is None or state.startswith(_PASSING)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A batch makes very many objects and no cycles; looking for some took a quarter of its time.

    Several threads may be at it: whichever is done first lets the collector run again.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
