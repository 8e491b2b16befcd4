"""The agenda, kept by host and invited municipalities at once: one entry a command."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from domain.commands import Command, OnBehalf, Whose, handles
from domain.meetings.meeting import Meeting, meeting_to_change
from domain.meetings.planning import HOSTS
from domain.meetings.values import AgendaItem, agenda_problems
from domain.values import parse_terc, refuse_if
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class AddAgendaItem(OnBehalf):
    """`after`: the item that it is to follow; None: it comes last."""

    meeting_id: UUID
    item: AgendaItem
    after: UUID | None = None

    @property
    def item_id(self) -> UUID:
        return uuid5(self.command_id, "agenda item")


@dataclass(frozen=True, kw_only=True)
class RewriteAgendaItem(OnBehalf):
    """`expected_item_version`: the version of the item that the official saw."""

    meeting_id: UUID
    item_id: UUID
    item: AgendaItem
    expected_item_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class MoveAgendaItem(Command):
    """`after` None: to the beginning."""

    meeting_id: UUID
    item_id: UUID
    after: UUID | None


@dataclass(frozen=True, kw_only=True)
class RemoveAgendaItem(OnBehalf):
    meeting_id: UUID
    item_id: UUID
    expected_item_version: int | None = None


@handles(AddAgendaItem, by=HOSTS, on=Whose.SHARED)
def add_agenda_item(command: AddAgendaItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(agenda_problems(command.item))
    terc = parse_terc(command.municipality, "municipality")
    after = command.after or meeting.agenda.last
    meeting.add_to_agenda(command.item_id, command.item, terc, after, work)
    return meeting


@handles(RewriteAgendaItem, by=HOSTS, on=Whose.SHARED)
def rewrite_agenda_item(command: RewriteAgendaItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    refuse_if(agenda_problems(command.item))
    terc = parse_terc(command.municipality, "municipality")
    expected = command.expected_item_version
    meeting.rewrite_agenda_item(command.item_id, command.item, terc, expected, work)
    return meeting


@handles(MoveAgendaItem, by=HOSTS)
def move_agenda_item(command: MoveAgendaItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    meeting.move_agenda_item(command.item_id, command.after, work)
    return meeting


@handles(RemoveAgendaItem, by=HOSTS, on=Whose.SHARED)
def remove_agenda_item(command: RemoveAgendaItem, work: Work) -> Meeting:
    meeting = meeting_to_change(work, command.meeting_id, command.expected_version)
    terc = parse_terc(command.municipality, "municipality")
    meeting.remove_agenda_item(command.item_id, terc, command.expected_item_version, work)
    return meeting
