"""Implementation: agreement and amendments, the work, its settlement, durability; and the other ends."""

from dataclasses import replace
from datetime import date

from domain.aggregate import Aggregate, Event
from domain.calendar import years_later
from domain.errors import DomainError
from domain.initiatives import unmet
from domain.initiatives.budget import Budget, BudgetPart, BudgetVersion, budget_problems
from domain.initiatives.claims import APPROVED, ClaimsPart, ClaimState
from domain.initiatives.states import (
    BEFORE_AGREEMENT,
    UNDER_CONTRACT,
    Decisions,
    Document,
    GrantAgreement,
    InitiativeState,
    StepTaken,
)
from domain.initiatives.timeplan import TimeplanPart
from domain.initiatives.unmet import Unmet
from domain.values import refuse_if
from domain.work import Work

_S = InitiativeState


class NotOnThePath(DomainError):
    code = "not_on_the_path"
    pl = "Inicjatywa nigdy nie była w stanie {state}: nie można do niego wrócić korektą."
    en = "The initiative never was in the state {state}: a correction can't bring it back there."


class ImplementationPart(BudgetPart, TimeplanPart, ClaimsPart):
    class GrantAgreementSigned(StepTaken):
        """`effective_on` is the day of signing; `amount` of the grant in grosze."""

        TO = _S.AGREEMENT_SIGNED
        number: str
        amount: int
        document: Document | None

        def decided(self, before: Decisions) -> Decisions:
            return before.but(agreement=GrantAgreement(self.number, self.effective_on, self.amount))

    class ImplementationStarted(StepTaken):
        TO = _S.IN_IMPLEMENTATION

        def decided(self, before: Decisions) -> Decisions:
            return before.but(started_on=self.effective_on)

    class AmendmentSigned(Aggregate.Event):
        """A new version of the budget, agreed with the institution; the grant becomes `amount`."""

        number: int
        amount: int
        budget: Budget
        what: str
        document: Document

        def apply(self, aggregate: "ImplementationPart") -> None:
            aggregate.amendments += 1
            version = BudgetVersion(len(aggregate.budgets) + 1, self.budget, self.what)
            aggregate.budgets.append(version)
            aggregate.amend(self.amount)

    class FinalClaimSubmitted(StepTaken):
        """The claim `number` is the last one."""

        TO = _S.FINAL_SETTLEMENT
        number: int
        document: Document | None

        def apply(self, aggregate: "ImplementationPart") -> None:
            super().apply(aggregate)
            aggregate.change_claim(self.number, state=ClaimState.SUBMITTED, final=True)

    class FinalPaymentConfirmed(StepTaken):
        """`until` None: the call requires no durability."""

        TO = _S.DURABILITY
        until: date | None
        document: Document | None

        def decided(self, before: Decisions) -> Decisions:
            return before.but(durability_until=self.until)

    class Closed(StepTaken):
        TO = _S.CLOSED

    class Withdrawn(StepTaken):
        TO = _S.WITHDRAWN
        reason: str
        document: Document | None

    class Terminated(StepTaken):
        TO = _S.TERMINATED
        reason: str
        document: Document | None

    class StatusCorrected(Aggregate.Event):
        """What was recorded after the step at `back_to` (its version) was a mistake."""

        state: InitiativeState
        back_to: int
        reason: str

        def takes_back(self, earlier: Event) -> bool:
            later = earlier.originator_version > self.back_to
            return isinstance(earlier, StepTaken) and later

        def apply(self, aggregate: "ImplementationPart") -> None:
            while aggregate.path[-1].version != self.back_to:
                undone = aggregate.path.pop().event
                if isinstance(undone, ImplementationPart.FinalClaimSubmitted):
                    aggregate.change_claim(undone.number, state=ClaimState.DRAFT, final=False)

    amendments: int

    def sign_grant_agreement(
        self,
        number: str,
        amount: int | None,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> bool:
        """Whether it was recorded now: a number is claimed for each recording."""
        missing = self.wrong_state(_S.SELECTED)
        missing += [] if number.strip() else [unmet.NO_NUMBER]
        if amount is None:
            missing.append(unmet.NO_AMOUNT)
        elif amount > (self.decisions.selected or 0):
            missing.append(unmet.above_selected(amount, self.decisions.selected or 0))
        before = self.version
        self.take_step(
            self.GrantAgreementSigned,
            missing,
            work,
            on,
            number=number,
            amount=amount,
            document=document,
        )
        return self.version > before

    def start_implementation(self, on: date | None, work: Work) -> None:
        self.take_step(self.ImplementationStarted, self.wrong_state(_S.AGREEMENT_SIGNED), work, on)

    def sign_amendment(
        self,
        amount: int,
        budget: Budget,
        what: str,
        document: Document,
        on: date | None,
        work: Work,
    ) -> None:
        refuse_if(budget_problems(budget))
        missing = self.missing_to_amend() + self.wrong_day(on or work.today, work.today)
        claimed = self._claimed()
        if claimed > amount:
            missing.append(unmet.above_granted(claimed, amount))
        self.refuse_if_unmet(missing)
        facts = {"amount": amount, "budget": budget, "what": what, "document": document}
        self.tell(self.AmendmentSigned, work, on, number=self.amendments + 1, **facts)

    def missing_to_amend(self) -> list[Unmet]:
        return self.wrong_state(*UNDER_CONTRACT)

    def submit_final_claim(
        self, number: int, document: Document | None, on: date | None, work: Work
    ) -> None:
        already = type(self.path[-1].event) is self.FinalClaimSubmitted
        if not already:
            self.claim_in(number, ClaimState.DRAFT, ClaimState.RETURNED)
        missing = self.missing_to_submit_final_claim(number)
        self.take_step(
            self.FinalClaimSubmitted, missing, work, on, number=number, document=document
        )

    def missing_to_submit_final_claim(self, number: int | None = None) -> list[Unmet]:
        """Without a number: with the last claim, which is the one that is still open."""
        last = number or max(self.claims, default=None)
        missing = self.wrong_state(_S.IN_IMPLEMENTATION)
        if last is None or self.claims[last].state not in {ClaimState.DRAFT, ClaimState.RETURNED}:
            missing.append(unmet.NO_FINAL_CLAIM)
        return missing + self.open_claims(but=last)

    def confirm_final_payment(
        self,
        durability_years: int | None,
        until: date | None,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        """`until` overrules what the call's `durability_years` make of the day of payment."""
        day = on or work.today
        if until is None and durability_years is not None:
            until = years_later(day, durability_years)
        missing = self.missing_to_confirm_final_payment()
        self.take_step(
            self.FinalPaymentConfirmed, missing, work, day, until=until, document=document
        )

    def missing_to_confirm_final_payment(self) -> list[Unmet]:
        return self.wrong_state(_S.FINAL_SETTLEMENT) + self.open_claims()

    def close(self, on: date | None, work: Work) -> None:
        self.take_step(self.Closed, self.missing_to_close(on or work.today), work, on)

    def missing_to_close(self, on: date) -> list[Unmet]:
        until = self.decisions.durability_until
        missing = self.wrong_state(_S.DURABILITY)
        if until is not None and on < until:
            missing.append(unmet.durability_until(until))
        return missing + self.unmet_obligations()

    def withdraw(self, reason: str, document: Document | None, on: date | None, work: Work) -> None:
        missing = self.missing_to_withdraw() + ([] if reason.strip() else [unmet.NO_REASON])
        self.take_step(self.Withdrawn, missing, work, on, reason=reason, document=document)

    def missing_to_withdraw(self) -> list[Unmet]:
        return self.wrong_state(*BEFORE_AGREEMENT)

    def terminate(
        self, reason: str, document: Document | None, on: date | None, work: Work
    ) -> None:
        missing = self.missing_to_terminate() + ([] if reason.strip() else [unmet.NO_REASON])
        self.take_step(self.Terminated, missing, work, on, reason=reason, document=document)

    def missing_to_terminate(self) -> list[Unmet]:
        return self.wrong_state(*UNDER_CONTRACT)

    def correct_status(self, state: InitiativeState, reason: str, work: Work) -> None:
        """Back to where it was last in that state: what was recorded since was a mistake."""
        if self.state is state:
            return
        step = next((step for step in reversed(self.path) if step.state is state), None)
        if step is None:
            raise NotOnThePath(state=state)
        missing = [] if reason.strip() else [unmet.NO_REASON]
        missing += self._claims_stand(step.decisions)
        self.refuse_if_unmet(missing)
        self.tell(self.StatusCorrected, work, state=state, back_to=step.version, reason=reason)

    def amend(self, amount: int) -> None:
        """The agreement with its new amount, at every step that stands on it."""
        self.path[:] = [
            replace(
                step,
                decisions=step.decisions.but(
                    agreement=replace(step.decisions.agreement, amount=amount)
                ),
            )
            if step.decisions.agreement
            else step
            for step in self.path
        ]

    def _claims_stand(self, back_to: Decisions) -> list[Unmet]:
        """What claims rest on isn't undone by a correction: the agreement, or the claim that was the last."""
        undone = {ClaimState.DISCARDED}
        if back_to.agreement is not None or self.decisions.agreement is None:
            undone = set(ClaimState) - APPROVED
        numbers = [
            number
            for number, claim in self.claims.items()
            if claim.state not in undone and (claim.final or back_to.agreement is None)
        ]
        return [unmet.claims_stand(numbers)] if numbers else []

    def _claimed(self) -> int:
        return sum(
            claim.approved or claim.content.requested
            for claim in self.claims.values()
            if claim.state is not ClaimState.DISCARDED
        )
