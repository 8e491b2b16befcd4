"""Assessment: what the institution decides about the application, each with its date and document."""

from datetime import date
from enum import StrEnum

from domain.calendar import term
from domain.initiatives import unmet
from domain.initiatives.part import Part
from domain.initiatives.states import (
    Decisions,
    Document,
    InitiativeState,
    Rejection,
    Stage,
    StepTaken,
)
from domain.initiatives.unmet import Unmet
from domain.work import Work

PROTEST_DAYS = 14
"""From delivery; act of 28 April 2022 on the implementation of tasks financed from EU funds, art. 64."""

_S = InitiativeState


class ProtestGround(StrEnum):
    """What a protest says was wrong."""

    CRITERION_MISJUDGED = "CRITERION_MISJUDGED"
    PROCEDURE_BREACHED = "PROCEDURE_BREACHED"
    ALLOCATION_EXHAUSTED = "ALLOCATION_EXHAUSTED"


class AssessmentPart(Part):
    class FormalAssessmentStarted(StepTaken):
        TO = _S.FORMAL_ASSESSMENT
        document: Document | None

    class CorrectionRequested(StepTaken):
        TO = _S.CORRECTION_REQUESTED
        deadline: date
        what: str
        document: Document

        def decided(self, before: Decisions) -> Decisions:
            return before.but(correction_due=self.deadline)

    class CorrectionAnswered(StepTaken):
        TO = _S.FORMAL_ASSESSMENT
        document: Document | None

        def decided(self, before: Decisions) -> Decisions:
            return before.but(correction_due=None)

    class FormalAssessmentPassed(StepTaken):
        TO = _S.MERIT_ASSESSMENT
        document: Document

    class Rejected(StepTaken):
        """`score` in hundredths of a point, where the merit was assessed."""

        TO = _S.REJECTED
        stage: Stage
        delivered_on: date
        document: Document
        score: int | None

        def decided(self, before: Decisions) -> Decisions:
            return before.but(rejection=Rejection(self.stage, self.delivered_on), score=self.score)

    class Selected(StepTaken):
        """`amount` of the grant in grosze; `score` in hundredths of a point."""

        TO = _S.SELECTED
        amount: int
        score: int
        document: Document

        def decided(self, before: Decisions) -> Decisions:
            return before.but(selected=self.amount, score=self.score)

    class PutOnReserveList(StepTaken):
        TO = _S.RESERVE_LIST
        score: int
        place: int | None
        document: Document

        def decided(self, before: Decisions) -> Decisions:
            return before.but(score=self.score, reserve_place=self.place)

    class TakenFromReserveList(StepTaken):
        TO = _S.SELECTED
        amount: int
        document: Document

        def decided(self, before: Decisions) -> Decisions:
            return before.but(selected=self.amount)

    class NotFunded(StepTaken):
        TO = _S.NOT_FUNDED
        document: Document

    class ProtestFiled(StepTaken):
        TO = _S.PROTEST_FILED
        ground: ProtestGround
        document: Document | None

    class ProtestUpheld(StepTaken):
        """Back to the assessment that went wrong, or straight to the selection with its `amount`."""

        TO = _S.SELECTED
        outcome: InitiativeState
        amount: int | None
        document: Document

        def state(self) -> InitiativeState:
            return self.outcome

        def decided(self, before: Decisions) -> Decisions:
            return before.but(rejection=None, selected=self.amount)

    class ProtestDismissed(StepTaken):
        TO = _S.REJECTED
        document: Document

        def decided(self, before: Decisions) -> Decisions:
            final = before.rejection and Rejection(
                before.rejection.stage, before.rejection.delivered_on, final=True
            )
            return before.but(rejection=final)

    def start_formal_assessment(
        self, document: Document | None, on: date | None, work: Work
    ) -> None:
        missing = self.wrong_state(_S.SUBMITTED)
        self.take_step(self.FormalAssessmentStarted, missing, work, on, document=document)

    def request_correction(
        self,
        deadline: date | None,
        what: str,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        missing = self.wrong_state(_S.FORMAL_ASSESSMENT) + _without(document)
        missing += [] if deadline else [unmet.NO_DEADLINE]
        self.take_step(
            self.CorrectionRequested,
            missing,
            work,
            on,
            deadline=deadline,
            what=what,
            document=document,
        )

    def answer_correction(self, document: Document | None, on: date | None, work: Work) -> None:
        missing = self.wrong_state(_S.CORRECTION_REQUESTED)
        self.take_step(self.CorrectionAnswered, missing, work, on, document=document)

    def pass_formal_assessment(
        self, document: Document | None, on: date | None, work: Work
    ) -> None:
        missing = self.wrong_state(_S.FORMAL_ASSESSMENT) + _without(document)
        self.take_step(self.FormalAssessmentPassed, missing, work, on, document=document)

    def reject(
        self,
        delivered_on: date | None,
        score: int | None,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        """`delivered_on` None: on the day of the decision."""
        missing = self.wrong_state(_S.FORMAL_ASSESSMENT, _S.MERIT_ASSESSMENT) + _without(document)
        stage = Stage.MERIT if self.state is _S.MERIT_ASSESSMENT else Stage.FORMAL
        if type(self.path[-1].event) is self.Rejected:
            stage = self.path[-1].event.stage
        missing += _unscored(score) if stage is Stage.MERIT else []
        day = on or work.today
        self.take_step(
            self.Rejected,
            missing,
            work,
            day,
            stage=stage,
            delivered_on=delivered_on or day,
            document=document,
            score=score,
        )

    def select(
        self,
        amount: int | None,
        score: int | None,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        """From the assessment with its score, or from the reserve list."""
        if self.state is _S.RESERVE_LIST or type(self.path[-1].event) is self.TakenFromReserveList:
            missing = (
                self.wrong_state(_S.RESERVE_LIST) + _without(document) + self._not_within(amount)
            )
            self.take_step(
                self.TakenFromReserveList, missing, work, on, amount=amount, document=document
            )
            return
        missing = self.wrong_state(_S.MERIT_ASSESSMENT, _S.RESERVE_LIST) + _without(document)
        missing += _unscored(score) + self._not_within(amount)
        self.take_step(
            self.Selected, missing, work, on, amount=amount, score=score, document=document
        )

    def put_on_reserve_list(
        self,
        score: int | None,
        place: int | None,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        missing = self.wrong_state(_S.MERIT_ASSESSMENT) + _without(document) + _unscored(score)
        self.take_step(
            self.PutOnReserveList, missing, work, on, score=score, place=place, document=document
        )

    def not_fund(self, document: Document | None, on: date | None, work: Work) -> None:
        missing = self.wrong_state(_S.RESERVE_LIST) + _without(document)
        self.take_step(self.NotFunded, missing, work, on, document=document)

    def file_protest(
        self, ground: ProtestGround, document: Document | None, on: date | None, work: Work
    ) -> None:
        missing = self.missing_to_file_protest(on or work.today)
        if ground is ProtestGround.ALLOCATION_EXHAUSTED:
            missing.append(unmet.GROUND_NOT_PROTESTABLE)
        self.take_step(self.ProtestFiled, missing, work, on, ground=ground, document=document)

    def missing_to_file_protest(self, on: date) -> list[Unmet]:
        missing = self.wrong_state(_S.REJECTED)
        rejection = self.decisions.rejection
        if missing or rejection is None:
            return missing
        if rejection.final:
            missing.append(unmet.PROTEST_EXHAUSTED)
        if on < rejection.delivered_on:
            missing.append(unmet.protest_before_delivery(rejection.delivered_on))
        if on > protest_until(rejection.delivered_on):
            missing.append(unmet.protest_too_late(protest_until(rejection.delivered_on)))
        return missing

    def uphold_protest(
        self,
        outcome: InitiativeState,
        amount: int | None,
        document: Document | None,
        on: date | None,
        work: Work,
    ) -> None:
        missing = self.wrong_state(_S.PROTEST_FILED) + _without(document)
        if outcome is _S.SELECTED:
            missing += self._not_within(amount)
        else:
            amount = None
        self.take_step(
            self.ProtestUpheld, missing, work, on, outcome=outcome, amount=amount, document=document
        )

    def dismiss_protest(self, document: Document | None, on: date | None, work: Work) -> None:
        missing = self.wrong_state(_S.PROTEST_FILED) + _without(document)
        self.take_step(self.ProtestDismissed, missing, work, on, document=document)

    def _not_within(self, amount: int | None) -> list[Unmet]:
        if amount is None:
            return [unmet.NO_AMOUNT]
        requested = self.decisions.requested or 0
        return [unmet.above_requested(amount, requested)] if amount > requested else []


def protest_until(delivered_on: date) -> date:
    """Last day for a protest; terms are counted as in the code of administrative procedure."""
    return term(delivered_on, PROTEST_DAYS)


def _without(document: Document | None) -> list[Unmet]:
    return [] if document else [unmet.NO_DOCUMENT]


def _unscored(score: int | None) -> list[Unmet]:
    return [] if score is not None else [unmet.NO_SCORE]
