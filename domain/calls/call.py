"""FundingCall (nabór): Announced → Open → Closed → Resolved, or Cancelled.

Whether applications are taken at a moment follows from the dates alone. `Opened` and `Closed` are
recorded when those dates have come, so that everyone who follows is told.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.calls.programme import Programme, ProgrammeNotFound, programme_key
from domain.calls.terms import CallTerms, dates_problems, terms_problems
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, NotFound
from domain.values import refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work, polish_day


class CallState(StrEnum):
    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    RESOLVED = "RESOLVED"
    CANCELLED = "CANCELLED"


OVER = {CallState.RESOLVED, CallState.CANCELLED}


class CallNotFound(NotFound):
    code = "call_not_found"
    pl = "Nie ma takiego naboru."
    en = "There is no such call."


class CallNumberTaken(DomainError):
    code = "call_number_taken"
    pl = "W tym programie jest już nabór o numerze „{number}”."
    en = "This programme already has a call with the number “{number}”."


class CallClosed(DomainError):
    code = "call_closed"
    pl = "Nabór jest zamknięty, jego terminów nie można już przesunąć."
    en = "The call is closed: its dates can no longer be moved."


class CallAlreadyOpen(DomainError):
    code = "call_already_open"
    pl = "Nabór już się rozpoczął: można przesunąć tylko jego koniec."
    en = "The call has opened: only its end can be moved."


class CallOver(DomainError):
    code = "call_over"
    pl = "Nabór jest rozstrzygnięty albo anulowany."
    en = "The call is resolved or cancelled."


class CallStillOpen(DomainError):
    code = "call_still_open"
    pl = "Nabór jeszcze trwa."
    en = "The call is not closed yet."


@dataclass(frozen=True, kw_only=True)
class AnnounceCall(Command):
    programme_id: UUID
    terms: CallTerms

    @property
    def call_id(self) -> UUID:
        return uuid5(self.command_id, "call")


@dataclass(frozen=True, kw_only=True)
class MoveCallDates(Command):
    call_id: UUID
    opens_at: datetime
    closes_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CorrectCall(Command):
    """Terms other than the dates, such as a raised allocation."""

    call_id: UUID
    terms: CallTerms
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class KeepCallInTime(Command):
    """Records that the call has opened or closed, where its dates have come; otherwise nothing."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class ResolveCall(Command):
    """The institution has said who gets the money; `document` is where."""

    call_id: UUID
    document: str


@dataclass(frozen=True, kw_only=True)
class CancelCall(Command):
    call_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportCall(Command):
    """A line of a list of calls: announced when it is new, moved or corrected where it differs."""

    programme_code: str
    terms: CallTerms


class FundingCall(Aggregate):
    class Announced(Aggregate.Created):
        programme_id: UUID
        terms: CallTerms

    class Opened(Aggregate.Event):
        pass

    class Closed(Aggregate.Event):
        pass

    class DatesMoved(Aggregate.Event):
        opens_at: datetime
        closes_at: datetime
        reason: str

    class Corrected(Aggregate.Event):
        terms: CallTerms
        reason: str

    class Resolved(Aggregate.Event):
        document: str

    class Cancelled(Aggregate.Event):
        reason: str

    def __init__(self, *, programme_id: UUID, terms: CallTerms) -> None:
        self.programme_id = programme_id
        self.terms = terms
        self.state = CallState.ANNOUNCED

    @property
    def owner(self) -> None:
        return None

    @property
    def level(self) -> Level:
        return Level.PUBLIC

    def claim_taken(self, key: str) -> DomainError:
        return CallNumberTaken(number=key.split(":", 2)[2])

    def takes_applications(self, at: datetime) -> bool:
        return (
            self.state is not CallState.CANCELLED
            and self.terms.opens_at <= at < self.terms.closes_at
        )

    def keep_in_time(self, work: Work) -> None:
        if self.state is CallState.ANNOUNCED and self.terms.opens_at <= work.at:
            self.record(FundingCall.Opened, work.at, polish_day(self.terms.opens_at))
        if self.state is CallState.OPEN and self.terms.closes_at <= work.at:
            self.record(FundingCall.Closed, work.at, polish_day(self.terms.closes_at))

    def move_dates(self, opens_at: datetime, closes_at: datetime, reason: str, work: Work) -> None:
        refuse_if(
            [
                *dates_problems(opens_at, closes_at),
                *text_problems("reason", reason, 1000, required=False),
            ]
        )
        if (opens_at, closes_at) == (self.terms.opens_at, self.terms.closes_at):
            return
        if self.state in OVER:
            raise CallOver
        if self.state is CallState.CLOSED:
            raise CallClosed
        if self.state is CallState.OPEN and opens_at != self.terms.opens_at:
            raise CallAlreadyOpen
        self.record(
            FundingCall.DatesMoved,
            work.at,
            work.today,
            opens_at=opens_at,
            closes_at=closes_at,
            reason=reason,
        )
        self.keep_in_time(work)

    def correct(self, terms: CallTerms, reason: str, work: Work) -> None:
        """Takes all but the dates, which are moved and never corrected in silence."""
        terms = replace(terms, opens_at=self.terms.opens_at, closes_at=self.terms.closes_at)
        refuse_if([*terms_problems(terms), *text_problems("reason", reason, 1000, required=False)])
        if terms != self.terms:
            if self.state in OVER:
                raise CallOver
            self.record(FundingCall.Corrected, work.at, work.today, terms=terms, reason=reason)

    def resolve(self, document: str, work: Work) -> None:
        if self.state is CallState.RESOLVED:
            return
        if self.state is CallState.CANCELLED:
            raise CallOver
        self.keep_in_time(work)
        if self.state is not CallState.CLOSED:
            raise CallStillOpen
        self.record(FundingCall.Resolved, work.at, work.today, document=document)

    def cancel(self, reason: str, work: Work) -> None:
        if self.state is CallState.RESOLVED:
            raise CallOver
        if self.state is not CallState.CANCELLED:
            self.record(FundingCall.Cancelled, work.at, work.today, reason=reason)

    @event(Opened)
    def _opened(self) -> None:
        self.state = CallState.OPEN

    @event(Closed)
    def _closed(self) -> None:
        self.state = CallState.CLOSED

    @event(DatesMoved)
    def _dates_moved(self, opens_at: datetime, closes_at: datetime) -> None:
        self.terms = replace(self.terms, opens_at=opens_at, closes_at=closes_at)

    @event(Corrected)
    def _corrected(self, terms: CallTerms) -> None:
        self.terms = terms

    @event(Resolved)
    def _resolved(self) -> None:
        self.state = CallState.RESOLVED

    @event(Cancelled)
    def _cancelled(self) -> None:
        self.state = CallState.CANCELLED


