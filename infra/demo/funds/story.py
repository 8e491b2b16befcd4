"""One initiative of the demo, step by step; its budgets and claims."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.calls.terms import CostCategory
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing, Period
from domain.initiatives.claims import ClaimContent, Spending
from domain.initiatives.commands import (
    assessment,
    consortium,
    proposal,
)
from domain.initiatives.states import Document
from domain.money import most, split
from infra.demo.telling import Telling

OPOCZNO, BELCHATOW, TOMASZOW, PIOTRKOW, SULEJOW = "100704", "100101", "101601", "106201", "101009"
DRZEWICA, ZELOW, RAWA, BRZEZINY, KUTNO = "100702", "100108", "101301", "102101", "100201"
ZLOTY = 100


@dataclass
class Demo(Telling):
    """Told apart from the rest of the demo: the place of a step is its name, so new ones come last."""

    def tell(self, command: Any, key: str, /, **facts: Any) -> Any:
        return self.give(command, f"funds:{key}", **facts)


@dataclass
class Story:
    """One initiative: each step says how many days ago it happened."""

    demo: Demo
    key: str
    lead: str
    title: str
    summary: str
    begun: int
    id: UUID = field(init=False)
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.demo.moment(self.begun)
        given = self.demo.tell(
            proposal.ProposeInitiative,
            self.key,
            at=self.at,
            municipality=self.lead,
            title=f"{self.title} (przykład)",
            summary=self.summary,
            on=self.demo.day(self.begun),
        )
        self.id = self.demo.names[f"initiative:{self.key}"] = given.initiative_id

    def give(self, command: Any, ago: int | None = None, /, **facts: Any) -> None:
        """Without `ago` it happens right after the step before."""
        if ago is not None:
            facts["on"] = self.demo.day(ago)
            self.at = self.demo.moment(ago)
        self.record(command, **facts)

    def record(self, command: Any, /, **facts: Any) -> None:
        """Into a stream beside the initiative's, or without a day of its own."""
        key = f"{self.key}:{len(self.demo.told)}:{command.__name__}"
        self.demo.tell(command, key, at=self.at, initiative_id=self.id, **facts)

    def partners(self, ago: int, *tercs: str) -> None:
        self.give(proposal.OpenPartnership, ago)
        for terc in tercs:
            self.give(consortium.InvitePartner, ago, municipality=terc)
            self.give(consortium.AcceptInvitation, ago - 2, municipality=terc)

    def prepare(self, ago: int, call: UUID, budget: Budget, *members: str) -> None:
        self.give(proposal.LinkCall, ago, call_id=call)
        self.give(proposal.StartPreparation, ago)
        self.give(proposal.DrawUpBudget, ago - 1, budget=budget)
        agreement = Document(f"Umowa partnerstwa {self.key}/1")
        self.give(consortium.DraftPartnershipAgreement, ago - 2, document=agreement)
        for terc in members:
            self.give(consortium.SignPartnershipAgreement, ago - 3, municipality=terc, number=1)

    def submit(self, ago: int) -> None:
        self.at = self.demo.moment(ago)
        self.give(proposal.SubmitApplication, submitted_at=self.at)

    def assess(self, ago: int) -> None:
        self.give(assessment.StartFormalAssessment, ago)
        self.give(assessment.PassFormalAssessment, ago - 10, document=self.letter("ocena formalna"))

    def letter(self, about: str) -> Document:
        return Document(f"Pismo w sprawie: {about}, {self.key} (przykład)")


def budget(demo: Demo, works: int, rate: int, *partners: str, staff: int = 40_000) -> Budget:
    """Works are shared out evenly to the grosz; each partner has staff and a flat rate on top."""
    periods = (
        Period(1, demo.day(400), demo.day(36)),
        Period(2, demo.day(35), demo.day(-330)),
    )
    lines: list[CostLine] = []
    for partner, part in zip(partners, split(works * ZLOTY, [1] * len(partners)), strict=True):
        lines += [
            CostLine(partner, CostCategory.INFRASTRUCTURE, 2, "Roboty budowlane", amount=part),
            CostLine(partner, CostCategory.STAFF, 1, "Koordynacja w gminie", amount=staff * ZLOTY),
            CostLine(
                partner,
                CostCategory.OFFICE_AND_ADMINISTRATION,
                1,
                "Koszty pośrednie ryczałtem",
                CostKind.FLAT_RATE,
                rate=1_500,
                bases=(CostCategory.STAFF,),
            ),
        ]
    costs = Budget(periods, tuple(lines), ())
    eligible = costs.eligible_by(lambda line: line.partner)
    paid = tuple(
        Financing(partner, most(cost, rate), own_public=cost - most(cost, rate))
        for partner, cost in eligible.items()
    )
    return Budget(periods, tuple(lines), paid)


def claim(demo: Demo, since: int, until: int, spent: int) -> ClaimContent:
    parts = split(spent * ZLOTY, [3, 2])
    spending = (
        Spending(OPOCZNO, CostCategory.INFRASTRUCTURE, parts[0]),
        Spending(BELCHATOW, CostCategory.STAFF, parts[1]),
    )
    return ClaimContent(demo.day(since), demo.day(until), spending, most(spent * ZLOTY, 8_500))
