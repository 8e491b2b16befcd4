"""An iCalendar file becomes a host's meetings and series; imported again, only what changed is recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4, uuid5

from domain.commands import Command
from domain.cooperation import Cooperation
from domain.errors import DomainError, StorageUnavailable
from domain.meetings import (
    CancelMeeting,
    ExcludeOccurrence,
    Meeting,
    MeetingSeries,
    MeetingState,
    MoveOccurrence,
    PlanMeeting,
    ReplanMeeting,
    RescheduleMeeting,
    StartSeries,
)
from domain.roles import Actor
from infra.sources.calendar import CalendarFile, FileMeeting, FileSeries

_COMMANDS = UUID("64a3b7de-0c1c-5f9f-8a54-2f3f0d6b9c12")
_BY_FILE = "Według pliku kalendarza. / By the calendar's file."


class SeriesDiffers(DomainError):
    code = "series_differs"
    pl = "Reguła tego cyklu jest w pliku inna niż u nas: trzeba zakończyć cykl i rozpocząć nowy."
    en = "The rule of this series differs from ours: end the series, and start another."


class Outcome(StrEnum):
    PLANNED = "planned"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Imported:
    title: str
    stream_id: UUID | None
    outcome: Outcome
    refusal: DomainError | None = None


def carry_out(
    cooperation: Cooperation, file: CalendarFile, host: str, by: Actor, *, dry_run: bool = False
) -> Iterator[Imported]:
    for series in file.series:
        yield _imported(cooperation, series.title, _of_series, series, host, by, dry_run)
    for meeting in file.meetings:
        yield _imported(cooperation, meeting.plan.title, _of_meeting, meeting, host, by, dry_run)


def _imported(
    cooperation: Cooperation,
    title: str,
    decide: Callable[[Cooperation, Any, str], tuple[UUID, list[Command]]],
    told: FileMeeting | FileSeries,
    host: str,
    by: Actor,
    dry_run: bool,
) -> Imported:
    try:
        stream_id, commands = decide(cooperation, told, host)
        for command in commands if not dry_run else ():
            cooperation.execute(command, by)
    except StorageUnavailable:
        raise
    except DomainError as refusal:
        return Imported(title, None, Outcome.REFUSED, refusal)
    new = any(isinstance(command, PlanMeeting | StartSeries) for command in commands)
    outcome = Outcome.PLANNED if new else Outcome.CHANGED if commands else Outcome.UNCHANGED
    return Imported(title, stream_id, outcome)


def _of_meeting(
    cooperation: Cooperation, told: FileMeeting, host: str
) -> tuple[UUID, list[Command]]:
    planned = PlanMeeting(command_id=_id(host, told.uid), host=host, plan=told.plan)
    known = cooperation.look(lambda find: find(Meeting, planned.meeting_id))
    if known is None:
        # One that was called off before anybody here knew of it needs no telling.
        return planned.meeting_id, [] if told.cancelled else [planned]
    return known.id, list(_changes(known, told))


def _changes(known: Meeting, told: FileMeeting) -> Iterator[Command]:
    facts: dict[str, Any] = {"meeting_id": known.id}
    if told.cancelled:
        if known.state is not MeetingState.CANCELLED:
            yield CancelMeeting(command_id=uuid4(), reason=_BY_FILE, **facts)
        return
    was, becomes = known.plan, told.plan
    times: dict[str, Any] = {"starts_at": becomes.starts_at, "ends_at": becomes.ends_at}
    if replace(was, **times) != becomes:
        said = ("title", "place", "link", "description")
        facts |= {name: getattr(becomes, name) for name in said}
        yield ReplanMeeting(command_id=uuid4(), **facts)
    if (was.starts_at, was.ends_at) != (becomes.starts_at, becomes.ends_at):
        yield RescheduleMeeting(command_id=uuid4(), meeting_id=known.id, reason=_BY_FILE, **times)


def _of_series(cooperation: Cooperation, told: FileSeries, host: str) -> tuple[UUID, list[Command]]:
    """Raises SeriesDiffers."""
    started = StartSeries(
        command_id=_id(host, told.uid),
        host=host,
        title=told.title,
        recurrence=told.recurrence,
        place=told.place,
    )
    known = cooperation.look(lambda find: find(MeetingSeries, started.series_id))
    if known is not None and known.recurrence != told.recurrence:
        raise SeriesDiffers
    commands: list[Command] = [] if known else [started]
    series_id = started.series_id
    for at in told.excluded:
        if known is None or at not in known.excluded:
            exclude = ExcludeOccurrence(command_id=uuid4(), series_id=series_id, recurrence_id=at)
            commands.append(exclude)
    for at, override in told.overrides.items():
        if known is None or known.overrides.get(at) != override:
            move = MoveOccurrence(
                command_id=uuid4(), series_id=series_id, recurrence_id=at, override=override
            )
            commands.append(move)
    return series_id, commands


def _id(host: str, *name: object) -> UUID:
    return uuid5(_COMMANDS, ":".join(map(str, (host, *name))))
