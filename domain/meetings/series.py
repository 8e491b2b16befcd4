"""MeetingSeries (cykl spotkań): an iCalendar recurrence with exceptions."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, handles
from domain.errors import DomainError, Malformed, NotFound
from domain.meetings.recurrence import (
    Occurrence,
    Override,
    Recurrence,
    occurrences,
    originals,
    recurrence_problems,
)
from domain.municipalities import active_member
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work

HOSTS = {Role.EDITOR, Role.MUNICIPALITY_ADMIN}


class SeriesNotFound(NotFound):
    code = "series_not_found"
    pl = "Nie ma takiego cyklu spotkań."
    en = "There is no such series of meetings."


class SeriesEnded(DomainError):
    code = "series_ended"
    pl = "Ten cykl spotkań jest zakończony."
    en = "This series of meetings has ended."


class NoSuchOccurrence(NotFound):
    code = "no_such_occurrence"
    pl = "W cyklu nie ma spotkania przypadającego na {at}."
    en = "The series has no meeting that falls on {at}."


@dataclass(frozen=True, kw_only=True)
class StartSeries(Command):
    host: str
    title: str
    recurrence: Recurrence
    place: str = ""

    @property
    def series_id(self) -> UUID:
        return uuid5(self.command_id, "meeting series")


@dataclass(frozen=True, kw_only=True)
class ExcludeOccurrence(Command):
    """The meeting that falls on `recurrence_id` isn't held (EXDATE)."""

    series_id: UUID
    recurrence_id: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MoveOccurrence(Command):
    """The meeting that falls on `recurrence_id` is held at another time or place (RECURRENCE-ID)."""

    series_id: UUID
    recurrence_id: datetime
    override: Override


@dataclass(frozen=True, kw_only=True)
class EndSeries(Command):
    """No meeting after the day `last_on`."""

    series_id: UUID
    last_on: date
    reason: str = ""


class MeetingSeries(Aggregate):
    class Started(Aggregate.Created):
        host: str
        title: str
        recurrence: Recurrence
        place: str

    class OccurrenceExcluded(Aggregate.Event):
        recurrence_id: datetime
        reason: str

    class OccurrenceMoved(Aggregate.Event):
        recurrence_id: datetime
        override: Override

    class Ended(Aggregate.Event):
        last_on: date
        reason: str

    def __init__(self, *, host: str, title: str, recurrence: Recurrence, place: str) -> None:
        self.host = host
        self.title = title
        self.recurrence = recurrence
        self.place = place
        self.excluded: set[datetime] = set()
        self.overrides: dict[datetime, Override] = {}
        self.last_on: date | None = None

    @property
    def owner(self) -> str:
        return self.host

    @property
    def level(self) -> Level:
        return Level.NETWORK

    def occurrence(self, recurrence_id: datetime) -> Occurrence | None:
        found = occurrences(self.recurrence, self.excluded, self.overrides)
        return next(
            (one for one in found if one.recurrence_id == recurrence_id and self._goes_on(one)),
            None,
        )

    def exclude(self, recurrence_id: datetime, reason: str, work: Work) -> None:
        self._require_occurrence(recurrence_id)
        if recurrence_id not in self.excluded:
            facts = {"recurrence_id": recurrence_id, "reason": reason}
            self.record(MeetingSeries.OccurrenceExcluded, work.at, work.today, **facts)

    def move(self, recurrence_id: datetime, override: Override, work: Work) -> None:
        self._require_occurrence(recurrence_id)
        if recurrence_id in self.excluded:
            raise NoSuchOccurrence(at=recurrence_id)
        if self.overrides.get(recurrence_id) != override:
            facts = {"recurrence_id": recurrence_id, "override": override}
            self.record(MeetingSeries.OccurrenceMoved, work.at, work.today, **facts)

    def end(self, last_on: date, reason: str, work: Work) -> None:
        if self.last_on is not None and self.last_on < last_on:
            raise SeriesEnded
        if self.last_on != last_on:
            self.record(MeetingSeries.Ended, work.at, work.today, last_on=last_on, reason=reason)

    def _require_occurrence(self, recurrence_id: datetime) -> None:
        if recurrence_id not in originals(self.recurrence):
            raise NoSuchOccurrence(at=recurrence_id)
        if self.last_on is not None and recurrence_id.date() > self.last_on:
            raise SeriesEnded

    def _goes_on(self, occurrence: Occurrence) -> bool:
        return self.last_on is None or occurrence.recurrence_id.date() <= self.last_on

    @event(OccurrenceExcluded)
    def _occurrence_excluded(self, recurrence_id: datetime) -> None:
        self.excluded.add(recurrence_id)

    @event(OccurrenceMoved)
    def _occurrence_moved(self, recurrence_id: datetime, override: Override) -> None:
        self.overrides[recurrence_id] = override

    @event(Ended)
    def _ended(self, last_on: date) -> None:
        self.last_on = last_on


@handles(StartSeries, by=HOSTS)
def start_series(command: StartSeries, work: Work) -> MeetingSeries:
    host = active_member(work, command.host, "host").terc
    refuse_if(text_problems("title", command.title, 300))
    refuse_if(text_problems("place", command.place, 300, required=False))
    refuse_if(recurrence_problems(command.recurrence))
    begun = MeetingSeries.begin(
        MeetingSeries.Started,
        command.series_id,
        work.at,
        work.today,
        host=host,
        title=command.title,
        recurrence=replace(command.recurrence, rule=command.recurrence.rule.upper()),
        place=command.place,
    )
    return work.add(begun)


@handles(ExcludeOccurrence, by=HOSTS)
def exclude_occurrence(command: ExcludeOccurrence, work: Work) -> MeetingSeries:
    series = _to_change(work, command.series_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    series.exclude(command.recurrence_id, command.reason, work)
    return series


@handles(MoveOccurrence, by=HOSTS)
def move_occurrence(command: MoveOccurrence, work: Work) -> MeetingSeries:
    series = _to_change(work, command.series_id, command.expected_version)
    override = command.override
    if override.starts_at.tzinfo is not None or not 1 <= override.minutes <= 7 * 24 * 60:
        refuse_if([Malformed("startsAt", value=override.starts_at.isoformat())])
    refuse_if(text_problems("place", override.place or "", 300, required=False))
    series.move(command.recurrence_id, override, work)
    return series


@handles(EndSeries, by=HOSTS)
def end_series(command: EndSeries, work: Work) -> MeetingSeries:
    series = _to_change(work, command.series_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    series.end(command.last_on, command.reason, work)
    return series


def _to_change(work: Work, series_id: UUID, expected: int | None) -> MeetingSeries:
    found = work.load(MeetingSeries, series_id, expected)
    if found is None:
        raise SeriesNotFound
    return found
