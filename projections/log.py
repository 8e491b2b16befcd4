"""What readers of the log see: an event with its envelope, and the read that never misses one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid5

import msgspec
from psycopg import Connection


class KeyMissing(Exception):
    """Sealed with a key that this process doesn't have, which isn't the event's fault."""


class NewerEvent(Exception):
    """The event was written by a newer version of the program: refused rather than misread."""


@dataclass(frozen=True)
class Undecodable:
    """Stands in the place of an event that this version of the program can't read."""

    error: Exception


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event as the log keeps it. `position` orders all events; `version` those of one stream."""

    position: int
    stream_id: UUID
    version: int
    type: str
    recorded_at: datetime
    effective_on: date
    actor: str
    on_behalf_of: str | None
    event: Any
    """A `domain.aggregate.Event`, or Undecodable."""

    @property
    def id(self) -> UUID:
        return event_id(self.stream_id, self.version)


def event_id(stream_id: UUID, version: int) -> UUID:
    """An event's identity follows from its place, so it need not be stored."""
    return uuid5(stream_id, str(version))


class Batch(NamedTuple):
    """`through`: the log is settled up to here, whether or not an event of the batch stands there."""

    events: list[Recorded]
    through: int


@dataclass(frozen=True)
class Partition:
    """One of `count` disjoint parts of the log, by the last byte of the stream's id."""

    number: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.count <= 256:
            raise ValueError(f"partition {self.number} of {self.count}")


WHOLE = Partition()


class Log(Protocol):
    def read(
        self,
        connection: Connection[Any],
        after: int,
        limit: int,
        partition: Partition = WHOLE,
        types: frozenset[str] | None = None,
    ) -> Batch:
        """The events behind `after`, of these types only (None: all), at most `limit` positions on."""
        ...

    def at(self, connection: Connection[Any], positions: list[int]) -> list[Recorded]:
        """The events at these positions, in order."""
        ...

    def streams(
        self, connection: Connection[Any], ids: list[UUID], types: frozenset[str]
    ) -> list[Recorded]:
        """All events of these streams that are of these types, in order. Where the log isn't settled
        yet, more may come between them."""
        ...
