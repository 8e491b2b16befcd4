"""Who holds which office: recorded, ended, corrected."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

from domain.commands import Command, handles
from domain.municipalities.municipality import Municipality, municipality_to_change
from domain.municipalities.terms import HeadTitle, Office, OfficeHolder, UnknownTerm
from domain.personal import Personal
from domain.roles import Role
from domain.work import Work

__all__ = ["CorrectTerm", "EndTerm", "HeadTitle", "Office", "OfficeHolder", "RecordOfficeHolder"]


@dataclass(frozen=True, kw_only=True)
class RecordOfficeHolder(Command):
    """`person_id` is that of a person known already; None: a person met for the first time."""

    terc: str
    office: Office
    title: HeadTitle
    name: str
    since: date
    until: date | None = None
    since_known: bool = True
    person_id: UUID | None = None

    @property
    def holder_id(self) -> UUID:
        return uuid5(self.command_id, "office holder")


@dataclass(frozen=True, kw_only=True)
class EndTerm(Command):
    """`until` is the first day without the office."""

    terc: str
    holder_id: UUID
    until: date


@dataclass(frozen=True, kw_only=True)
class CorrectTerm(Command):
    terc: str
    holder_id: UUID
    since: date
    until: date | None
    reason: str
    since_known: bool = True


@handles(RecordOfficeHolder, by={Role.MUNICIPALITY_ADMIN})
def record_office_holder(command: RecordOfficeHolder, work: Work) -> Municipality:
    municipality = municipality_to_change(work, command.terc, command.expected_version)
    person_id = command.person_id or uuid5(command.command_id, "person")
    holder = OfficeHolder(
        id=command.holder_id,
        office=command.office,
        title=command.title,
        name=Personal(person_id, command.name),
        since=command.since,
        until=command.until,
        since_known=command.since_known,
    )
    municipality.take_office(holder, work)
    return municipality


@handles(EndTerm, by={Role.MUNICIPALITY_ADMIN})
def end_term(command: EndTerm, work: Work) -> Municipality:
    municipality = municipality_to_change(work, command.terc, command.expected_version)
    municipality.leave_office(command.holder_id, command.until, work)
    return municipality


@handles(CorrectTerm, by={Role.MUNICIPALITY_ADMIN})
def correct_term(command: CorrectTerm, work: Work) -> Municipality:
    municipality = municipality_to_change(work, command.terc, command.expected_version)
    held = municipality.holders.get(command.holder_id)
    if held is None:
        raise UnknownTerm
    corrected = replace(
        held, since=command.since, until=command.until, since_known=command.since_known
    )
    municipality.correct_term(corrected, command.reason, work)
    return municipality
