"""What can come next, and what each step still waits for: the same guards that refuse the commands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.initiatives.application import Surroundings
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import BEFORE_AGREEMENT, UNDER_CONTRACT, InitiativeState
from domain.initiatives.unmet import Unmet
from domain.work import polish_day

_S = InitiativeState


@dataclass(frozen=True)
class NextStep:
    """`needs` are the fields of the command that only the person who gives it can fill."""

    command: str
    missing: tuple[Unmet, ...]
    needs: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return not self.missing


Guard = Callable[[Initiative, Surroundings, date], list[Unmet]]


def _nothing(_initiative: Initiative, _around: Surroundings, _today: date) -> list[Unmet]:
    return []


_GUARDS: dict[str, Guard] = {
    "openPartnership": lambda i, _around, _today: i.missing_to_open_partnership(),
    "startPreparation": lambda i, around, _today: i.missing_to_start_preparation(around),
    "submitApplication": lambda i, around, _today: i.missing_to_submit(around),
    "fileProtest": lambda i, _around, today: i.missing_to_file_protest(today),
    "submitFinalClaim": lambda i, _around, _today: i.missing_to_submit_final_claim(),
    "confirmFinalPayment": lambda i, _around, _today: i.missing_to_confirm_final_payment(),
    "closeInitiative": lambda i, _around, today: i.missing_to_close(today),
}

_NEEDS: dict[str, tuple[str, ...]] = {
    "recordCorrectionRequest": ("deadline", "document"),
    "passFormalAssessment": ("document",),
    "recordRejection": ("document", "deliveredOn"),
    "recordSelection": ("amount", "score", "document"),
    "putOnReserveList": ("score", "document"),
    "recordNoFunding": ("document",),
    "fileProtest": ("ground",),
    "upholdProtest": ("outcome", "document"),
    "dismissProtest": ("document",),
    "signGrantAgreement": ("number", "amount"),
    "submitFinalClaim": ("number",),
    "withdrawInitiative": ("reason",),
    "terminateAgreement": ("reason",),
    "signAmendment": ("amount", "budget", "what", "document"),
    "draftClaim": ("content",),
}

_FROM: dict[InitiativeState, tuple[str, ...]] = {
    _S.IDEA: ("openPartnership",),
    _S.PARTNERSHIP_BUILDING: ("startPreparation",),
    _S.IN_PREPARATION: ("submitApplication",),
    _S.SUBMITTED: ("startFormalAssessment",),
    _S.FORMAL_ASSESSMENT: ("recordCorrectionRequest", "passFormalAssessment", "recordRejection"),
    _S.CORRECTION_REQUESTED: ("recordCorrectionAnswer",),
    _S.MERIT_ASSESSMENT: ("recordSelection", "putOnReserveList", "recordRejection"),
    _S.RESERVE_LIST: ("recordSelection", "recordNoFunding"),
    _S.REJECTED: ("fileProtest",),
    _S.PROTEST_FILED: ("upholdProtest", "dismissProtest"),
    _S.SELECTED: ("signGrantAgreement",),
    _S.AGREEMENT_SIGNED: ("startImplementation", "signAmendment"),
    _S.IN_IMPLEMENTATION: ("draftClaim", "submitFinalClaim", "signAmendment"),
    _S.FINAL_SETTLEMENT: ("confirmFinalPayment", "signAmendment"),
    _S.DURABILITY: ("closeInitiative",),
}


def commands_from(state: InitiativeState) -> tuple[str, ...]:
    """Every command that can move it on from there, by its name in the API."""
    found = _FROM.get(state, ())
    if state in BEFORE_AGREEMENT:
        found += ("withdrawInitiative",)
    if state in UNDER_CONTRACT:
        found += ("terminateAgreement",)
    return found


def next_steps(initiative: Initiative, around: Surroundings) -> list[NextStep]:
    today = polish_day(around.at)
    return [
        NextStep(
            name,
            tuple(_GUARDS.get(name, _nothing)(initiative, around, today)),
            _needs(initiative, name),
        )
        for name in commands_from(initiative.state)
    ]


def _needs(initiative: Initiative, name: str) -> tuple[str, ...]:
    if name == "recordSelection" and initiative.state is _S.RESERVE_LIST:
        return ("amount", "document")
    if name == "recordRejection" and initiative.state is _S.MERIT_ASSESSMENT:
        return ("score", "document", "deliveredOn")
    return _NEEDS.get(name, ())
