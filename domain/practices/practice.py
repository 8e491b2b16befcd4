"""Practice (dobra praktyka): Draft → Submitted → (Returned →) Published → Archived.

Validated by another member or by the coordinator, never by its author.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, NotFound
from domain.municipalities import active_member
from domain.personal import Personal
from domain.practices.text import PARTS, PracticeText, missing_parts, practice_problems
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work

WRITERS = {Role.EDITOR, Role.MUNICIPALITY_ADMIN}


class PracticeState(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


State = PracticeState

_LEVELS = {
    State.DRAFT: Level.OWN,
    State.SUBMITTED: Level.NETWORK,
    State.RETURNED: Level.OWN,
    State.PUBLISHED: Level.PUBLIC,
    State.ARCHIVED: Level.PUBLIC,
}


class PracticeNotFound(NotFound):
    code = "practice_not_found"
    pl = "Nie ma takiej dobrej praktyki."
    en = "There is no such practice."


class PracticeStateForbids(DomainError):
    code = "practice_state_forbids"
    pl = "W obecnym stanie dobrej praktyki ({state}) nie jest to możliwe."
    en = "The practice's present state ({state}) does not allow this."


class PracticeIncomplete(DomainError):
    code = "practice_incomplete"
    pl = "Zanim praktyka trafi do oceny, trzeba uzupełnić: {parts}."
    en = "Before the practice goes to be validated, these are to be filled in: {parts}."


class OwnPractice(DomainError):
    code = "own_practice"
    pl = "Własnej praktyki nie można ocenić ani wdrożyć: robi to inna gmina."
    en = "One's own practice is validated and adopted by other municipalities."


@dataclass(frozen=True, kw_only=True)
class DraftPractice(Command):
    """`contact`: a natural person to ask, with a telephone number or an address."""

    municipality: str
    text: PracticeText
    contact: str | None = None

    @property
    def practice_id(self) -> UUID:
        return uuid5(self.command_id, "practice")


@dataclass(frozen=True, kw_only=True)
class RewritePractice(Command):
    """Of a draft, or of one that was returned."""

    practice_id: UUID
    text: PracticeText
    contact: str | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectPractice(Command):
    """Of a published one: what it said before stays in its history."""

    practice_id: UUID
    text: PracticeText
    reason: str
    contact: str | None = None


@dataclass(frozen=True, kw_only=True)
class SubmitPractice(Command):
    practice_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReturnPractice(Command):
    practice_id: UUID
    remarks: str


@dataclass(frozen=True, kw_only=True)
class ValidatePractice(Command):
    practice_id: UUID
    remarks: str = ""


@dataclass(frozen=True, kw_only=True)
class ArchivePractice(Command):
    practice_id: UUID
    reason: str


class Practice(Aggregate):
    class Drafted(Aggregate.Created):
        municipality: str
        text: PracticeText
        contact: Personal | None
        rendering: dict[str, str]

    class Rewritten(Aggregate.Event):
        text: PracticeText
        contact: Personal | None
        rendering: dict[str, str]

    class Submitted(Aggregate.Event):
        pass

    class Returned(Aggregate.Event):
        by: str | None
        remarks: str

    class Published(Aggregate.Event):
        """`validated_by`: TERC of the member that vouches for it; None: the network's coordinator."""

        validated_by: str | None
        remarks: str

    class Corrected(Aggregate.Event):
        text: PracticeText
        contact: Personal | None
        rendering: dict[str, str]
        reason: str

    class Archived(Aggregate.Event):
        reason: str

    def __init__(self, *, municipality: str, text: PracticeText, contact: Personal | None) -> None:
        self.municipality = municipality
        self.text = text
        self.contact = contact
        self.state = State.DRAFT

    @property
    def owner(self) -> str:
        return self.municipality

    @property
    def level(self) -> Level:
        return _LEVELS[self.state]

    @property
    def public(self) -> bool:
        return self.state in (State.PUBLISHED, State.ARCHIVED)

    def rewrite(self, text: PracticeText, contact: Personal | None, work: Work) -> None:
        self._require(State.DRAFT, State.RETURNED)
        if (text, contact) != (self.text, self.contact):
            facts = {"text": text, "contact": contact, "rendering": rendered(text, work)}
            self.record(Practice.Rewritten, work.at, work.today, **facts)

    def correct(
        self, text: PracticeText, contact: Personal | None, reason: str, work: Work
    ) -> None:
        self._require(State.PUBLISHED)
        _require_complete(text)
        if (text, contact) != (self.text, self.contact):
            facts = {"text": text, "contact": contact, "rendering": rendered(text, work)}
            self.record(Practice.Corrected, work.at, work.today, reason=reason, **facts)

    def submit(self, work: Work) -> None:
        self._require(State.DRAFT, State.RETURNED, State.SUBMITTED)
        _require_complete(self.text)
        if self.state is not State.SUBMITTED:
            self.record(Practice.Submitted, work.at, work.today)

    def send_back(self, by: str | None, remarks: str, work: Work) -> None:
        self._require(State.SUBMITTED, State.RETURNED)
        self._require_other(by)
        if self.state is State.SUBMITTED:
            self.record(Practice.Returned, work.at, work.today, by=by, remarks=remarks)

    def validate(self, by: str | None, remarks: str, work: Work) -> None:
        self._require(State.SUBMITTED, State.PUBLISHED)
        self._require_other(by)
        if self.state is State.SUBMITTED:
            facts = {"validated_by": by, "remarks": remarks}
            self.record(Practice.Published, work.at, work.today, **facts)

    def archive(self, reason: str, work: Work) -> None:
        self._require(State.PUBLISHED, State.ARCHIVED)
        if self.state is State.PUBLISHED:
            self.record(Practice.Archived, work.at, work.today, reason=reason)

    def _require(self, *states: PracticeState) -> None:
        if self.state not in states:
            raise PracticeStateForbids(state=self.state.value)

    def _require_other(self, municipality: str | None) -> None:
        if municipality == self.municipality:
            raise OwnPractice

    @event(Rewritten)
    def _rewritten(self, text: PracticeText, contact: Personal | None) -> None:
        self.text, self.contact = text, contact

    @event(Submitted)
    def _submitted(self) -> None:
        self.state = State.SUBMITTED

    @event(Returned)
    def _returned(self) -> None:
        self.state = State.RETURNED

    @event(Published)
    def _published(self) -> None:
        self.state = State.PUBLISHED

    @event(Corrected)
    def _corrected(self, text: PracticeText, contact: Personal | None) -> None:
        self.text, self.contact = text, contact

    @event(Archived)
    def _archived(self) -> None:
        self.state = State.ARCHIVED


