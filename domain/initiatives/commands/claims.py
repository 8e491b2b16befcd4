"""Payment claims."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.errors import FieldProblem, Malformed, TooMany
from domain.initiatives.claims import ClaimContent
from domain.initiatives.commands.order import InitiativeCommand, RecordedDecision, ordered
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative
from domain.money import amount_problems
from domain.values import date_problems, parse_terc, refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class DraftClaim(InitiativeCommand):
    content: ClaimContent


@dataclass(frozen=True, kw_only=True)
class ReviseClaim(InitiativeCommand):
    number: int
    content: ClaimContent


@dataclass(frozen=True, kw_only=True)
class SubmitClaim(RecordedDecision):
    number: int


@dataclass(frozen=True, kw_only=True)
class ReturnClaim(RecordedDecision):
    """`correction_due` is the last day on which the corrected claim is in time."""

    number: int
    correction_due: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveClaim(RecordedDecision):
    number: int


@dataclass(frozen=True, kw_only=True)
class PartlyApproveClaim(RecordedDecision):
    number: int
    amount: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PayClaim(RecordedDecision):
    """`amount` came on the day `on`."""

    number: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class DiscardClaim(InitiativeCommand):
    number: int
    reason: str


@ordered(DraftClaim, Access.EDIT)
def draft_claim(command: DraftClaim, initiative: Initiative, work: Work) -> None:
    refuse_if(_content_problems(command.content))
    initiative.draft_claim(command.content, work)


@ordered(ReviseClaim, Access.EDIT)
def revise_claim(command: ReviseClaim, initiative: Initiative, work: Work) -> None:
    refuse_if(_content_problems(command.content))
    initiative.revise_claim(command.number, command.content, work)


@ordered(SubmitClaim)
def submit_claim(command: SubmitClaim, initiative: Initiative, work: Work) -> None:
    initiative.submit_claim(command.number, command.document, command.on, work)


@ordered(ReturnClaim)
def return_claim(command: ReturnClaim, initiative: Initiative, work: Work) -> None:
    refuse_if(
        [
            *text_problems("reason", command.reason, 2000, multiline=True),
            *date_problems("correctionDue", command.correction_due, work.today),
        ]
    )
    initiative.return_claim(
        command.number, command.correction_due, command.reason, command.document, command.on, work
    )


@ordered(ApproveClaim)
def approve_claim(command: ApproveClaim, initiative: Initiative, work: Work) -> None:
    initiative.approve_claim(command.number, command.document, command.on, work)


@ordered(PartlyApproveClaim)
def partly_approve_claim(command: PartlyApproveClaim, initiative: Initiative, work: Work) -> None:
    refuse_if(
        [
            *text_problems("reason", command.reason, 2000, multiline=True),
            *amount_problems("amount", command.amount),
        ]
    )
    initiative.partly_approve_claim(
        command.number, command.amount, command.reason, command.document, command.on, work
    )


@ordered(PayClaim)
def pay_claim(command: PayClaim, initiative: Initiative, work: Work) -> None:
    refuse_if(amount_problems("amount", command.amount))
    initiative.pay_claim(command.number, command.amount, command.on, work)


@ordered(DiscardClaim)
def discard_claim(command: DiscardClaim, initiative: Initiative, work: Work) -> None:
    refuse_if(text_problems("reason", command.reason, 1000))
    initiative.discard_claim(command.number, command.reason, work)


def _content_problems(content: ClaimContent) -> Iterable[FieldProblem]:
    if content.since > content.until:
        yield Malformed("until", value=content.until)
    if len(content.spending) > 1000:
        yield TooMany("spending", limit=1000, length=len(content.spending))
    for spending in content.spending[:1000]:
        parse_terc(spending.partner, "partner")
        yield from amount_problems("amount", spending.amount)
    yield from amount_problems("requested", content.requested)
    if content.requested > content.spent:
        yield Malformed("requested", value=content.requested)