def call_key(programme_id: UUID, number: str) -> str:
    return f"call-number:{programme_id}:{number.casefold()}"


def known_call(work: Work, call_id: UUID) -> FundingCall:
    """Raises CallNotFound."""
    found = work.see(FundingCall, call_id)
    if found is None:
        raise CallNotFound
    return found


@handles(AnnounceCall, by=set(), on=Whose.NETWORK)
def announce_call(command: AnnounceCall, work: Work) -> FundingCall:
    if work.see(Programme, command.programme_id) is None:
        raise ProgrammeNotFound
    return _announce(command.call_id, command.programme_id, command.terms, work)


@handles(MoveCallDates, by=set(), on=Whose.NETWORK)
def move_call_dates(command: MoveCallDates, work: Work) -> FundingCall:
    call = _to_change(work, command.call_id, command.expected_version)
    call.move_dates(command.opens_at, command.closes_at, command.reason, work)
    return call


@handles(CorrectCall, by=set(), on=Whose.NETWORK)
def correct_call(command: CorrectCall, work: Work) -> FundingCall:
    call = _to_change(work, command.call_id, command.expected_version)
    call.correct(command.terms, command.reason, work)
    _claim_number(work, call)
    return call


@handles(KeepCallInTime, by=set(), on=Whose.NETWORK)
def keep_call_in_time(command: KeepCallInTime, work: Work) -> FundingCall:
    call = _to_change(work, command.call_id, command.expected_version)
    call.keep_in_time(work)
    return call


@handles(ResolveCall, by=set(), on=Whose.NETWORK)
def resolve_call(command: ResolveCall, work: Work) -> FundingCall:
    call = _to_change(work, command.call_id, command.expected_version)
    refuse_if(text_problems("document", command.document, 2000))
    call.resolve(command.document, work)
    return call


@handles(CancelCall, by=set(), on=Whose.NETWORK)
def cancel_call(command: CancelCall, work: Work) -> FundingCall:
    call = _to_change(work, command.call_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    call.cancel(command.reason, work)
    return call


@handles(ImportCall, by=set(), on=Whose.NETWORK)
def import_call(command: ImportCall, work: Work) -> FundingCall:
    programme_id = work.holder(programme_key(command.programme_code))
    if programme_id is None:
        raise ProgrammeNotFound
    call_id = work.holder(call_key(programme_id, command.terms.number))
    if call_id is None:
        return _announce(uuid5(command.command_id, "call"), programme_id, command.terms, work)
    call = _to_change(work, call_id, None)
    call.move_dates(command.terms.opens_at, command.terms.closes_at, "", work)
    call.correct(command.terms, "", work)
    return call


def _announce(call_id: UUID, programme_id: UUID, terms: CallTerms, work: Work) -> FundingCall:
    refuse_if(terms_problems(terms))
    begun = FundingCall.begin(
        FundingCall.Announced, call_id, work.at, work.today, programme_id=programme_id, terms=terms
    )
    begun.keep_in_time(work)
    _claim_number(work, begun)
    return work.add(begun)


def _claim_number(work: Work, call: FundingCall) -> None:
    """Held for ever: a list that still shows the former number finds the same call."""
    key = call_key(call.programme_id, call.terms.number)
    if call.pending_events and work.holder(key) != call.id:
        work.claim(key, call.id)


def _to_change(work: Work, call_id: UUID, expected: int | None) -> FundingCall:
    call = work.load(FundingCall, call_id, expected)
    if call is None:
        raise CallNotFound
    return call
