"""Payment claims (wnioski o płatność): Draft → Submitted → (Returned →) Approved | PartlyApproved → Paid."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from domain.aggregate import Aggregate
from domain.calls.terms import CostCategory
from domain.errors import DomainError, NotFound
from domain.initiatives.part import Part
from domain.initiatives.states import Document, InitiativeState
from domain.initiatives.unmet import Unmet, above, above_granted, claims_open, in_future
from domain.work import Work


class ClaimState(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    APPROVED = "APPROVED"
    PARTLY_APPROVED = "PARTLY_APPROVED"
    PAID = "PAID"
    DISCARDED = "DISCARDED"


APPROVED = frozenset({ClaimState.APPROVED, ClaimState.PARTLY_APPROVED, ClaimState.PAID})
RESOLVED = APPROVED | {ClaimState.DISCARDED}


class ClaimNotFound(NotFound):
    code = "claim_not_found"
    pl = "Nie ma wniosku o płatność o numerze {number}."
    en = "There is no payment claim with the number {number}."


class ClaimInOtherState(DomainError):
    code = "claim_in_other_state"
    pl = "Wniosek o płatność {number} ma stan {state}, a potrzebny jest {expected}."
    en = "Payment claim {number} is {state}, and it takes {expected}."


@dataclass(frozen=True)
class Spending:
    """Eligible costs of one category that a partner spent, in grosze."""

    partner: str
    category: CostCategory
    amount: int


@dataclass(frozen=True)
class ClaimContent:
    """What was spent from `since` to `until`, and how much of it the grant is to pay."""

    since: date
    until: date
    spending: tuple[Spending, ...]
    requested: int

    @property
    def spent(self) -> int:
        return sum(spending.amount for spending in self.spending)


@dataclass(frozen=True)
class Claim:
    content: ClaimContent
    state: ClaimState = ClaimState.DRAFT
    correction_due: date | None = None
    approved: int = 0
    paid: int = 0
    final: bool = False


class ClaimsPart(Part):
    """Claims are numbered from 1."""

    claims: dict[int, Claim]

    class ClaimDrafted(Aggregate.Event):
        number: int
        content: ClaimContent

        def apply(self, aggregate: "ClaimsPart") -> None:
            aggregate.claims[self.number] = Claim(self.content)

    class ClaimRevised(Aggregate.Event):
        number: int
        content: ClaimContent

        def apply(self, aggregate: "ClaimsPart") -> None:
            aggregate.change_claim(self.number, content=self.content)

    class ClaimSubmitted(Aggregate.Event):
        number: int
        document: Document | None

        def apply(self, aggregate: "ClaimsPart") -> None:
            aggregate.change_claim(self.number, state=ClaimState.SUBMITTED, correction_due=None)

    class ClaimReturned(Aggregate.Event):
        number: int
        correction_due: date
        reason: str
        document: Document | None

        def apply(self, aggregate: "ClaimsPart") -> None:
            due = self.correction_due
            aggregate.change_claim(self.number, state=ClaimState.RETURNED, correction_due=due)

    class ClaimApproved(Aggregate.Event):
        number: int
        document: Document | None

        def apply(self, aggregate: "ClaimsPart") -> None:
            approved = aggregate.claims[self.number].content.requested
            aggregate.change_claim(self.number, state=ClaimState.APPROVED, approved=approved)

    class ClaimPartlyApproved(Aggregate.Event):
        number: int
        amount: int
        reason: str
        document: Document | None

        def apply(self, aggregate: "ClaimsPart") -> None:
            state = ClaimState.PARTLY_APPROVED
            aggregate.change_claim(self.number, state=state, approved=self.amount)

    class ClaimPaid(Aggregate.Event):
        """`effective_on` is the day on which the money came."""

        number: int
        amount: int

        def apply(self, aggregate: "ClaimsPart") -> None:
            aggregate.change_claim(self.number, state=ClaimState.PAID, paid=self.amount)

    class ClaimDiscarded(Aggregate.Event):
        number: int
        reason: str

        def apply(self, aggregate: "ClaimsPart") -> None:
            aggregate.change_claim(self.number, state=ClaimState.DISCARDED)

    def change_claim(self, number: int, **facts: object) -> None:
        self.claims[number] = replace(self.claims[number], **facts)  # type: ignore[arg-type]

    def draft_claim(self, content: ClaimContent, work: Work) -> None:
        self.refuse_if_unmet(self.missing_to_draft_claim() + self._beyond_grant(content, None))
        self.tell(self.ClaimDrafted, work, number=len(self.claims) + 1, content=content)

    def missing_to_draft_claim(self) -> list[Unmet]:
        return self.wrong_state(InitiativeState.IN_IMPLEMENTATION)

    def revise_claim(self, number: int, content: ClaimContent, work: Work) -> None:
        claim = self.claim_in(number, ClaimState.DRAFT, ClaimState.RETURNED)
        if content != claim.content:
            self.refuse_if_unmet(self._beyond_grant(content, number))
            self.tell(self.ClaimRevised, work, number=number, content=content)

    def submit_claim(
        self, number: int, document: Document | None, on: date | None, work: Work
    ) -> None:
        if self.claim(number).state is not ClaimState.SUBMITTED:
            self.claim_in(number, ClaimState.DRAFT, ClaimState.RETURNED)
            self._claim_told(self.ClaimSubmitted, work, on, number=number, document=document)

    def return_claim(
        self,
        number: int,
        due: date,
        reason: str,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        if self.claim(number).correction_due != due:
            self.claim_in(number, ClaimState.SUBMITTED)
            facts = {"correction_due": due, "reason": reason, "document": document}
            self._claim_told(self.ClaimReturned, work, on, number=number, **facts)

    def approve_claim(
        self, number: int, document: Document | None, on: date | None, work: Work
    ) -> None:
        if self.claim(number).state is not ClaimState.APPROVED:
            self.claim_in(number, ClaimState.SUBMITTED)
            self._claim_told(self.ClaimApproved, work, on, number=number, document=document)

    def partly_approve_claim(
        self,
        number: int,
        amount: int,
        reason: str,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        claim = self.claim(number)
        if (claim.state, claim.approved) == (ClaimState.PARTLY_APPROVED, amount):
            return
        self.claim_in(number, ClaimState.SUBMITTED)
        self.refuse_if_unmet(_above_claimed(amount, claim.content.requested))
        facts = {"amount": amount, "reason": reason, "document": document}
        self._claim_told(self.ClaimPartlyApproved, work, on, number=number, **facts)

    def pay_claim(self, number: int, amount: int, on: date | None, work: Work) -> None:
        claim = self.claim(number)
        if (claim.state, claim.paid) == (ClaimState.PAID, amount):
            return
        self.claim_in(number, ClaimState.APPROVED, ClaimState.PARTLY_APPROVED)
        self.refuse_if_unmet(_above_approved(amount, claim.approved))
        self._claim_told(self.ClaimPaid, work, on, number=number, amount=amount)

    def discard_claim(self, number: int, reason: str, work: Work) -> None:
        if self.claim(number).state is not ClaimState.DISCARDED:
            self.claim_in(number, ClaimState.DRAFT, ClaimState.RETURNED)
            self.tell(self.ClaimDiscarded, work, number=number, reason=reason)

    def claim(self, number: int) -> Claim:
        if number not in self.claims:
            raise ClaimNotFound(number=number)
        return self.claims[number]

    def claim_in(self, number: int, *expected: ClaimState) -> Claim:
        claim = self.claim(number)
        if claim.state not in expected:
            raise ClaimInOtherState(number=number, state=claim.state, expected=" | ".join(expected))
        return claim

    def open_claims(self, *, but: int | None = None) -> list[Unmet]:
        numbers = [
            n for n, claim in self.claims.items() if claim.state not in RESOLVED and n != but
        ]
        return [claims_open(numbers)] if numbers else []

    def _beyond_grant(self, content: ClaimContent, replaced: int | None) -> list[Unmet]:
        """All that was approved or still may be, with the claim at hand, against the grant."""
        others = sum(
            claim.approved if claim.state in APPROVED else claim.content.requested
            for number, claim in self.claims.items()
            if number != replaced and claim.state is not ClaimState.DISCARDED
        )
        agreement = self.decisions.agreement
        granted = agreement.amount if agreement else 0
        total = others + content.requested
        return [above_granted(total, granted)] if total > granted else []

    def _claim_told(self, event: object, work: Work, on: date | None, **facts: object) -> None:
        if on is not None and on > work.today:
            self.refuse_if_unmet([in_future(on)])
        self.tell(event, work, on, **facts)


def _above_claimed(amount: int, limit: int) -> list[Unmet]:
    if amount <= limit:
        return []
    pl, en = (
        "Zatwierdzona kwota przekracza wnioskowaną",
        "The approved amount is above the claimed one",
    )
    return [above("amount_above_claimed", pl, en, amount, limit)]


def _above_approved(amount: int, limit: int) -> list[Unmet]:
    if amount <= limit:
        return []
    pl, en = "Wypłata przekracza zatwierdzoną kwotę", "The payment is above the approved amount"
    return [above("amount_above_approved", pl, en, amount, limit)]
