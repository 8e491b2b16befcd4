"""Adoption (wdrożenie): another town's use of a practice, or of a model solution.

Interested → Adapting → Implemented | Abandoned; one stream for each town and what it adopts.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, handles
from domain.errors import DomainError, NotFound
from domain.municipalities import active_member, known_municipality
from domain.practices.practice import WRITERS, OwnPractice, PracticeState, published_practice
from domain.practices.solution import SolutionState, published_solution
from domain.values import date_problems, refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work


class AdoptionState(StrEnum):
    INTERESTED = "INTERESTED"
    ADAPTING = "ADAPTING"
    IMPLEMENTED = "IMPLEMENTED"
    ABANDONED = "ABANDONED"


State = AdoptionState


class Adopted(StrEnum):
    """What is adopted."""

    PRACTICE = "PRACTICE"
    SOLUTION = "SOLUTION"


class AdoptionNotFound(NotFound):
    code = "adoption_not_found"
    pl = "Ta gmina nie zgłosiła, że chce to wdrożyć."
    en = "This municipality has not said that it wants to adopt this."


class AdoptionStateForbids(DomainError):
    code = "adoption_state_forbids"
    pl = "W obecnym stanie wdrożenia ({state}) nie jest to możliwe."
    en = "The adoption's present state ({state}) does not allow this."


class NoLongerOffered(DomainError):
    code = "no_longer_offered"
    pl = "To jest już w archiwum: wdrażać można to, co jest aktualne."
    en = "This is archived: only what is current can be adopted."


@dataclass(frozen=True, kw_only=True)
class AdoptionCommand(Command):
    """`municipality` adopts what `subject_id` names, which is `of` that sort."""

    municipality: str
    of: Adopted
    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class ExpressInterest(AdoptionCommand):
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StartAdapting(AdoptionCommand):
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordImplementation(AdoptionCommand):
    """`learned`: what another town should know; `implemented_on` None: today."""

    outcome: str
    learned: str = ""
    implemented_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class AbandonAdoption(AdoptionCommand):
    learned: str


class Adoption(Aggregate):
    class InterestExpressed(Aggregate.Created):
        municipality: str
        of: Adopted
        subject_id: UUID
        note: str

    class AdaptingStarted(Aggregate.Event):
        note: str

    class Implemented(Aggregate.Event):
        outcome: str
        learned: str

    class Abandoned(Aggregate.Event):
        learned: str

    def __init__(self, *, municipality: str, of: Adopted, subject_id: UUID) -> None:
        self.municipality = municipality
        self.of = of
        self.subject_id = subject_id
        self.state = State.INTERESTED

    @property
    def owner(self) -> str:
        return self.municipality

    @property
    def level(self) -> Level:
        return Level.PUBLIC if self.state is State.IMPLEMENTED else Level.NETWORK

    def start(self, note: str, work: Work) -> None:
        self._require(State.INTERESTED, State.ADAPTING)
        if self.state is State.INTERESTED:
            self.record(Adoption.AdaptingStarted, work.at, work.today, note=note)

    def implement(self, outcome: str, learned: str, on: date, work: Work) -> None:
        self._require(State.ADAPTING, State.IMPLEMENTED)
        if self.state is State.ADAPTING:
            self.record(Adoption.Implemented, work.at, on, outcome=outcome, learned=learned)

    def abandon(self, learned: str, work: Work) -> None:
        self._require(State.INTERESTED, State.ADAPTING, State.ABANDONED)
        if self.state is not State.ABANDONED:
            self.record(Adoption.Abandoned, work.at, work.today, learned=learned)

    def _require(self, *states: AdoptionState) -> None:
        if self.state not in states:
            raise AdoptionStateForbids(state=self.state.value)

    @event(AdaptingStarted)
    def _adapting_started(self) -> None:
        self.state = State.ADAPTING

    @event(Implemented)
    def _implemented(self) -> None:
        self.state = State.IMPLEMENTED

    @event(Abandoned)
    def _abandoned(self) -> None:
        self.state = State.ABANDONED


def adoption_id(subject_id: UUID, terc: str) -> UUID:
    return uuid5(subject_id, f"adoption:{terc}")


@handles(ExpressInterest, by=WRITERS)
def express_interest(command: ExpressInterest, work: Work) -> Adoption:
    terc = active_member(work, command.municipality).terc
    refuse_if(text_problems("note", command.note, 5000, required=False, multiline=True))
    stream_id = adoption_id(command.subject_id, terc)
    known = work.load(Adoption, stream_id, command.expected_version)
    if known is not None:
        return known
    begun = Adoption.begin(
        Adoption.InterestExpressed,
        stream_id,
        work.at,
        work.today,
        municipality=terc,
        of=command.of,
        subject_id=command.subject_id,
        note=command.note,
    )
    work.add(begun)
    _check_offer(command, terc, work)
    return begun


@handles(StartAdapting, by=WRITERS)
def start_adapting(command: StartAdapting, work: Work) -> Adoption:
    adoption = _to_change(command, work)
    refuse_if(text_problems("note", command.note, 5000, required=False, multiline=True))
    adoption.start(command.note, work)
    return adoption


@handles(RecordImplementation, by=WRITERS)
def record_implementation(command: RecordImplementation, work: Work) -> Adoption:
    adoption = _to_change(command, work)
    refuse_if(text_problems("outcome", command.outcome, 10_000, multiline=True))
    refuse_if(text_problems("learned", command.learned, 10_000, required=False, multiline=True))
    on = command.implemented_on or work.today
    refuse_if(date_problems("implementedOn", on, work.today, latest=work.today))
    adoption.implement(command.outcome, command.learned, on, work)
    return adoption


@handles(AbandonAdoption, by=WRITERS)
def abandon_adoption(command: AbandonAdoption, work: Work) -> Adoption:
    adoption = _to_change(command, work)
    refuse_if(text_problems("learned", command.learned, 10_000, multiline=True))
    adoption.abandon(command.learned, work)
    return adoption


def _check_offer(command: ExpressInterest, terc: str, work: Work) -> None:
    """What may be adopted: something current, of others."""
    if command.of is Adopted.PRACTICE:
        practice = published_practice(work, command.subject_id)
        archived = practice.state is PracticeState.ARCHIVED
        own = practice.municipality == terc
    else:
        solution = published_solution(work, command.subject_id)
        archived = solution.state is SolutionState.ARCHIVED
        own = False  # its authors, too, have yet to put a model to use
    if archived:
        raise NoLongerOffered
    if own:
        raise OwnPractice


def _to_change(command: AdoptionCommand, work: Work) -> Adoption:
    terc = known_municipality(work, command.municipality, "municipality").terc
    stream_id = adoption_id(command.subject_id, terc)
    found = work.load(Adoption, stream_id, command.expected_version)
    if found is None:
        raise AdoptionNotFound
    return found
