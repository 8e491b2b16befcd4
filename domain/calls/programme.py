"""Programme (program): who gives money, from which fund and for which years."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, FieldProblem, Malformed, NotFound
from domain.values import link_problems, refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work


class Fund(StrEnum):
    EU = "EU"
    NATIONAL = "NATIONAL"


class ProgrammeNotFound(NotFound):
    code = "programme_not_found"
    pl = "Nie ma takiego programu."
    en = "There is no such programme."


class ProgrammeCodeTaken(DomainError):
    code = "programme_code_taken"
    pl = "Program o skrócie „{programme}” jest już w rejestrze."
    en = "A programme with the code “{programme}” is already registered."


@dataclass(frozen=True)
class ProgrammeFacts:
    """`since` and `until` are years, both within the period; `institution` manages the programme."""

    name: str
    fund: Fund
    since: int
    until: int
    institution: str
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterProgramme(Command):
    """`code` is the short name it is known by in lists of calls, such as `FELD.2021-2027`."""

    code: str
    facts: ProgrammeFacts

    @property
    def programme_id(self) -> UUID:
        return uuid5(self.command_id, "programme")


@dataclass(frozen=True, kw_only=True)
class CorrectProgramme(Command):
    programme_id: UUID
    facts: ProgrammeFacts
    reason: str


class Programme(Aggregate):
    class Registered(Aggregate.Created):
        code: str
        facts: ProgrammeFacts

    class Corrected(Aggregate.Event):
        facts: ProgrammeFacts
        reason: str

    def __init__(self, *, code: str, facts: ProgrammeFacts) -> None:
        self.code = code
        self.facts = facts

    @property
    def owner(self) -> None:
        return None

    @property
    def level(self) -> Level:
        return Level.PUBLIC

    def claim_taken(self, key: str) -> DomainError:
        return ProgrammeCodeTaken(programme=key.split(":", 1)[1])

    def correct(self, facts: ProgrammeFacts, reason: str, work: Work) -> None:
        if facts != self.facts:
            self.record(Programme.Corrected, work.at, work.today, facts=facts, reason=reason)

    @event(Corrected)
    def _corrected(self, facts: ProgrammeFacts) -> None:
        self.facts = facts


def programme_key(code: str) -> str:
    return f"programme-code:{code.casefold()}"


@handles(RegisterProgramme, by=set(), on=Whose.NETWORK)
def register_programme(command: RegisterProgramme, work: Work) -> Programme:
    refuse_if([*text_problems("code", command.code, 50), *_facts_problems(command.facts)])
    begun = Programme.begin(
        Programme.Registered,
        command.programme_id,
        work.at,
        work.today,
        code=command.code,
        facts=command.facts,
    )
    work.claim(programme_key(command.code), begun.id)
    return work.add(begun)


@handles(CorrectProgramme, by=set(), on=Whose.NETWORK)
def correct_programme(command: CorrectProgramme, work: Work) -> Programme:
    programme = work.load(Programme, command.programme_id, command.expected_version)
    if programme is None:
        raise ProgrammeNotFound
    refuse_if([*text_problems("reason", command.reason, 1000), *_facts_problems(command.facts)])
    programme.correct(command.facts, command.reason, work)
    return programme


def _facts_problems(facts: ProgrammeFacts) -> Iterable[FieldProblem]:
    yield from text_problems("name", facts.name, 300)
    yield from text_problems("institution", facts.institution, 300)
    if not 1990 <= facts.since <= facts.until <= 2100:
        yield Malformed("period", value=f"{facts.since}–{facts.until}")
    if facts.link is not None:
        yield from link_problems("link", facts.link)
