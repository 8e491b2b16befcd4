"""Meetings of the demo in all their states, and the series that some of them belong to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from domain.cooperation import Find
from domain.meetings import (
    AddAgendaItem,
    AgendaItem,
    AnnotateMinutes,
    Answer,
    AnswerInvitation,
    ApproveMinutes,
    AssignActionItem,
    CancelMeeting,
    DeferActionItem,
    DropActionItem,
    EndSeries,
    ExcludeOccurrence,
    FinishActionItem,
    InvitePerson,
    InviteToMeeting,
    Meeting,
    MinutesSection,
    MoveOccurrence,
    Override,
    Person,
    Plan,
    PlanMeeting,
    PlanOccurrence,
    PostponeMeeting,
    PublishMinutes,
    RecordDecision,
    RecordMeetingHeld,
    Recurrence,
    RescheduleMeeting,
    StartSeries,
    WriteMinutes,
)
from domain.meetings.recurrence import originals
from domain.meetings.values import MeetingNotFound
from domain.work import POLAND
from infra.demo.telling import Step, Telling, marked, stories

FILE = "meetings.toml"

_MEETING: dict[str, Any] = {
    "invite": InviteToMeeting,
    "guest": InvitePerson,
    "answer": AnswerInvitation,
    "agenda": AddAgendaItem,
    "reschedule": RescheduleMeeting,
    "postpone": PostponeMeeting,
    "cancel": CancelMeeting,
    "held": RecordMeetingHeld,
    "minutes": WriteMinutes,
    "decide": RecordDecision,
    "approve": ApproveMinutes,
    "publish": PublishMinutes,
    "annotate": AnnotateMinutes,
    "assign": AssignActionItem,
    "defer": DeferActionItem,
    "done": FinishActionItem,
    "drop": DropActionItem,
}


def meetings(telling: Telling) -> None:
    hosts = {told["key"]: _series(telling, told) for told in stories(FILE, "series")}
    for told in stories(FILE, "meeting"):
        _meeting(telling, told, hosts)


def _series(telling: Telling, told: dict[str, Any]) -> tuple[str, UUID, list[datetime]]:
    """Its host, its id, and where its rule puts the meetings."""
    name, host = f"series:{told['key']}", told["host"]
    asked = Recurrence(
        datetime.combine(telling.day(told["days"]), time.fromisoformat(told["time"])),
        told["minutes"],
        told["rule"],
    )
    recurrence = replace(asked, starts_at=next(originals(asked)))
    started = telling.give(
        StartSeries,
        name,
        by=host,
        at=telling.moment(told["days"]),
        host=host,
        title=marked(told["title"]),
        recurrence=recurrence,
        place=told["place"],
    )
    falls_on = list(islice(originals(recurrence), 40))
    for number, step in enumerate(told["steps"]):
        _change_series(telling, f"{name}:{number}", dict(step), host, started.series_id, falls_on)
    return host, started.series_id, falls_on


def _change_series(
    telling: Telling, key: str, step: Step, host: str, series: UUID, falls_on: list[datetime]
) -> None:
    facts: dict[str, Any] = {"series_id": series}
    if "nth" in step:
        facts["recurrence_id"] = falls_on[step["nth"]]
    match step["step"]:
        case "exclude":
            command: Any = ExcludeOccurrence
            facts["reason"] = step["reason"]
        case "move":
            command = MoveOccurrence
            day = facts["recurrence_id"].date() + timedelta(days=step["later_days"])
            starts_at = datetime.combine(day, time.fromisoformat(step["time"]))
            facts["override"] = Override(starts_at, step["minutes"], step["place"])
        case _:
            command = EndSeries
            facts |= {"last_on": telling.day(step["last"]), "reason": step["reason"]}
    telling.give(command, key, by=host, at=telling.moment(step["days"]), **facts)


def _meeting(
    telling: Telling, told: dict[str, Any], series: dict[str, tuple[str, UUID, list[datetime]]]
) -> None:
    name = f"meetings:{told['key']}"
    if "series" in told:
        host, series_id, falls_on = series[told["series"]]
        at = falls_on[told["nth"]]
        facts: dict[str, Any] = {"series_id": series_id, "recurrence_id": at}
        facts["description"] = told["description"]
        telling.give(PlanOccurrence, name, by=host, at=telling.moment(told["days"]), **facts)
        meeting = uuid5(series_id, at.isoformat())
    else:
        host = told["host"]
        plan = Plan(
            marked(told["title"]),
            *_times(telling, told),
            place=told["place"],
            description=told.get("description", ""),
        )
        planned = telling.give(
            PlanMeeting, name, by=host, at=telling.moment(told["days"]), host=host, plan=plan
        )
        meeting = planned.meeting_id
    telling.names[f"meeting:{told['key']}"] = meeting
    for number, step in enumerate(told["steps"]):
        _step(telling, name, f"{name}:{number}", dict(step), host, meeting)


def _step(telling: Telling, name: str, key: str, step: Step, host: str, meeting: UUID) -> None:
    command, called = _MEETING[step.pop("step")], step.pop("key", None)
    by, at = step.pop("by", host), telling.moment(step.pop("days"))
    if command is ApproveMinutes:
        _approve(telling, key, by, at, meeting)
        return
    facts = _facts(telling, name, command, step)
    made = telling.give(command, key, by=by, at=at, meeting_id=meeting, **facts)
    if command is AssignActionItem:
        telling.names[f"{name}:{called}"] = made.action_item_id


def _approve(telling: Telling, key: str, by: str, at: datetime, meeting: UUID) -> None:
    """The executive read the minutes as they stood by then."""

    def made(find: Find) -> ApproveMinutes:
        held = find(Meeting, meeting)
        if held is None:
            raise MeetingNotFound
        seen = held.minutes_hash
        return ApproveMinutes(
            command_id=telling.id(key), meeting_id=meeting, municipality=by, minutes_hash=seen
        )

    telling.later(made, by=by, at=at)


def _facts(telling: Telling, name: str, command: Any, step: Step) -> Step:
    """What the command is given, of what the story says."""
    if command in _FACTS:
        return _FACTS[command](telling, step)
    if "task" in step:
        step["action_item_id"] = telling.names[f"{name}:{step.pop('task')}"]
    if "due" in step:
        step["due_on"] = telling.workday(step.pop("due"))
    return step


def _rescheduled(telling: Telling, step: Step) -> Step:
    starts_at, ends_at = _times(telling, step)
    return {"starts_at": starts_at, "ends_at": ends_at, "reason": step["reason"]}


def _attendance(step: Step) -> tuple[Person, ...]:
    return tuple(
        Person(name=unit, office=office, municipality=terc or None)
        for terc, unit, office in step["attendance"]
    )


_FACTS: dict[Any, Callable[[Telling, Step], Step]] = {
    InviteToMeeting: lambda _, step: {"municipalities": tuple(step["municipalities"])},
    InvitePerson: lambda _, step: {"person": Person(**step)},
    AnswerInvitation: lambda _, step: step | {"answer": Answer(step["answer"])},
    AddAgendaItem: lambda _, step: {"item": AgendaItem(**step)},
    WriteMinutes: lambda _, step: {"section": MinutesSection(**step)},
    RescheduleMeeting: _rescheduled,
    RecordMeetingHeld: lambda _, step: {"attendance": _attendance(step)},
}


def _times(telling: Telling, told: Step) -> tuple[datetime, datetime]:
    clock = time.fromisoformat(told["time"])
    starts_at = datetime.combine(telling.workday(told["on"]), clock, POLAND)
    return starts_at, starts_at + timedelta(minutes=told["minutes"])
