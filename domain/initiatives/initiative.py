"""Initiative (wspólny projekt): a joint funding initiative, from idea to the end of its durability.

The platform records what outside institutions decide. The parts, each in a module of its own, are
rooms of one stream: a guard may look at all of them, and what it saw holds when the event is stored.
"""

from datetime import date, datetime
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import DomainError, NotFound
from domain.initiatives.application import ApplicationPart
from domain.initiatives.assessment import AssessmentPart
from domain.initiatives.budget import BudgetPart, BudgetVersion
from domain.initiatives.claims import Claim, ClaimsPart
from domain.initiatives.consortium import AccountAccess, ConsortiumPart, MemberState
from domain.initiatives.implementation import ImplementationPart
from domain.initiatives.states import Decisions, InitiativeState, Step
from domain.initiatives.timeplan import Duty, Milestone, TimeplanPart
from domain.visibility import Level


class InitiativeNotFound(NotFound):
    """Also where there is one that the actor may not see."""

    code = "initiative_not_found"
    pl = "Nie ma takiego wspólnego projektu."
    en = "There is no such initiative."


class AgreementNumberTaken(DomainError):
    code = "agreement_number_taken"
    pl = "Umowa o numerze „{number}” jest w tym programie przypisana do innego projektu."
    en = "The agreement “{number}” belongs to another initiative of this programme."


class Initiative(
    ApplicationPart,
    AssessmentPart,
    ImplementationPart,
    ConsortiumPart,
    BudgetPart,
    TimeplanPart,
    ClaimsPart,
    Aggregate,
):
    class Proposed(Aggregate.Created):
        """`leads`: the municipality that proposes it is its lead partner."""

        municipality: str
        leads: bool
        title: str
        summary: str

    def __init__(
        self,
        *,
        municipality: str,
        leads: bool,
        title: str,
        summary: str,
        effective_on: date,
        timestamp: datetime,
    ) -> None:
        self.proposer = municipality
        self.lead: str | None = municipality if leads else None
        self.members = {municipality: MemberState.ACCEPTED}
        self.title = title
        self.summary = summary
        self.public = False
        self.call_id: UUID | None = None
        self.agreement_number = 0
        self.signatures: set[str] = set()
        self.accounts: dict[str, AccountAccess] = {}
        self.budgets: list[BudgetVersion] = []
        self.milestones: dict[int, Milestone] = {}
        self.duties: dict[int, Duty] = {}
        self.claims: dict[int, Claim] = {}
        self.amendments = 0
        self.path = [Step(InitiativeState.IDEA, effective_on, 1, Decisions(), timestamp)]

    @property
    def owner(self) -> str:
        return self.lead or self.proposer

    @property
    def level(self) -> Level:
        return Level.PUBLIC if self.public else Level.CONSORTIUM

    def claim_taken(self, key: str) -> DomainError:
        return AgreementNumberTaken(number=key.split(":", 3)[3])
