"""Where an initiative stands, what has been decided on the way there, and the steps between."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from domain.aggregate import Aggregate
from domain.values import link_problems, refuse_if, text_problems


class InitiativeState(StrEnum):
    IDEA = "IDEA"
    PARTNERSHIP_BUILDING = "PARTNERSHIP_BUILDING"
    IN_PREPARATION = "IN_PREPARATION"
    SUBMITTED = "SUBMITTED"
    FORMAL_ASSESSMENT = "FORMAL_ASSESSMENT"
    CORRECTION_REQUESTED = "CORRECTION_REQUESTED"
    MERIT_ASSESSMENT = "MERIT_ASSESSMENT"
    SELECTED = "SELECTED"
    RESERVE_LIST = "RESERVE_LIST"
    REJECTED = "REJECTED"
    NOT_FUNDED = "NOT_FUNDED"
    PROTEST_FILED = "PROTEST_FILED"
    AGREEMENT_SIGNED = "AGREEMENT_SIGNED"
    IN_IMPLEMENTATION = "IN_IMPLEMENTATION"
    FINAL_SETTLEMENT = "FINAL_SETTLEMENT"
    DURABILITY = "DURABILITY"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"
    TERMINATED = "TERMINATED"

    @property
    def polish(self) -> str:
        return _POLISH[self]


_S = InitiativeState

_POLISH = {
    _S.IDEA: "pomysł",
    _S.PARTNERSHIP_BUILDING: "budowa partnerstwa",
    _S.IN_PREPARATION: "przygotowanie wniosku",
    _S.SUBMITTED: "złożony",
    _S.FORMAL_ASSESSMENT: "ocena formalna",
    _S.CORRECTION_REQUESTED: "wezwanie do uzupełnienia",
    _S.MERIT_ASSESSMENT: "ocena merytoryczna",
    _S.SELECTED: "wybrany do dofinansowania",
    _S.RESERVE_LIST: "lista rezerwowa",
    _S.REJECTED: "ocena negatywna",
    _S.NOT_FUNDED: "bez dofinansowania",
    _S.PROTEST_FILED: "protest",
    _S.AGREEMENT_SIGNED: "umowa podpisana",
    _S.IN_IMPLEMENTATION: "w realizacji",
    _S.FINAL_SETTLEMENT: "rozliczenie końcowe",
    _S.DURABILITY: "trwałość",
    _S.CLOSED: "zamknięty",
    _S.WITHDRAWN: "wycofany",
    _S.TERMINATED: "umowa rozwiązana",
}

UNDER_WAY = frozenset({_S.IDEA, _S.PARTNERSHIP_BUILDING, _S.IN_PREPARATION})
"""Before submission: the partners still shape it."""
UNDER_CONTRACT = frozenset({_S.AGREEMENT_SIGNED, _S.IN_IMPLEMENTATION, _S.FINAL_SETTLEMENT})
ENDED = frozenset({_S.CLOSED, _S.WITHDRAWN, _S.TERMINATED, _S.NOT_FUNDED})
BEFORE_AGREEMENT = frozenset(_S) - UNDER_CONTRACT - ENDED - {_S.DURABILITY}


@dataclass(frozen=True)
class Document:
    """What a recorded decision rests on: its reference (such as a letter's number and date), and where it is."""

    reference: str
    url: str | None = None
    sha256: str | None = None

    def check(self) -> None:
        refuse_if(text_problems("document", self.reference, 500))
        if self.url is not None:
            refuse_if(link_problems("document.url", self.url))
        if self.sha256 is not None:
            refuse_if(text_problems("document.sha256", self.sha256, 64))


class Stage(StrEnum):
    FORMAL = "FORMAL"
    MERIT = "MERIT"


@dataclass(frozen=True)
class Rejection:
    """`delivered_on` starts the term for a protest; `final`: a protest was dismissed, no other follows."""

    stage: Stage
    delivered_on: date
    final: bool = False


@dataclass(frozen=True)
class GrantAgreement:
    number: str
    signed_on: date
    amount: int


@dataclass(frozen=True)
class Decisions:
    """What stands decided at a step; a corrected status brings back what stood decided there."""

    requested: int | None = None
    budget_number: int | None = None
    correction_due: date | None = None
    score: int | None = None
    selected: int | None = None
    reserve_place: int | None = None
    rejection: Rejection | None = None
    agreement: GrantAgreement | None = None
    started_on: date | None = None
    durability_until: date | None = None

    def but(self, **decided: Any) -> "Decisions":
        return replace(self, **decided)


@dataclass(frozen=True)
class Step:
    """`event` is what led to the state, to tell a repeated recording from another."""

    state: InitiativeState
    on: date
    version: int
    decisions: Decisions
    event: Any


class StepTaken(Aggregate.Event):
    """An event that moves the initiative to the state `TO`. `effective_on` is the day of the decision."""

    TO: ClassVar[InitiativeState]

    def apply(self, aggregate: Any) -> None:
        decided = self.decided(aggregate.decisions)
        step = Step(self.state(), self.effective_on, self.originator_version, decided, self)
        aggregate.path.append(step)

    def state(self) -> InitiativeState:
        return self.TO

    def decided(self, before: Decisions) -> Decisions:
        return before
