"""What may no longer be changed once an initiative has gone on or ended, and what can't lie ahead."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.calls.terms import CostCategory
from domain.errors import InvalidInput
from domain.initiatives.budget import Budget, CostKind, CostLine, Period
from domain.initiatives.commands import claims, consortium, implementation, proposal, timeplan
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from tests.funds import DOCUMENT, TOMASZOW, ZLOTY, Funds, budget, claim, made, official
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState
LATER = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("state", "kind", "facts"),
    [
        (S.WITHDRAWN, proposal.DescribeInitiative, {"title": "Inny tytuł", "summary": ""}),
        (S.SUBMITTED, proposal.DrawUpBudget, {"budget": budget(1_000_000, 0)}),
        (S.SUBMITTED, consortium.InvitePartner, {"municipality": TOMASZOW}),
        (S.WITHDRAWN, consortium.DraftPartnershipAgreement, {"document": DOCUMENT}),
        (S.TERMINATED, consortium.LeaveConsortium, {"municipality": BELCHATOW, "reason": "Koniec"}),
        (
            S.TERMINATED,
            consortium.AppointLead,
            {"municipality": BELCHATOW, "document": DOCUMENT},
        ),
        (S.AGREEMENT_SIGNED, claims.DraftClaim, {"content": claim()}),
        (S.FINAL_SETTLEMENT, claims.DraftClaim, {"content": claim(1_000)}),
        (
            S.DURABILITY,
            implementation.SignAmendment,
            {"amount": 170_000 * ZLOTY, "budget": budget(), "what": "Zmiana", "document": DOCUMENT},
        ),
    ],
)
def test_what_comes_too_late_is_refused(given: Funds, state: S, kind: Any, facts: Any) -> None:
    found = given.reached(state)
    by = official(facts.get("municipality", OPOCZNO)) if "reason" in facts else official(OPOCZNO)
    assert given.missing(made(kind, found, **facts), by) == ["wrong_state"]


def test_call_is_linked_before_the_submission_only(given: Funds) -> None:
    found = given.reached(S.SUBMITTED)
    other = made(proposal.LinkCall, found, call_id=given.announce())
    assert given.missing(other, official(OPOCZNO)) == ["wrong_state"]


def test_invitation_is_accepted_before_the_submission_only(given: Funds) -> None:
    found = given.prepared()
    given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    given.order(proposal.SubmitApplication, found)
    accept = made(consortium.AcceptInvitation, found, municipality=TOMASZOW)
    assert given.missing(accept, official(TOMASZOW)) == ["wrong_state"]
    given.order(
        consortium.DeclineInvitation, found, official(TOMASZOW), municipality=TOMASZOW, reason=""
    )
    assert given.refused(accept, official(TOMASZOW)).code == "initiative_not_found"


def test_agreement_is_drafted_once_there_is_a_partnership_and_signed_once_drafted(
    given: Funds,
) -> None:
    idea = given.propose()
    draft = made(consortium.DraftPartnershipAgreement, idea, document=DOCUMENT)
    assert given.missing(draft, official(OPOCZNO)) == ["wrong_state"]
    found = given.partnership()
    sign = made(consortium.SignPartnershipAgreement, found, municipality=OPOCZNO, number=1)
    assert given.missing(sign, official(OPOCZNO)) == ["no_partnership_agreement"]
    given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    given.order(consortium.DraftPartnershipAgreement, found, document=DOCUMENT)
    invited = replace(sign, municipality=TOMASZOW)
    assert given.refused(invited, official(TOMASZOW)).code == "not_a_partner"
    assert given.refused(replace(sign, number=2), official(OPOCZNO)).code == "nothing_to_sign"


def test_lead_is_replaced_with_the_institution_s_consent_and_by_a_partner(given: Funds) -> None:
    found = given.reached(S.SUBMITTED)
    change = made(consortium.AppointLead, found, municipality=BELCHATOW)
    assert given.missing(change, official(OPOCZNO)) == ["no_document"]
    stranger = made(consortium.AppointLead, found, municipality=TOMASZOW, document=DOCUMENT)
    assert given.refused(stranger, official(OPOCZNO)).code == "not_a_partner"
    given.give(replace(change, document=DOCUMENT), official(OPOCZNO))
    assert given.initiative(found).lead == BELCHATOW


def test_partner_leaves_for_a_reason_and_the_lead_does_not(given: Funds) -> None:
    found = given.prepared()
    leave = made(consortium.LeaveConsortium, found, municipality=BELCHATOW, reason=" ")
    assert given.missing(leave, official(BELCHATOW)) == ["no_reason"]
    lead = replace(leave, municipality=OPOCZNO, reason="Inne plany")
    assert given.refused(lead, official(OPOCZNO)).code == "lead_cannot_leave"
    given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    invited = replace(leave, municipality=TOMASZOW, reason="Inne plany")
    assert given.refused(invited, official(TOMASZOW)).code == "not_a_partner"


MILESTONES = (timeplan.MoveMilestone, timeplan.ReachMilestone, timeplan.DropMilestone)
DUTIES = (timeplan.MoveDuty, timeplan.MeetDuty, timeplan.LiftDuty)
FACTS: dict[Any, dict[str, Any]] = {
    timeplan.MoveMilestone: {"due_on": date(2027, 1, 1)},
    timeplan.DropMilestone: {"reason": "Niepotrzebny"},
    timeplan.MoveDuty: {"due_on": date(2027, 1, 1)},
    timeplan.LiftDuty: {"reason": "Niepotrzebne"},
}


@pytest.mark.parametrize("kind", [*MILESTONES, *DUTIES])
def test_what_is_settled_stays_so(given: Funds, kind: Any) -> None:
    found = given.propose()
    given.order(timeplan.SetMilestone, found, title="Projekt", due_on=LATER)
    duty = {"kind": DutyKind.OTHER, "title": "Tablica", "due_on": LATER}
    given.order(timeplan.ImposeDuty, found, **duty)
    facts = FACTS.get(kind, {})
    unknown = made(kind, found, number=2, **facts)
    code = "milestone_not_found" if kind in MILESTONES else "duty_not_found"
    assert given.refused(unknown, official(OPOCZNO)).code == code
    settles = (
        (timeplan.DropMilestone, timeplan.LiftDuty)
        if kind in {timeplan.ReachMilestone, timeplan.MeetDuty}
        else (timeplan.ReachMilestone, timeplan.MeetDuty)
    )
    for settle in settles:
        given.order(settle, found, number=1, **FACTS.get(settle, {}))
    command = made(kind, found, number=1, **facts)
    assert given.refused(command, official(OPOCZNO)).code == "item_settled"


@pytest.mark.parametrize(
    ("kind", "facts"),
    [(timeplan.ReachMilestone, {"number": 1}), (claims.SubmitClaim, {"number": 1})],
)
def test_nothing_has_happened_tomorrow(given: Funds, kind: Any, facts: Any) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(timeplan.SetMilestone, found, title="Projekt", due_on=LATER)
    given.order(claims.DraftClaim, found, content=claim())
    tomorrow = made(kind, found, on=date(2026, 3, 3), **facts)
    assert given.missing(tomorrow, official(OPOCZNO)) == ["date_in_future"]


def test_claim_is_revised_within_the_grant_and_while_it_is_a_draft(given: Funds) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(claims.DraftClaim, found, content=claim())
    revise = made(claims.ReviseClaim, found, number=1, content=claim(170_000 * ZLOTY + 85))
    assert given.missing(revise, official(OPOCZNO)) == ["amount_above_granted"]
    given.order(claims.SubmitClaim, found, number=1)
    again = replace(revise, content=claim(1_000))
    assert given.refused(again, official(OPOCZNO)).code == "claim_in_other_state"


PERIODS = (Period(1, date(2026, 1, 1), date(2026, 12, 31)),)
LINE = CostLine(OPOCZNO, CostCategory.STAFF, 1, "Etat", amount=100)


@pytest.mark.parametrize(
    "spoiled",
    [
        Budget((Period(1, date(2026, 12, 31), date(2026, 1, 1)),), (LINE,), ()),
        Budget((replace(PERIODS[0], number=2),), (), ()),
        Budget(PERIODS, (replace(LINE, period=0),), ()),
        Budget(PERIODS, (replace(LINE, period=2),), ()),
        Budget(PERIODS, (replace(LINE, kind=CostKind.FLAT_RATE, rate=1_000),), ()),
        Budget(
            PERIODS,
            (replace(LINE, kind=CostKind.FLAT_RATE, rate=1_000, bases=(CostCategory.STAFF,)),),
            (),
        ),
        Budget(PERIODS, (LINE,) * 5_001, ()),
    ],
)
def test_what_is_no_budget_is_refused(given: Funds, spoiled: Budget) -> None:
    found = given.partnership()
    draw_up = made(proposal.DrawUpBudget, found, budget=spoiled)
    assert isinstance(given.refused(draw_up, official(OPOCZNO)), InvalidInput)
    signed = given.reached(S.AGREEMENT_SIGNED)
    amend = {"amount": 170_000 * ZLOTY, "what": "Zmiana", "document": DOCUMENT}
    amended = made(implementation.SignAmendment, signed, budget=spoiled, **amend)
    assert isinstance(given.refused(amended, official(OPOCZNO)), InvalidInput)


def test_amendment_keeps_what_was_claimed_and_the_order_of_days(given: Funds) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(claims.DraftClaim, found, content=claim())
    amend = {"budget": budget(), "what": "Zmiana", "document": DOCUMENT}
    less = made(implementation.SignAmendment, found, amount=50_000 * ZLOTY - 1, **amend)
    assert given.missing(less, official(OPOCZNO)) == ["amount_above_granted"]
    early = made(implementation.SignAmendment, found, amount=60_000 * ZLOTY, **amend)
    early = replace(early, on=date(2026, 3, 1))
    assert given.missing(early, official(OPOCZNO)) == ["date_before_previous_step"]


def test_final_claim_is_a_draft_of_an_initiative_under_way(given: Funds) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(claims.DraftClaim, found, content=claim())
    final = made(implementation.SubmitFinalClaim, found, number=1)
    given.order(claims.SubmitClaim, found, number=1)
    assert given.refused(final, official(OPOCZNO)).code == "claim_in_other_state"
    given.order(claims.DraftClaim, found, content=claim(1_000))
    given.order(claims.ApproveClaim, found, number=1)
    given.order(implementation.TerminateAgreement, found, reason="Brak wykonawcy.")
    assert given.missing(replace(final, number=2), official(OPOCZNO)) == ["wrong_state"]
