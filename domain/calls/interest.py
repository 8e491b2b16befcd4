"""Interest in a call: a municipality that looks for partners says so to the network."""

from dataclasses import dataclass
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Aggregate, stream_of
from domain.calls.call import OVER, CallOver, known_call
from domain.commands import Command, handles
from domain.errors import NotFound
from domain.municipalities import active_member
from domain.roles import Role
from domain.values import parse_terc, refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work


class InterestNotFound(NotFound):
    code = "interest_not_found"
    pl = "Gmina nie zgłosiła zainteresowania tym naborem."
    en = "The municipality has not declared an interest in this call."


@dataclass(frozen=True, kw_only=True)
class DeclareInterest(Command):
    """“We want to join a call like this”; `offer` says what the municipality brings or looks for."""

    call_id: UUID
    municipality: str
    offer: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawInterest(Command):
    call_id: UUID
    municipality: str


class CallInterest(Aggregate):
    class Declared(Aggregate.Created):
        call_id: UUID
        municipality: str
        offer: str

    class Renewed(Aggregate.Event):
        offer: str

    class Withdrawn(Aggregate.Event):
        pass

    def __init__(self, *, call_id: UUID, municipality: str, offer: str) -> None:
        self.call_id = call_id
        self.municipality = municipality
        self.offer: str | None = offer

    @property
    def owner(self) -> str:
        return self.municipality

    @property
    def level(self) -> Level:
        return Level.NETWORK

    def renew(self, offer: str, work: Work) -> None:
        if offer != self.offer:
            self.record(CallInterest.Renewed, work.at, work.today, offer=offer)

    def withdraw(self, work: Work) -> None:
        if self.offer is not None:
            self.record(CallInterest.Withdrawn, work.at, work.today)

    @event(Renewed)
    def _renewed(self, offer: str) -> None:
        self.offer = offer

    @event(Withdrawn)
    def _withdrawn(self) -> None:
        self.offer = None


def interest_id(call_id: UUID, terc: str) -> UUID:
    return stream_of("call-interest", f"{call_id}:{terc}")


@handles(DeclareInterest, by={Role.FUNDS_OFFICER, Role.MUNICIPALITY_ADMIN})
def declare_interest(command: DeclareInterest, work: Work) -> CallInterest:
    terc = active_member(work, command.municipality).terc
    refuse_if(text_problems("offer", command.offer, 2000, required=False, multiline=True))
    if known_call(work, command.call_id).state in OVER:
        raise CallOver
    stream_id = interest_id(command.call_id, terc)
    known = work.load(CallInterest, stream_id, command.expected_version)
    if known is not None:
        known.renew(command.offer, work)
        return known
    facts = {"call_id": command.call_id, "municipality": terc, "offer": command.offer}
    return work.add(
        CallInterest.begin(CallInterest.Declared, stream_id, work.at, work.today, **facts)
    )


@handles(WithdrawInterest, by={Role.FUNDS_OFFICER, Role.MUNICIPALITY_ADMIN})
def withdraw_interest(command: WithdrawInterest, work: Work) -> CallInterest:
    stream_id = interest_id(command.call_id, parse_terc(command.municipality))
    known = work.load(CallInterest, stream_id, command.expected_version)
    if known is None:
        raise InterestNotFound
    known.withdraw(work)
    return known
