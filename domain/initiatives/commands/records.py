"""Notes, risks and documents of an initiative: streams of their own, because no guard looks at them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar, cast
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain import visibility
from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.errors import NotFound, NotPermitted
from domain.initiatives.commands.order import ROLES
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative, InitiativeNotFound
from domain.initiatives.states import Document
from domain.values import refuse_if, text_problems
from domain.work import Work


class RecordNotFound(NotFound):
    code = "record_not_found"
    pl = "Nie ma takiej pozycji."
    en = "There is no such record."


class Level(IntEnum):
    """Of a risk's probability and impact."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True)
class Assessment:
    probability: Level
    impact: Level
    response: str = ""


@dataclass(frozen=True, kw_only=True)
class WriteNote(Command):
    initiative_id: UUID
    text: str


@dataclass(frozen=True, kw_only=True)
class RetractNote(Command):
    note_id: UUID


@dataclass(frozen=True, kw_only=True)
class IdentifyRisk(Command):
    initiative_id: UUID
    title: str
    assessment: Assessment


@dataclass(frozen=True, kw_only=True)
class ReassessRisk(Command):
    risk_id: UUID
    assessment: Assessment


@dataclass(frozen=True, kw_only=True)
class CloseRisk(Command):
    """It has passed, or has come true: `outcome` says which."""

    risk_id: UUID
    outcome: str


@dataclass(frozen=True, kw_only=True)
class FileDocument(Command):
    """By link; the document's checksum tells whether it is still the same file."""

    initiative_id: UUID
    title: str
    document: Document


@dataclass(frozen=True, kw_only=True)
class RemoveDocument(Command):
    document_id: UUID
    reason: str


class AmongPartners:
    """Known to those who take part in the initiative, and to nobody else."""

    initiative_id: UUID
    municipality: str

    @property
    def owner(self) -> str:
        return self.municipality

    @property
    def level(self) -> visibility.Level | None:
        return visibility.Level.CONSORTIUM

    @property
    def part_of(self) -> tuple[type[Aggregate], UUID]:
        return Initiative, self.initiative_id


R = TypeVar("R", bound=Aggregate)


class InitiativeNote(AmongPartners, Aggregate):
    class Written(Aggregate.Created):
        initiative_id: UUID
        municipality: str
        text: str

    class Retracted(Aggregate.Event):
        pass

    def __init__(self, *, initiative_id: UUID, municipality: str) -> None:
        self.initiative_id = initiative_id
        self.municipality = municipality
        self.retracted = False

    def retract(self, work: Work) -> None:
        if not self.retracted:
            self.record(InitiativeNote.Retracted, work.at, work.today)

    @event(Retracted)
    def _retracted(self) -> None:
        self.retracted = True


class Risk(AmongPartners, Aggregate):
    class Identified(Aggregate.Created):
        initiative_id: UUID
        municipality: str
        title: str
        assessment: Assessment

    class Reassessed(Aggregate.Event):
        assessment: Assessment

    class Closed(Aggregate.Event):
        outcome: str

    def __init__(self, *, initiative_id: UUID, municipality: str, assessment: Assessment) -> None:
        self.initiative_id = initiative_id
        self.municipality = municipality
        self.assessment = assessment
        self.closed = False

    def reassess(self, assessment: Assessment, work: Work) -> None:
        if assessment != self.assessment and not self.closed:
            self.record(Risk.Reassessed, work.at, work.today, assessment=assessment)

    def close(self, outcome: str, work: Work) -> None:
        if not self.closed:
            self.record(Risk.Closed, work.at, work.today, outcome=outcome)

    @event(Reassessed)
    def _reassessed(self, assessment: Assessment) -> None:
        self.assessment = assessment

    @event(Closed)
    def _closed(self) -> None:
        self.closed = True


class InitiativeDocument(AmongPartners, Aggregate):
    class Filed(Aggregate.Created):
        initiative_id: UUID
        municipality: str
        title: str
        document: Document

    class Removed(Aggregate.Event):
        reason: str

    def __init__(self, *, initiative_id: UUID, municipality: str) -> None:
        self.initiative_id = initiative_id
        self.municipality = municipality
        self.removed = False

    def remove(self, reason: str, work: Work) -> None:
        if not self.removed:
            self.record(InitiativeDocument.Removed, work.at, work.today, reason=reason)

    @event(Removed)
    def _removed(self) -> None:
        self.removed = True


