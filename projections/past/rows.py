"""Keeps the courses of streams: closes what an event ended, and adds what it began."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
from psycopg import Connection, sql

from domain.people import PersonRecord
from projections.log import Log, Recorded
from projections.past.course import Axis, Stretch, Telling, copy_of
from projections.past.memory import Place
from projections.projection import Projection
from projections.rows import Row, Rows, Table

OPEN = 2**62
"""`known_until` of what is known still."""

# A moment behind which a later position was recorded, or at the same time, answers no question.
_PASSED = "DELETE FROM moments WHERE recorded_at >= %s"
_MOMENT = "INSERT INTO moments (position, recorded_at) SELECT * FROM unnest(%s::bigint[], %s::timestamptz[])"
_NEED = (
    "INSERT INTO needs (stream_id, needed) SELECT * FROM unnest(%s::uuid[], %s::uuid[]) "
    "ON CONFLICT DO NOTHING"
)
_NEEDS = "SELECT stream_id, needed FROM needs WHERE stream_id = ANY(%(of)s) OR needed = ANY(%(of)s)"


class Kept(Row):
    """What stands beside the columns of a row whose past is kept."""

    key: ClassVar[tuple[str, ...]] = ("entry",)

    entry: UUID
    stream_id: UUID
    axis: str
    known_from: int
    known_until: int
    true_from: date
    true_until: date


def kept_row(row: type[Row]) -> type[Kept]:
    hints = [(name, Any) for name in row.__struct_fields__]
    made: Any = msgspec.defstruct(
        f"Kept{row.__name__}", hints, bases=(Kept,), namespace={"table": row.table}, gc=False
    )
    kept: type[Kept] = made
    return kept


Days = tuple[date, date]
"""Since when a row was true, and until when."""


class PastRows(Rows):
    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._kept = {row: kept_row(row) for row in projection.rows if row.has_past}
        self._tables = {kept: Table(kept) for kept in self._kept.values()}
        self._json: dict[type[Row], list[str]] = {}
        self._clear()

    def begin(self, connection: Connection[Any], log: Log) -> None:
        self._connection, self._log = connection, log
        self._clear()

    def prepare(self, events: Sequence[Recorded]) -> None:
        """Reads in one go what the events of a batch are about to ask for."""
        self._ready({each.stream_id for each in events})

    def tell(self, recorded: Recorded) -> None:
        self._moments.append((recorded.position, recorded.recorded_at))
        if recorded.type == PersonRecord.Forgotten.TYPE:
            self._forget(recorded.stream_id)
            return
        self._position = recorded.position
        self._ready({recorded.stream_id})
        for stream_id in [recorded.stream_id, *sorted(self._needed_by[recorded.stream_id])]:
            for axis in Axis:
                self._tell(stream_id, axis, recorded)

    @property
    def few(self) -> bool:
        return len(self._added) + len(self._closed) < 20

    def write(self) -> None:
        self._write_closed()
        for kept in self._added.values():
            self._tables[type(kept)].added[kept.entry,] = kept
        for table in self._tables.values():
            if table.dirty:
                table.write(self._connection)
        self._write_moments()
        self._insert(_NEED, list(self._new_needs))
        for written in (self._added, self._closed, self._moments, self._new_needs):
            written.clear()

    def _write_moments(self) -> None:
        if self._moments:
            earliest = min(recorded_at for _, recorded_at in self._moments)
            self._connection.execute(_PASSED, (earliest,))
            self._insert(_MOMENT, _decisive(self._moments))

    def _write_closed(self) -> None:
        closed: defaultdict[type[Row], list[tuple[UUID, int]]] = defaultdict(list)
        for entry, (row, until) in self._closed.items():
            closed[row].append((entry, until))
        for row, entries in closed.items():
            self._insert(_close(row.table), entries)

    def _insert(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self._connection.execute(statement.encode(), columns)

    def trim(self) -> None:
        """Nothing stays from one batch to the next."""
        self._clear()

    def forget(self) -> None:
        self._clear()
        for table in self._tables.values():
            table.clear()

    def _tell(self, stream_id: UUID, axis: Axis, recorded: Recorded) -> None:
        telling = self._tellings.get((stream_id, axis))
        if telling is not None and telling.goes_on_with(recorded):
            telling.go_on(recorded)
            places = None
        else:
            telling = Telling(self._projection, stream_id, axis, self._known)
            telling.begin()
            self._tellings[stream_id, axis] = telling
            places = list(self._standing[stream_id, axis])
        if axis is Axis.KNOWN:
            telling.complain(recorded.position)
        course = telling.changed()
        for place in {*course, *(places or ())}:
            self._replace(stream_id, axis, place, course.get(place, []), recorded.position)
        for need in telling.needs - self._needs[stream_id]:
            self._needs[stream_id].add(need)
            self._needed_by[need].add(stream_id)
            self._new_needs.add((stream_id, need))

    def _replace(
        self, stream_id: UUID, axis: Axis, place: Place, course: Sequence[Stretch], position: int
    ) -> None:
        standing = self._standing[stream_id, axis].setdefault(place, {})
        wanted = {(each.since, each.until): self._plain(each.row) for each in course}
        for days, kept in list(standing.items()):
            if days not in wanted or not _same(kept, wanted[days]):
                self._close(kept, position)
                del standing[days]
        for days, row in wanted.items():
            if days not in standing:
                standing[days] = self._open(stream_id, axis, days, row, position)

    def _close(self, kept: Kept, position: int) -> None:
        kept.known_until = position
        if kept.entry not in self._added:
            self._closed[kept.entry] = (type(kept), position)
        elif kept.known_from == position:
            del self._added[kept.entry]

    def _open(self, stream_id: UUID, axis: Axis, days: Days, row: Row, position: int) -> Kept:
        values = (getattr(row, name) for name in row.__struct_fields__)
        head = (uuid4(), stream_id, axis.value, position, OPEN, *days)
        kept = self._kept[type(row)](*head, *values)
        self._added[kept.entry] = kept
        return kept

    def _forget(self, person_id: UUID) -> None:
        """In every past: whatever was written before the key was destroyed is emptied."""
        self.write()
        for personal in self._projection.personal:
            self._connection.execute(personal.statement().encode(), (person_id,))
        self._clear()

    def _ready(self, streams: set[UUID]) -> None:
        """What stands of these streams, and of those whose rows are folded with them."""
        touched = streams - self._at_hand
        if not touched:
            return
        self._learn(touched)
        ours = touched.union(*(self._needed_by[one] for one in touched)) - self._loaded
        self._learn(ours - touched)
        self._read(ours.union(*(self._needs[one] for one in ours)))
        self._load(ours)
        self._at_hand |= touched

    def _known(self, stream_id: UUID) -> list[Recorded]:
        """Up to the event that is being told."""
        if stream_id not in self._events:
            self._read({stream_id})
        return [each for each in self._events[stream_id] if each.position <= self._position]

    def _read(self, streams: set[UUID]) -> None:
        wanted = streams - self._events.keys()
        self._events.update((stream_id, []) for stream_id in wanted)
        types = self._projection.types
        for recorded in self._log.streams(self._connection, list(wanted), types):
            self._events[recorded.stream_id].append(recorded)

    def _learn(self, streams: set[UUID]) -> None:
        for stream_id, needed in self._connection.execute(_NEEDS, {"of": list(streams)}):
            self._needs[stream_id].add(needed)
            self._needed_by[needed].add(stream_id)

    def _load(self, streams: Iterable[UUID]) -> None:
        match = sql.SQL("stream_id = ANY(%s) AND known_until = {}").format(sql.Literal(OPEN))
        names = list(streams)
        self._loaded.update(names)
        for row, kept in self._kept.items():
            for found in self._tables[kept].select_where(self._connection, match, [names]):
                self._remember(row, found)

    def _remember(self, row: type[Row], kept: Any) -> None:
        place = (row, tuple(getattr(kept, name) for name in row.key))
        standing = self._standing[kept.stream_id, Axis(kept.axis)].setdefault(place, {})
        standing[kept.true_from, kept.true_until] = kept

    def _plain(self, row: Row) -> Row:
        """As it comes back from the database: what stands in jsonb is JSON's."""
        plain = copy_of(row)
        for name in self._json_of(type(row)):
            encoded = msgspec.json.encode(getattr(plain, name))
            setattr(plain, name, msgspec.json.decode(encoded))
        return plain  # type: ignore[return-value]

    def _json_of(self, row: type[Row]) -> list[str]:
        if row not in self._json:
            table = self._tables[self._kept[row]]
            self._json[row] = table.json_columns(self._connection)
        return self._json[row]

    def _clear(self) -> None:
        self._at_hand: set[UUID] = set()
        self._loaded: set[UUID] = set()
        self._events: dict[UUID, list[Recorded]] = {}
        self._needs: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self._needed_by: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self._new_needs: set[tuple[UUID, UUID]] = set()
        self._standing: defaultdict[tuple[UUID, Axis], dict[Place, dict[Days, Any]]]
        self._standing = defaultdict(dict)
        self._tellings: dict[tuple[UUID, Axis], Telling] = {}
        self._position = 0
        self._added: dict[UUID, Kept] = {}
        self._closed: dict[UUID, tuple[type[Row], int]] = {}
        self._moments: list[tuple[int, datetime]] = []


def _decisive(moments: Sequence[tuple[int, datetime]]) -> list[tuple[int, datetime]]:
    """Ascending in both: where clocks differ, what another was built upon was known with that one."""
    found: list[tuple[int, datetime]] = []
    for position, recorded_at in moments:
        while found and found[-1][1] >= recorded_at:
            found.pop()
        found.append((position, recorded_at))
    return found


def _same(kept: Kept, row: Row) -> bool:
    return all(getattr(kept, name) == getattr(row, name) for name in row.__struct_fields__)


def _close(table: str) -> str:
    return (
        f"UPDATE {table} AS kept SET known_until = closed.until "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS closed (entry, until) "
        "WHERE kept.entry = closed.entry"
    )
