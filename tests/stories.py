"""Stories of joint initiatives, for tests that read them."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.calls.terms import CostCategory
from domain.initiatives.commands import (
    claims,
    consortium,
    implementation,
    indicators,
    proposal,
    records,
    reports,
    timeplan,
)
from domain.initiatives.consortium import Access
from domain.initiatives.states import Document, InitiativeState
from domain.initiatives.timeplan import DutyKind
from tests.funds import DOCUMENT, PATHS, TOMASZOW, ZLOTY, Funds, budget, claim, official
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState


def told_story(given: Funds) -> None:
    """Initiatives in many states, most of them public, with all that they may hold."""
    for number, state in enumerate(PATHS):
        given.register_programme()
        found = given.reached(state)
        if number % 4:
            given.order(proposal.MakeInitiativePublic, found)
    open_ = given.partnership()
    given.order(timeplan.SetMilestone, open_, title='Odbiór "A"', due_on=date(2027, 1, 1))
    given.propose(leads=False)


def told_progress(given: Funds, found: UUID) -> None:
    lead = official(OPOCZNO)
    told: dict[str, Any] = {
        "kind": indicators.IndicatorKind.OUTPUT,
        "name": "Pawilony",
        "unit": "szt.",
    }
    define = indicators.DefineIndicator(
        command_id=uuid4(), initiative_id=found, baseline=100, target=500, **told
    )
    pavilions = given.give(define, lead).stream_id
    for value, day in ((300, 1), (200, 2), (250, 1)):
        given.give(
            indicators.MeasureIndicator(
                command_id=uuid4(), indicator_id=pavilions, value=value, on=date(2026, 3, day)
            ),
            lead,
        )
    retarget: dict[str, Any] = {
        "indicator_id": pavilions,
        "target": 400,
        "reason": "Mniejszy grant",
    }
    given.give(indicators.RetargetIndicator(command_id=uuid4(), **retarget), lead)


def reported(given: Funds, found: UUID) -> None:
    costs = (reports.ReportedCost(CostCategory.EQUIPMENT, 4_000_000),)
    content = reports.ReportContent("Zakupy", costs)
    submit = reports.SubmitReport(
        command_id=uuid4(), initiative_id=found, municipality=BELCHATOW, period=1, content=content
    )
    report = given.give(submit, official(BELCHATOW)).stream_id
    back = reports.ReturnReport(command_id=uuid4(), report_id=report, reason="Brak faktury")
    given.give(back, official(OPOCZNO))
    given.give(replace(submit, command_id=uuid4()), official(BELCHATOW))
    verify = reports.VerifyReport(command_id=uuid4(), report_id=report, recognised=3_900_000)
    given.give(verify, official(OPOCZNO))


def whole_story(given: Funds, *, public: bool = True) -> UUID:
    """Uses every kind of command that leaves a row behind."""
    found = given.prepared()
    given.order(timeplan.SetMilestone, found, title="Projekt budowlany", due_on=date(2026, 6, 1))
    given.order(timeplan.SetMilestone, found, title="Odbiór", due_on=date(2027, 6, 1))
    given.order(timeplan.MoveMilestone, found, number=2, due_on=date(2027, 7, 1), reason="Pogoda")
    given.order(timeplan.ReachMilestone, found, number=1)
    given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    given.order(
        consortium.DeclineInvitation,
        found,
        official(TOMASZOW),
        municipality=TOMASZOW,
        reason="Brak środków",
    )
    given.order(
        consortium.GrantAccess,
        found,
        account=given.account(OPOCZNO),
        municipality=OPOCZNO,
        access=Access.EDIT,
    )
    if public:
        given.order(proposal.MakeInitiativePublic, found)
    told_progress(given, found)
    for kind, facts in PATHS[S.IN_IMPLEMENTATION]:
        given.order(kind, found, **facts)
    given.order(
        timeplan.ImposeDuty,
        found,
        kind=DutyKind.REPORT,
        title="Sprawozdanie",
        due_on=date(2026, 7, 10),
    )
    given.order(
        implementation.SignAmendment,
        found,
        amount=160_000 * ZLOTY,
        budget=budget(160_000 * ZLOTY, 30_000 * ZLOTY),
        what="Mniejszy pawilon",
        document=DOCUMENT,
    )
    reported(given, found)
    given.order(claims.DraftClaim, found, content=claim())
    given.order(claims.SubmitClaim, found, number=1)
    given.order(
        claims.ReturnClaim, found, number=1, correction_due=date(2026, 3, 20), reason="Braki"
    )
    given.order(claims.SubmitClaim, found, number=1)
    given.order(claims.PartlyApproveClaim, found, number=1, amount=40_000 * ZLOTY, reason="Koszt")
    given.order(claims.PayClaim, found, number=1, amount=40_000 * ZLOTY)
    given.give(
        records.WriteNote(command_id=uuid4(), initiative_id=found, text="Zadzwonić"),
        official(OPOCZNO),
    )
    given.give(
        records.FileDocument(
            command_id=uuid4(),
            initiative_id=found,
            title="Umowa",
            document=Document("UM/1", "https://x.example/u.pdf"),
        ),
        official(OPOCZNO),
    )
    return found
