"""A network that applies for money together: officials, a call, and the way to any state; with its own clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from domain.accounts import InviteAccount
from domain.aggregate import Aggregate
from domain.calls.call import AnnounceCall, FundingCall
from domain.calls.programme import Fund, ProgrammeFacts, RegisterProgramme
from domain.calls.terms import CallTerms, CostCategory
from domain.commands import Command
from domain.cooperation import Cooperation
from domain.errors import DomainError
from domain.initiatives.assessment import ProtestGround
from domain.initiatives.budget import Budget, CostLine, Financing, Period
from domain.initiatives.claims import ClaimContent, Spending
from domain.initiatives.commands import assessment, claims, consortium, implementation, proposal
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import Document, InitiativeState
from domain.initiatives.unmet import StepRefused
from domain.roles import OPERATOR, Actor, Role
from domain.values import Terc
from domain.work import Receipt
from infra.event_store import PostgresEventStore
from tests.domain.texts import PlainTexts
from tests.network import BELCHATOW, OPOCZNO, VAULT, Network, network

A = TypeVar("A", bound=Aggregate)

TOMASZOW = "101601"
STRANGER = "100201"
DOCUMENT = Document("pismo FS.1/2026")
ZLOTY = 100


def terms(**changes: Any) -> CallTerms:
    """Open for the whole year 2026; 85 %; for the voivodeship łódzkie."""
    usual = CallTerms(
        number="FS.01.01-001/26",
        title="Wspólne przestrzenie",
        opens_at=datetime(2026, 1, 1, tzinfo=UTC),
        closes_at=datetime(2027, 1, 1, tzinfo=UTC),
        allocation=50_000_000 * ZLOTY,
        max_rate=8_500,
        min_grant=1_000 * ZLOTY,
        max_grant=5_000_000 * ZLOTY,
        territories=("10",),
    )
    return replace(usual, **changes)


def budget(
    grant: int = 170_000 * ZLOTY, own: int = 30_000 * ZLOTY, partner: str = BELCHATOW
) -> Budget:
    """The lead pays a half and the partner a half; it balances."""
    half = (grant + own) // 2
    periods = (Period(1, date(2026, 1, 1), date(2027, 12, 31)),)
    lines = (
        CostLine(OPOCZNO, CostCategory.INFRASTRUCTURE, 1, "Pawilon", amount=half),
        CostLine(partner, CostCategory.EQUIPMENT, 1, "Wyposażenie", amount=grant + own - half),
    )
    paid = (
        Financing(OPOCZNO, grant // 2, own_public=half - grant // 2),
        Financing(
            partner, grant - grant // 2, own_public=grant + own - half - (grant - grant // 2)
        ),
    )
    return Budget(periods, lines, paid)


def claim(requested: int = 50_000 * ZLOTY) -> ClaimContent:
    spent = (Spending(OPOCZNO, CostCategory.INFRASTRUCTURE, requested * 100 // 85),)
    return ClaimContent(date(2026, 5, 1), date(2026, 6, 30), spent, requested)


def official(terc: str, *roles: Role, account: str | None = None) -> Actor:
    held = frozenset(roles or {Role.FUNDS_OFFICER})
    return Actor(account or f"account-{terc}", held, Terc(terc))


@dataclass
class Funds:
    net: Network
    store: PostgresEventStore
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    programme: UUID = field(default_factory=uuid4)

    def give(self, command: Command, by: Actor = OPERATOR) -> Receipt:
        return self.net.cooperation.execute(command, by)

    def refused(self, command: Command, by: Actor = OPERATOR) -> DomainError:
        """The refusal; asserts that nothing was stored."""
        before = self.net.value("SELECT coalesce(max(position), 0) FROM events")
        try:
            self.give(command, by)
        except DomainError as refusal:
            assert self.net.value("SELECT coalesce(max(position), 0) FROM events") == before
            return refusal
        raise AssertionError(f"{command} was not refused")

    def missing(self, command: Command, by: Actor = OPERATOR) -> list[str]:
        """Codes of all that the refusal says is missing."""
        refusal = self.refused(command, by)
        assert isinstance(refusal, StepRefused), refusal
        return [unmet.code for unmet in refusal.missing]

    def initiative(self, stream_id: UUID) -> Initiative:
        return self._load(Initiative, stream_id)

    def state(self, stream_id: UUID) -> InitiativeState:
        return self.initiative(stream_id).state

    def call(self, stream_id: UUID) -> FundingCall:
        return self._load(FundingCall, stream_id)

    def events(self, stream_id: UUID) -> list[str]:
        rows = self.net.rows(
            "SELECT type FROM events WHERE stream_id = %s ORDER BY version", stream_id
        )
        return [kind.split(".")[1] for (kind,) in rows]

    def register_programme(self) -> None:
        facts = ProgrammeFacts("Fundusz Sąsiedzki", Fund.EU, 2021, 2027, "Urząd Marszałkowski")
        command = RegisterProgramme(command_id=uuid4(), code=f"FS {uuid4()}", facts=facts)
        self.programme = self.give(command).stream_id

    def announce(self, **changes: Any) -> UUID:
        said = terms(**{"number": f"nabór {uuid4()}", **changes})
        command = AnnounceCall(command_id=uuid4(), programme_id=self.programme, terms=said)
        return self.give(command).stream_id

    def propose(self, **facts: Any) -> UUID:
        command = proposal.ProposeInitiative(
            command_id=uuid4(), **{"municipality": OPOCZNO, "title": "Pawilony nad rzeką", **facts}
        )
        return self.give(command, official(command.municipality)).stream_id

    def order(
        self, command: Any, stream_id: UUID, by: Actor | None = None, /, **facts: Any
    ) -> Receipt:
        """A command about the initiative, by the lead's funds officer."""
        return self.give(made(command, stream_id, **facts), by or official(OPOCZNO))

    def partnership(self, **call: Any) -> UUID:
        """With a call linked and an accepted partner."""
        found = self.propose()
        self.order(proposal.OpenPartnership, found)
        self.order(proposal.LinkCall, found, call_id=self.announce(**call))
        self.order(consortium.InvitePartner, found, municipality=BELCHATOW)
        self.order(consortium.AcceptInvitation, found, official(BELCHATOW), municipality=BELCHATOW)
        return found

    def prepared(self, **call: Any) -> UUID:
        """In preparation, with nothing missing."""
        found = self.partnership(**call)
        self.order(proposal.StartPreparation, found)
        self.order(proposal.DrawUpBudget, found, budget=budget())
        self.order(consortium.DraftPartnershipAgreement, found, document=DOCUMENT)
        for terc in (OPOCZNO, BELCHATOW):
            self.order(
                consortium.SignPartnershipAgreement,
                found,
                official(terc),
                municipality=terc,
                number=1,
            )
        return found

    def reached(self, state: InitiativeState, **call: Any) -> UUID:
        found = self.prepared(**call)
        for kind, facts in PATHS[state]:
            self.order(kind, found, **facts)
        assert self.state(found) is state
        return found

    def account(self, terc: str) -> str:
        """Of somebody who was invited there."""
        command = InviteAccount(
            command_id=uuid4(),
            municipality=terc,
            email=f"{uuid4()}@gmina.example",
            name="Ewa Kowalska",
            roles=frozenset({Role.FUNDS_OFFICER}),
        )
        return str(self.give(command).stream_id)

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)

    def _load(self, kind: type[A], stream_id: UUID) -> A:
        found = self.store.load(kind, stream_id)
        assert found is not None
        return found


