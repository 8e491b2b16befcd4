"""Application: from the idea to the submission, under a call that is open at that moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.calls.call import CallState, FundingCall
from domain.initiatives import budget, unmet
from domain.initiatives.budget import BudgetPart
from domain.initiatives.consortium import ConsortiumPart
from domain.initiatives.states import UNDER_WAY, Decisions, Document, InitiativeState, StepTaken
from domain.initiatives.unmet import Unmet
from domain.municipalities import Municipality, municipality_id
from domain.work import Work, polish_day

A = TypeVar("A", bound=Aggregate)
Find = Callable[[type[Any], UUID], Any]


@dataclass(frozen=True)
class Surroundings:
    """What the guards look at outside the initiative, as it is at the moment `at`."""

    at: datetime
    call: FundingCall | None
    municipalities: Mapping[str, Municipality]

    def name(self, terc: str) -> str:
        return self.municipalities[terc].facts.name


class ApplicationPart(ConsortiumPart, BudgetPart):
    title: str
    summary: str
    call_id: UUID | None
    public: bool

    class Described(Aggregate.Event):
        title: str
        summary: str

        def apply(self, aggregate: "ApplicationPart") -> None:
            aggregate.title = self.title
            aggregate.summary = self.summary

    class MadePublic(Aggregate.Event):
        def apply(self, aggregate: "ApplicationPart") -> None:
            aggregate.public = True

    class MadeConfidential(Aggregate.Event):
        def apply(self, aggregate: "ApplicationPart") -> None:
            aggregate.public = False

    class CallLinked(Aggregate.Event):
        call_id: UUID

        def apply(self, aggregate: "ApplicationPart") -> None:
            aggregate.call_id = self.call_id

    class PartnershipOpened(StepTaken):
        TO = InitiativeState.PARTNERSHIP_BUILDING

    class PreparationStarted(StepTaken):
        TO = InitiativeState.IN_PREPARATION

    class Submitted(StepTaken):
        """`requested` is the grant applied for, in grosze, by version `budget_number` of the budget."""

        TO = InitiativeState.SUBMITTED
        call_id: UUID
        submitted_at: datetime
        requested: int
        budget_number: int
        reference: str

        def decided(self, before: Decisions) -> Decisions:
            return before.but(requested=self.requested, budget_number=self.budget_number)

    def describe(self, title: str, summary: str, work: Work) -> None:
        if (title, summary) != (self.title, self.summary):
            self.refuse_if_unmet(self.not_ended())
            self.tell(self.Described, work, title=title, summary=summary)

    def make_public(self, work: Work) -> None:
        if not self.public:
            self.tell(self.MadePublic, work)

    def make_confidential(self, work: Work) -> None:
        """Only before the submission: afterwards it is no longer the partners' own affair."""
        if self.public:
            self.refuse_if_unmet(self.wrong_state(*UNDER_WAY))
            self.tell(self.MadeConfidential, work)

    def link_call(self, call: FundingCall, work: Work) -> None:
        if call.id == self.call_id:
            return
        missing = self.missing_to_link_call()
        if call.state is CallState.CANCELLED:
            missing.append(unmet.CALL_CANCELLED)
        self.refuse_if_unmet(missing)
        self.tell(self.CallLinked, work, call_id=call.id)

    def missing_to_link_call(self) -> list[Unmet]:
        return self.wrong_state(*UNDER_WAY)

    def open_partnership(self, work: Work, on: Any = None) -> None:
        self.take_step(self.PartnershipOpened, self.missing_to_open_partnership(), work, on)

    def missing_to_open_partnership(self) -> list[Unmet]:
        no_lead = [] if self.lead else [unmet.NO_LEAD]
        return self.wrong_state(InitiativeState.IDEA) + no_lead

    def start_preparation(self, around: Surroundings, work: Work, on: Any = None) -> None:
        self.take_step(self.PreparationStarted, self.missing_to_start_preparation(around), work, on)

    def missing_to_start_preparation(self, around: Surroundings) -> list[Unmet]:
        return self.wrong_state(
            InitiativeState.PARTNERSHIP_BUILDING
        ) + self._without_call_or_partner(around)

    def submit(self, around: Surroundings, reference: str, work: Work) -> None:
        """`around.at` is the moment of submission, which may be recorded later."""
        self.take_step(
            self.Submitted,
            self.missing_to_submit(around),
            work,
            polish_day(around.at),
            call_id=self.call_id,
            submitted_at=around.at,
            requested=self.budget.grant if self.budget else 0,
            budget_number=len(self.budgets),
            reference=reference,
        )

    def missing_to_submit(self, around: Surroundings) -> list[Unmet]:
        return [
            *self.wrong_state(InitiativeState.IN_PREPARATION),
            *self._without_call_or_partner(around),
            *_call_not_open(around),
            *self._not_agreed(around),
            *self._budget_not_ready(around),
            *self._not_eligible(around),
        ]

    def _without_call_or_partner(self, around: Surroundings) -> list[Unmet]:
        if around.call is None:
            return [unmet.NO_CALL]
        if around.call.terms.partnership_required and not self.accepted_partners:
            return [unmet.NO_PARTNER]
        return []

    def _not_agreed(self, around: Surroundings) -> list[Unmet]:
        """A single applicant has nobody to agree with."""
        if not self.accepted_partners:
            return []
        if not self.agreement_number:
            return [unmet.NO_PARTNERSHIP_AGREEMENT]
        return [unmet.unsigned(terc, around.name(terc)) for terc in self.unsigned]

    def _budget_not_ready(self, around: Surroundings) -> list[Unmet]:
        if self.budget is None:
            return [unmet.NO_BUDGET]
        if around.call is None:
            return []
        return list(budget.unmet_conditions(self.budget, around.call.terms, self.accepted))

    def _not_eligible(self, around: Surroundings) -> list[Unmet]:
        if around.call is None:
            return []
        terms = around.call.terms
        return [
            unmet.not_eligible(terc, around.name(terc))
            for terc in self.accepted
            if not terms.admits(terc, around.municipalities[terc].facts)
        ]

    def surroundings(self, find: Find, at: datetime) -> Surroundings:
        """`find` loads a stream to look at it."""
        call = find(FundingCall, self.call_id) if self.call_id else None
        found = {terc: find(Municipality, municipality_id(terc)) for terc in self.accepted}
        return Surroundings(at, call, found)


def _call_not_open(around: Surroundings) -> list[Unmet]:
    call = around.call
    if call is None:
        return []
    if call.state is CallState.CANCELLED:
        return [unmet.CALL_CANCELLED]
    if call.takes_applications(around.at):
        return []
    return [unmet.call_not_open(around.at, call.terms.opens_at, call.terms.closes_at)]


__all__ = ["ApplicationPart", "Document", "Surroundings"]
