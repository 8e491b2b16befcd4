"""Action items (zadania): Open → Done | Dropped, each of one municipality, with a day it is due."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from domain.commands import Command, OnBehalf, Whose, handles
from domain.meetings.meeting import Meeting, meeting_to_change
from domain.meetings.planning import HOSTS
from domain.meetings.values import ActionItem
from domain.municipalities import known_municipality
from domain.roles import Role
from domain.values import date_problems, parse_terc, refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class AssignActionItem(Command):
    """`owner`: TERC of the municipality that is to do it."""

    meeting_id: UUID
    text: str
    owner: str
    due_on: date | None = None

    @property
    def action_item_id(self) -> UUID:
        return uuid5(self.command_id, "action item")


@dataclass(frozen=True, kw_only=True)
class DeferActionItem(OnBehalf):
    meeting_id: UUID
    action_item_id: UUID
    due_on: date | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class FinishActionItem(OnBehalf):
    """`done_on` None: today."""

    meeting_id: UUID
    action_item_id: UUID
    note: str = ""
    done_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class DropActionItem(OnBehalf):
    meeting_id: UUID
    action_item_id: UUID
    reason: str


@handles(AssignActionItem, by=HOSTS)
def assign_action_item(command: AssignActionItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("text", command.text, 2000, multiline=True))
    if command.due_on is not None:
        refuse_if(date_problems("dueOn", command.due_on, work.today))
    owner = known_municipality(work, command.owner, "owner").terc
    meeting.assign(ActionItem(command.action_item_id, command.text, owner, command.due_on), work)
    return meeting


@handles(DeferActionItem, by=HOSTS | {Role.FUNDS_OFFICER}, on=Whose.SHARED)
def defer_action_item(command: DeferActionItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    if command.due_on is not None:
        refuse_if(date_problems("dueOn", command.due_on, work.today))
    terc = parse_terc(command.municipality, "municipality")
    meeting.defer(command.action_item_id, command.due_on, command.reason, terc, work)
    return meeting


@handles(FinishActionItem, by=HOSTS | {Role.FUNDS_OFFICER}, on=Whose.SHARED)
def finish_action_item(command: FinishActionItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("note", command.note, 2000, required=False, multiline=True))
    on = command.done_on or work.today
    refuse_if(date_problems("doneOn", on, work.today, latest=work.today))
    meeting.finish(command.action_item_id, command.note, parse_terc(command.municipality), on, work)
    return meeting


@handles(DropActionItem, by=HOSTS | {Role.FUNDS_OFFICER}, on=Whose.SHARED)
def drop_action_item(command: DropActionItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    meeting.drop(command.action_item_id, command.reason, parse_terc(command.municipality), work)
    return meeting
