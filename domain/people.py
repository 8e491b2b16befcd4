"""Natural persons, of whom the log knows one thing only: that one of them is to be forgotten."""

from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.roles import Role
from domain.visibility import Level
from domain.work import Work


class PersonRecord(Aggregate):
    """Its id is the person's id, as `Personal` names it."""

    class Forgotten(Aggregate.Created):
        """The key of this person is destroyed in the transaction that stores this event."""

    @property
    def owner(self) -> str | None:
        return None

    @property
    def level(self) -> Level:
        return Level.ADMINISTRATION


@dataclass(frozen=True, kw_only=True)
class ForgetPerson(Command):
    person_id: UUID


@handles(ForgetPerson, by={Role.COORDINATOR}, on=Whose.NETWORK)
def forget_person(command: ForgetPerson, work: Work) -> PersonRecord:
    forgotten = work.find(PersonRecord, command.person_id)
    if forgotten is not None:
        return forgotten
    begun = PersonRecord.begin(PersonRecord.Forgotten, command.person_id, work.at, work.today)
    return work.add(begun)
