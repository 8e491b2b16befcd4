"""What the institution decides about the application, recorded with its date and document."""

from dataclasses import dataclass
from datetime import date

from domain.errors import Malformed
from domain.initiatives.assessment import ProtestGround
from domain.initiatives.commands.order import RecordedDecision, ordered
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import InitiativeState
from domain.money import amount_problems
from domain.values import date_problems, refuse_if, text_problems
from domain.work import Work

OUTCOMES = {
    InitiativeState.FORMAL_ASSESSMENT,
    InitiativeState.MERIT_ASSESSMENT,
    InitiativeState.SELECTED,
}


@dataclass(frozen=True, kw_only=True)
class StartFormalAssessment(RecordedDecision):
    pass


@dataclass(frozen=True, kw_only=True)
class RecordCorrectionRequest(RecordedDecision):
    """`deadline` is the last day on which the answer is in time."""

    deadline: date | None
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordCorrectionAnswer(RecordedDecision):
    pass


@dataclass(frozen=True, kw_only=True)
class PassFormalAssessment(RecordedDecision):
    pass


@dataclass(frozen=True, kw_only=True)
class RecordRejection(RecordedDecision):
    """`delivered_on` starts the term for a protest; None: the day of the decision. `score` in hundredths."""

    delivered_on: date | None = None
    score: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordSelection(RecordedDecision):
    """`amount` of the grant in grosze; `score` in hundredths of a point (the reserve list has it already)."""

    amount: int | None
    score: int | None = None


@dataclass(frozen=True, kw_only=True)
class PutOnReserveList(RecordedDecision):
    score: int | None
    place: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordNoFunding(RecordedDecision):
    pass


@dataclass(frozen=True, kw_only=True)
class FileProtest(RecordedDecision):
    """Filed on the day `on`."""

    ground: ProtestGround


@dataclass(frozen=True, kw_only=True)
class UpholdProtest(RecordedDecision):
    """`outcome`: the assessment it goes back to, or SELECTED with the `amount` of the grant."""

    outcome: InitiativeState
    amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class DismissProtest(RecordedDecision):
    pass


@ordered(StartFormalAssessment)
def start_formal_assessment(
    command: StartFormalAssessment, initiative: Initiative, work: Work
) -> None:
    initiative.start_formal_assessment(command.document, command.on, work)


@ordered(RecordCorrectionRequest)
def record_correction_request(
    command: RecordCorrectionRequest, initiative: Initiative, work: Work
) -> None:
    refuse_if(text_problems("what", command.what, 5000, required=False, multiline=True))
    if command.deadline is not None:
        refuse_if(date_problems("deadline", command.deadline, work.today))
    initiative.request_correction(
        command.deadline, command.what, command.document, command.on, work
    )


@ordered(RecordCorrectionAnswer)
def record_correction_answer(
    command: RecordCorrectionAnswer, initiative: Initiative, work: Work
) -> None:
    initiative.answer_correction(command.document, command.on, work)


@ordered(PassFormalAssessment)
def pass_formal_assessment(
    command: PassFormalAssessment, initiative: Initiative, work: Work
) -> None:
    initiative.pass_formal_assessment(command.document, command.on, work)


@ordered(RecordRejection)
def record_rejection(command: RecordRejection, initiative: Initiative, work: Work) -> None:
    _check_numbers(None, command.score)
    if command.delivered_on is not None:
        refuse_if(date_problems("deliveredOn", command.delivered_on, work.today))
    initiative.reject(command.delivered_on, command.score, command.document, command.on, work)


@ordered(RecordSelection)
def record_selection(command: RecordSelection, initiative: Initiative, work: Work) -> None:
    _check_numbers(command.amount, command.score)
    initiative.select(command.amount, command.score, command.document, command.on, work)


@ordered(PutOnReserveList)
def put_on_reserve_list(command: PutOnReserveList, initiative: Initiative, work: Work) -> None:
    _check_numbers(None, command.score)
    if command.place is not None and not 0 < command.place < 100_000:
        refuse_if([Malformed("place", value=command.place)])
    initiative.put_on_reserve_list(command.score, command.place, command.document, command.on, work)


@ordered(RecordNoFunding)
def record_no_funding(command: RecordNoFunding, initiative: Initiative, work: Work) -> None:
    initiative.not_fund(command.document, command.on, work)


@ordered(FileProtest)
def file_protest(command: FileProtest, initiative: Initiative, work: Work) -> None:
    initiative.file_protest(command.ground, command.document, command.on, work)


@ordered(UpholdProtest)
def uphold_protest(command: UpholdProtest, initiative: Initiative, work: Work) -> None:
    _check_numbers(command.amount, None)
    if command.outcome not in OUTCOMES:
        refuse_if([Malformed("outcome", value=command.outcome)])
    initiative.uphold_protest(command.outcome, command.amount, command.document, command.on, work)


@ordered(DismissProtest)
def dismiss_protest(command: DismissProtest, initiative: Initiative, work: Work) -> None:
    initiative.dismiss_protest(command.document, command.on, work)


def _check_numbers(amount: int | None, score: int | None) -> None:
    if amount is not None:
        refuse_if(amount_problems("amount", amount, least=1))
    if score is not None and not 0 <= score <= 10_000_000:
        refuse_if([Malformed("score", value=score)])