@handles(DraftPractice, by=WRITERS)
def draft_practice(command: DraftPractice, work: Work) -> Practice:
    municipality = active_member(work, command.municipality).terc
    refuse_if(practice_problems(command.text, work.today))
    begun = Practice.begin(
        Practice.Drafted,
        command.practice_id,
        work.at,
        work.today,
        municipality=municipality,
        text=command.text,
        contact=_contact(command.contact, None, command.command_id),
        rendering=rendered(command.text, work),
    )
    return work.add(begun)


@handles(RewritePractice, by=WRITERS)
def rewrite_practice(command: RewritePractice, work: Work) -> Practice:
    practice = _to_change(work, command.practice_id, command.expected_version)
    refuse_if(practice_problems(command.text, work.today))
    contact = _contact(command.contact, practice.contact, command.command_id)
    practice.rewrite(command.text, contact, work)
    return practice


@handles(CorrectPractice, by=WRITERS)
def correct_practice(command: CorrectPractice, work: Work) -> Practice:
    practice = _to_change(work, command.practice_id, command.expected_version)
    refuse_if(practice_problems(command.text, work.today))
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    contact = _contact(command.contact, practice.contact, command.command_id)
    practice.correct(command.text, contact, command.reason, work)
    return practice


@handles(SubmitPractice, by=WRITERS)
def submit_practice(command: SubmitPractice, work: Work) -> Practice:
    practice = _to_change(work, command.practice_id, command.expected_version)
    practice.submit(work)
    return practice


@handles(ReturnPractice, by=WRITERS | {Role.EXECUTIVE}, on=Whose.NETWORK)
def return_practice(command: ReturnPractice, work: Work) -> Practice:
    practice = _to_validate(work, command.practice_id, command.expected_version)
    refuse_if(text_problems("remarks", command.remarks, 5000, multiline=True))
    practice.send_back(work.actor.municipality, command.remarks, work)
    return practice


@handles(ValidatePractice, by=WRITERS | {Role.EXECUTIVE}, on=Whose.NETWORK)
def validate_practice(command: ValidatePractice, work: Work) -> Practice:
    practice = _to_validate(work, command.practice_id, command.expected_version)
    refuse_if(text_problems("remarks", command.remarks, 5000, required=False, multiline=True))
    practice.validate(work.actor.municipality, command.remarks, work)
    return practice


@handles(ArchivePractice, by=WRITERS)
def archive_practice(command: ArchivePractice, work: Work) -> Practice:
    practice = _to_change(work, command.practice_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    practice.archive(command.reason, work)
    return practice


def published_practice(work: Work, practice_id: UUID) -> Practice:
    found = work.see(Practice, practice_id)
    if found is None or not found.public:
        raise PracticeNotFound
    return found


def rendered(text: PracticeText, work: Work) -> dict[str, str]:
    """Sanitised HTML of each part, recorded with it."""
    return {name: work.texts.render(getattr(text, name)) for name in PARTS if getattr(text, name)}


def _to_change(work: Work, practice_id: UUID, expected: int | None) -> Practice:
    found = work.load(Practice, practice_id, expected)
    if found is None:
        raise PracticeNotFound
    return found


def _to_validate(work: Work, practice_id: UUID, expected: int | None) -> Practice:
    practice = _to_change(work, practice_id, expected)
    if work.actor.municipality is not None:
        active_member(work, work.actor.municipality)
    return practice


def _contact(said: str | None, known: Personal | None, command_id: UUID) -> Personal | None:
    """Somebody else is another person, with a key of their own."""
    if said is None or not said.strip():
        return None
    refuse_if(text_problems("contact", said, 300))
    if known is not None and known.clear == said:
        return known
    return Personal(uuid5(command_id, "contact"), said)


def _require_complete(text: PracticeText) -> None:
    missing = missing_parts(text)
    if missing:
        raise PracticeIncomplete(parts=", ".join(missing))