def made(command: Any, stream_id: UUID, /, **facts: Any) -> Any:
    return command(command_id=uuid4(), initiative_id=stream_id, **facts)


_S = InitiativeState
_SUBMITTED: list[Any] = [(proposal.SubmitApplication, {})]
_FORMAL = [*_SUBMITTED, (assessment.StartFormalAssessment, {})]
_MERIT = [*_FORMAL, (assessment.PassFormalAssessment, {"document": DOCUMENT})]
_REJECTED = [*_FORMAL, (assessment.RecordRejection, {"document": DOCUMENT})]
_SELECTION = {"amount": 170_000 * ZLOTY, "score": 8_450, "document": DOCUMENT}
_SELECTED = [*_MERIT, (assessment.RecordSelection, _SELECTION)]
_SIGNED = [
    *_SELECTED,
    (implementation.SignGrantAgreement, {"number": "UM/1/2026", "amount": 170_000 * ZLOTY}),
]
_UNDER_WAY = [*_SIGNED, (implementation.StartImplementation, {})]
_FINAL = [
    *_UNDER_WAY,
    (claims.DraftClaim, {"content": claim()}),
    (implementation.SubmitFinalClaim, {"number": 1}),
]
_DURABILITY = [
    *_FINAL,
    (claims.ApproveClaim, {"number": 1}),
    (implementation.ConfirmFinalPayment, {}),
]

PATHS: dict[InitiativeState, list[Any]] = {
    _S.IN_PREPARATION: [],
    _S.SUBMITTED: _SUBMITTED,
    _S.FORMAL_ASSESSMENT: _FORMAL,
    _S.CORRECTION_REQUESTED: [
        *_FORMAL,
        (assessment.RecordCorrectionRequest, {"deadline": date(2026, 3, 16), "document": DOCUMENT}),
    ],
    _S.MERIT_ASSESSMENT: _MERIT,
    _S.REJECTED: _REJECTED,
    _S.PROTEST_FILED: [
        *_REJECTED,
        (assessment.FileProtest, {"ground": ProtestGround.CRITERION_MISJUDGED}),
    ],
    _S.RESERVE_LIST: [
        *_MERIT,
        (assessment.PutOnReserveList, {"score": 7_000, "place": 2, "document": DOCUMENT}),
    ],
    _S.NOT_FUNDED: [
        *_MERIT,
        (assessment.PutOnReserveList, {"score": 7_000, "place": 2, "document": DOCUMENT}),
        (assessment.RecordNoFunding, {"document": DOCUMENT}),
    ],
    _S.SELECTED: _SELECTED,
    _S.AGREEMENT_SIGNED: _SIGNED,
    _S.IN_IMPLEMENTATION: _UNDER_WAY,
    _S.FINAL_SETTLEMENT: _FINAL,
    _S.DURABILITY: _DURABILITY,
    _S.WITHDRAWN: [*_SUBMITTED, (implementation.WithdrawInitiative, {"reason": "Zmiana planów."})],
    _S.TERMINATED: [*_SIGNED, (implementation.TerminateAgreement, {"reason": "Brak wykonawcy."})],
}
"""From a prepared application, the commands that lead to the state."""


@contextmanager
def funds(database_url: str) -> Iterator[Funds]:
    with network(database_url) as net:
        yield funds_of(net, OPOCZNO, BELCHATOW, TOMASZOW, STRANGER)


def funds_of(net: Network, *joining: str) -> Funds:
    """Of a network with these members, too; its commands are given at the time of the funds from here on."""
    found = Funds(net, PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT))
    net.cooperation = Cooperation(found.store, PlainTexts(), now=lambda: found.now)
    for terc in joining:
        net.member(terc)
    found.register_programme()
    return found
