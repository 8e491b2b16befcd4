"""Ahead of a meeting: planned by its host, who invites; answered by the invited."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from domain.commands import Command, OnBehalf, Whose, handles
from domain.meetings.meeting import Meeting, meeting_to_change
from domain.meetings.series import MeetingSeries, NoSuchOccurrence, SeriesNotFound
from domain.meetings.values import Answer, Guest, Plan, plan_problems, time_problems
from domain.municipalities import active_member, known_municipality
from domain.personal import Personal
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.work import Work

HOSTS = {Role.EDITOR, Role.MUNICIPALITY_ADMIN}


@dataclass(frozen=True, kw_only=True)
class PlanMeeting(Command):
    """`effective_on` is the day on which it was agreed, where that was recorded later."""

    host: str
    plan: Plan
    effective_on: date | None = None

    @property
    def meeting_id(self) -> UUID:
        return uuid5(self.command_id, "meeting")


@dataclass(frozen=True, kw_only=True)
class PlanOccurrence(Command):
    """Makes a meeting of one occurrence of a series; `recurrence_id` is when the rule put it."""

    series_id: UUID
    recurrence_id: datetime
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ReplanMeeting(Command):
    """`plan` with the times that the meeting has; other times are for RescheduleMeeting."""

    meeting_id: UUID
    title: str
    place: str = ""
    link: str | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class RescheduleMeeting(Command):
    meeting_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PostponeMeeting(Command):
    """To a day that isn't known yet."""

    meeting_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class CancelMeeting(Command):
    meeting_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class InviteToMeeting(Command):
    meeting_id: UUID
    municipalities: tuple[str, ...]
    effective_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """`person_id` is that of a person known already, such as an office holder's."""

    name: str
    office: str = ""
    municipality: str | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvitePerson(Command):
    meeting_id: UUID
    person: Person


@dataclass(frozen=True, kw_only=True)
class AnswerInvitation(OnBehalf):
    meeting_id: UUID
    answer: Answer
    note: str = ""


@handles(PlanMeeting, by=HOSTS)
def plan_meeting(command: PlanMeeting, work: Work) -> Meeting:
    host = active_member(work, command.host, "host").terc
    refuse_if(plan_problems(command.plan, work.today))
    on = command.effective_on or work.today
    begun = Meeting.begin(
        Meeting.Planned, command.meeting_id, work.at, on, host=host, plan=command.plan
    )
    return work.add(begun)


@handles(PlanOccurrence, by=HOSTS)
def plan_occurrence(command: PlanOccurrence, work: Work) -> Meeting:
    series = work.see(MeetingSeries, command.series_id)
    if series is None:
        raise SeriesNotFound
    occurrence = series.occurrence(command.recurrence_id)
    if occurrence is None:
        raise NoSuchOccurrence(at=command.recurrence_id)
    plan = Plan(
        title=series.title,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        place=occurrence.place or series.place,
        description=command.description,
    )
    refuse_if(plan_problems(plan, work.today))
    # Of one occurrence there is one meeting, whoever plans it first.
    meeting_id = uuid5(series.id, command.recurrence_id.isoformat())
    known = work.load(Meeting, meeting_id)
    if known is not None:
        return known
    facts = {"series_id": series.id, "recurrence_id": command.recurrence_id}
    begun = Meeting.begin(
        Meeting.Planned, meeting_id, work.at, work.today, host=series.host, plan=plan, **facts
    )
    return work.add(begun)


@handles(ReplanMeeting, by=HOSTS)
def replan_meeting(command: ReplanMeeting, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    plan = replace(
        meeting.plan,
        title=command.title,
        place=command.place,
        link=command.link,
        description=command.description,
    )
    refuse_if(plan_problems(plan, work.today))
    meeting.replan(plan, work)
    return meeting


@handles(RescheduleMeeting, by=HOSTS)
def reschedule_meeting(command: RescheduleMeeting, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(time_problems(command.starts_at, command.ends_at, work.today))
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    meeting.reschedule(command.starts_at, command.ends_at, command.reason, work)
    return meeting


@handles(PostponeMeeting, by=HOSTS)
def postpone_meeting(command: PostponeMeeting, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    meeting.postpone(command.reason, work)
    return meeting


@handles(CancelMeeting, by=HOSTS)
def cancel_meeting(command: CancelMeeting, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    meeting.cancel(command.reason, work)
    return meeting


@handles(InviteToMeeting, by=HOSTS)
def invite_to_meeting(command: InviteToMeeting, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    on = command.effective_on or work.today
    for terc in command.municipalities[:500]:
        meeting.invite(known_municipality(work, terc, "municipalities").terc, on, work)
    return meeting


@handles(InvitePerson, by=HOSTS)
def invite_person(command: InvitePerson, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    guest = guest_of(command.person, uuid5(command.command_id, "guest"), work)
    meeting.invite_person(guest, work)
    return meeting


@handles(AnswerInvitation, by=HOSTS | {Role.EXECUTIVE}, on=Whose.SHARED)
def answer_invitation(command: AnswerInvitation, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    municipality = known_municipality(work, command.municipality, "municipality").terc
    refuse_if(text_problems("note", command.note, 1000, required=False, multiline=True))
    meeting.answer(municipality, command.answer, command.note, work)
    return meeting


def guest_of(person: Person, guest_id: UUID, work: Work) -> Guest:
    refuse_if(text_problems("name", person.name, 200))
    refuse_if(text_problems("office", person.office, 200, required=False))
    terc = None
    if person.municipality is not None:
        terc = known_municipality(work, person.municipality, "municipality").terc
    person_id = person.person_id or uuid5(guest_id, "person")
    return Guest(guest_id, Personal(person_id, person.name), person.office, terc)
