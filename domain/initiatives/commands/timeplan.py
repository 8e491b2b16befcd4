"""Milestones and duties."""

from dataclasses import dataclass
from datetime import date

from domain.errors import FieldProblem, ImplausibleDate
from domain.initiatives.commands.order import InitiativeCommand, RecordedDecision, ordered
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative
from domain.initiatives.timeplan import DutyKind
from domain.values import refuse_if, text_problems
from domain.work import Work

_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, kw_only=True)
class SetMilestone(InitiativeCommand):
    title: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class MoveMilestone(InitiativeCommand):
    number: int
    due_on: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReachMilestone(InitiativeCommand):
    number: int


@dataclass(frozen=True, kw_only=True)
class DropMilestone(InitiativeCommand):
    number: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImposeDuty(InitiativeCommand):
    """A claim or report that is due, or an obligation of the durability period."""

    kind: DutyKind
    title: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class MoveDuty(InitiativeCommand):
    number: int
    due_on: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetDuty(RecordedDecision):
    number: int


@dataclass(frozen=True, kw_only=True)
class LiftDuty(InitiativeCommand):
    number: int
    reason: str


@ordered(SetMilestone, Access.EDIT)
def set_milestone(command: SetMilestone, initiative: Initiative, work: Work) -> None:
    refuse_if([*text_problems("title", command.title, 300), *_due_problems(command.due_on)])
    initiative.set_milestone(command.title, command.due_on, work)


@ordered(MoveMilestone, Access.EDIT)
def move_milestone(command: MoveMilestone, initiative: Initiative, work: Work) -> None:
    refuse_if(
        [
            *text_problems("reason", command.reason, 1000, required=False),
            *_due_problems(command.due_on),
        ]
    )
    initiative.move_milestone(command.number, command.due_on, command.reason, work)


@ordered(ReachMilestone, Access.EDIT)
def reach_milestone(command: ReachMilestone, initiative: Initiative, work: Work) -> None:
    initiative.reach_milestone(command.number, command.on, work)


@ordered(DropMilestone, Access.EDIT)
def drop_milestone(command: DropMilestone, initiative: Initiative, work: Work) -> None:
    refuse_if(text_problems("reason", command.reason, 1000))
    initiative.drop_milestone(command.number, command.reason, work)


@ordered(ImposeDuty, Access.EDIT)
def impose_duty(command: ImposeDuty, initiative: Initiative, work: Work) -> None:
    refuse_if([*text_problems("title", command.title, 300), *_due_problems(command.due_on)])
    initiative.impose_duty(command.kind, command.title, command.due_on, work)


@ordered(MoveDuty, Access.EDIT)
def move_duty(command: MoveDuty, initiative: Initiative, work: Work) -> None:
    refuse_if(
        [
            *text_problems("reason", command.reason, 1000, required=False),
            *_due_problems(command.due_on),
        ]
    )
    initiative.move_duty(command.number, command.due_on, command.reason, work)


@ordered(MeetDuty, Access.EDIT)
def meet_duty(command: MeetDuty, initiative: Initiative, work: Work) -> None:
    initiative.meet_duty(command.number, command.document, command.on, work)


@ordered(LiftDuty)
def lift_duty(command: LiftDuty, initiative: Initiative, work: Work) -> None:
    refuse_if(text_problems("reason", command.reason, 1000))
    initiative.lift_duty(command.number, command.reason, work)


def _due_problems(due_on: date) -> list[FieldProblem]:
    if _EARLIEST <= due_on < _LATEST:
        return []
    return [ImplausibleDate("dueOn", value=due_on, earliest=_EARLIEST, latest=_LATEST)]
