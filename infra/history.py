"""One stream as it was known at a time, and as it was true on a day: two questions, both answered by the log.

An official often records on Monday what happened on Friday. What was known on Saturday lacks it; what was
true on Saturday has it.

The program asks for `history`, and for the rows that `told` folds. `known_at`, `true_on` and `state` fold the
aggregate itself, the plainest way there is: the reference that the rows of `projections.past` are tested against.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from psycopg import Connection

from domain.aggregate import Aggregate, Event
from infra.log import EventLog
from infra.mapper import to_event
from infra.personal.vault import PersonalVault
from projections.log import Recorded, event_id
from projections.past.course import Axis, Telling
from projections.past.memory import Place
from projections.projection import Projection
from projections.rows import Row

A = TypeVar("A", bound=Aggregate)

_SELECT = """
SELECT position, stream_id, version, type, schema_version, effective_on, recorded_at, actor,
    on_behalf_of, command_id, causation_id, correlation_id, state
FROM public.events WHERE stream_id = %s ORDER BY version
"""


class Entry(NamedTuple):
    """An event with all that the log says about it."""

    position: int
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    effective_on: date
    recorded_at: datetime
    actor: str
    on_behalf_of: str | None
    command_id: UUID
    causation_id: UUID
    correlation_id: UUID
    event: Event

    @property
    def id(self) -> UUID:
        return event_id(self.stream_id, self.version)


def history(
    connection: Connection[Any], stream_id: UUID, vault: PersonalVault | None = None
) -> list[Entry]:
    """Every event of the stream, in order. Without a `vault`, personal data stays sealed.

    Raises UnknownEvent, NewerEvent, and what the vault finds wrong.
    """
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(_SELECT, (stream_id,)).fetchall()
    entries = [_entry(*row) for row in rows]
    if vault is None:
        return entries
    opened = vault.opened(connection, [entry.event for entry in entries])
    return [_opened(entry, event) for entry, event in zip(entries, opened, strict=True)]


def known_at(entries: list[Entry], at: datetime) -> list[Entry]:
    """Where clocks differ, an event that another was built upon was known when that one was."""
    known = [entry.version for entry in entries if entry.recorded_at <= at]
    return [entry for entry in entries if entry.version <= max(known, default=0)]


def true_on(entries: list[Entry], day: date) -> list[Entry]:
    """In the order in which they came true. What begins the stream is the ground of all the others,
    whatever day it was written down, so it comes first."""
    came_true = sorted(
        (entry for entry in entries if entry.effective_on <= day),
        key=lambda entry: (entry.effective_on, entry.version),
    )
    return [*entries[:1], *(e for e in came_true if e.version > 1)] if came_true else []


def state(aggregate: type[A], entries: Iterable[Entry]) -> A | None:
    """What the events come to, in the order given; None if there are none, or not of this aggregate.

    Its `version` is how many of them there are. An event that rests on another which came true later
    (a task done before it was given, by the dates on paper) is folded right behind that one.
    """
    folded: Any = None
    waiting: list[Event] = []
    for entry in entries:
        waiting.append(entry.event)
        folded, waiting = _fold_what_fits(folded, waiting)
    for event in waiting:  # what rests on nothing that is there: its own error says what is missing
        folded = _next(event, folded).mutate(folded)
    return folded if isinstance(folded, aggregate) else None


class Asked(NamedTuple):
    """Of a read model's rows, at the last position that was known and on a day; None: now."""

    projection: Projection
    position: int | None = None
    day: date | None = None


class Told(NamedTuple):
    """`rows` of a stream, and by column of each the event that set the value it has."""

    rows: dict[Place, Row]
    causes: dict[Place, dict[str, Recorded]]


def told(connection: Connection[Any], log: EventLog, asked: Asked, stream_id: UUID) -> Told:
    """A stream's rows as they were, folded from the log alone."""
    types = asked.projection.types

    def known(one: UUID) -> list[Recorded]:
        events = log.streams(connection, [one], types)
        return [e for e in events if asked.position is None or e.position <= asked.position]

    axis = Axis.KNOWN if asked.day is None else Axis.TRUE
    found = Told({}, {})
    telling = Telling(asked.projection, stream_id, axis, known, causes=found.causes)
    telling.begin(asked.day or date.max)
    found.rows.update((at, course[-1].row) for at, course in telling.changed().items() if course)
    return found


def causes(
    connection: Connection[Any], log: EventLog, asked: Asked, stream_id: UUID, row: type[Row]
) -> dict[str, Recorded]:
    return told(connection, log, asked, stream_id).causes.get((row, (stream_id,)), {})


def last_known(connection: Connection[Any], at: datetime) -> int:
    """The last position that was known at a time; 0: none was."""
    query = "SELECT coalesce(max(position), 0) FROM public.events WHERE recorded_at <= %s"
    row = connection.execute(query, (at,)).fetchone()
    return int(row[0]) if row else 0


def _fold_what_fits(folded: Any, waiting: list[Event]) -> tuple[Any, list[Event]]:
    left = []
    for event in waiting:
        try:
            folded = _next(event, folded).mutate(folded)
        except Exception:  # noqa: BLE001  whatever a mutator misses, a later event may bring it
            left.append(event)
    return folded, left


def _next(event: Event, folded: Any) -> Any:
    """A copy that is the next in the order given, as the library insists on."""
    version = 1 if folded is None else folded.version + 1
    copy: Any = object.__new__(type(event))
    copy.__dict__.update(event.__dict__, originator_version=version)
    return copy


def _entry(*row: Any) -> Entry:
    entry = Entry(*row)
    event = to_event(
        entry.type,
        entry.schema_version,
        row[-1],
        entry.stream_id,
        entry.version,
        entry.recorded_at,
        entry.effective_on,
    )
    return entry._replace(event=event)


def _opened(entry: Entry, event: Event | Exception) -> Entry:
    if isinstance(event, Exception):
        raise event
    return entry._replace(event=event)
