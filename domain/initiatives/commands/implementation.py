"""The grant agreement and what follows from it, to the end; and the other ends."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.calls.call import known_call
from domain.initiatives.budget import Budget
from domain.initiatives.commands.order import InitiativeCommand, RecordedDecision, ordered
from domain.initiatives.initiative import AgreementNumberTaken, Initiative
from domain.initiatives.states import Document, InitiativeState
from domain.money import amount_problems
from domain.values import date_problems, refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class SignGrantAgreement(RecordedDecision):
    """`amount` of the grant in grosze. The number is unique in its programme."""

    number: str
    amount: int | None


@dataclass(frozen=True, kw_only=True)
class StartImplementation(RecordedDecision):
    pass


@dataclass(frozen=True, kw_only=True)
class SignAmendment(InitiativeCommand):
    """`amount` is the whole grant from now on; `what` says what changed."""

    amount: int
    budget: Budget
    what: str
    document: Document


@dataclass(frozen=True, kw_only=True)
class SubmitFinalClaim(RecordedDecision):
    """`number` of the drafted claim that is the last one."""

    number: int


@dataclass(frozen=True, kw_only=True)
class ConfirmFinalPayment(RecordedDecision):
    """`durability_until` None: as long after the day `on` as the call says, or none where it says none."""

    durability_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class CloseInitiative(RecordedDecision):
    pass


@dataclass(frozen=True, kw_only=True)
class WithdrawInitiative(RecordedDecision):
    reason: str


@dataclass(frozen=True, kw_only=True)
class TerminateAgreement(RecordedDecision):
    reason: str


@dataclass(frozen=True, kw_only=True)
class CorrectStatus(InitiativeCommand):
    """Back to the state in which it was before something was recorded by mistake."""

    state: InitiativeState
    reason: str


@ordered(SignGrantAgreement)
def sign_grant_agreement(command: SignGrantAgreement, initiative: Initiative, work: Work) -> None:
    number = command.number.strip()
    refuse_if(text_problems("number", number, 100, required=False))
    if command.amount is not None:
        refuse_if(amount_problems("amount", command.amount, least=1))
    if initiative.sign_grant_agreement(number, command.amount, command.document, command.on, work):
        _claim_agreement_number(number, initiative, work)


@ordered(StartImplementation)
def start_implementation(command: StartImplementation, initiative: Initiative, work: Work) -> None:
    initiative.start_implementation(command.on, work)


@ordered(SignAmendment)
def sign_amendment(command: SignAmendment, initiative: Initiative, work: Work) -> None:
    command.document.check()
    refuse_if(
        [
            *text_problems("what", command.what, 5000, multiline=True),
            *amount_problems("amount", command.amount),
        ]
    )
    initiative.sign_amendment(
        command.amount, command.budget, command.what, command.document, command.on, work
    )


@ordered(SubmitFinalClaim)
def submit_final_claim(command: SubmitFinalClaim, initiative: Initiative, work: Work) -> None:
    initiative.submit_final_claim(command.number, command.document, command.on, work)


@ordered(ConfirmFinalPayment)
def confirm_final_payment(command: ConfirmFinalPayment, initiative: Initiative, work: Work) -> None:
    years = None
    if initiative.call_id is not None:
        years = known_call(work, initiative.call_id).terms.durability_years
    if command.durability_until is not None:
        refuse_if(
            date_problems(
                "durabilityUntil", command.durability_until, date(work.today.year + 30, 1, 1)
            )
        )
    initiative.confirm_final_payment(
        years, command.durability_until, command.document, command.on, work
    )


@ordered(CloseInitiative)
def close_initiative(command: CloseInitiative, initiative: Initiative, work: Work) -> None:
    initiative.close(command.on, work)


@ordered(WithdrawInitiative)
def withdraw_initiative(command: WithdrawInitiative, initiative: Initiative, work: Work) -> None:
    refuse_if(text_problems("reason", command.reason, 2000, required=False, multiline=True))
    initiative.withdraw(command.reason, command.document, command.on, work)


@ordered(TerminateAgreement)
def terminate_agreement(command: TerminateAgreement, initiative: Initiative, work: Work) -> None:
    refuse_if(text_problems("reason", command.reason, 2000, required=False, multiline=True))
    initiative.terminate(command.reason, command.document, command.on, work)


@ordered(CorrectStatus)
def correct_status(command: CorrectStatus, initiative: Initiative, work: Work) -> None:
    refuse_if(text_problems("reason", command.reason, 2000, required=False, multiline=True))
    initiative.correct_status(command.state, command.reason, work)


def agreement_key(programme_id: UUID, number: str, recording: int) -> str:
    return f"grant-agreement:{programme_id}:{recording}:{number.casefold()}"


def _claim_agreement_number(number: str, initiative: Initiative, work: Work) -> None:
    """One claim for each recording of a number, the next one free only when none of the former stands.

    So a number that was recorded by mistake, and corrected, is free for the initiative it belongs to;
    and of two that take it at the same moment, one succeeds.
    """
    if initiative.call_id is None:
        raise AssertionError("an agreement without a call")
    programme_id = known_call(work, initiative.call_id).programme_id
    recording = 1
    while (holder := work.holder(agreement_key(programme_id, number, recording))) is not None:
        other = work.find(Initiative, holder) if holder != initiative.id else None
        agreement = other.decisions.agreement if other else None
        if agreement is not None and agreement.number.casefold() == number.casefold():
            raise AgreementNumberTaken(number=number)
        recording += 1
    work.claim(agreement_key(programme_id, number, recording), initiative.id)
