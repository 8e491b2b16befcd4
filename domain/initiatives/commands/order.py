"""What commands about a known initiative have in common: who may give them, and how they find it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from domain.commands import Command, Whose, handles
from domain.errors import NotPermitted
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative, InitiativeNotFound
from domain.initiatives.states import Document
from domain.initiatives.unmet import StepRefused, in_future
from domain.roles import Role
from domain.values import date_problems, refuse_if
from domain.work import Work

ROLES = {Role.FUNDS_OFFICER, Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE, Role.EDITOR}
"""An initiative says itself which of them may do what (`Initiative.access_of`)."""


@dataclass(frozen=True, kw_only=True)
class InitiativeCommand(Command):
    """`on` is the day on which it happened, which may lie before today; None: today, in Polish time."""

    initiative_id: UUID
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedDecision(InitiativeCommand):
    """Decided on the day `on`, which `document` shows."""

    document: Document | None = None


C = TypeVar("C", bound=InitiativeCommand)
Decide = Callable[[C, Initiative, Work], None]


def ordered(command: type[C], need: Access = Access.MANAGE) -> Callable[[Decide[C]], Decide[C]]:
    """Registers the handler of a command about a known initiative, for those with this access to it."""

    def register(decide: Decide[C]) -> Decide[C]:
        @handles(command, by=ROLES, on=Whose.SHARED)
        def handle(given: C, work: Work) -> Initiative:
            initiative = to_change(given, work, need)
            _check_day(given, work)
            initiative.happened_on = given.on
            if isinstance(given, RecordedDecision) and given.document is not None:
                given.document.check()
            decide(given, initiative, work)
            return initiative

        return decide

    return register


def to_change(command: InitiativeCommand, work: Work, need: Access) -> Initiative:
    """Raises InitiativeNotFound, NotPermitted, StaleVersion."""
    found = work.load(Initiative, command.initiative_id, command.expected_version)
    if found is None:
        raise InitiativeNotFound
    access = found.access_of(work.actor)
    if access is None or access < need:
        raise NotPermitted
    return found


def _check_day(command: InitiativeCommand, work: Work) -> None:
    if command.on is not None:
        refuse_if(date_problems("on", command.on, work.today))
        if command.on > work.today:
            raise StepRefused([in_future(command.on)])
