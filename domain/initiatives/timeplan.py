"""Timeplan: milestones of the partners' own, and duties that an agreement or a call puts on them."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from domain.aggregate import Aggregate
from domain.errors import DomainError, NotFound
from domain.initiatives.part import Part
from domain.initiatives.states import Document
from domain.initiatives.unmet import Unmet, duty_unmet, in_future
from domain.work import Work


class ItemState(StrEnum):
    OPEN = "OPEN"
    REACHED = "REACHED"
    DROPPED = "DROPPED"


class DutyKind(StrEnum):
    """DURABILITY: an obligation of the durability period, whose checks the closing waits for."""

    CLAIM = "CLAIM"
    REPORT = "REPORT"
    DURABILITY = "DURABILITY"
    OTHER = "OTHER"


class DeadlineState(StrEnum):
    OPEN = "OPEN"
    MET = "MET"
    DROPPED = "DROPPED"


class DeadlineKind(StrEnum):
    """What is due, whatever it follows from: the call, a decision, a claim, the timeplan, a duty."""

    CALL_CLOSING = "CALL_CLOSING"
    CORRECTION = "CORRECTION"
    PROTEST = "PROTEST"
    CLAIM = "CLAIM"
    CLAIM_CORRECTION = "CLAIM_CORRECTION"
    REPORT = "REPORT"
    MILESTONE = "MILESTONE"
    DURABILITY_OBLIGATION = "DURABILITY_OBLIGATION"
    DURABILITY_END = "DURABILITY_END"
    OTHER = "OTHER"


class MilestoneNotFound(NotFound):
    code = "milestone_not_found"
    pl = "Nie ma kamienia milowego o numerze {number}."
    en = "There is no milestone with the number {number}."


class DutyNotFound(NotFound):
    code = "duty_not_found"
    pl = "Nie ma zobowiązania o numerze {number}."
    en = "There is no duty with the number {number}."


class ItemSettled(DomainError):
    code = "item_settled"
    pl = "Pozycja {number} jest już zamknięta ({state})."
    en = "Item {number} is settled already ({state})."


@dataclass(frozen=True)
class Milestone:
    title: str
    due_on: date
    state: ItemState = ItemState.OPEN


@dataclass(frozen=True)
class Duty:
    kind: DutyKind
    title: str
    due_on: date
    state: ItemState = ItemState.OPEN


class TimeplanPart(Part):
    """Milestones and duties are numbered from 1, each by themselves."""

    milestones: dict[int, Milestone]
    duties: dict[int, Duty]

    class MilestoneSet(Aggregate.Event):
        number: int
        title: str
        due_on: date

        def apply(self, aggregate: "TimeplanPart") -> None:
            aggregate.milestones[self.number] = Milestone(self.title, self.due_on)

    class MilestoneMoved(Aggregate.Event):
        number: int
        due_on: date
        reason: str

        def apply(self, aggregate: "TimeplanPart") -> None:
            known = aggregate.milestones
            known[self.number] = replace(known[self.number], due_on=self.due_on)

    class MilestoneReached(Aggregate.Event):
        """`effective_on` is the day it was reached."""

        number: int

        def apply(self, aggregate: "TimeplanPart") -> None:
            known = aggregate.milestones
            known[self.number] = replace(known[self.number], state=ItemState.REACHED)

    class MilestoneDropped(Aggregate.Event):
        number: int
        reason: str

        def apply(self, aggregate: "TimeplanPart") -> None:
            known = aggregate.milestones
            known[self.number] = replace(known[self.number], state=ItemState.DROPPED)

    class DutyImposed(Aggregate.Event):
        number: int
        kind: DutyKind
        title: str
        due_on: date

        def apply(self, aggregate: "TimeplanPart") -> None:
            aggregate.duties[self.number] = Duty(self.kind, self.title, self.due_on)

    class DutyMoved(Aggregate.Event):
        number: int
        due_on: date
        reason: str

        def apply(self, aggregate: "TimeplanPart") -> None:
            aggregate.duties[self.number] = replace(
                aggregate.duties[self.number], due_on=self.due_on
            )

    class DutyMet(Aggregate.Event):
        number: int
        document: Document | None

        def apply(self, aggregate: "TimeplanPart") -> None:
            known = aggregate.duties
            known[self.number] = replace(known[self.number], state=ItemState.REACHED)

    class DutyLifted(Aggregate.Event):
        number: int
        reason: str

        def apply(self, aggregate: "TimeplanPart") -> None:
            known = aggregate.duties
            known[self.number] = replace(known[self.number], state=ItemState.DROPPED)

    def set_milestone(self, title: str, due_on: date, work: Work) -> None:
        number = len(self.milestones) + 1
        self.tell(self.MilestoneSet, work, number=number, title=title, due_on=due_on)

    def move_milestone(self, number: int, due_on: date, reason: str, work: Work) -> None:
        if self._milestone(number).due_on != due_on:
            self._still_open(number, self._milestone(number).state)
            self.tell(self.MilestoneMoved, work, number=number, due_on=due_on, reason=reason)

    def reach_milestone(self, number: int, on: date | None, work: Work) -> None:
        if self._milestone(number).state is not ItemState.REACHED:
            self._still_open(number, self._milestone(number).state)
            self._not_ahead(on, work)
            self.tell(self.MilestoneReached, work, on, number=number)

    def drop_milestone(self, number: int, reason: str, work: Work) -> None:
        if self._milestone(number).state is not ItemState.DROPPED:
            self._still_open(number, self._milestone(number).state)
            self.tell(self.MilestoneDropped, work, number=number, reason=reason)

    def impose_duty(self, kind: DutyKind, title: str, due_on: date, work: Work) -> None:
        number = len(self.duties) + 1
        self.tell(self.DutyImposed, work, number=number, kind=kind, title=title, due_on=due_on)

    def move_duty(self, number: int, due_on: date, reason: str, work: Work) -> None:
        if self._duty(number).due_on != due_on:
            self._still_open(number, self._duty(number).state)
            self.tell(self.DutyMoved, work, number=number, due_on=due_on, reason=reason)

    def meet_duty(
        self, number: int, document: Document | None, on: date | None, work: Work
    ) -> None:
        if self._duty(number).state is not ItemState.REACHED:
            self._still_open(number, self._duty(number).state)
            self._not_ahead(on, work)
            self.tell(self.DutyMet, work, on, number=number, document=document)

    def lift_duty(self, number: int, reason: str, work: Work) -> None:
        if self._duty(number).state is not ItemState.DROPPED:
            self._still_open(number, self._duty(number).state)
            self.tell(self.DutyLifted, work, number=number, reason=reason)

    def unmet_obligations(self) -> list[Unmet]:
        return [
            duty_unmet(duty.title)
            for duty in self.duties.values()
            if duty.kind is DutyKind.DURABILITY and duty.state is ItemState.OPEN
        ]

    def _not_ahead(self, on: date | None, work: Work) -> None:
        if on is not None and on > work.today:
            self.refuse_if_unmet([in_future(on)])

    def _milestone(self, number: int) -> Milestone:
        if number not in self.milestones:
            raise MilestoneNotFound(number=number)
        return self.milestones[number]

    def _duty(self, number: int) -> Duty:
        if number not in self.duties:
            raise DutyNotFound(number=number)
        return self.duties[number]

    @staticmethod
    def _still_open(number: int, state: ItemState) -> None:
        if state is not ItemState.OPEN:
            raise ItemSettled(number=number, state=state)
