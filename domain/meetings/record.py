"""After a meeting: who came, what was said and decided; approved by those who attended, published."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

from domain.commands import Command, OnBehalf, Whose, handles
from domain.meetings.meeting import Meeting, meeting_to_change
from domain.meetings.planning import HOSTS, Person, guest_of
from domain.meetings.values import Decision, MinutesSection, section_problems
from domain.roles import Role
from domain.values import parse_terc, refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class RecordMeetingHeld(Command):
    """`held_on` None: the day it was planned for. `attendance`: who came, whether invited or not."""

    meeting_id: UUID
    held_on: date | None = None
    attendance: tuple[Person, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecordAttendance(Command):
    meeting_id: UUID
    person: Person


@dataclass(frozen=True, kw_only=True)
class WithdrawAttendance(Command):
    """Recorded by mistake: the person wasn't there."""

    meeting_id: UUID
    guest_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class WriteMinutes(OnBehalf):
    """Adds a section; `after`: the one that it is to follow; None: it comes last."""

    meeting_id: UUID
    section: MinutesSection
    after: UUID | None = None

    @property
    def section_id(self) -> UUID:
        return uuid5(self.command_id, "minutes section")


@dataclass(frozen=True, kw_only=True)
class RewriteMinutes(OnBehalf):
    """`expected_section_version`: the version of the section that the official saw."""

    meeting_id: UUID
    section_id: UUID
    section: MinutesSection
    expected_section_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveFromMinutes(OnBehalf):
    meeting_id: UUID
    section_id: UUID
    expected_section_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordDecision(Command):
    meeting_id: UUID
    text: str
    agenda_item: UUID | None = None

    @property
    def decision_id(self) -> UUID:
        return uuid5(self.command_id, "decision")


@dataclass(frozen=True, kw_only=True)
class RewriteDecision(Command):
    meeting_id: UUID
    decision_id: UUID
    text: str
    expected_decision_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveDecision(Command):
    meeting_id: UUID
    decision_id: UUID
    expected_decision_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class ApproveMinutes(OnBehalf):
    """`minutes_hash` says which text the executive read."""

    meeting_id: UUID
    minutes_hash: str


@dataclass(frozen=True, kw_only=True)
class PublishMinutes(Command):
    meeting_id: UUID


@dataclass(frozen=True, kw_only=True)
class AnnotateMinutes(Command):
    meeting_id: UUID
    note: str


@handles(RecordMeetingHeld, by=HOSTS)
def record_meeting_held(command: RecordMeetingHeld, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    attendance = [
        guest_of(person, uuid5(command.command_id, f"guest {number}"), work)
        for number, person in enumerate(command.attendance[:500])
    ]
    meeting.hold(command.held_on or meeting.plan.day, attendance, work)
    return meeting


@handles(RecordAttendance, by=HOSTS)
def record_attendance(command: RecordAttendance, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    guest = guest_of(command.person, uuid5(command.command_id, "guest"), work)
    meeting.record_attendance(guest, work)
    return meeting


@handles(WithdrawAttendance, by=HOSTS)
def withdraw_attendance(command: WithdrawAttendance, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    meeting.withdraw_attendance(command.guest_id, command.reason, work)
    return meeting


@handles(WriteMinutes, by=HOSTS, on=Whose.SHARED)
def write_minutes(command: WriteMinutes, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    section = _rendered(command.section, work)
    terc = parse_terc(command.municipality, "municipality")
    after = command.after or meeting.sections.last
    meeting.add_section(command.section_id, section, terc, after, work)
    return meeting


@handles(RewriteMinutes, by=HOSTS, on=Whose.SHARED)
def rewrite_minutes(command: RewriteMinutes, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    section = _rendered(command.section, work)
    terc = parse_terc(command.municipality, "municipality")
    expected = command.expected_section_version
    meeting.rewrite_section(command.section_id, section, terc, expected, work)
    return meeting


@handles(RemoveFromMinutes, by=HOSTS, on=Whose.SHARED)
def remove_from_minutes(command: RemoveFromMinutes, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    terc = parse_terc(command.municipality, "municipality")
    meeting.remove_section(command.section_id, terc, command.expected_section_version, work)
    return meeting


@handles(RecordDecision, by=HOSTS)
def record_decision(command: RecordDecision, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("text", command.text, 5000, multiline=True))
    decision = Decision(command.decision_id, command.text, command.agenda_item)
    meeting.record_decision(decision, work)
    return meeting


@handles(RewriteDecision, by=HOSTS)
def rewrite_decision(command: RewriteDecision, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("text", command.text, 5000, multiline=True))
    said = meeting.decisions.get(command.decision_id).value
    decision = replace(said, text=command.text)
    meeting.rewrite_decision(decision, command.expected_decision_version, work)
    return meeting


@handles(RemoveDecision, by=HOSTS)
def remove_decision(command: RemoveDecision, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    meeting.remove_decision(command.decision_id, command.expected_decision_version, work)
    return meeting


@handles(ApproveMinutes, by={Role.EXECUTIVE}, on=Whose.SHARED)
def approve_minutes(command: ApproveMinutes, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    terc = parse_terc(command.municipality, "municipality")
    meeting.approve(terc, command.minutes_hash, work)
    return meeting


@handles(PublishMinutes, by=HOSTS)
def publish_minutes(command: PublishMinutes, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    meeting.publish_minutes(work)
    return meeting


@handles(AnnotateMinutes, by=HOSTS)
def annotate_minutes(command: AnnotateMinutes, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("note", command.note, 5000, multiline=True))
    meeting.annotate_minutes(command.note, work)
    return meeting


def _rendered(section: MinutesSection, work: Work) -> MinutesSection:
    refuse_if(section_problems(section))
    return replace(section, body_html=work.texts.render(section.body))