@handles(WriteNote, by=ROLES)
def write_note(command: WriteNote, work: Work) -> InitiativeNote:
    refuse_if(text_problems("text", command.text, 10_000, multiline=True))
    return begun(
        InitiativeNote,
        InitiativeNote.Written,
        uuid5(command.command_id, "note"),
        command.initiative_id,
        work,
        text=command.text,
    )


@handles(RetractNote, by=ROLES)
def retract_note(command: RetractNote, work: Work) -> InitiativeNote:
    note = known(InitiativeNote, command.note_id, command.expected_version, work)
    note.retract(work)
    return note


@handles(IdentifyRisk, by=ROLES)
def identify_risk(command: IdentifyRisk, work: Work) -> Risk:
    refuse_if(text_problems("title", command.title, 300))
    _check_assessment(command.assessment)
    return begun(
        Risk,
        Risk.Identified,
        uuid5(command.command_id, "risk"),
        command.initiative_id,
        work,
        title=command.title,
        assessment=command.assessment,
    )


@handles(ReassessRisk, by=ROLES, on=Whose.NETWORK)
def reassess_risk(command: ReassessRisk, work: Work) -> Risk:
    _check_assessment(command.assessment)
    risk = of_partners(Risk, command.risk_id, command.expected_version, work)
    risk.reassess(command.assessment, work)
    return risk


@handles(CloseRisk, by=ROLES, on=Whose.NETWORK)
def close_risk(command: CloseRisk, work: Work) -> Risk:
    refuse_if(text_problems("outcome", command.outcome, 1000, multiline=True))
    risk = of_partners(Risk, command.risk_id, command.expected_version, work)
    risk.close(command.outcome, work)
    return risk


@handles(FileDocument, by=ROLES)
def file_document(command: FileDocument, work: Work) -> InitiativeDocument:
    refuse_if(text_problems("title", command.title, 300))
    command.document.check()
    return begun(
        InitiativeDocument,
        InitiativeDocument.Filed,
        uuid5(command.command_id, "document"),
        command.initiative_id,
        work,
        title=command.title,
        document=command.document,
    )


@handles(RemoveDocument, by=ROLES)
def remove_document(command: RemoveDocument, work: Work) -> InitiativeDocument:
    refuse_if(text_problems("reason", command.reason, 1000))
    document = known(InitiativeDocument, command.document_id, command.expected_version, work)
    document.remove(command.reason, work)
    return document


def begun(
    kind: type[R],
    event: type[Any],
    record_id: UUID,
    initiative_id: UUID,
    work: Work,
    /,
    **facts: Any,
) -> R:
    """A record of the initiative's, by the municipality that writes."""
    initiative = edited(initiative_id, work)
    said = {
        "initiative_id": initiative_id,
        "municipality": work.actor.municipality or initiative.owner,
        **facts,
    }
    return work.add(kind.begin(event, record_id, work.at, work.today, **said))


def of_partners(kind: type[R], record_id: UUID, expected: int | None, work: Work) -> R:
    """What any partner may keep up to date: of a kind that is AmongPartners."""
    record = known(kind, record_id, expected, work)
    edited(cast("AmongPartners", record).initiative_id, work)
    return record


def known(kind: type[R], record_id: UUID, expected: int | None, work: Work) -> R:
    """Raises RecordNotFound, NotPermitted, StaleVersion."""
    record = work.load(kind, record_id, expected)
    if record is None:
        raise RecordNotFound
    return record


def edited(initiative_id: UUID, work: Work) -> Initiative:
    """The one that the actor works on; raises InitiativeNotFound, NotPermitted."""
    initiative = work.see(Initiative, initiative_id)
    if initiative is None:
        raise InitiativeNotFound
    access = initiative.access_of(work.actor)
    if access is None or access < Access.EDIT:
        raise NotPermitted
    return initiative


def _check_assessment(assessment: Assessment) -> None:
    refuse_if(text_problems("response", assessment.response, 2000, required=False, multiline=True))
