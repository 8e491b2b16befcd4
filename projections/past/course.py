"""The course of one stream's rows, day by day or as they stand: the projection's folds, run in memory.

A stream is folded with those that its rows look up (a municipality for its name, a call for its dates),
and nothing else; they are found by looking.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from domain.aggregate import Event
from projections.log import Recorded, Undecodable
from projections.past.memory import MemoryRows, Place
from projections.projection import Projection
from projections.rows import Row

ALWAYS, EVER = date.min, date.max
"""Since before anyone can tell, and with no end known."""


class Axis(StrEnum):
    KNOWN = "KNOWN"
    """In the order in which events were recorded: what was shown."""
    TRUE = "TRUE"
    """In the order in which they came true."""


class Stretch(NamedTuple):
    """From a day until, not including, another."""

    since: date
    until: date
    row: Row


class _Due(NamedTuple):
    day: date
    position: int
    recorded: Any
    """Never compared: no two are at the same position."""


Streams = Callable[[UUID], Sequence[Recorded]]
"""Every event of a stream that is known so far, of the types that the projection folds."""
Course = dict[Place, list[Stretch]]


class Telling:
    """One stream told on one axis. `known` tells at any time what is known by then."""

    def __init__(
        self,
        projection: Projection,
        stream_id: UUID,
        axis: Axis,
        known: Streams,
        *,
        causes: dict[Place, dict[str, Recorded]] | None = None,
    ) -> None:
        """`causes`, where it is given, is filled: by column, the event that set the value there is."""
        self._projection, self._stream, self._axis, self._known = projection, stream_id, axis, known
        self._unfolded: dict[int, Exception] = {}
        self._rows = MemoryRows(self._bring)
        self._due: list[_Due] = []
        self._waiting: list[Recorded] = []
        self._now: tuple[date, int] = (ALWAYS, 0)
        self._owned: set[Place] = set()
        self._days: dict[Place, dict[date, Row | None]] = {}
        self._changed: set[Place] = set()
        self._causes = causes
        self.needs: set[UUID] = set()
        """The other streams that were looked up."""

    def begin(self, through: date = EVER) -> None:
        """From the stream's beginning, up to a day."""
        self._due = _in_order(self._known(self._stream), self._axis)
        while self._due and self._due[0].day <= through:
            due = self._due.pop(0)
            self._now = (due.day, due.position)
            self._fold(due.recorded)

    def goes_on_with(self, recorded: Recorded) -> bool:
        """Whether the event, the last one known, comes last: or all has to be told anew."""
        if self._axis is Axis.KNOWN:
            return True
        event = recorded.event
        if recorded.version == 1 or _unreadable(recorded) or recorded.effective_on < self._now[0]:
            return False
        return type(event).takes_back is Event.takes_back

    def go_on(self, recorded: Recorded) -> None:
        day = ALWAYS if self._axis is Axis.KNOWN else recorded.effective_on
        self._now = (day, recorded.position)
        self._fold(recorded)

    def changed(self) -> Course:
        """The courses of those of the stream's own rows that have changed since this was last asked."""
        found = {place: _stretches(self._days[place]) for place in self._changed}
        self._changed = set()
        return found

    def complain(self, position: int) -> None:
        """Raises what the fold of that event raised, if it did."""
        if position in self._unfolded:
            raise self._unfolded[position]

    def _bring(self, stream_id: UUID) -> None:
        """The beginning of a stream is the ground of whoever looks it up, whatever its day."""
        if stream_id in self.needs or stream_id == self._stream:
            return
        events = [each for each in self._known(stream_id) if not _unreadable(each)]
        self.needs.add(stream_id)
        for number, due in enumerate(_in_order(events, self._axis)):
            if (number == 0 and self._axis is Axis.TRUE) or (due.day, due.position) <= self._now:
                self._fold(due.recorded)
            else:
                insort(self._due, due)

    def _fold(self, recorded: Recorded) -> None:
        """With those that waited for it. (A fold may bring another stream, and so come here again.)"""
        if self._axis is Axis.KNOWN:
            self._fits(recorded)
            return
        left, self._waiting = [recorded, *self._waiting], []
        before = 0
        while len(left) != before:
            before = len(left)
            left = [each for each in left if not self._fits(each)]
        self._waiting = [*left, *self._waiting]

    def _fits(self, recorded: Recorded) -> bool:
        try:
            self._told(recorded)
        except Exception as error:  # noqa: BLE001  what it misses, a later event may bring
            self._unfolded[recorded.position] = error
            return False
        return True

    def _told(self, recorded: Recorded) -> None:
        if _unreadable(recorded):
            raise recorded.event.error
        with self._rows.one_event() as touched:
            self._projection.fold(recorded, self._rows)
        for place, before in touched.items():
            if before is None and recorded.stream_id == self._stream and place[0].has_past:
                self._owned.add(place)
            if place in self._owned:
                self._keep(place, before, recorded)

    def _keep(self, place: Place, before: Row | None, recorded: Recorded) -> None:
        row = self._rows.at(place)
        if self._causes is not None:
            _note(self._causes.setdefault(place, {}), before, row, recorded)
        self._days.setdefault(place, {})[self._now[0]] = copy_of(row)
        self._changed.add(place)


def _note(causes: dict[str, Recorded], before: Row | None, row: Row | None, by: Recorded) -> None:
    for name in row.__struct_fields__ if row is not None else ():
        if before is None or getattr(before, name) != getattr(row, name):
            causes[name] = by


def copy_of(row: Row | None) -> Row | None:
    return None if row is None else type(row)(*(getattr(row, n) for n in row.__struct_fields__))


def _stretches(days: dict[date, Row | None]) -> list[Stretch]:
    """What a day ends with counts for the whole of it."""
    found: list[Stretch] = []
    for since, row in days.items():
        if found and found[-1].until == EVER:
            if found[-1].row == row:
                continue
            found[-1] = found[-1]._replace(until=since)
        if row is not None:
            found.append(Stretch(since, EVER, row))
    return found


def _in_order(events: Sequence[Recorded], axis: Axis) -> list[_Due]:
    if axis is Axis.KNOWN:
        return [_Due(ALWAYS, each.position, each) for each in events]
    stood = _without_mistakes([each for each in events if not _unreadable(each)])
    if not stood:
        return []
    beginning = ALWAYS if stood[0].event.EVER_TRUE else min(each.effective_on for each in stood)
    first, *others = stood
    return sorted(
        [
            _Due(beginning, 0, first),
            *(_Due(each.effective_on, each.position, each) for each in others),
        ]
    )


def _without_mistakes(events: Sequence[Recorded]) -> list[Recorded]:
    """What was recorded by mistake was never true, nor is the event that says so."""
    stood: list[Recorded] = []
    for recorded in events:
        left = [each for each in stood if not recorded.event.takes_back(each.event)]
        stood = [*stood, recorded] if len(left) == len(stood) else left
    return stood


def _unreadable(recorded: Recorded) -> bool:
    return isinstance(recorded.event, Undecodable)


__all__ = ["ALWAYS", "EVER", "Axis", "Course", "Streams", "Stretch", "Telling"]
